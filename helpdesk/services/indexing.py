"""Keeps this machine's search index in step with the content, through the outbox."""

from __future__ import annotations

import fcntl
import logging
import socket
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from secrets import token_hex
from zlib import crc32

from sqlalchemy import Row, and_, bindparam, delete, exists, func, insert, literal, select, update
from sqlalchemy.engine import Connection

from helpdesk import clock
from helpdesk.db import Database, UtcDateTime, new_id
from helpdesk.locales import Locale, Locales
from helpdesk.models import Article, Outbox, SearchNode, State, Translation
from helpdesk.queries.frame import GENERATION
from helpdesk.queries.searching import list_documents
from helpdesk.search.backend import SearchBackend

log = logging.getLogger(__name__)

BATCH = 500
# A node unseen for so long loses its rows, and rebuilds when it returns.
FORGOTTEN_AFTER = timedelta(hours=24)
# When a change is due that is there already: long ago, for machines whose clocks are behind the writer's.
AT_ONCE = datetime(1970, 1, 1, tzinfo=UTC)
# Stands in the outbox for all articles: the whole index is to be built anew. Lower than any id, so it comes first.
EVERYTHING = 0
_SEEN = update(SearchNode).where(SearchNode.name == bindparam("node")).values(seen_at=bindparam("now"))


def touch(database: Database, connection: Connection) -> None:
    """Say in the caller's transaction that what readers see has changed: every validator of a page ends."""
    statement = database.upsert(State).values(name=GENERATION, value=token_hex(8))
    connection.execute(
        statement.on_conflict_do_update(index_elements=["name"], set_={"value": statement.excluded.value})
    )


