"""The status of translations against their source: one rule for notice, table, API and command line."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ScalarSelect, bindparam, func, select

from helpdesk.db import Database
from helpdesk.errors import TranslationNotFound
from helpdesk.models import Article, Revision, Translation
from helpdesk.queries.visibility import ANYBODY, visible_to


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


@dataclass(frozen=True, slots=True)
class OwnTranslation:
    """A translation that readers see somewhere; without a body it is title, summary and keywords only."""

    translation_id: int
    tag: str
    title: str
    slug: str
    has_body: bool
    published_at: datetime
    updated_at: datetime
    outdated_since: datetime | None


def list_translations(database: Database, article_id: int, *, now: datetime) -> tuple[OwnTranslation, ...]:
    """An article's own translations, by tag; one query."""
    with database.read() as connection:
        rows = connection.execute(_TRANSLATIONS, {"id": article_id, "now": now})
        return tuple(OwnTranslation(*row) for row in rows)


_TRANSLATIONS = (
    select(
        Translation.id,
        Translation.locale,
        Translation.title,
        Translation.slug,
        Translation.has_body,
        Translation.published_at,
        Translation.updated_at,
        outdated_since(),
    )
    .join(Article, Article.id == Translation.article_id)
    .where(Article.id == bindparam("id"), visible_to(ANYBODY, Translation))
    .order_by(Translation.locale)
)


@dataclass(frozen=True, slots=True)
class Place:
    """Where a translation can be read: `/{tag}/articles/{article_id}-{slug}`, by everybody or not yet."""

    article_id: int
    slug: str
    is_visible: bool


def get_place(database: Database, key: str, tag: str, *, now: datetime) -> Place:
    """Raises TranslationNotFound."""
    statement = (
        select(Article.id, Translation.slug, visible_to(ANYBODY, Translation))
        .join(Translation, Translation.article_id == Article.id)
        .where(Article.key == key, Translation.locale == tag)
    )
    with database.read() as connection:
        row = connection.execute(statement, {"now": now}).first()
    if row is None:
        raise TranslationNotFound(f"There is no translation of `{key}` in `{tag}`.")
    return Place(*row)
