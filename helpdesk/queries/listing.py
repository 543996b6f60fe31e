"""Lists of articles as cards: by category, section or all, in four orders, fifteen a page."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any

from sqlalchemy import Integer, Subquery, asc, bindparam, desc, func, nulls_last, select

from helpdesk.db import Database
from helpdesk.locales import Locale, Locales
from helpdesk.models import Article, Category, Counter, Translation
from helpdesk.queries.visibility import (
    AnySelect,
    Kind,
    Viewer,
    category_text,
    is_readable,
    kind_of,
    reader_of,
    served_translation,
    titled_translation,
)

SORTS = ("featured", "updated", "popular", "helpful")
# Laplace's rule of succession: one yes of one vote does not outrank ninety of a hundred.
HELPFULNESS = (Counter.yes + 1.0) / (Counter.yes + Counter.no + 2.0)


def latest(column: Any) -> Any:
    """Downwards, and what has no date comes last on PostgreSQL as it does on SQLite."""
    return nulls_last(desc(column))


# What an order goes by, and which way.
ORDERS: dict[str, tuple[tuple[Any, Callable[[Any], Any]], ...]] = {
    "featured": ((Category.position, asc), (Article.position, asc), (Article.id, asc)),
    "updated": ((Translation.updated_at, latest), (Article.id, asc)),
    "popular": ((Counter.views, desc), (Article.id, asc)),
    "helpful": ((HELPFULNESS, desc), (Counter.yes, desc), (Article.id, asc)),
    "published": ((Translation.published_at, desc), (Article.id, desc)),
}


@dataclass(frozen=True, slots=True)
class Card:
    """What a list shows of an article; `lang` is the tag of the translation served, whose figures these are.

    Title and excerpt may come from a translation that is a title only; so their tags stand beside them.
    """

    article_id: int
    slug: str
    title: str
    title_lang: str
    excerpt: str
    excerpt_lang: str
    category: str
    category_key: str
    published_at: datetime
    updated_at: datetime
    views: int
    lang: str
    kind: Kind


@dataclass(frozen=True, slots=True)
class CardPage:
    """One page of cards; `total` counts the whole list."""

    cards: tuple[Card, ...]
    total: int
    page: int
    size: int

    @property
    def pages(self) -> int:
        """Number of pages, at least 1."""
        return max(1, -(-self.total // self.size))


@dataclass(frozen=True, slots=True)
class Scope:
    """Which articles a list is about; `written_in` are tags, of which one is the text's that is served."""

    category_id: int | None = None
    section_id: int | None = None
    written_in: tuple[str, ...] = ()


def list_cards(
    database: Database,
    locales: Locales,
    locale: Locale,
    *,
    scope: Scope = Scope(),
    sort: str = "featured",
    limit: int,
    offset: int = 0,
    now: datetime,
) -> tuple[Card, ...]:
    """Cards of a scope in an order; one query."""
    viewer = reader_of(locales, locale)
    statement = _cards(viewer, scope.category_id is not None, scope.section_id is not None, sort, scope.written_in)
    values = {
        "now": now,
        "limit": limit,
        "offset": offset,
        "category_id": scope.category_id,
        "section_id": scope.section_id,
    }
    with database.read() as connection:
        rows = connection.execute(statement, values).all()
    return tuple(make_card(row, locales, locale) for row in rows)


def get_card_page(
    database: Database,
    locales: Locales,
    locale: Locale,
    *,
    scope: Scope,
    sort: str,
    page: int,
    size: int,
    now: datetime,
) -> CardPage:
    """A page of a list, cards and total; two queries. `page` counts from 1 and may lie past the end."""
    cards = list_cards(database, locales, locale, scope=scope, sort=sort, limit=size, offset=(page - 1) * size, now=now)
    return CardPage(cards, count_articles(database, locales, locale, scope, now=now), page, size)


def count_articles(database: Database, locales: Locales, locale: Locale, scope: Scope, *, now: datetime) -> int:
    """Articles that a reader of a locale can see; one query."""
    statement = select(func.count()).select_from(Article).where(is_readable(reader_of(locales, locale)))
    if scope.category_id is not None:
        statement = statement.where(Article.category_id == scope.category_id)
    if scope.section_id is not None:
        statement = statement.where(Article.section_id == scope.section_id)
    with database.read() as connection:
        return int(connection.execute(statement, {"now": now}).scalar_one())


