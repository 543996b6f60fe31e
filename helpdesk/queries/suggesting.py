"""Queries that helped others, while the reader is still typing."""

from __future__ import annotations

import re
from bisect import bisect_left
from datetime import date, datetime, timedelta
from heapq import nsmallest
from typing import Any
from weakref import WeakKeyDictionary

from sqlalchemy import ColumnElement, Date, bindparam, func, select

from helpdesk.db import Database
from helpdesk.locales import Locale
from helpdesk.models import SearchClick, SearchLog
from helpdesk.text.characters import normalized
from helpdesk.text.masking import MASK

# A query is shown to others when it was searched so often, on two days at least, lately, and read from.
SEARCHES, LATELY = 3, timedelta(days=90)
MOST = 5_000  # queries of a locale that are kept in mind: half a megabyte
LAST = "\U0010ffff"  # no query has it: it is no character
# An address, something masked, or six digits and more, however they are grouped: somebody's own.
PRIVATE = re.compile(rf"@|{MASK}|(?:\d[\s.,:/()+-]*){{6}}")


def list_helpful_queries(
    database: Database, locale: Locale, prefix: str, *, limit: int, now: datetime
) -> tuple[str, ...]:
    """What others searched that begins so, found as typed and read from, the most read from first.

    They are those of the days before this UTC day: one query for a locale's first call on a day, then none.
    """
    start = normalized(prefix)
    if not start:
        return ()
    kept = _helpful.setdefault(database, {})
    known = kept.get(locale.tag)
    if known is None or known[0] != now.date():
        known = kept[locale.tag] = now.date(), _read_helpful(database, locale.tag, now.date())
    queries = known[1]
    begun = queries[bisect_left(queries, (start,)) : bisect_left(queries, (start + LAST,))]
    return tuple(query for query, _clicks in nsmallest(limit, begun, key=lambda item: (-item[1], item[0])))


# By locale, the day on which they were read, and queries with clicks in order.
_helpful: WeakKeyDictionary[Database, dict[str, tuple[date, list[tuple[str, int]]]]] = WeakKeyDictionary()


def _read_helpful(database: Database, tag: str, today: date) -> list[tuple[str, int]]:
    values = {"locale": tag, "since": today - LATELY, "today": today}
    with database.read() as connection:
        rows = connection.execute(_HELPFUL, values).all()
    return sorted((query, clicks) for query, clicks in rows if not PRIVATE.search(query))


def _lately(model: Any, day: Any) -> list[ColumnElement[bool]]:
    since, today = (bindparam(name, type_=Date) for name in ("since", "today"))
    return [model.locale == bindparam("locale"), day >= since, day < today]


_SEARCHED = (
    select(SearchLog.query)
    .where(*_lately(SearchLog, SearchLog.searched_on))
    .where(SearchLog.page == 1, SearchLog.results > 0, SearchLog.correction == "")
    .group_by(SearchLog.query)
    .having(func.count() >= SEARCHES, func.min(SearchLog.searched_on) < func.max(SearchLog.searched_on))
)
_HELPFUL = (
    select(SearchClick.query, func.sum(SearchClick.clicks))
    .where(*_lately(SearchClick, SearchClick.clicked_on), SearchClick.query.in_(_SEARCHED))
    .group_by(SearchClick.query)
    .order_by(func.sum(SearchClick.clicks).desc(), SearchClick.query)
    .limit(MOST)
)
