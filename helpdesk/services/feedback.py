"""Takes votes: one row per visitor and translation, whatever is posted how often (product rule 4).

A visitor who has a vote is limited by himself. One who has none is a newcomer, and limited by the network: the first
newcomers of an hour are counted, the next are held until the team has looked at them, and only a flood is refused.
So a class behind one address loses no vote, and what a flood of forged visitors leaves behind is in no figure.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from typing import Any

from sqlalchemy import and_, case, delete, func, select, update
from sqlalchemy.engine import Connection

from helpdesk.db import Database
from helpdesk.models import RequestTally, Vote
from helpdesk.queries.feedback import HeldScope, is_held
from helpdesk.services.counting import lock_counters, recount_votes
from helpdesk.services.site import Site
from helpdesk.text.masking import masked

HOUR = 60  # minutes


class Reception(Enum):
    """What became of a vote; the first two are named as the status of its row."""

    COUNTED = "counted"
    HELD = "held"
    REFUSED = "refused"


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


def cast_vote(site: Site, ballot: Ballot, *, network: bytes, now: datetime) -> Reception:
    """Store the vote with one upsert, unless it is refused; `network` is a keyed hash.

    What looks personal in the comment and the query is masked before.

    Raises Busy, and then nothing was stored and a retry is harmless.
    """
    with site.database.transaction() as connection:
        reception = _admit(site, connection, ballot.visitor, network, now)
        if reception is Reception.REFUSED:
            return reception
        lock_counters(connection, [ballot.translation_id])
        status = connection.execute(_upsert(site.database, ballot, reception.value, now)).scalar_one()
        recount_votes(connection, [ballot.translation_id])
    return Reception(status)


def _upsert(database: Database, ballot: Ballot, status: str, now: datetime) -> Any:
    """The row's own status comes back: a vote that is held stays so whatever its visitor changes, a counted one too."""
    row = {
        "visitor": ballot.visitor,
        "translation_id": ballot.translation_id,
        "locale": ballot.locale,
        "is_helpful": ballot.is_helpful,
        "status": status,
        "revision": ballot.revision,
        "reasons": " ".join(ballot.reasons or ()),
        "comment": masked(ballot.comment or ""),
        "query": masked(ballot.query),
        "created_at": now,
        "updated_at": now,
    }
    statement = database.upsert(Vote).values(**row)
    new = statement.excluded
    # What was said about another answer or another revision does not stand for this one.
    is_same = and_(Vote.is_helpful == new.is_helpful, Vote.revision == new.revision)
    changes = {name: new[name] for name in ("locale", "is_helpful", "revision", "updated_at")}
    changes["reasons"] = case((is_same, Vote.reasons), else_="") if ballot.reasons is None else new.reasons
    changes["comment"] = case((is_same, Vote.comment), else_="") if ballot.comment is None else new.comment
    # The team has read and settled another answer.
    changes |= {"is_read": False, "is_resolved": False}
    changes["query"] = case((new.query == "", Vote.query), else_=new.query)
    return statement.on_conflict_do_update(index_elements=["visitor", "translation_id"], set_=changes).returning(
        Vote.status
    )


def remove_vote(site: Site, visitor: str, translation_id: int, *, now: datetime) -> bool:
    """Take a vote back, if there is one; False: too many requests, nothing was done. Raises Busy.

    Who has taken back every vote is a newcomer again, so that nothing is gained by it.
    """
    with site.database.transaction() as connection:
        if _tally(site.database, connection, _key_of(visitor), "requests", now) > site.settings.votes_per_minute:
            return False
        lock_counters(connection, [translation_id])
        connection.execute(delete(Vote).where(Vote.visitor == visitor, Vote.translation_id == translation_id))
        recount_votes(connection, [translation_id])
    return True


def release_votes(database: Database, scope: HeldScope) -> int:
    """Count held votes, all in one transaction; how many. Raises Busy."""
    with database.transaction() as connection:
        chosen = select(Vote.translation_id).where(*is_held(scope)).distinct()
        translations = connection.execute(chosen).scalars().all()
        lock_counters(connection, translations)
        statement = update(Vote).where(*is_held(scope), Vote.translation_id.in_(translations))
        released = connection.execute(statement.values(status=Reception.COUNTED.value)).rowcount
        recount_votes(connection, translations)
    return released


def drop_votes(database: Database, scope: HeldScope) -> int:
    """Delete held votes; how many. Raises Busy."""
    with database.transaction() as connection:
        return connection.execute(delete(Vote).where(*is_held(scope))).rowcount


def _admit(site: Site, connection: Connection, visitor: str, network: bytes, now: datetime) -> Reception:
    """Whether a vote is counted, held or refused; a cookie says nothing, only votes that stand do.

    A visitor with a held vote is held everywhere: a cookie that a flood has collected is worth no more than the flood.
    """
    standing = connection.execute(select(func.max(Vote.status)).where(Vote.visitor == visitor)).scalar()
    if standing is None:
        return _admit_newcomer(site, connection, network, now)
    requests = _tally(site.database, connection, _key_of(visitor), "requests", now)
    return Reception.REFUSED if requests > site.settings.votes_per_minute else Reception(standing)


def _admit_newcomer(site: Site, connection: Connection, network: bytes, now: datetime) -> Reception:
    newcomers = _tally(site.database, connection, network, "newcomers", now)
    if newcomers > site.settings.new_voters_per_minute:
        return Reception.REFUSED
    before = connection.execute(
        select(func.coalesce(func.sum(RequestTally.newcomers), 0)).where(
            RequestTally.network == network, RequestTally.minute.between(_minute(now) - HOUR, _minute(now) - 1)
        )
    ).scalar_one()
    return Reception.HELD if before + newcomers > site.settings.new_voters_per_hour else Reception.COUNTED


def count_request(database: Database, key: bytes, *, now: datetime, number: int = 1, is_read: bool = False) -> int:
    """Requests of a network or visitor (a hash) in the current minute, this one or `number` of them included.

    Raises Busy, for a request that only reads sooner than for one that writes anyway.
    """
    with database.transaction(is_brief=is_read) as connection:
        return _tally(database, connection, key, "requests", now, more=number)


def _tally(database: Database, connection: Connection, key: bytes, column: str, now: datetime, *, more: int = 1) -> int:
    """One more, or several, in the current minute, and how many that makes: one upsert for all processes."""
    row = {"network": key, "minute": _minute(now), "requests": 0, "newcomers": 0, column: more}
    number = getattr(RequestTally, column)
    statement = (
        database.upsert(RequestTally)
        .values(**row)
        .on_conflict_do_update(index_elements=["network", "minute"], set_={column: number + more})
        .returning(number)
    )
    counted = int(connection.execute(statement).scalar_one())
    if counted == more:
        connection.execute(delete(RequestTally).where(RequestTally.minute < _minute(now) - HOUR))
    return counted


def _minute(now: datetime) -> int:
    return int(now.timestamp()) // 60


def _key_of(visitor: str) -> bytes:
    return hashlib.blake2b(visitor.encode(), digest_size=16, person=b"visitor").digest()
