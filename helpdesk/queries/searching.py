"""Search results as cards: hits of the index, their cards and passages out of the database."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import astuple, dataclass, replace
from datetime import datetime
from functools import lru_cache
from typing import Any

from sqlalchemy import bindparam, select

from helpdesk.db import Database
from helpdesk.locales import Locale, Locales
from helpdesk.models import Article, Body, Category, Section, Translation
from helpdesk.queries.listing import Card, cards_of, make_card, served_articles
from helpdesk.queries.visibility import (
    AnySelect,
    Kind,
    Viewer,
    kind_of,
    reader_of,
    served_translation,
    titled_translation,
)
from helpdesk.search.backend import Document, Mending, SearchBackend, SearchQuery, SearchResult, SearchUnavailable
from helpdesk.search.passages import Passage, Sought, find_passages, mark

# Share of an article's own score that another one needs to be called related.
SIMILAR = 0.1
DAY = 86_400


@dataclass(frozen=True, slots=True)
class FoundCard:
    """A card with the words of the query marked: in the title, and up to three passages of the text."""

    card: Card
    title: Passage
    passages: tuple[Passage, ...]


@dataclass(frozen=True, slots=True)
class Found:
    """One page of results, as a SearchResult tells of them.

    `is_plain`: the locale has no index that can answer; the words were looked for in the database.
    """

    cards: tuple[FoundCard, ...]
    total: int
    counts: Mapping[str, int]
    sections: Mapping[str, int]
    local: int
    searched: str
    mending: Mending | None
    also: tuple[str, ...]
    missing: tuple[str, ...]
    is_partial: bool
    is_plain: bool

    @property
    def total_everywhere(self) -> int:
        """Results under the tab All."""
        return sum(self.counts.values())

    @property
    def near(self) -> int:
        """How many cards of the page come before those that are only there because of other languages."""
        places = [place for place, item in enumerate(self.cards, 1) if item.card.kind is not Kind.FALLBACK]
        return places[-1] if places else 0


def search(
    database: Database,
    backend: SearchBackend,
    locales: Locales,
    query: SearchQuery,
    *,
    now: datetime,
) -> Found:
    """Run a query and dress its hits; one query to the database. Raises SearchUnavailable."""
    return dress(database, locales, query, backend.search(query), now=now)


def dress(
    database: Database,
    locales: Locales,
    query: SearchQuery,
    result: SearchResult,
    *,
    now: datetime,
    is_plain: bool = False,
) -> Found:
    """The cards of a result's hits, what was searched marked in them; one query, none without hits."""
    locale, ids = locales.get(query.locale), [hit.article_id for hit in result.hits]
    rows: dict[int, Any] = {}
    if ids:
        with database.read() as connection:
            found = connection.execute(_found(reader_of(locales, locale)), {"ids": ids, "now": now})
            rows = {row.article_id: row for row in found}
    sought = Sought(result.marks)
    return Found(
        # Visibility is applied again by the query: what was withdrawn a moment ago has no row.
        cards=tuple(_card(rows[i], locales, locale, sought) for i in ids if i in rows),
        total=result.total,
        counts=result.counts,
        sections=result.sections,
        local=result.local,
        searched=result.searched,
        mending=result.mending,
        also=result.also,
        missing=result.missing,
        is_partial=result.is_partial,
        is_plain=is_plain,
    )


def list_similar(backend: SearchBackend, locale: Locale, article_id: int, title: str, *, limit: int) -> tuple[int, ...]:
    """Ids of other articles that a search for an article's title finds, best first; () while there is no index."""
    try:
        hits = backend.search(SearchQuery(locale=locale.tag, text=title, limit=limit + 1, is_literal=True)).hits
    except SearchUnavailable:
        return ()
    own = next((hit.score for hit in hits if hit.article_id == article_id), 0.0)
    near = (hit for hit in hits if hit.article_id != article_id and hit.score >= own * SIMILAR)
    return tuple(hit.article_id for hit in near)[:limit]


def _card(row: Any, locales: Locales, locale: Locale, sought: Sought) -> FoundCard:
    return FoundCard(
        card=make_card(row, locales, locale),
        title=mark(row.title, sought, language=row.title_locale),
        passages=find_passages(row.text, sought, language=row.locale),
    )


@lru_cache(maxsize=256)
def _found(viewer: Viewer) -> AnySelect:
    hits = served_articles(viewer).where(Article.id.in_(bindparam("ids", expanding=True))).subquery("hits")
    return cards_of(viewer, hits).add_columns(Body.text).join(Body, Body.translation_id == Translation.id)


def list_documents(
    database: Database,
    locales: Locales,
    locale: Locale,
    *,
    now: datetime,
    article_ids: Sequence[int] | None = None,
) -> list[Document]:
    """What the index of a locale holds: one document for each article its readers can see."""
    statement = _documents(reader_of(locales, locale))
    if article_ids is not None:
        statement = statement.where(Article.id.in_(list(article_ids)))
    with database.read() as connection:
        rows = connection.execute(statement, {"now": now}).all()
    foreign = {tag: is_foreign(locales, locale, tag) for tag in {row.title_locale for row in rows}}
    return [_document(row, foreign[row.title_locale]) for row in rows]


def is_foreign(locales: Locales, asked: Locale, tag: str) -> bool:
    """Whether what has a title in this language is another language's for readers of a locale.

    A title is enough: it tells readers in their language what the article is about.
    """
    return kind_of(locales, asked, locales.find(tag)) is Kind.FALLBACK


def _document(row: Any, foreign: bool) -> Document:
    """The stamp is made of all that the index holds: ids are given out again once their article is gone."""
    document = Document(
        article_id=row.id,
        translation_id=row.translation_id,
        language=row.locale,
        title_language=row.title_locale,
        category=row.category_key,
        section=row.section_key,
        title=row.title,
        headings="\n".join(text for _level, _id, text in json.loads(row.headings)),
        summary=row.summary,
        keywords=row.keywords,
        body=row.text,
        stamp="",
        is_foreign=foreign,
        published_on=int(row.published_at.timestamp()) // DAY,
        updated_at=int((row.updated_at or row.published_at).timestamp()),
    )
    digest = hashlib.blake2b(repr(astuple(document)).encode(), digest_size=16).hexdigest()
    return replace(document, stamp=digest)


@lru_cache(maxsize=256)
def _documents(viewer: Viewer) -> AnySelect:
    titled = Translation.__table__.alias("titled")
    return (
        select(
            Article.id,
            Translation.id.label("translation_id"),
            Translation.locale,
            Translation.published_at,
            Translation.updated_at,
            Category.key.label("category_key"),
            Section.key.label("section_key"),
            titled.c.locale.label("title_locale"),
            titled.c.title,
            Body.headings,
            titled.c.summary,
            titled.c.keywords,
            Body.text,
        )
        .select_from(Article)
        .join(Translation, Translation.id == served_translation(viewer))
        .join(titled, titled.c.id == titled_translation(viewer))
        .join(Body, Body.translation_id == Translation.id)
        .join(Category, Category.id == Article.category_id)
        .join(Section, Section.id == Article.section_id)
        .order_by(Article.id)
    )
