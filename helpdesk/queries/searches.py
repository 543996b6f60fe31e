"""What was searched in a locale, what came of it, and what readers searched instead.

A search is its first page. Nothing was found as typed where there was no result, or only with a correction.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Select, Subquery, case, func, literal_column, or_, select

from helpdesk.db import Database
from helpdesk.intervals import CONFIDENCE, chance_of_so_few, holm, votes_for
from helpdesk.models import SearchChange, SearchClick, SearchLog
from helpdesk.queries.reports import Period
from helpdesk.text.masking import MASK, is_masked

number_of: ColumnElement[int] = func.count()
IS_EMPTY = or_(SearchLog.results == 0, SearchLog.correction != "")
EMPTY = func.sum(case((IS_EMPTY, 1), else_=0))
# Queries that are named where nobody counts how often a masked one was searched: none such, and none that is ignored.
IS_TOLD = (
    SearchLog.query != "",
    ~SearchLog.query.contains(MASK),
    ~select(SearchChange.id)
    .where(SearchChange.kind == "ignored", SearchChange.locale == SearchLog.locale)
    .where(SearchChange.query == SearchLog.query)
    .exists(),
)
# As the condition of the index is written: a value that is given at run time would not be known to be its.
IS_REFINED = SearchLog.refined != literal_column("''")
TABLES = ("top", "no-result", "few-clicks", "refined", "ignored")
INSTEAD = 3  # queries that are named of those which readers went on with


@dataclass(frozen=True, slots=True)
class Searches:
    """The searches that a report is about: of a locale, in a period.

    A query in which something was masked is left out unless it was searched `masked_from` times in the period.
    Queries that the team ignores are left out, or the only ones.
    """

    tag: str
    period: Period
    masked_from: int = 1
    is_of_ignored: bool = False

    def conditions(self, query: Any = SearchLog.query) -> list[ColumnElement[bool]]:
        """What a row of the log fulfils, `query` being the one that it is counted for."""
        ignored = select(SearchChange.query).where(SearchChange.locale == self.tag, SearchChange.kind == "ignored")
        is_meant = query.in_(ignored) if self.is_of_ignored else query.not_in(ignored)
        return [SearchLog.locale == self.tag, *self.period.covers(SearchLog.searched_on), is_meant]

    def may_tell(self, query: Any) -> ColumnElement[bool]:
        """What a group of rows fulfils for its query to be named."""
        return or_(~query.contains(MASK), number_of >= self.masked_from)

    def clicks(self, of: Subquery) -> ColumnElement[int]:
        """How often an article was read out of a query's results."""
        clicks = select(func.sum(SearchClick.clicks)).where(
            SearchClick.locale == self.tag,
            SearchClick.query == of.c.query,
            *self.period.covers(SearchClick.clicked_on),
        )
        return func.coalesce(clicks.scalar_subquery(), 0)

    def of_query(self, *columns: Any, query: Any) -> Select[Any]:
        """Columns of one query's searches."""
        where = (SearchLog.locale == self.tag, SearchLog.query == query, SearchLog.page == 1)
        return select(*columns).where(*where, *self.period.covers(SearchLog.searched_on))

    def last(self, column: Any, of: Subquery) -> Any:
        """A column of the last search for a query."""
        latest = self.of_query(column, query=of.c.query).order_by(SearchLog.searched_on.desc(), SearchLog.id.desc())
        return latest.limit(1).scalar_subquery()


@dataclass(frozen=True, slots=True)
class SearchLine:
    """A query: how often it was searched, how often nothing was found as typed, how often it was read from.

    `rate`: clicks for each search, at most 1, as somebody may read several results. `results` and `correction` are
    those of the last search.
    """

    query: str
    searches: int
    empty: int
    clicks: int
    rate: float
    results: int
    correction: str


@dataclass(frozen=True, slots=True)
class SeldomLine:
    """A query whose results are read less often than is usual: searches with results, clicks, and both rates.

    `chance`: how likely chance alone shows such a thing anywhere in the list (Fisher's test, Holm's correction).
    """

    query: str
    searches: int
    clicks: int
    rate: float
    usual: float
    chance: float


@dataclass(frozen=True, slots=True)
class RefinedLine:
    """A query, how often other words were typed in its place, and the queries that were, the most frequent first."""

    query: str
    searches: int
    refined: int
    instead: tuple[tuple[str, int], ...]


