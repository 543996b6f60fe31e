"""Takes votes: one row per visitor and translation, whatever is posted how often (product rule 4)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import and_, case, delete, func, select, update
from sqlalchemy.engine import Connection

from helpdesk.db import BUSY_TIMEOUT, NOTE_TIMEOUT, Database
from helpdesk.models import Counter, RequestTally, Vote


@dataclass(frozen=True, slots=True)
class Ballot:
    """What a visitor says about a translation; `reasons` and `comment` None: leave what was said before."""

    visitor: str
    translation_id: int
    locale: str
    revision: int
    is_helpful: bool
    reasons: Sequence[str] | None = None
    comment: str | None = None
    query: str = ""


def cast_vote(database: Database, ballot: Ballot, *, now: datetime) -> None:
    """Store the vote with one upsert. Raises Busy, and then nothing was stored and a retry is harmless."""
    row = {
        "visitor": ballot.visitor,
        "translation_id": ballot.translation_id,
        "locale": ballot.locale,
        "is_helpful": ballot.is_helpful,
        "revision": ballot.revision,
        "reasons": " ".join(ballot.reasons or ()),
        "comment": ballot.comment or "",
        "query": ballot.query,
        "created_at": now,
        "updated_at": now,
    }
    statement = database.upsert(Vote).values(**row, status="counted")
    new = statement.excluded
    # What was said about another answer or another revision does not stand for this one.
    is_same = and_(Vote.is_helpful == new.is_helpful, Vote.revision == new.revision)
    changes = {name: new[name] for name in ("locale", "is_helpful", "revision", "updated_at")}
    changes["reasons"] = case((is_same, Vote.reasons), else_="") if ballot.reasons is None else new.reasons
    changes["comment"] = case((is_same, Vote.comment), else_="") if ballot.comment is None else new.comment
    changes["query"] = case((new.query == "", Vote.query), else_=new.query)
    with database.transaction() as connection:
        _lock_counter(connection, ballot.translation_id)
        connection.execute(statement.on_conflict_do_update(index_elements=["visitor", "translation_id"], set_=changes))
        _count(connection, ballot.translation_id)


def remove_vote(database: Database, visitor: str, translation_id: int) -> None:
    """Take a vote back; nothing happens when there is none. Raises Busy."""
    with database.transaction() as connection:
        _lock_counter(connection, translation_id)
        connection.execute(delete(Vote).where(Vote.visitor == visitor, Vote.translation_id == translation_id))
        _count(connection, translation_id)


def _lock_counter(connection: Connection, translation_id: int) -> None:
    """Let votes on one translation follow each other, so that each count sees the vote before it."""
    connection.execute(select(Counter.translation_id).where(Counter.translation_id == translation_id).with_for_update())


def _count(connection: Connection, translation_id: int) -> None:
    """Figures are counted anew from the rows rather than moved up and down: they cannot drift."""

    def votes(is_helpful: bool) -> object:
        return (
            select(func.count())
            .where(
                Vote.translation_id == translation_id,
                Vote.status == "counted",
                Vote.is_helpful.is_(is_helpful),
            )
            .scalar_subquery()
        )

    connection.execute(
        update(Counter).where(Counter.translation_id == translation_id).values(yes=votes(True), no=votes(False))
    )


def count_request(database: Database, network: bytes, *, now: datetime, is_read: bool = False) -> int:
    """Requests of a network (a keyed hash) in the current minute, this one included; one upsert for all processes.

    Raises Busy, for a request that only reads sooner than for one that writes anyway.
    """
    minute = int(now.timestamp()) // 60
    statement = database.upsert(RequestTally).values(network=network, minute=minute, requests=1)
    counted = statement.on_conflict_do_update(
        index_elements=["network", "minute"], set_={"requests": RequestTally.requests + 1}
    ).returning(RequestTally.requests)
    with database.transaction(patience=NOTE_TIMEOUT if is_read else BUSY_TIMEOUT) as connection:
        requests = int(connection.execute(counted).scalar_one())
        if requests == 1:
            connection.execute(delete(RequestTally).where(RequestTally.minute < minute))
    return requests
