"""Daily tallies of an article: what was counted as a view, and what was not and why."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sqlalchemy import select

from helpdesk.db import Database, by_code
from helpdesk.models import DailyTally, Translation


@dataclass(frozen=True, slots=True)
class TallyLine:
    """One day of one translation, for one locale asked for."""

    day: date
    locale: str
    asked_locale: str
    views: int
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
