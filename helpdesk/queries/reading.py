"""What is read, where its readers came from, and how many went on to ask people.

Views and contacts belong to the translation that was served, on UTC days; what is wanted, to the locale asked for.
Every `period` has a first day; `before` are as many days that end where it begins.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any, TypeAlias

from sqlalchemy import ColumnElement, case, func, select, tuple_
from sqlalchemy.engine import Connection
from sqlalchemy.orm import aliased

from helpdesk.db import Database
from helpdesk.errors import TranslationNotFound
from helpdesk.intervals import CONFIDENCE, chance_of_fall, chance_of_so_few, holm, wilson
from helpdesk.locales import Locales
from helpdesk.models import Article, ContactTally, DailyTally, Translation
from helpdesk.queries.helpfulness import LINES, Line
from helpdesk.queries.reports import EVERYWHERE, Period, Reach
from helpdesk.sql import by_code

# Views in both periods together from which on a translation is compared with its past.
ENOUGH = 30
# So many of what fades are told at most, those that lost most.
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


def _figures(numbers: Numbers, contacts: int) -> Figures:
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


@dataclass(frozen=True, slots=True)
class Readings:
    """The figures of all translations in reach; of a list of them, the length and some lines."""

    total: Figures
    number: int
    lines: tuple[Reading, ...]


def list_readings(
    database: Database,
    order: Order,
    *,
    period: Period,
    before: Period,
    reach: Reach = EVERYWHERE,
    limit: int,
    first: int = 0,
) -> Readings:
    """So many translations of a list from a place on; three queries, for what fades four.

    What fades is published and lost views, more than chance explains, and more than all others in reach: the larger of
    the chances of `chance_of_fall` and `chance_of_so_few` is less than 5 %, with Holm's correction for everything that
    has enough views in both periods together. Their number alone decides what is compared, so the correction holds.
    """
    with database.read() as connection:
        rows, contacts = _numbers(connection, period, before, reach)
        total = tuple(map(sum, zip(*rows.values(), strict=True))) or NONE
        if order is Order.FADING:
            chosen = _published(connection, _fading(rows, total))
        else:
            sizes = contacts if order is Order.CONTACTS else {own: numbers[1] for own, numbers in rows.items()}
            chosen = sorted((own for own, size in sizes.items() if size), key=lambda own: (-sizes[own], own))
        shown = chosen[first : first + limit]
        lines = {row.id: row[1:] for row in connection.execute(LINES.where(Translation.id.in_(shown)))}
    readings = [Reading(*lines[own], _figures(rows.get(own, NONE), contacts.get(own, 0))) for own in shown]
    return Readings(_figures(total, sum(contacts.values())), len(chosen), tuple(readings))


def _numbers(
    connection: Connection, period: Period, before: Period, reach: Reach
) -> tuple[dict[int, Numbers], dict[int, int]]:
    """Of each translation in reach, the sums of its tallies and its contacts; two queries along the days."""
    # An expression, so that SQLite goes along the days, and not through all tallies in the order of translations.
    own = (DailyTally.translation_id + 0).label("own")
    views = select(own, *_sums(period)).where(*_in(DailyTally.day, period, before), *_reached(own, reach)).group_by(own)
    asked = (ContactTally.translation_id + 0).label("own")
    contacts = select(asked, func.sum(ContactTally.contacts)).where(*period.covers(ContactTally.day))
    contacts = contacts.where(*_reached(asked, reach)).group_by(asked)
    rows: dict[int, Numbers] = {own: numbers for own, *numbers in connection.execute(views)}
    return rows, _pairs(connection, contacts)


def _pairs(connection: Connection, statement: Any) -> dict[Any, int]:
    return {key: number for key, number in connection.execute(statement)}


def _sums(period: Period) -> list[ColumnElement[int]]:
    is_now = DailyTally.day >= period.since
    now = [func.sum(case((is_now, getattr(DailyTally, name)), else_=0)) for name in SUMMED]
    return [func.sum(case((is_now, 0), else_=DailyTally.views)), *now]


def _in(day: Any, period: Period, before: Period) -> list[ColumnElement[bool]]:
    return Period(before.since, period.until).covers(day)


def _reached(own: Any, reach: Reach) -> list[ColumnElement[bool]]:
    return [] if reach.is_all else [own.in_(select(Translation.id).where(*reach.conditions()))]


def _fading(rows: Mapping[int, Numbers], total: Numbers) -> list[int]:
    compared = {own: (row[1], row[0]) for own, row in rows.items() if row[0] + row[1] >= ENOUGH}
    chances = holm([_chance(now, before, total) for now, before in compared.values()])
    lost = {own: before - now for (own, (now, before)), p in zip(compared.items(), chances, strict=True) if p < _RARE}
    return sorted(lost, key=lambda own: (-lost[own], own))[:LONGEST]


_RARE = 1 - CONFIDENCE


def _chance(now: int, before: int, total: Numbers) -> float:
    """That a translation fell so far, and that it fell so much more than the others: the larger of both."""
    alone = chance_of_fall(now, before)
    if alone >= _RARE:
        return alone
    others_before, others = total[0] - before, total[1] - now
    return max(alone, chance_of_so_few(now, now + before, others, others + others_before))


def _published(connection: Connection, found: Sequence[int]) -> list[int]:
    is_published = (Translation.status == "published", Translation.id.in_(found))
    kept = set(connection.execute(select(Translation.id).where(*is_published)).scalars())
    return [own for own in found if own in kept]


@dataclass(frozen=True, slots=True)
class Day:
    """What was read on a day."""

    day: date
    views: int
    searched: int
    listed: int
    linked: int
    elsewhere: int
    contacts: int


def list_days(
    database: Database, *, period: Period, reach: Reach = EVERYWHERE, article_id: int | None = None
) -> tuple[Day, ...]:
    """Each day of a period on which something was, of an article or of all in reach; two queries."""
    if article_id is None:
        where = [_reached(model.translation_id + 0, reach) for model in (DailyTally, ContactTally)]
    else:
        own = select(Translation.id).where(Translation.article_id == article_id, *reach.conditions())
        where = [[model.translation_id.in_(own)] for model in (DailyTally, ContactTally)]
    columns = [func.sum(getattr(DailyTally, name)) for name in SUMMED[:4]]
    tallies = select(DailyTally.day, *columns).where(*period.covers(DailyTally.day), *where[0])
    contacts = select(ContactTally.day, func.sum(ContactTally.contacts)).where(*period.covers(ContactTally.day))
    with database.read() as connection:
        rows = {day: numbers for day, *numbers in connection.execute(tallies.group_by(DailyTally.day))}
        asked = _pairs(connection, contacts.where(*where[1]).group_by(ContactTally.day))
    return tuple(
        Day(day, views, searched, listed, linked, views - searched - listed - linked, asked.get(day, 0))
        for day in sorted(rows.keys() | asked.keys())
        for views, searched, listed, linked in [rows.get(day, (0, 0, 0, 0))]
    )


@dataclass(frozen=True, slots=True)
class Served:
    """Views of the translation in one locale by readers who asked for another, or for it."""

    asked: str
    locale: str
    views: int


@dataclass(frozen=True, slots=True)
class ArticleReading:
    """The figures of an article's translations in reach, the source first, and which locales its readers asked for."""

    total: Figures
    texts: tuple[Reading, ...]
    served: tuple[Served, ...]


