"""Counters that do not say what they count."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import func, or_, select

from helpdesk.db import Database
from helpdesk.models import Article, Counter, DailyTally, Translation, Vote
from helpdesk.queries.helpfulness import COUNTED, YES


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
            Drift(own, article_id, key, tag, name, held, counted)
            for own, article_id, key, tag, *numbers in connection.execute(_DIFFERENT)
            for name, held, counted in zip(("views", "yes", "no"), numbers[:3], numbers[3:], strict=True)
            if held != counted
        ]


_votes = (
    select(Vote.translation_id, YES.label("yes"), func.count().label("votes"))
    .where(COUNTED)
    .group_by(Vote.translation_id)
    .subquery()
)
_tallies = (
    select(DailyTally.translation_id, func.sum(DailyTally.views).label("views"))
    .group_by(DailyTally.translation_id)
    .subquery()
)
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