def list_searches(
    database: Database, asked: Searches, *, limit: int, offset: int = 0, is_empty: bool = False
) -> tuple[tuple[SearchLine, ...], int]:
    """The queries, the most frequent first, and how many there are; one query.

    With `is_empty` those for which nothing was found as typed, the most such searches first.
    """
    order = EMPTY if is_empty else number_of
    counted = (
        select(
            SearchLog.query,
            number_of.label("searches"),
            EMPTY.label("empty"),
            order.label("rank"),
            number_of.over().label("all"),
        )
        .where(*asked.conditions(), SearchLog.page == 1)
        .group_by(SearchLog.query)
        .having(asked.may_tell(SearchLog.query), *[EMPTY > 0] * is_empty)
        .order_by(order.desc(), SearchLog.query)
        .limit(limit)
        .offset(offset)
        .subquery("counted")
    )
    columns = (counted.c.query, counted.c.searches, counted.c.empty, asked.clicks(counted))
    last = (asked.last(SearchLog.results, counted), asked.last(SearchLog.correction, counted))
    statement = select(*columns, *last, counted.c.all).order_by(counted.c.rank.desc(), counted.c.query)
    with database.read() as connection:
        rows = connection.execute(statement).all()
    lines = tuple(
        SearchLine(query, searches, empty, clicks, min(1.0, clicks / searches), results, correction)
        for query, searches, empty, clicks, results, correction, _all in rows
    )
    return lines, rows[0][-1] if rows else 0


def list_seldom_read(database: Database, asked: Searches, *, width: float) -> list[SeldomLine]:
    """Queries with results that are read so seldom that chance does not explain it, the surest first; one query.

    Compared is what was searched so often that Wilson's interval would be narrower than `width` whatever was read, each
    with all the others; their number alone decides, so the correction holds.
    """
    found = (
        select(SearchLog.query, number_of.label("searches"))
        .where(*asked.conditions(), SearchLog.page == 1, SearchLog.results > 0)
        .group_by(SearchLog.query)
        .having(asked.may_tell(SearchLog.query), number_of >= votes_for(width))
        .subquery("found")
    )
    statement = select(found.c.query, found.c.searches, asked.clicks(found)).order_by(found.c.query)
    with database.read() as connection:
        rows = [(query, of, clicks, min(of, clicks)) for query, of, clicks in connection.execute(statement)]
    all_of, all_read = sum(row[1] for row in rows), sum(row[3] for row in rows)
    if len(rows) < 2:
        return []
    chances = holm([chance_of_so_few(read, of, all_read - read, all_of - of) for _query, of, _clicks, read in rows])
    lines = [
        SeldomLine(query, of, clicks, read / of, (all_read - read) / (all_of - of), chance)
        for (query, of, clicks, read), chance in zip(rows, chances, strict=True)
    ]
    return sorted((line for line in lines if line.chance < 1 - CONFIDENCE), key=lambda line: (line.chance, line.query))


def list_refined(
    database: Database, asked: Searches, *, limit: int, offset: int = 0
) -> tuple[tuple[RefinedLine, ...], int]:
    """The queries in whose place others were typed, the most often so first, and how many there are; two queries."""
    counted = (
        select(SearchLog.refined.label("query"), number_of.label("refined"), number_of.over().label("all"))
        .where(*asked.conditions(SearchLog.refined), IS_REFINED)
        .group_by(SearchLog.refined)
        .having(asked.may_tell(SearchLog.refined))
        .order_by(number_of.desc(), SearchLog.refined)
        .limit(limit)
        .offset(offset)
        .subquery("counted")
    )
    searches = asked.of_query(number_of, query=counted.c.query).scalar_subquery()
    statement = select(counted.c.query, searches, counted.c.refined, counted.c.all)
    instead: dict[str, list[tuple[str, int]]] = defaultdict(list)
    with database.read() as connection:
        rows = connection.execute(statement.order_by(counted.c.refined.desc(), counted.c.query)).all()
        others = (
            select(SearchLog.refined, SearchLog.query, number_of)
            .where(SearchLog.locale == asked.tag, *asked.period.covers(SearchLog.searched_on), IS_REFINED)
            .where(SearchLog.refined.in_([row.query for row in rows]))
            .group_by(SearchLog.refined, SearchLog.query)
            .having(asked.may_tell(SearchLog.query))
            .order_by(number_of.desc(), SearchLog.query)
        )
        for query, other, number in connection.execute(others) if rows else ():
            instead[query].append((other, number))
    lines = tuple(RefinedLine(*row[:3], tuple(instead[row.query][:INSTEAD])) for row in rows)
    return lines, rows[0][-1] if rows else 0