class Indexer:
    """The index of this machine: notes changes, drains them, rebuilds."""

    def __init__(self, database: Database, backend: SearchBackend, locales: Locales, folder: Path) -> None:
        self.database, self.backend, self.locales, self.folder = database, backend, locales, folder
        # Other chains of fallbacks or regions make another index: a changed setting is a node that starts anew.
        chains = repr([([other.tag for other in locales.chain(item)], locales.regions(item)) for item in locales.all])
        self.node = f"{socket.gethostname()}:{folder}:{crc32(chains.encode()):08x}"

    def note(self, connection: Connection, article_ids: Iterable[int]) -> None:
        """Note changed articles for every node, in the caller's transaction; drained after its commit.

        Who changes content waits for the indexes that are missing here, so that readers need not.
        """
        touch(self.database, connection)
        is_known = connection.execute(_SEEN, {"node": self.node, "now": clock.now()}).rowcount == 1
        connection.execute(
            delete(SearchNode).where(SearchNode.seen_at < clock.now() - FORGOTTEN_AFTER, SearchNode.name != self.node)
        )
        changed = list(article_ids)
        for article_id in changed:
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
        self.database.on_commit(self.fill if changed and is_known else self.catch_up)

    def fill(self) -> None:
        """As `catch_up`, and make every index that is missing."""
        self.catch_up(self.locales.all)

    def catch_up(self, wanted: Sequence[Locale] = ()) -> None:
        """Drain, but let no failure of the index reach a writer or reader: the rows stay for the next try."""
        try:
            self.drain(wanted)
        except Exception:  # the index boundary: whatever fails there, content is safe and rows remain
            log.exception("The search index could not be brought up to date; it will be tried again.")

    def ensure(self, locale: Locale) -> bool:
        """Before a search: every change committed before it is in the index. One query when nothing is new.

        False: the locale has no index that can answer now.
        """
        with self.database.read() as connection:
            node_id, has_rows = connection.execute(
                select(
                    select(SearchNode.id).where(SearchNode.name == self.node).scalar_subquery(),
                    exists(
                        select(Outbox.node_id)
                        .join(SearchNode, SearchNode.id == Outbox.node_id)
                        .where(SearchNode.name == self.node, Outbox.due_at <= clock.now())
                    ),
                )
            ).one()
        if node_id is None:
            self._join()
        if has_rows or not (self.backend.status(locale.tag).state == "ready"):
            self.catch_up([locale])
        return self.backend.status(locale.tag).state == "ready"

    def drain(self, wanted: Sequence[Locale] = ()) -> None:
        """Make the `wanted` indexes that are missing, and bring noted articles into all that are there; one at a time.

        Every other one is made by its first search.
        """
        with self._lock():
            for locale in wanted:
                if not (self.backend.status(locale.tag).state == "ready"):
                    self._rebuild_locale(locale)
            while rows := self._pending():
                ids = [row.article_id for row in rows]
                for locale in self.locales.all:
                    if not (self.backend.status(locale.tag).state == "ready"):
                        continue
                    if EVERYTHING in ids:
                        self._rebuild_locale(locale)
                    else:
                        self._update(locale, ids)
                self._forget(rows)
                if len(rows) < BATCH:
                    return

    def _pending(self) -> list[Row[int, int, str]]:
        statement = (
            select(Outbox.node_id, Outbox.article_id, Outbox.token)
            .join(SearchNode, SearchNode.id == Outbox.node_id)
            .where(SearchNode.name == self.node, Outbox.due_at <= clock.now())
            .order_by(Outbox.article_id)
            .limit(BATCH)
        )
        with self.database.read() as connection:
            return list(connection.execute(statement).all())

    def _update(self, locale: Locale, ids: list[int]) -> None:
        stamps = self.backend.stamps(locale.tag)
        documents = list_documents(self.database, self.locales, locale, now=clock.now(), article_ids=ids)
        add = [document for document in documents if stamps.get(document.article_id) != document.stamp]
        visible = {document.article_id for document in documents}
        remove = [article_id for article_id in ids if article_id in stamps and article_id not in visible]
        if add or remove:
            self.backend.index(locale.tag, add, delete=remove)

    def _forget(self, rows: list[Row[int, int, str]]) -> None:
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

    def rebuild(self, progress: Callable[[str, int, int], None] = lambda *_: None) -> int:
        """Build the index of every locale anew; the number of articles that the database holds."""
        with self._lock():
            self._register()
            noted = self._pending()
            for done, locale in enumerate(self.locales.all):
                progress(locale.tag, done, len(self.locales.all))
                self._rebuild_locale(locale)
            progress("", len(self.locales.all), len(self.locales.all))
            self._forget(noted)
        with self.database.read() as connection:
            return int(connection.execute(select(func.count(Article.id))).scalar_one())

    def is_ready(self) -> bool:
        """Whether searches are answered; those of other locales than the default make an index that is missing."""
        return self.backend.status(self.locales.default.tag).state == "ready"

    def begin(self) -> None:
        """For content that was just loaded: the default locale's index; a search makes each other one that is missing.

        An index that is there is of other content, and built anew.
        """
        with self._lock():
            self._begin()

    def _begin(self) -> None:
        self._register()
        noted = self._pending()
        for locale in self.locales.all:
            if locale == self.locales.default or (self.backend.status(locale.tag).state == "ready"):
                self._rebuild_locale(locale)
        self._forget(noted)

    def _join(self) -> None:
        """A node that the database does not know, or no longer, starts from the whole content."""
        with self._lock():
            with self.database.read() as connection:
                known = connection.execute(select(SearchNode.id).where(SearchNode.name == self.node)).first()
            if known is None:
                self._begin()

    def _rebuild_locale(self, locale: Locale) -> None:
        documents = list_documents(self.database, self.locales, locale, now=clock.now())
        self.backend.rebuild(locale.tag, documents)

    def _register(self) -> None:
        """Make the node known; a new one with the note that its whole index is yet to be built."""
        with self.database.transaction() as connection:
            now = clock.now()
            # Its row is locked by whoever notes a change: that change is committed, or is noted for this node as well.
            touch(self.database, connection)
            if connection.execute(_SEEN, {"node": self.node, "now": now}).rowcount == 0:
                node_id = new_id(connection, insert(SearchNode).values(name=self.node, seen_at=now))
                for article_id, due_at in {EVERYTHING: now, **_scheduled(connection)}.items():
                    row = {"node_id": node_id, "article_id": article_id, "token": token_hex(8), "due_at": due_at}
                    connection.execute(insert(Outbox).values(**row))

    @contextmanager
    def _lock(self) -> Iterator[None]:
        self.folder.mkdir(parents=True, exist_ok=True)
        with (self.folder / "lock").open("w") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            yield


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
