"""The week on one screen: what readers did and said, against the days before; what waits for the team."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from sqlalchemy import ColumnElement, and_, case, func, select, text

from helpdesk.db import Database
from helpdesk.locales import Locales
from helpdesk.models import SearchLog, Vote
from helpdesk.queries.gaps import count_outdated, count_wanted
from helpdesk.queries.helpfulness import COUNTED, YES, Score, score
from helpdesk.queries.inbox import IS_COUNTED, IS_FEEDBACK, IS_UNREAD
from helpdesk.queries.reading import Day, list_days
from helpdesk.queries.reports import Period, Reach
from helpdesk.queries.searches import IS_EMPTY, IS_TOLD
from helpdesk.queries.worklists import Need, list_needs

# Lines of each list.
TOP = 3
# As its index has it, to the letter, or SQLite would not take it; and with a time, for it to go along that one.
IS_HELD: tuple[Any, ...] = (text("hd_vote.status = 'held'"), Vote.created_at > datetime(1970, 1, 1, tzinfo=UTC))
# Said, in a vote that counts, and read by nobody since.
UNREAD: tuple[Any, ...] = (IS_FEEDBACK, IS_UNREAD, IS_COUNTED)


@dataclass(frozen=True, slots=True)
class Figure:
    """A number of a period, and that of as many days before it."""

    now: int
    before: int


@dataclass(frozen=True, slots=True)
class Gap:
    """Translations, and the views that met one of them."""

    translations: int
    views: int


@dataclass(frozen=True, slots=True)
class MissingQuery:
    """A query for which nothing was found as typed, and how often."""

    locale: str
    query: str
    searches: int


@dataclass(frozen=True, slots=True)
class Overview:
    """All of it; `unread` and `held` are told as of now, the others of the period.

    `outdated`: what `list_outdated` lists. `missing`: what `list_wanted` does.
    """

    days: tuple[tuple[date, int], ...]
    views: Figure
    score: Score
    before: Score
    unread: int
    held: int
    searches: Figure
    empty: Figure
    contacts: Figure
    outdated: Gap
    missing: Gap
    needs: tuple[Need, ...]
    queries: tuple[MissingQuery, ...]


def get_overview(
    database: Database, locales: Locales, *, period: Period, before: Period, reach: Reach, width: float
) -> Overview:
    """Both periods have ends, and one begins where the other ends; eleven queries.

    Searches are of a locale, and of no category: whoever is limited to categories sees those of all.
    """
    both = Period(before.since, period.until)
    days = list_days(database, period=both, reach=reach)
    with database.read() as connection:
        votes = {is_now: (yes, number) for is_now, yes, number in connection.execute(_votes(period, both, reach))}
        waiting = connection.execute(select(_count(UNREAD, reach), _count(IS_HELD, reach))).one()
        searches = connection.execute(_searches(period, both, reach, locales)).one()
        queries = connection.execute(_queries(period, reach, locales)).all()
    return Overview(
        days=_every_day(days, period),
        views=_figure(days, "views", period),
        score=score(*votes.get(1, (0, 0)), width),
        before=score(*votes.get(0, (0, 0)), width),
        unread=waiting[0],
        held=waiting[1],
        searches=Figure(*searches[:2]),
        empty=Figure(*searches[2:]),
        contacts=_figure(days, "contacts", period),
        outdated=Gap(*count_outdated(database, period=period, reach=reach)),
        missing=Gap(*count_wanted(database, locales, period=period, reach=reach)),
        needs=tuple(list_needs(database, period=period, reach=reach, limit=TOP)),
        queries=tuple(MissingQuery(*row) for row in queries),
    )


def _ends(period: Period) -> tuple[date, date]:
    if period.since is None or period.until is None:
        raise ValueError("a period without an end")
    return period.since, period.until


def _figure(days: Iterable[Day], name: str, period: Period) -> Figure:
    numbers = [(period.holds(item.day), getattr(item.figures, name)) for item in days]
    return Figure(*(sum(number for is_now, number in numbers if is_now is wanted) for wanted in (True, False)))


def _every_day(days: Iterable[Day], period: Period) -> tuple[tuple[date, int], ...]:
    """The views of all days of a period, 0 where there are none."""
    views = {item.day: item.figures.views for item in days}
    first, last = _ends(period)
    every = (first + timedelta(days=n) for n in range((last - first).days))
    return tuple((day, views.get(day, 0)) for day in every)


def _votes(period: Period, both: Period, reach: Reach) -> Any:
    """(1 for the period and 0 before it, yes, votes)"""
    since, middle, until = (datetime.combine(day, time(), UTC) for day in (*_ends(both)[:1], *_ends(period)))
    is_now = case((Vote.updated_at >= middle, 1), else_=0).label("is_now")
    statement = select(is_now, YES, func.count()).where(COUNTED, Vote.updated_at >= since, Vote.updated_at < until)
    return statement.where(*reach.covers(Vote.translation_id)).group_by(is_now)


def _count(conditions: Sequence[Any], reach: Reach) -> Any:
    waiting = select(func.count()).select_from(Vote).where(*conditions, *reach.covers(Vote.translation_id))
    return waiting.scalar_subquery()


def _of_searches(reach: Reach, locales: Locales) -> list[ColumnElement[bool]]:
    tags = reach.locales or tuple(locale.tag for locale in locales.all)
    return [SearchLog.locale.in_(tags), SearchLog.page == 1]


def _searches(period: Period, both: Period, reach: Reach, locales: Locales) -> Any:
    """All and those without a result, each now and before."""
    is_now = SearchLog.searched_on >= _ends(period)[0]
    conditions = (is_now, ~is_now, and_(is_now, IS_EMPTY), and_(~is_now, IS_EMPTY))
    sums = (func.coalesce(func.sum(case((condition, 1), else_=0)), 0) for condition in conditions)
    return select(*sums).where(*_of_searches(reach, locales), *both.covers(SearchLog.searched_on))


def _queries(period: Period, reach: Reach, locales: Locales) -> Any:
    number = func.count()
    return (
        select(SearchLog.locale, SearchLog.query, number)
        .where(*_of_searches(reach, locales), *period.covers(SearchLog.searched_on), IS_EMPTY, *IS_TOLD)
        .group_by(SearchLog.locale, SearchLog.query)
        .order_by(number.desc(), SearchLog.locale, SearchLog.query)
        .limit(TOP)
    )