def get_reading(
    database: Database, article_id: int, *, period: Period, before: Period, reach: Reach = EVERYWHERE
) -> ArticleReading:
    """Three queries. Raises TranslationNotFound."""
    texts = LINES.where(Article.id == article_id, *reach.conditions()).order_by(
        Translation.locale != Article.source_locale, by_code(Translation.locale)
    )
    with database.read() as connection:
        lines = {row.id: Line(*row[1:]) for row in connection.execute(texts)}
        if not lines:
            raise TranslationNotFound(f"There is no article {article_id}.")
        views = (
            select(DailyTally.translation_id, DailyTally.locale, *_sums(period))
            .where(DailyTally.translation_id.in_(lines), *_in(DailyTally.day, period, before))
            .group_by(DailyTally.translation_id, DailyTally.locale)
        )
        rows = {(own, asked): numbers for own, asked, *numbers in connection.execute(views)}
        contacts = (
            select(ContactTally.translation_id, func.sum(ContactTally.contacts))
            .where(ContactTally.translation_id.in_(lines), *period.covers(ContactTally.day))
            .group_by(ContactTally.translation_id)
        )
        asked = _pairs(connection, contacts)
    own_rows = {own: [numbers for (other, _), numbers in rows.items() if other == own] for own in lines}
    sums = {own: _added(numbers) for own, numbers in own_rows.items()}
    served = [Served(tag, lines[own].locale, numbers[1]) for (own, tag), numbers in rows.items() if numbers[1]]
    return ArticleReading(
        _figures(_added(list(sums.values())), sum(asked.values())),
        tuple(
            Reading(line.article_id, line.key, line.locale, line.title, _figures(sums[own], asked.get(own, 0)))
            for own, line in lines.items()
        ),
        tuple(sorted(served, key=lambda item: (-item.views, item.asked, item.locale))),
    )


def _added(rows: Sequence[Numbers]) -> Numbers:
    return tuple(map(sum, zip(*rows, strict=True))) or NONE


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
    tags = reach.locales or tuple(locale.tag for locale in locales.all)
    near = [pair for tag in tags for pair in _near(locales, tag)]
    own, asked, number = aliased(Translation), DailyTally.locale, func.sum(DailyTally.views)
    has_own = select(own.id).where(
        own.article_id == Translation.article_id,
        own.status == "published",
        own.has_body,
        tuple_(asked, own.locale).in_(near),
    )
    statement = (
        select(Translation.id, asked, number.label("views"))
        .join(DailyTally, DailyTally.translation_id + 0 == Translation.id)
        .where(*period.covers(DailyTally.day), DailyTally.views > 0, asked.in_(tags))
        .where(tuple_(asked, Translation.locale).not_in(near), ~has_own.exists(), Translation.status == "published")
        .where(*Reach(categories=reach.categories).conditions())
        .group_by(Translation.id, asked)
        .order_by(number.desc(), Translation.id, by_code(asked))
    )
    with database.read() as connection:
        rows = connection.execute(statement).all()
        shown = rows[first : first + limit]
        lines = {row.id: row[1:] for row in connection.execute(LINES.where(Translation.id.in_([r.id for r in shown])))}
    return len(rows), tuple(Wanted(*lines[row.id], row.locale, row.views) for row in shown)


def _near(locales: Locales, tag: str) -> Iterator[tuple[str, str]]:
    """A locale with each whose texts its readers take for their own."""
    locale = locales.find(tag)
    for other in locales.all:
        if locale is not None and locales.is_same_writing(locale, other):
            yield tag, other.tag
