"""The outbox: what changed, noted for the index of every machine, and for every rebuild under way."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta
from secrets import token_hex

from sqlalchemy import Row, Select, and_, bindparam, delete, exists, func, insert, literal, select, update
from sqlalchemy.engine import Connection

from helpdesk import clock
from helpdesk.db import Database, UtcDateTime, new_id
from helpdesk.errors import Busy
from helpdesk.models import Outbox, SearchNode, State, Translation
from helpdesk.queries.frame import GENERATION

BATCH = 500
# A node unseen for so long loses its rows, and rebuilds when it returns.
FORGOTTEN_AFTER = timedelta(hours=24)
# When a change is due that is there already: long ago, for machines whose clocks are behind the writer's.
AT_ONCE = datetime(1970, 1, 1, tzinfo=UTC)
# Stands in the outbox for all articles: the whole index is to be built anew. Lower than any id, so it comes first.
EVERYTHING = 0
# Between the name of a machine's node and what makes that of one of its rebuilds.
REBUILD = "#rebuild-"
_SEEN = update(SearchNode).where(SearchNode.name == bindparam("node")).values(seen_at=bindparam("now"))


def touch(database: Database, connection: Connection) -> None:
    """Say in the caller's transaction that what readers see has changed: every validator of a page ends."""
    statement = database.upsert(State).values(name=GENERATION, value=token_hex(8))
    connection.execute(
        statement.on_conflict_do_update(index_elements=["name"], set_={"value": statement.excluded.value})
    )


class Notes:
    """What a node, named after its machine, has yet to take in."""

    def __init__(self, database: Database, machine: str, node: str) -> None:
        self.database, self.machine, self.node = database, machine, node

    def add(self, connection: Connection, article_ids: Sequence[int]) -> bool:
        """Note changed articles for every node, in the caller's transaction; whether this one is known."""
        touch(self.database, connection)
        is_known = connection.execute(_SEEN, {"node": self.node, "now": clock.now()}).rowcount == 1
        connection.execute(
            delete(SearchNode).where(SearchNode.seen_at < clock.now() - FORGOTTEN_AFTER, SearchNode.name != self.node)
        )
        for article_id in article_ids:
            rows = select(SearchNode.id, literal(article_id), literal(token_hex(8)), literal(AT_ONCE, UtcDateTime))
            statement = self.database.upsert(Outbox).from_select(
                ["node_id", "article_id", "token", "due_at"],
                rows.where(literal(True)),  # SQLite needs a WHERE between SELECT and ON CONFLICT
            )
            connection.execute(
                statement.on_conflict_do_update(
                    index_elements=["node_id", "article_id"],
                    set_={"token": statement.excluded.token, "due_at": statement.excluded.due_at},
                )
            )
        return is_known

    def look(self) -> tuple[bool, bool]:
        """Whether the node is known, and whether anything is due; one query."""
        node = select(SearchNode.id).where(SearchNode.name == self.node)
        with self.database.read() as connection:
            is_known, has_rows = connection.execute(select(exists(node), exists(_due(self.node)))).one()
        return is_known, has_rows

    def list_due(self) -> list[Row[int, int, str]]:
        """The first rows that are due, by article."""
        statement = _due(self.node).order_by(Outbox.article_id).limit(BATCH)
        with self.database.read() as connection:
            return list(connection.execute(statement).all())

    def forget(self, rows: Sequence[Row[int, int, str]]) -> None:
        """Done with, but only where the token is what we read: a change since then stays noted.

        An article with a translation yet to be published stays noted for that time.
        """
        with self.database.transaction() as connection:
            connection.execute(_SEEN, {"node": self.node, "now": clock.now()})
            scheduled = _scheduled(connection, [row.article_id for row in rows])
            for row in rows:
                is_same = and_(
                    Outbox.node_id == row.node_id, Outbox.article_id == row.article_id, Outbox.token == row.token
                )
                if row.article_id in scheduled:
                    connection.execute(update(Outbox).where(is_same).values(due_at=scheduled[row.article_id]))
                else:
                    connection.execute(delete(Outbox).where(is_same))

    def register(self) -> None:
        """Make the node known; a new one with the note that its whole index is yet to be built."""
        with self.database.transaction() as connection:
            self._hold(connection)
            if connection.execute(_SEEN, {"node": self.node, "now": clock.now()}).rowcount == 0:
                _add_node(connection, self.node, EVERYTHING)

    @contextmanager
    def of_rebuild(self) -> Iterator[str]:
        """The name of a node that notes what changes from now on; one at a time on a machine."""
        name = f"{self.node}{REBUILD}{token_hex(4)}"
        is_old = and_(SearchNode.name.startswith(self.machine, autoescape=True), SearchNode.name.contains(REBUILD))
        with self.database.transaction() as connection:
            self._hold(connection)
            connection.execute(delete(SearchNode).where(is_old))  # of a rebuild that died
            _add_node(connection, name)
        try:
            yield name
        finally:
            with suppress(Busy), self.database.transaction() as connection:
                self._hold(connection)
                connection.execute(delete(SearchNode).where(SearchNode.name == name))

    def list_changed(self, node: str) -> list[int] | None:
        """Ids of all articles that are due for the node of a rebuild; None: it is no longer known."""
        with self.database.read() as connection:
            if connection.execute(select(SearchNode.id).where(SearchNode.name == node)).first() is None:
                return None
            return [row.article_id for row in connection.execute(_due(node))]

    def _hold(self, connection: Connection) -> None:
        """Lock what whoever notes a change locks: that change is committed, or is noted for a node made here as well.

        And no node goes while a change is being noted for it.
        """
        statement = self.database.upsert(State).values(name=GENERATION, value=token_hex(8))
        connection.execute(statement.on_conflict_do_update(index_elements=["name"], set_={"value": State.value}))


def _due(node: str) -> Select[int, int, str]:
    return (
        select(Outbox.node_id, Outbox.article_id, Outbox.token)
        .join(SearchNode, SearchNode.id == Outbox.node_id)
        .where(SearchNode.name == node, Outbox.due_at <= clock.now())
    )


def _add_node(connection: Connection, name: str, *article_ids: int) -> None:
    """With a note for each of the articles, and for each with a translation to be published later."""
    now = clock.now()
    node_id = new_id(connection, insert(SearchNode).values(name=name, seen_at=now))
    for article_id, due_at in {**dict.fromkeys(article_ids, now), **_scheduled(connection)}.items():
        row = {"node_id": node_id, "article_id": article_id, "token": token_hex(8), "due_at": due_at}
        connection.execute(insert(Outbox).values(**row))


def _scheduled(connection: Connection, article_ids: Sequence[int] | None = None) -> dict[int, datetime]:
    """When the next translation of an article is to be published, for those that have one ahead."""
    statement = (
        select(Translation.article_id, func.min(Translation.published_at))
        .where(Translation.status == "published", Translation.published_at > clock.now())
        .group_by(Translation.article_id)
    )
    if article_ids is not None:
        statement = statement.where(Translation.article_id.in_(article_ids))
    return {article_id: due_at for article_id, due_at in connection.execute(statement) if due_at is not None}
