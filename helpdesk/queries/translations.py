"""The status of translations against their source: one rule for notice, table, API and command line."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ScalarSelect, func, select

from helpdesk.models import Article, Revision, Translation


def outdated_since() -> ScalarSelect[Any]:
    """When the source got its first minor or major revision after `based_on`; NULL: up to date, or the source."""
    source = Translation.__table__.alias("source")
    return (
        select(func.min(Revision.created_at))
        .join(source, source.c.id == Revision.translation_id)
        .where(
            source.c.article_id == Article.id,
            source.c.locale == Article.source_locale,
            Translation.locale != Article.source_locale,
            source.c.status == "published",
            Revision.number > Translation.based_on,
            Revision.significance.in_(("minor", "major")),
        )
        .correlate(Article, Translation)
        .scalar_subquery()
    )
