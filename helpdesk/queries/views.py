"""Daily tallies of an article: views, what was not counted and why, and switches to another language."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sqlalchemy import func, select

from helpdesk.db import Database
from helpdesk.models import DailyTally, SwitchTally, Translation
from helpdesk.sql import by_code


@dataclass(frozen=True, slots=True)
class TallyLine:
    """One day of one translation, for one locale asked for."""

    day: date
    locale: str
    asked_locale: str
    views: int
    searched: int
    listed: int
    linked: int
    repeats: int
    prefetches: int
    bots: int
    team: int


def list_tallies(database: Database, article_id: int, *, since: date | None = None) -> list[TallyLine]:
    """All days of an article, the latest first."""
    statement = (
        select(
            DailyTally.day,
            Translation.locale,
            DailyTally.locale.label("asked"),
            DailyTally.views,
            DailyTally.searched,
            DailyTally.listed,
            DailyTally.linked,
            DailyTally.repeats,
            DailyTally.prefetches,
            DailyTally.bots,
            DailyTally.team,
        )
        .join(Translation, Translation.id == DailyTally.translation_id)
        .where(Translation.article_id == article_id)
        .order_by(DailyTally.day.desc(), by_code(Translation.locale), by_code(DailyTally.locale))
    )
    if since is not None:
        statement = statement.where(DailyTally.day >= since)
    with database.read() as connection:
        return [TallyLine(*row) for row in connection.execute(statement)]


@dataclass(frozen=True, slots=True)
class SwitchLine:
    """How often readers of an article left one locale for another."""

    from_locale: str
    to_locale: str
    switches: int


def list_switches(database: Database, article_id: int, *, since: date | None = None) -> list[SwitchLine]:
    """Each pair of locales between which readers of an article switched, the most frequent first."""
    number = func.sum(SwitchTally.switches)
    statement = (
        select(SwitchTally.from_locale, SwitchTally.to_locale, number)
        .where(SwitchTally.article_id == article_id)
        .group_by(SwitchTally.from_locale, SwitchTally.to_locale)
        .order_by(number.desc(), SwitchTally.from_locale, SwitchTally.to_locale)
    )
    if since is not None:
        statement = statement.where(SwitchTally.day >= since)
    with database.read() as connection:
        return [SwitchLine(*row) for row in connection.execute(statement)]
