"""What the team did about queries, and whether it helped."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import and_, case, func, select

from helpdesk.db import Database
from helpdesk.locales import Locale, Locales
from helpdesk.models import Article, Category, SearchChange, SearchClick, SearchLog, Translation
from helpdesk.queries.helpfulness import Score, Verdict, compare, score
from helpdesk.queries.visibility import is_readable, reader_of, titled_translation


@dataclass(frozen=True, slots=True)
class Effect:
    """A share of a query's searches before a change and since, and Newcombe's interval of the difference."""

    before: Score
    after: Score
    difference_low: float | None
    difference_high: float | None
    verdict: Verdict


@dataclass(frozen=True, slots=True)
class ChangeLine:
    """Something that was done about a query; `key` and `title` are those of its article, if it is still there.

    `since` is the day from which readers have it: None for an article that is not published, and for a query that is
    ignored. `found` are the searches with a result, `read` those that were read from, at most as many as there were.
    """

    locale: str
    query: str
    kind: str
    detail: str
    key: str | None
    title: str | None
    made_on: date
    made_by: str
    since: date | None
    found: Effect | None
    read: Effect | None


@dataclass(frozen=True, slots=True)
class TitledText:
    """The translation whose title and keywords readers of a locale get of an article, and where the article stands."""

    id: int
    locale: str
    category: str


def list_changes(
    database: Database,
    tag: str,
    *,
    query: str | None = None,
    width: float,
    now: datetime,
    limit: int,
    offset: int = 0,
) -> tuple[tuple[ChangeLine, ...], int]:
    """The changes for a locale or one of its queries, the last first, and how many there are; four queries.

    Before are the days since the query's change before, after those until its next one; the days of changes are in
    neither.
    """
    where = [SearchChange.locale == tag, *([] if query is None else [SearchChange.query == query])]
    latest = _CHANGES.where(*where).order_by(SearchChange.made_on.desc(), SearchChange.id.desc())
    with database.read() as connection:
        rows = connection.execute(latest.limit(limit).offset(offset)).all()
        queries = sorted({row.query for row in rows})
        days: dict[str, set[date]] = defaultdict(set)
        searched: dict[str, list[tuple[date, int, int]]] = defaultdict(list)
        clicked: dict[tuple[str, date], int] = {}
        if rows:
            for row in connection.execute(_CHANGES.where(SearchChange.locale == tag, SearchChange.query.in_(queries))):
                if since := _since(row, now):
                    days[row.query].add(since)
            for key, *figures in connection.execute(_searched(tag, queries)):
                searched[key].append(tuple(figures))
            clicked = {(key, day): number for key, day, number in connection.execute(_clicked(tag, queries))}
    lines = []
    for row in rows:
        since, effects = _since(row, now), list[Effect | None]()
        if since is not None:
            before, after = _sides(sorted(days[row.query]), since, row.query, searched[row.query], clicked)
            effects = [_effect(before, after, place, width) for place in (1, 2)]
        values = (row.locale, row.query, row.kind, row.detail, row.key, row.title, row.made_on, row.made_by)
        lines.append(ChangeLine(*values, since, *(effects or (None, None))))
    return tuple(lines), rows[0].all if rows else 0


def _since(row: Any, now: datetime) -> date | None:
    day: date = row.made_on
    if row.kind == "article":
        is_out = row.status == "published" and row.published_at <= now
        return row.published_at.date() if is_out else None
    return None if row.kind == "ignored" else day


def _sides(
    days: Sequence[date],
    since: date,
    query: str,
    searched: Sequence[tuple[date, int, int]],
    clicked: dict[tuple[str, date], int],
) -> tuple[list[int], list[int]]:
    """Searches, those with a result and clicks, before a day and after it."""
    place, sides = bisect_left(days, since), ([0, 0, 0], [0, 0, 0])
    for day, number, found in searched:
        era = bisect_right(days, day)
        if day not in days and era in (place, place + 1):
            for column, value in enumerate((number, found, clicked.get((query, day), 0))):
                sides[era - place][column] += value
    return sides


def _effect(before: Sequence[int], after: Sequence[int], place: int, width: float) -> Effect:
    first, second = (score(min(side[place], side[0]), side[0], width) for side in (before, after))
    return Effect(first, second, *compare(first, second))


_CHANGES = (
    select(
        SearchChange.locale,
        SearchChange.query,
        SearchChange.kind,
        SearchChange.detail,
        SearchChange.made_on,
        SearchChange.made_by,
        Article.key,
        Translation.title,
        Translation.status,
        Translation.published_at,
        func.count().over().label("all"),
    )
    .select_from(SearchChange)
    .outerjoin(Article, Article.id == SearchChange.article_id)
    .outerjoin(
        Translation,
        and_(Translation.article_id == SearchChange.article_id, Translation.locale == SearchChange.locale),
    )
)


def _searched(tag: str, queries: Sequence[str]) -> Any:
    found = func.sum(case((SearchLog.results > 0, 1), else_=0))
    return (
        select(SearchLog.query, SearchLog.searched_on, func.count(), found)
        .where(SearchLog.locale == tag, SearchLog.query.in_(queries), SearchLog.page == 1)
        .group_by(SearchLog.query, SearchLog.searched_on)
    )


def _clicked(tag: str, queries: Sequence[str]) -> Any:
    return (
        select(SearchClick.query, SearchClick.clicked_on, func.sum(SearchClick.clicks))
        .where(SearchClick.locale == tag, SearchClick.query.in_(queries))
        .group_by(SearchClick.query, SearchClick.clicked_on)
    )


def find_titled_text(
    database: Database, locales: Locales, locale: Locale, article_id: int, *, now: datetime
) -> TitledText | None:
    """Where a keyword goes that readers of a locale are to find an article by; None: they do not see it."""
    viewer = reader_of(locales, locale)
    statement = (
        select(Translation.id, Translation.locale, Category.key)
        .select_from(Article)
        .join(Translation, Translation.id == titled_translation(viewer))
        .join(Category, Category.id == Article.category_id)
        .where(Article.id == article_id, is_readable(viewer))
    )
    with database.read() as connection:
        row = connection.execute(statement, {"now": now}).first()
    return None if row is None else TitledText(*row)
