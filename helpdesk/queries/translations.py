"""The status of translations against their source: one rule for notice, table, API and command line."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ScalarSelect, and_, bindparam, func, select

from helpdesk.db import Database
from helpdesk.errors import TranslationNotFound
from helpdesk.locales import Locale, Locales
from helpdesk.models import Article, DailyTally, Revision, Translation
from helpdesk.queries.addresses import Limits
from helpdesk.queries.visibility import ANYBODY, visible_to

STATES = ("missing", "title only", "draft", "outdated")


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


@dataclass(frozen=True, slots=True)
class TranslationState:
    """How far an article is in one locale: `state` is one of STATES, or ready; `slug` and `title` are the source's."""

    article_id: int
    key: str
    source_tag: str
    slug: str
    title: str
    outdated_since: datetime | None
    state: str

    @property
    def is_lacking(self) -> bool:
        """Whether there is something to translate; a draft only waits to be published."""
        return self.state not in ("ready", "draft")


def list_states(database: Database, locales: Locales, locale: Locale) -> list[TranslationState]:
    """Every article whose source is published in another locale, if only in time; one query.

    The most viewed in this locale stand first, then anywhere. Retired translations are ready, and where a locale has
    no text of its own, what it inherits or does not show to its readers. An outdated draft is outdated.
    """
    near = [item.tag for item in locales.chain(locale) if locales.is_same_writing(locale, item)]
    with database.read() as connection:
        rows = connection.execute(_STATES, {"tag": locale.tag, "near": near}).all()
    wanted = [Limits.of(row).allow(locales, locale) and not row.is_inherited for row in rows]
    return [TranslationState(*(*row[:6], _state(row, is_one))) for row, is_one in zip(rows, wanted, strict=True)]


def _state(row: Any, is_wanted: bool) -> str:
    if row.status == "archived" or not (row.has_body or is_wanted):
        return "ready"
    if not row.has_body:
        return "title only" if row.status else "missing"
    if row.outdated_since:
        return "outdated"
    return "ready" if row.status == "published" else "draft"


def _views(*where: Any) -> ScalarSelect[Any]:
    views = select(func.coalesce(func.sum(DailyTally.views), 0)).join(_other, _other.c.id == DailyTally.translation_id)
    return views.where(_other.c.article_id == Article.id, *where).correlate(Article).scalar_subquery()


_tag: Any = bindparam("tag")
_source, _other = Translation.__table__.alias("source_translation"), Translation.__table__.alias("other")
_STATES = (
    select(
        Article.id,
        Article.key,
        Article.source_locale,
        _source.c.slug,
        _source.c.title,
        outdated_since().label("outdated_since"),
        Translation.status,
        Translation.has_body,
        Article.regions,
        Article.withheld,
        select(_other.c.id)
        .where(_other.c.article_id == Article.id, _other.c.locale.in_(bindparam("near", expanding=True)))
        .where(_other.c.locale != _tag, _other.c.status == "published", _other.c.has_body)
        .correlate(Article)
        .exists()
        .label("is_inherited"),
    )
    .join(_source, and_(_source.c.article_id == Article.id, _source.c.locale == Article.source_locale))
    .outerjoin(Translation, and_(Translation.article_id == Article.id, Translation.locale == _tag))
    .where(_source.c.status == "published", Article.source_locale != _tag)
    .order_by(_views(DailyTally.locale == _tag).desc(), _views().desc(), Article.id)
)
