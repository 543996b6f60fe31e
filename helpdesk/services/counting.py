"""The counters that pages and lists show: counted anew from the rows rather than moved up and down, so none drifts."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, func, select, update
from sqlalchemy.engine import Connection

from helpdesk.models import Counter, DailyTally, Vote


def lock_counters(connection: Connection, translations: Any) -> None:
    """Let changes of votes on some translations (ids or a query) follow each other: each count sees those before it."""
    rows = select(Counter.translation_id).where(Counter.translation_id.in_(translations))
    connection.execute(rows.order_by(Counter.translation_id).with_for_update())


def recount_votes(connection: Connection, translations: Any) -> None:
    """Count the votes on some translations, whose counters are locked."""
    chosen = Counter.translation_id.in_(translations)
    connection.execute(update(Counter).where(chosen).values(yes=_votes(True), no=_votes(False)))


def recount(connection: Connection, translations: Any) -> None:
    """Count the votes on some translations and their views; what is counted meanwhile waits, and comes on top."""
    lock_counters(connection, translations)
    chosen = Counter.translation_id.in_(translations)
    views = (
        select(func.coalesce(func.sum(DailyTally.views), 0))
        .where(DailyTally.translation_id == Counter.translation_id)
        .scalar_subquery()
    )
    connection.execute(update(Counter).where(chosen).values(views=views, yes=_votes(True), no=_votes(False)))


def _votes(is_helpful: bool) -> ColumnElement[int]:
    return (
        select(func.count())
        .where(
            Vote.translation_id == Counter.translation_id,
            Vote.status == "counted",
            Vote.is_helpful.is_(is_helpful),
        )
        .scalar_subquery()
    )
