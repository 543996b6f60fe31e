"""Lists of articles as cards: by category, section or all, in four orders, fifteen a page."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any

from sqlalchemy import Integer, bindparam, func, select

from helpdesk.db import Database
from helpdesk.locales import Locale, Locales
from helpdesk.models import Article, Category, Counter, Translation
from helpdesk.queries.visibility import (
    AnySelect,
    Kind,
    Viewer,
    category_text,
    chain_of,
    kind_of,
    served_translation,
    visible_to,
)

SORTS = ("featured", "updated", "popular", "helpful")
# Laplace's rule of succession: one yes of one vote does not outrank ninety of a hundred.
HELPFULNESS = (Counter.yes + 1.0) / (Counter.yes + Counter.no + 2.0)
ORDERS: dict[str, tuple[Any, ...]] = {
    "featured": (Category.position, Article.position, Article.id),
    "updated": (Translation.updated_at.desc(), Article.id),
    "popular": (Counter.views.desc(), Article.id),
    "helpful": (HELPFULNESS.desc(), Counter.yes.desc(), Article.id),
    "published": (Translation.published_at.desc(), Article.id.desc()),
}


@dataclass(frozen=True, slots=True)
class Card:
    """What a list shows of an article; `lang` is the tag of the translation served."""

    article_id: int
    slug: str
    title: str
    excerpt: str
    category: str
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
    """Which articles a list is about."""

    category_id: int | None = None
    section_id: int | None = None


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
    chain = chain_of(locales, locale)
    statement = _cards(chain, scope.category_id is not None, scope.section_id is not None, sort)
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
    return CardPage(cards, count_articles(database, scope, now=now), page, size)


def count_articles(database: Database, scope: Scope, *, now: datetime) -> int:
    """Articles that a reader can see, which is the same number in every locale."""
    readable = select(Translation.id).where(Translation.article_id == Article.id, visible_to(Viewer.READER)).exists()
    statement = select(func.count()).select_from(Article).where(readable)
    if scope.category_id is not None:
        statement = statement.where(Article.category_id == scope.category_id)
    if scope.section_id is not None:
        statement = statement.where(Article.section_id == scope.section_id)
    with database.read() as connection:
        return int(connection.execute(statement, {"now": now}).scalar_one())


def make_card(row: Any, locales: Locales, locale: Locale) -> Card:
    """A card out of a row with `card_columns`."""
    served = locales.find(row.locale)
    return Card(
        article_id=row.article_id,
        slug=row.slug,
        title=row.title,
        excerpt=row.summary or row.excerpt,
        category=row.category_title,
        published_at=row.published_at,
        updated_at=row.updated_at,
        views=row.views,
        lang=row.locale,
        kind=Kind.FALLBACK if served is None else kind_of(locales, locale, served),
    )


def cards_of(chain: Sequence[str]) -> AnySelect:
    """Every card that readers of `chain` can see, in no order; wants the parameter `now`."""
    category, category_on = category_text(chain)
    return (
        select(
            Article.id.label("article_id"),
            Translation.id.label("translation_id"),
            Translation.locale,
            Translation.slug,
            Translation.title,
            Translation.summary,
            Translation.excerpt,
            Translation.published_at,
            Translation.updated_at,
            Counter.views,
            category.c.title.label("category_title"),
        )
        .select_from(Article)
        .join(Translation, Translation.id == served_translation(chain))
        .join(Counter, Counter.translation_id == Translation.id)
        .join(Category, Category.id == Article.category_id)
        .join(category, category_on)
    )


@lru_cache(maxsize=1024)
def _cards(chain: Sequence[str], by_category: bool, by_section: bool, sort: str) -> AnySelect:
    statement = cards_of(chain)
    if by_category:
        statement = statement.where(Article.category_id == _parameter("category_id"))
    if by_section:
        statement = statement.where(Article.section_id == _parameter("section_id"))
    # Inside one category its position is the same in every row; leaving it out lets the index give the order.
    order = ORDERS["featured"][1:] if sort == "featured" and (by_category or by_section) else ORDERS[sort]
    return statement.order_by(*order).limit(_parameter("limit")).offset(_parameter("offset"))


def _parameter(name: str) -> Any:
    return bindparam(name, type_=Integer)


def list_related(
    database: Database, locales: Locales, locale: Locale, article_id: int, *, limit: int, now: datetime
) -> tuple[Card, ...]:
    """The most read other articles of the same section; one query."""
    chain = chain_of(locales, locale)
    other = Article.__table__.alias("other")
    own_section = select(other.c.section_id).where(other.c.id == article_id).scalar_subquery()
    statement = (
        cards_of(chain)
        .where(Article.section_id == own_section, Article.id != article_id)
        .order_by(*ORDERS["popular"])
        .limit(limit)
    )
    with database.read() as connection:
        rows = connection.execute(statement, {"now": now}).all()
    return tuple(make_card(row, locales, locale) for row in rows)
