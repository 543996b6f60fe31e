"""What there is to translate into a locale, in the order in which it matters."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ScalarSelect, and_, bindparam, func, select

from helpdesk.db import Database
from helpdesk.locales import Locale, Locales
from helpdesk.models import Article, DailyTally, Translation
from helpdesk.queries.checking import list_lacks
from helpdesk.queries.translations import outdated_since


@dataclass(frozen=True, slots=True)
class Translatable:
    """An article whose source is published in another locale.

    `slug` and `title` are the source's. `is_lacking`: the translation is missing, a title only, or outdated.
    """

    article_id: int
    key: str
    source_tag: str
    slug: str
    title: str
    is_lacking: bool


def list_translatable(database: Database, locales: Locales, locale: Locale, *, now: datetime) -> list[Translatable]:
    """All of them, the most viewed in this locale first, then anywhere; two queries.

    What a locale inherits, has retired or does not show to its readers is not lacking, nor is what waits as a draft.
    """
    lacks = {finding.key for finding in list_lacks(database, locales, now=now) if finding.locale == locale.tag}
    with database.read() as connection:
        rows = connection.execute(_TRANSLATABLE, {"tag": locale.tag}).all()
    return [
        Translatable(*(*article, status != "archived" and bool(outdated if has_body else article[1] in lacks)))
        for *article, status, has_body, outdated in rows
    ]


def _views(*where: Any) -> ScalarSelect[Any]:
    read = Translation.__table__.alias("read")
    views = select(func.coalesce(func.sum(DailyTally.views), 0)).join(read, read.c.id == DailyTally.translation_id)
    return views.where(read.c.article_id == Article.id, *where).correlate(Article).scalar_subquery()


_source = Translation.__table__.alias("source_translation")
_tag: Any = bindparam("tag")
_TRANSLATABLE = (
    select(
        Article.id,
        Article.key,
        Article.source_locale,
        _source.c.slug,
        _source.c.title,
        Translation.status,
        Translation.has_body,
        outdated_since(),
    )
    .join(_source, and_(_source.c.article_id == Article.id, _source.c.locale == Article.source_locale))
    .outerjoin(Translation, and_(Translation.article_id == Article.id, Translation.locale == _tag))
    .where(_source.c.status == "published", Article.source_locale != _tag)
    .order_by(_views(DailyTally.locale == _tag).desc(), _views().desc(), Article.id)
)
