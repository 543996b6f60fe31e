"""What is read, where its readers came from, and how many went on to ask people.

Views and contacts belong to the translation that was served, on UTC days.
Every `period` has a first day; `before` are as many days that end where it begins.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any, TypeAlias

from sqlalchemy import ColumnElement, case, func, select
from sqlalchemy.engine import Connection

from helpdesk.db import Database
from helpdesk.errors import TranslationNotFound
from helpdesk.intervals import CONFIDENCE, chance_of_fall, chance_of_so_few, holm, wilson
from helpdesk.models import Article, ContactTally, DailyTally, Translation
from helpdesk.queries.helpfulness import LINES, Line
from helpdesk.queries.reports import EVERYWHERE, Period, Reach
from helpdesk.sql import by_code
from helpdesk.text.tables import plain

# Views in both periods together from which on a translation is compared with its past.
ENOUGH = 30
# So many lines of a list are told at most, and so many of what fades, those that lost most.
LONGEST = 10_000
SUMMED = ("views", "searched", "listed", "linked", "repeats", "prefetches", "bots", "team")
# Views before, then what is summed.
Numbers: TypeAlias = Sequence[int]
NONE: Numbers = (0,) * (1 + len(SUMMED))


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """Views of a period and of the one before, where those of the period came from, what was not counted, contacts.

    The share of contacts among views has Wilson's interval; None without views.
    """

    views: int
    before: int
    searched: int
    listed: int
    linked: int
    elsewhere: int
    repeats: int
    prefetches: int
    bots: int
    team: int
    contacts: int
    contact_share: float | None
    contact_low: float | None
    contact_high: float | None


def _figures(rows: Iterable[Numbers], contacts: int) -> Figures:
    numbers = tuple(map(sum, zip(NONE, *rows, strict=True)))
    views, *sources = numbers[1:5]
    among = min(contacts, views)  # whoever asks after midnight may have read before it
    interval = wilson(among, views) if views else None
    return Figures(
        **dict(zip(("before", *SUMMED), numbers, strict=True)),
        elsewhere=views - sum(sources),
        contacts=contacts,
        contact_share=among / views if views else None,
        contact_low=interval.low if interval else None,
        contact_high=interval.high if interval else None,
    )


@dataclass(frozen=True, slots=True)
class Reading(Line):
    """The figures of a translation."""

    figures: Figures


class Order(StrEnum):
    """What a list of translations begins with: most views, most views lost, most contacts."""

    TOP = "top"
    FADING = "fading"
    CONTACTS = "contacts"


def list_readings(
    database: Database,
    order: Order,
    *,
    period: Period,
    before: Period,
    reach: Reach = EVERYWHERE,
    limit: int,
    first: int = 0,
) -> tuple[int, tuple[Reading, ...]]:
    """How long a list is, and so many of its translations from a place on; four queries, for what fades five.

    What fades is published and lost views, more than chance explains, and more than all others in reach: the larger of
    the chances of `chance_of_fall` and `chance_of_so_few` is less than 5 %, with Holm's correction for everything that
    has enough views in both periods together. Their number alone decides what is compared, so the correction holds.
    """
    with database.read() as connection:
        if order is Order.FADING:
            chosen = _published(connection, _fading(connection, period, before, reach))
        else:
            column = ContactTally.contacts if order is Order.CONTACTS else DailyTally.views
            number = func.sum(column)
            sizes = _pairs(connection, _along_days(column.class_, period, reach, number).having(number > 0))
            chosen = sorted(sizes, key=lambda own: (-sizes[own], own))
        shown = chosen[first : first + min(limit, LONGEST)]
        lines = {row.id: row[1:] for row in connection.execute(LINES.where(Translation.id.in_(shown)))}
        rows, contacts = _tallies(connection, shown, period, before), _contacts(connection, shown, period)
    return len(chosen), tuple(Reading(*lines[own], _figures(rows[own].values(), contacts.get(own, 0))) for own in shown)


def _pairs(connection: Connection, statement: Any) -> dict[Any, int]:
    return {key: number for key, number in connection.execute(statement)}


def _along_days(model: Any, period: Period, reach: Reach, *columns: Any) -> Any:
    """Some columns by translation; an expression, so that SQLite goes along the days and not through all tallies."""
    own = (model.translation_id + 0).label("own")
    return select(own, *columns).where(*period.covers(model.day), *reach.covers(own)).group_by(own)


def views_of(period: Period) -> Any:
    """The `views` of each translation that had any, as `own`."""
    return _along_days(DailyTally, period, EVERYWHERE, func.sum(DailyTally.views).label("views"))


def _fading(connection: Connection, period: Period, before: Period, reach: Reach) -> list[int]:
    earlier, now = _sums(period)[:2]
    views = connection.execute(_along_days(DailyTally, _both(period, before), reach, now, earlier)).all()
    total = sum(row[1] for row in views), sum(row[2] for row in views)
    compared = [row for row in views if row[1] + row[2] >= ENOUGH]
    chances = holm([_chance(now, earlier, total) for _own, now, earlier in compared])
    lost = {row[0]: row[2] - row[1] for row, chance in zip(compared, chances, strict=True) if chance < RARE}
    return sorted(lost, key=lambda own: (-lost[own], own))[:LONGEST]


RARE = 1 - CONFIDENCE


def _chance(now: int, before: int, total: tuple[int, int]) -> float:
    """That a translation fell so far, and that it fell so much more than the others: the larger of both."""
    if now >= before or (before - now) ** 2 < 2 * (before + now):
        return 1.0  # no need to know: within 1.4 standard deviations it is not rare
    alone = chance_of_fall(now, before)
    if alone >= RARE:
        return alone
    others, others_before = total[0] - now, total[1] - before
    return max(alone, chance_of_so_few(now, now + before, others, others + others_before))


def _published(connection: Connection, found: Sequence[int]) -> list[int]:
    is_published = (Translation.status == "published", Translation.id.in_(found))
    kept = set(connection.execute(select(Translation.id).where(*is_published)).scalars())
    return [own for own in found if own in kept]


def _sums(period: Period) -> list[ColumnElement[int]]:
    is_now = DailyTally.day >= period.since
    now = [func.sum(case((is_now, getattr(DailyTally, name)), else_=0)) for name in SUMMED]
    return [func.sum(case((is_now, 0), else_=DailyTally.views)), *now]


def _both(period: Period, before: Period) -> Period:
    return Period(before.since, period.until)


def _tallies(
    connection: Connection, translations: Iterable[int], period: Period, before: Period
) -> dict[int, dict[str, Numbers]]:
    """The numbers of some translations, by the locale asked for."""
    found: dict[int, dict[str, Numbers]] = {own: {} for own in translations}
    columns = DailyTally.translation_id, DailyTally.locale
    own = DailyTally.translation_id.in_(found)
    statement = select(*columns, *_sums(period)).where(own, *_both(period, before).covers(DailyTally.day))
    for key, asked, *numbers in connection.execute(statement.group_by(*columns)):
        found[key][asked] = numbers
    return found


def _contacts(connection: Connection, translations: Iterable[int], period: Period) -> dict[int, int]:
    own = ContactTally.translation_id
    statement = select(own, func.sum(ContactTally.contacts)).where(*period.covers(ContactTally.day))
    return _pairs(connection, statement.where(own.in_(translations)).group_by(own))


@dataclass(frozen=True, slots=True)
class Day:
    """What was read on a day."""

    day: date
    figures: Figures


def list_days(
    database: Database, *, period: Period, reach: Reach = EVERYWHERE, article_id: int | None = None
) -> tuple[Day, ...]:
    """Each day of a period on which something was, of an article or of all in reach; two queries.

    `before` is 0 in each: a period before is asked for as well, by a longer period.
    """
    columns = [func.sum(getattr(DailyTally, name)) for name in SUMMED]
    with database.read() as connection:
        rows = connection.execute(_by_day(DailyTally, period, reach, article_id, *columns)).all()
        contacts = _by_day(ContactTally, period, reach, article_id, func.sum(ContactTally.contacts))
        asked = _pairs(connection, contacts)
    views: dict[date, Numbers] = {day: (0, *numbers) for day, *numbers in rows}
    days = sorted(views.keys() | asked.keys())
    return tuple(Day(day, _figures([views.get(day, NONE)], asked.get(day, 0))) for day in days)


def _by_day(model: Any, period: Period, reach: Reach, article_id: int | None, *columns: Any) -> Any:
    statement = select(model.day, *columns).where(*period.covers(model.day)).group_by(model.day)
    if article_id is None:
        return statement.where(*reach.covers(model.translation_id + 0))
    own = select(Translation.id).where(Translation.article_id == article_id, *reach.conditions())
    return statement.where(model.translation_id.in_(own))


def total_of(days: Iterable[Day], period: Period) -> Figures:
    """The figures of all days of a period; those earlier are the period before."""
    rows, contacts = [], 0
    for item in days:
        found = item.figures
        if period.holds(item.day):
            rows.append((0, *(getattr(found, name) for name in SUMMED)))
            contacts += found.contacts
        else:
            rows.append((found.views, *NONE[1:]))
    return _figures(rows, contacts)


@dataclass(frozen=True, slots=True)
class Served:
    """Views of the translation in one locale by readers who asked for another, or for it."""

    asked: str
    locale: str
    views: int


def get_reading(
    database: Database, article_id: int, *, period: Period, before: Period, reach: Reach = EVERYWHERE
) -> tuple[tuple[Reading, ...], tuple[Served, ...]]:
    """An article's translations in reach, the source first, and which locales their readers asked for; three queries.

    Raises TranslationNotFound.
    """
    texts = LINES.where(Article.id == article_id, *reach.conditions()).order_by(
        Translation.locale != Article.source_locale, by_code(Translation.locale)
    )
    with database.read() as connection:
        lines = {row.id: row[1:] for row in connection.execute(texts)}
        if not lines:
            raise TranslationNotFound(f"There is no article {article_id}.")
        rows, contacts = _tallies(connection, lines, period, before), _contacts(connection, lines, period)
    found = [Reading(*line, _figures(rows[own].values(), contacts.get(own, 0))) for own, line in lines.items()]
    served = [
        Served(asked, lines[own][2], numbers[1])
        for own, by_asked in rows.items()
        for asked, numbers in by_asked.items()
        if numbers[1]
    ]
    return tuple(found), tuple(sorted(served, key=lambda item: (-item.views, item.asked, item.locale)))


def table(lines: Iterable[Any]) -> list[dict[str, Any]]:
    """Lines and days as rows of a table, their figures beside what they are about."""
    rows = [plain(line) for line in lines]
    return [row | row.pop("figures", {}) for row in rows]
