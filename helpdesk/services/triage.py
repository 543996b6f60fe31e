"""What the team does with feedback; each in one transaction, and only to what is in reach.

All take the ids of votes, leave out those that are no entries of the inbox or need no change, and return how many
were changed. All raise Busy.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, select, update
from sqlalchemy.engine import Connection

from helpdesk.db import Database
from helpdesk.errors import RevisionNotFound
from helpdesk.models import Revision, Triage, Vote
from helpdesk.queries.inbox import IS_COUNTED, IS_FEEDBACK
from helpdesk.queries.reports import EVERYWHERE, Reach


def mark_read(database: Database, votes: Sequence[int], reach: Reach = EVERYWHERE, *, seen_at: datetime) -> int:
    """Somebody has read them, as they stood at a time: what was said later stays unread."""
    with database.transaction(is_brief=True) as connection:
        where = (Vote.is_read.is_(False), Vote.updated_at <= seen_at)
        return len(_change(connection, votes, reach, *where, is_read=True))


def mark_unread(database: Database, votes: Sequence[int], reach: Reach = EVERYWHERE) -> int:
    """Let somebody read them again; what is resolved stays so."""
    with database.transaction() as connection:
        where = (Vote.is_read, Vote.is_resolved.is_(False))
        return len(_change(connection, votes, reach, *where, is_read=False))


def resolve(
    database: Database,
    votes: Sequence[int],
    reach: Reach = EVERYWHERE,
    *,
    by: str,
    seen_at: datetime,
    now: datetime,
    revision: int | None = None,
) -> int:
    """Nothing is left to do about them, as they stood at a time; `revision` mends what was said, of one vote.

    Raises RevisionNotFound when the translation has none of that number after the one that was judged.
    """
    with database.transaction() as connection:
        if revision is not None:
            _require(connection, votes, revision)
        where = (Vote.is_resolved.is_(False), Vote.updated_at <= seen_at)
        changed = _change(connection, votes, reach, *where, is_read=True, is_resolved=True)
        _note(database, connection, changed, resolved_at=now, resolved_by=by, revision=revision)
    return len(changed)


def reopen(database: Database, votes: Sequence[int], reach: Reach = EVERYWHERE) -> int:
    """Something is left to do about them after all."""
    with database.transaction() as connection:
        changed = _change(connection, votes, reach, Vote.is_resolved, is_resolved=False)
        _note(database, connection, changed, resolved_at=None, resolved_by="", revision=None)
    return len(changed)


def assign(database: Database, votes: Sequence[int], reach: Reach = EVERYWHERE, *, assignee: str) -> int:
    """An e-mail address looks after them; "": nobody."""
    with database.transaction() as connection:
        held = select(Triage.vote_id).where(Triage.assignee == assignee)
        none = select(Triage.vote_id).where(Triage.assignee != "")
        is_other = Vote.id.not_in(held) if assignee else Vote.id.in_(none)
        changed = connection.execute(select(Vote.id).where(*_chosen(votes, reach), is_other)).scalars().all()
        _note(database, connection, changed, assignee=assignee)
    return len(changed)


def _chosen(votes: Sequence[int], reach: Reach) -> list[ColumnElement[bool]]:
    found: list[Any] = [Vote.id.in_(votes), IS_FEEDBACK, IS_COUNTED]
    return found + reach.covers(Vote.translation_id)


def _change(connection: Connection, votes: Sequence[int], reach: Reach, *where: Any, **values: bool) -> Sequence[int]:
    statement = update(Vote).where(*_chosen(votes, reach), *where).values(**values).returning(Vote.id)
    return connection.execute(statement).scalars().all()


def _note(database: Database, connection: Connection, votes: Sequence[int], **values: Any) -> None:
    """The same of each; what is not named stays as it is."""
    if votes:
        rows = [{"vote_id": vote, **values} for vote in sorted(votes)]
        statement = database.upsert(Triage).values(rows)
        connection.execute(statement.on_conflict_do_update(index_elements=["vote_id"], set_=values))


def _require(connection: Connection, votes: Sequence[int], revision: int) -> None:
    found = (
        select(Revision.id)
        .join(Vote, Vote.translation_id == Revision.translation_id)
        .where(Vote.id.in_(votes), Revision.number == revision, Revision.number > Vote.revision)
    )
    if connection.execute(found).first() is None:
        raise RevisionNotFound(f"No revision {revision} came after the one that was judged.")
