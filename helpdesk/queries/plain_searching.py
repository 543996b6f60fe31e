"""Searches of the database itself, for while a locale has no index that can answer."""

from __future__ import annotations

import re
from collections import Counter as Tally
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, case, literal, or_, select

from helpdesk.db import Database
from helpdesk.locales import Locales
from helpdesk.models import Article, Body, Category, Counter, Section, Translation
from helpdesk.queries.searching import Found, dress, is_foreign
from helpdesk.queries.visibility import AnySelect, Viewer, reader_of, served_translation, titled_translation
from helpdesk.search.analysis import MAX_QUERY_LENGTH, Span, query_terms
from helpdesk.search.backend import Hit, SearchQuery, SearchResult
from helpdesk.search.little import littleness, telling

# Words of a query that are looked for, and articles that are looked into (those with the lowest ids): a search
# costs at most one pass over the texts of a locale, about a second for 10,000 articles.
WORDS = 8
SCANNED = 50_000
# What a word counts for by the field that it stands in; the first one that has it counts.
TITLE, KEYWORDS, SUMMARY, BODY = 8, 4, 3, 1
_END = '\\s"“”„«»「」『』()\\[\\]{}<>?!¿¡,;…。、？！،؟।'
_WORD = re.compile(f"(?P<minus>(?<!\\S)-)?(?P<word>[^{_END}.:-][^{_END}]*)")


@dataclass(frozen=True, slots=True)
class _Match:
    """An article that has some of the words, by their numbers."""

    row: Any
    words: frozenset[int]
    score: int
    is_foreign: bool


def search_plainly(database: Database, locales: Locales, query: SearchQuery, *, now: datetime) -> Found:
    """Articles that have all words of a query, as typed and in any case, also inside of longer words; two queries.

    Where none has them all, those that have the most. Totals, counts, order and pages are as with an index.
    """
    wanted, unwanted = _words(query.text)
    matches = _matches(database, locales, query, wanted, unwanted, now=now) if wanted else []
    return dress(database, locales, query, _result(query, wanted, matches), now=now, is_plain=True)


def _words(text: str) -> tuple[list[str], list[str]]:
    """What is looked for, and what must not stand there."""
    wanted, unwanted = dict[str, str](), dict[str, str]()
    for match in _WORD.finditer(text[:MAX_QUERY_LENGTH]):
        word = match["word"].rstrip(".:'’-")
        if any(char.isalnum() for char in word):
            (unwanted if match["minus"] else wanted).setdefault(word.casefold(), word)
    return list(wanted.values())[:WORDS], list(unwanted.values())[:WORDS]


def _matches(
    database: Database,
    locales: Locales,
    query: SearchQuery,
    wanted: Sequence[str],
    unwanted: Sequence[str],
    *,
    now: datetime,
) -> list[_Match]:
    locale = locales.get(query.locale)
    statement = _statement(reader_of(locales, locale), wanted, unwanted, is_postgres=database.is_postgres)
    with database.read() as connection:
        rows = connection.execute(statement, {"now": now}).all()
    foreign = {tag: is_foreign(locales, locale, tag) for tag in {row.title_locale for row in rows}}
    found = []
    for row in rows:
        *points, is_unwanted = row[-len(wanted) - 1 :]
        words = frozenset(number for number, value in enumerate(points) if value)
        if words and not is_unwanted:
            found.append(_Match(row, words, sum(points), foreign[row.title_locale]))
    most = max((len(match.words) for match in found), default=0)
    return [match for match in found if len(match.words) == most]


def _result(query: SearchQuery, wanted: Sequence[str], matches: Sequence[_Match]) -> SearchResult:
    counts = Tally(match.row.category_key for match in matches)
    shown = [match for match in matches if query.category in (None, match.row.category_key)]
    sections = Tally(match.row.section_key for match in shown if query.category is not None)
    if query.section is not None:
        shown = [match for match in shown if match.row.section_key == query.section]
    title = " ".join(query.text.casefold().split())
    shown.sort(key=lambda match: _place(match, query, title))
    page = shown[max(0, query.offset) :][: max(0, query.limit)]
    return SearchResult(
        hits=tuple(Hit(match.row.id, match.row.translation_id, float(match.score)) for match in page),
        total=len(shown),
        local=sum(not match.is_foreign for match in shown),
        counts=_by_key(counts),
        sections=_by_key(sections),
        searched=query.text,
        marks=_marks(query, {tag for match in page for tag in (match.row.locale, match.row.title_locale)}),
        is_partial=any(len(match.words) < len(wanted) for match in matches[:1]),
    )


def _marks(query: SearchQuery, languages: Collection[str]) -> dict[Span, frozenset[str]]:
    spoken = [query.locale, *sorted(languages)]
    words = query_terms(query.text, spoken)
    return telling(words, littleness(query.text, words, spoken))


def _place(match: _Match, query: SearchQuery, title: str) -> tuple[Any, ...]:
    """By what results are in order: exact titles, local ones, and what was asked for."""
    row = match.row
    order = {
        "relevance": -match.score,
        "updated": -(row.updated_at or row.published_at).timestamp(),
        "views": -row.views,
    }
    return row.title.casefold() != title, match.is_foreign, order[query.sort], -match.score, row.id


def _by_key(counts: Mapping[str, int]) -> dict[str, int]:
    return dict(sorted(counts.items()))


def _statement(viewer: Viewer, wanted: Sequence[str], unwanted: Sequence[str], *, is_postgres: bool) -> AnySelect:
    """One row for each article, with what each word counts for; the last column: whether an unwanted one stands there.

    What was scanned is what is limited, so that no article is counted in one search and not in the next.
    """
    titled = Translation.__table__.alias("titled")
    fields = ((titled.c.title, TITLE), (titled.c.keywords, KEYWORDS), (titled.c.summary, SUMMARY), (Body.text, BODY))

    def has(column: Any, word: str) -> ColumnElement[bool]:
        contains = column.icontains if is_postgres else column.contains  # SQLite's LIKE knows no case of A to Z
        return or_(*(contains(form, autoescape=True) for form in _forms(word)))

    points = (case(*((has(column, word), value) for column, value in fields), else_=0) for word in wanted)
    is_unwanted = or_(*(has(column, word) for word in unwanted for column, _ in fields)) if unwanted else None
    return (
        select(
            Article.id,
            Translation.id.label("translation_id"),
            Translation.locale,
            titled.c.locale.label("title_locale"),
            Translation.published_at,
            Translation.updated_at,
            Counter.views,
            Category.key.label("category_key"),
            Section.key.label("section_key"),
            titled.c.title,
            *points,
            case((is_unwanted, 1), else_=0) if is_unwanted is not None else literal(0),
        )
        .select_from(Article)
        .join(Translation, Translation.id == served_translation(viewer))
        .join(titled, titled.c.id == titled_translation(viewer))
        .join(Body, Body.translation_id == Translation.id)
        .join(Counter, Counter.translation_id == Translation.id)
        .join(Category, Category.id == Article.category_id)
        .join(Section, Section.id == Article.section_id)
        .order_by(Article.id)
        .limit(SCANNED)
    )


def _forms(word: str) -> list[str]:
    """How a word may be written: the databases know few capitals but A to Z."""
    if word.isascii():
        return [word]
    return sorted({word, word.lower(), word.casefold(), word.capitalize(), word.upper()})
