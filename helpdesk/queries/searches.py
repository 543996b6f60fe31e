"""What was searched in a locale, and what came of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sqlalchemy import ColumnElement, case, func, or_, select

from helpdesk.db import Database
from helpdesk.models import SearchClick, SearchLog


@dataclass(frozen=True, slots=True)
class SearchLine:
    """A query with how often it was searched, how often nothing was found as typed, and how often it was read from."""

    query: str
    searches: int
    empty: int
    clicks: int


def list_searches(database: Database, tag: str, *, since: date, limit: int) -> tuple[SearchLine, ...]:
    """The queries of a locale since a day, the most frequent first; two queries."""
    number: ColumnElement[int] = func.count()
    is_empty = or_(SearchLog.results == 0, SearchLog.correction != "")
    searched = (
        select(SearchLog.query, number, func.sum(case((is_empty, 1), else_=0)))
        .where(SearchLog.locale == tag, SearchLog.searched_on >= since, SearchLog.page == 1)
        .group_by(SearchLog.query)
        .order_by(number.desc(), SearchLog.query)
        .limit(limit)
    )
    with database.read() as connection:
        rows = connection.execute(searched).all()
        read = (
            select(SearchClick.query, func.sum(SearchClick.clicks))
            .where(SearchClick.locale == tag, SearchClick.query.in_([row.query for row in rows]))
            .where(SearchClick.clicked_on >= since)
            .group_by(SearchClick.query)
        )
        clicks = {query: number for query, number in connection.execute(read)}
    return tuple(SearchLine(query, searches, empty, clicks.get(query, 0)) for query, searches, empty in rows)


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
