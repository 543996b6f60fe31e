"""Counters that do not say what they count."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import Integer, cast, func, or_, select

from helpdesk.db import Database
from helpdesk.models import Article, Counter, DailyTally, Translation, Vote


@dataclass(frozen=True, slots=True)
class Drift:
    """A figure of a translation as its counter holds it, and as its votes or daily tallies give it."""

    translation_id: int
    article_id: int
    key: str
    locale: str
    figure: str
    held: int
    counted: int


def list_drifts(database: Database) -> list[Drift]:
    """All differences, by article; one query over all votes that count and all tallies."""
    with database.read() as connection:
        return [
            Drift(*row[:4], name, held, counted)
            for row in connection.execute(_DIFFERENT)
            for name, held, counted in zip(("views", "yes", "no"), row[4:7], row[7:], strict=True)
            if held != counted
        ]


def _sums(model: Any, *columns: Any, **where: Any) -> Any:
    return select(model.translation_id, *columns).filter_by(**where).group_by(model.translation_id).subquery()


_votes = _sums(
    Vote, func.sum(cast(Vote.is_helpful, Integer)).label("yes"), func.count().label("votes"), status="counted"
)
_tallies = _sums(DailyTally, func.sum(DailyTally.views).label("views"))
_VIEWS, _YES = func.coalesce(_tallies.c.views, 0), func.coalesce(_votes.c.yes, 0)
_NO = func.coalesce(_votes.c.votes, 0) - _YES
_DIFFERENT = (
    select(Translation.id, Article.id, Article.key, Translation.locale, Counter.views, Counter.yes, Counter.no)
    .add_columns(_VIEWS, _YES, _NO)
    .join(Article, Article.id == Translation.article_id)
    .join(Counter, Counter.translation_id == Translation.id)
    .outerjoin(_votes, _votes.c.translation_id == Translation.id)
    .outerjoin(_tallies, _tallies.c.translation_id == Translation.id)
    .where(or_(Counter.views != _VIEWS, Counter.yes != _YES, Counter.no != _NO))
    .order_by(Article.id, Translation.id)
)