def list_lines(
    database: Database, asked: Searches, about: str, *, width: float, limit: int, offset: int = 0
) -> tuple[Sequence[SearchLine | SeldomLine | RefinedLine], int]:
    """One of the TABLES, and how many lines it has."""
    if about == "few-clicks":
        found = list_seldom_read(database, asked, width=width)
        return found[offset : offset + limit], len(found)
    if about == "refined":
        return list_refined(database, asked, limit=limit, offset=offset)
    asked = replace(asked, is_of_ignored=about == "ignored")
    return list_searches(database, asked, limit=limit, offset=offset, is_empty=about == "no-result")


@dataclass(frozen=True, slots=True)
class QueryDay:
    """A day on which a query was searched or read from."""

    day: date
    searches: int
    empty: int
    clicks: int


@dataclass(frozen=True, slots=True)
class QueryFigures:
    """A query in a period: its days, the articles that were read, what it was typed in place of, and what in its.

    `read` are article ids with clicks and their places as (place, clicks), the most read first; `before` and `after`
    queries with how often.
    """

    days: tuple[QueryDay, ...]
    read: tuple[tuple[int, int, tuple[tuple[int, int], ...]], ...]
    before: tuple[tuple[str, int], ...]
    after: tuple[tuple[str, int], ...]

    @property
    def searches(self) -> int:
        """How often it was searched."""
        return sum(day.searches for day in self.days)

    @property
    def clicks(self) -> int:
        """How often it was read from."""
        return sum(day.clicks for day in self.days)


def get_query(database: Database, asked: Searches, query: str) -> QueryFigures:
    """The figures of one query, ignored or not; four queries. Of one that may not be told they are empty."""
    clicked = (
        select(SearchClick.clicked_on, SearchClick.article_id, SearchClick.position, SearchClick.clicks)
        .where(SearchClick.locale == asked.tag, SearchClick.query == query)
        .where(*asked.period.covers(SearchClick.clicked_on))
    )
    refined = (SearchLog.locale == asked.tag, *asked.period.covers(SearchLog.searched_on), IS_REFINED)
    sides = [
        select(other, number_of)
        .where(*refined, own == query)
        .group_by(other)
        .having(asked.may_tell(other))
        .order_by(number_of.desc(), other)
        for own, other in ((SearchLog.query, SearchLog.refined), (SearchLog.refined, SearchLog.query))
    ]
    counted = asked.of_query(SearchLog.searched_on, number_of, EMPTY, query=query).group_by(SearchLog.searched_on)
    with database.read() as connection:
        searched = {row[0]: (row[1], row[2]) for row in connection.execute(counted)}
        clicks = connection.execute(clicked).all()
        before, after = (tuple((other, number) for other, number in connection.execute(side)) for side in sides)
    if is_masked(query) and sum(number for number, _empty in searched.values()) < asked.masked_from:
        return QueryFigures((), (), (), ())
    by_day: dict[date, int] = defaultdict(int)
    places: dict[int, dict[int, int]] = defaultdict(lambda: defaultdict(int))
    for day, article_id, position, number in clicks:
        by_day[day] += number
        places[article_id][abs(position)] += number
    days = (QueryDay(day, *searched.get(day, (0, 0)), by_day[day]) for day in sorted(searched.keys() | by_day.keys()))
    read = [(article_id, sum(own.values()), tuple(sorted(own.items()))) for article_id, own in places.items()]
    return QueryFigures(tuple(days), tuple(sorted(read, key=lambda item: (-item[1], item[0]))), before, after)


def list_latest_queries(database: Database, tag: str, *, limit: int) -> tuple[str, ...]:
    """The distinct queries that were searched last in a locale, the latest first."""
    statement = (
        select(SearchLog.query)
        .where(SearchLog.locale == tag, SearchLog.page == 1, SearchLog.query != "")
        .group_by(SearchLog.query)
        .order_by(func.max(SearchLog.searched_on).desc(), func.max(SearchLog.id).desc())
        .limit(limit)
    )
    with database.read() as connection:
        return tuple(connection.execute(statement).scalars())