def make_card(row: Any, locales: Locales, locale: Locale) -> Card:
    """A card out of a row of `cards_of`."""
    has_summary = bool(row.title_summary)
    return Card(
        article_id=row.article_id,
        slug=row.slug,
        title=row.title,
        title_lang=row.title_locale,
        excerpt=row.title_summary or row.summary or row.excerpt,
        excerpt_lang=row.title_locale if has_summary else row.locale,
        category=row.category_title,
        category_key=row.category_key,
        published_at=row.published_at,
        updated_at=row.updated_at or row.published_at,
        views=row.views,
        lang=row.locale,
        kind=kind_of(locales, locale, locales.find(row.locale)),
    )


def served_articles(viewer: Viewer, *order: Any) -> AnySelect:
    """Ids of the articles that a viewer gets and of the translations served; `order` are columns to sort by."""
    return (
        select(Article.id.label("article_id"), Translation.id.label("translation_id"), *order)
        .select_from(Article)
        .join(Translation, Translation.id == served_translation(viewer))
        .join(Counter, Counter.translation_id == Translation.id)
        .join(Category, Category.id == Article.category_id)
    )


def cards_of(viewer: Viewer, chosen: Subquery) -> AnySelect:
    """The cards of `chosen`, a subquery of `served_articles`: dressed only once it is known which are shown."""
    category, category_on = category_text(viewer.chain)
    titled = Translation.__table__.alias("titled")
    return (
        select(
            Article.id.label("article_id"),
            Translation.id.label("translation_id"),
            Translation.locale,
            Translation.summary,
            Translation.excerpt,
            Translation.published_at,
            Translation.updated_at,
            titled.c.locale.label("title_locale"),
            titled.c.title,
            titled.c.slug,
            titled.c.summary.label("title_summary"),
            Counter.views,
            category.c.title.label("category_title"),
            Category.key.label("category_key"),
        )
        .select_from(chosen)
        .join(Article, Article.id == chosen.c.article_id)
        .join(Translation, Translation.id == chosen.c.translation_id)
        .join(titled, titled.c.id == titled_translation(viewer))
        .join(Counter, Counter.translation_id == Translation.id)
        .join(Category, Category.id == Article.category_id)
        .join(category, category_on)
    )


@lru_cache(maxsize=1024)
def _cards(viewer: Viewer, by_category: bool, by_section: bool, sort: str, written_in: tuple[str, ...]) -> AnySelect:
    # Inside one category its position is the same in every row; leaving it out lets the index give the order.
    order = ORDERS["featured"][1:] if sort == "featured" and (by_category or by_section) else ORDERS[sort]
    names = [f"order_{place}" for place in range(len(order))]
    page = served_articles(viewer, *(column.label(name) for name, (column, _) in zip(names, order, strict=True)))
    if by_category:
        page = page.where(Article.category_id == _parameter("category_id"))
    if by_section:
        page = page.where(Article.section_id == _parameter("section_id"))
    if written_in:
        page = page.where(Translation.locale.in_(written_in))
    page = page.order_by(*(way(column) for column, way in order))
    chosen = page.limit(_parameter("limit")).offset(_parameter("offset")).subquery("page")
    again = zip(names, order, strict=True)
    return cards_of(viewer, chosen).order_by(*(way(chosen.c[name]) for name, (_, way) in again))


def _parameter(name: str) -> Any:
    return bindparam(name, type_=Integer)


@dataclass(frozen=True, slots=True)
class Link:
    """An article as a link: `lang` is the tag of its title, `regions` those that it is limited to."""

    article_id: int
    key: str
    slug: str
    title: str
    lang: str
    regions: frozenset[str]


def list_links(
    database: Database,
    viewer: Viewer,
    *,
    ids: Sequence[int] = (),
    keys: Sequence[str] = (),
    now: datetime,
) -> tuple[Link, ...]:
    """The articles with these ids or keys that a viewer gets, in no order; one query."""
    with database.read() as connection:
        rows = connection.execute(_links(viewer), {"ids": list(ids), "keys": list(keys), "now": now}).all()
    return tuple(map(make_link, rows))


def make_link(row: Any) -> Link:
    """A link out of a row with the columns of `_links`."""
    return Link(row.id, row.key, row.slug, row.title, row.locale, frozenset((row.regions or "").split()))


@lru_cache(maxsize=1024)
def _links(viewer: Viewer) -> AnySelect:
    titled = Translation.__table__.alias("titled")
    return (
        select(Article.id, Article.key, Article.regions, titled.c.slug, titled.c.title, titled.c.locale)
        .select_from(Article)
        .join(titled, titled.c.id == titled_translation(viewer))
        .where(
            Article.id.in_(bindparam("ids", expanding=True)) | Article.key.in_(bindparam("keys", expanding=True)),
            is_readable(viewer),
        )
    )
