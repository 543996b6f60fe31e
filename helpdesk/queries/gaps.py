"""What translators have left to do, by how often readers met it: translations that are missing or outdated.

Every `period` has a first day; views are of the translation that was served, what is wanted of the locale asked for.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, select, tuple_
from sqlalchemy.orm import aliased

from helpdesk.db import Database
from helpdesk.locales import Locales
from helpdesk.models import DailyTally, Translation
from helpdesk.queries.helpfulness import LINES, Line
from helpdesk.queries.reading import LONGEST, views_of
from helpdesk.queries.reports import EVERYWHERE, Period, Reach
from helpdesk.queries.translations import outdated_since
from helpdesk.sql import by_code


@dataclass(frozen=True, slots=True)
class Wanted(Line):
    """A translation that readers got instead of one in the locale that they asked for, and how often."""

    wanted: str
    views: int


def list_wanted(
    database: Database,
    locales: Locales,
    *,
    period: Period,
    reach: Reach = EVERYWHERE,
    limit: int,
    first: int = 0,
) -> tuple[int, tuple[Wanted, ...]]:
    """How many translations are missing, and some of them from a place on, the most wanted first; two queries.

    Missing is what has neither an own text nor one to inherit. The locales in reach are those that were asked for.
    """
    order = (func.sum(DailyTally.views).desc(), Translation.id, by_code(DailyTally.locale))
    statement = _missing(locales, period, reach).order_by(*order)
    with database.read() as connection:
        rows = connection.execute(statement).all()
        shown = rows[first : first + min(limit, LONGEST)]
        lines = {row.id: row[1:] for row in connection.execute(LINES.where(Translation.id.in_([r.id for r in shown])))}
    return len(rows), tuple(Wanted(*lines[row.id], row.locale, row.views) for row in shown)


def count_wanted(database: Database, locales: Locales, *, period: Period, reach: Reach = EVERYWHERE) -> tuple[int, int]:
    """How many lines `list_wanted` has, and the views of all of them; one query."""
    return _count(database, _missing(locales, period, reach))


def _missing(locales: Locales, period: Period, reach: Reach) -> Any:
    """Translations that were served in place of one that is missing, with the locale asked for, and views."""
    tags = reach.locales or tuple(locale.tag for locale in locales.all)
    near = [pair for tag in tags for pair in _near(locales, tag)]
    own, asked = aliased(Translation), DailyTally.locale
    has_own = select(own.id).where(
        own.article_id == Translation.article_id,
        own.status == "published",
        own.has_body,
        tuple_(asked, own.locale).in_(near),
    )
    return (
        select(Translation.id, asked, func.sum(DailyTally.views).label("views"))
        .join(DailyTally, DailyTally.translation_id + 0 == Translation.id)
        .where(*period.covers(DailyTally.day), DailyTally.views > 0, asked.in_(tags))
        .where(tuple_(asked, Translation.locale).not_in(near), ~has_own.exists(), Translation.status == "published")
        .where(*Reach(categories=reach.categories).conditions())
        .group_by(Translation.id, asked)
    )


def _near(locales: Locales, tag: str) -> Iterator[tuple[str, str]]:
    """A locale with each whose texts its readers take for their own."""
    locale = locales.find(tag)
    for other in locales.all:
        if locale is not None and locales.is_same_writing(locale, other):
            yield tag, other.tag


@dataclass(frozen=True, slots=True)
class Outdated(Line):
    """A translation that readers see although its source got a minor or major revision since; and its views."""

    outdated_since: datetime
    views: int


def list_outdated(
    database: Database, *, period: Period, reach: Reach = EVERYWHERE, limit: int, first: int = 0
) -> tuple[int, tuple[Outdated, ...]]:
    """How many translations are outdated, and some of them from a place on, the most read first; two queries."""
    stale = _outdated(period, reach).subquery()
    statement = select(stale).order_by(stale.c.views.desc(), stale.c.since, stale.c.id)
    with database.read() as connection:
        found = connection.execute(select(func.count()).select_from(stale)).scalar_one()
        rows = connection.execute(statement.limit(min(limit, LONGEST)).offset(first)).all()
    return found, tuple(Outdated(*row[1:]) for row in rows)


def count_outdated(database: Database, *, period: Period, reach: Reach = EVERYWHERE) -> tuple[int, int]:
    """How many lines `list_outdated` has, and the views of all of them; one query."""
    return _count(database, _outdated(period, reach))


def _outdated(period: Period, reach: Reach) -> Any:
    seen, since = views_of(period).subquery("seen"), outdated_since()
    return (
        LINES.add_columns(since.label("since"), func.coalesce(seen.c.views, 0).label("views"))
        .outerjoin(seen, seen.c.own == Translation.id)
        .where(Translation.status == "published", Translation.has_body, since.is_not(None), *reach.conditions())
    )


def _count(database: Database, statement: Any) -> tuple[int, int]:
    lines = statement.subquery()
    with database.read() as connection:
        numbers = select(func.count(), func.coalesce(func.sum(lines.c.views), 0)).select_from(lines)
        found, views = connection.execute(numbers).one()
    return found, int(views)
