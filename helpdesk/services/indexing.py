"""Keeps this machine's search index in step with the content, through the outbox."""

from __future__ import annotations

import fcntl
import logging
import os
import socket
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from functools import partial
from pathlib import Path
from zlib import crc32

from sqlalchemy import func, select
from sqlalchemy.engine import Connection

from helpdesk import clock
from helpdesk.db import Database
from helpdesk.locales import Locale, Locales
from helpdesk.models import Article
from helpdesk.queries.searching import list_documents
from helpdesk.search.backend import Changes, Document, SearchBackend, SearchUnavailable
from helpdesk.services.builders import Builder, Progress
from helpdesk.services.noting import BATCH, EVERYTHING, Notes, touch

log = logging.getLogger(__name__)

# An index of so many articles is built by the search that needs it, in a second at most.
AT_ONCE_ARTICLES = 500
# How long no other process is started for the marked indexes after one that failed.
RETRY_SECONDS = 60


class Indexer:
    """The index of this machine: notes changes, drains them, rebuilds.

        <folder>/lock            held by whoever drains
        <folder>/rebuild.lock    held by the one that rebuilds beside; says when a process was started that has not done
        <folder>/rebuild-<tag>   the locale's index lacks changes, and is to be built anew

    Without a `builder` everything is built in this process, by whoever needs it.
    """

    def __init__(
        self,
        database: Database,
        backend: SearchBackend,
        locales: Locales,
        folder: Path,
        builder: Builder | None = None,
    ) -> None:
        self.database, self.backend, self.locales, self.folder = database, backend, locales, folder
        self.builder = builder
        # Other chains of fallbacks or regions make another index: a changed setting is a node that starts anew.
        chains = repr([([other.tag for other in locales.chain(item)], locales.regions(item)) for item in locales.all])
        machine = f"{socket.gethostname()}:{folder}:"
        self.node = f"{machine}{crc32(chains.encode()):08x}"
        self._notes = Notes(database, machine, self.node)
        self._is_behind = False

    def note(self, connection: Connection, article_ids: Iterable[int]) -> None:
        """Note changed articles for every node, in the caller's transaction; drained after its commit.

        Who changes content waits for the indexes that are missing here, so that readers need not.
        """
        changed = list(article_ids)
        is_known = self._notes.add(connection, changed)
        self.database.on_commit(self.fill if changed and is_known else self.catch_up)

    def fill(self) -> None:
        """As `catch_up`, and make every index that is missing."""
        self.catch_up(self.locales.all)

    def catch_up(self, wanted: Sequence[Locale] = ()) -> bool:
        """Drain, but let no failure of the index reach a writer or reader: the rows stay for the next try."""
        return self._try(partial(self.drain, wanted))

    def _try(self, work: Callable[[], None]) -> bool:
        self._is_behind = True
        try:
            work()
            self._is_behind = False
        except Exception:  # the index boundary: whatever fails there, content is safe and rows remain
            log.exception("The search index could not be brought up to date; it will be tried again.")
        return not self._is_behind

    def ensure(self, locale: Locale) -> bool:
        """Before a search: every change committed before it is in the index. One query when nothing is new.

        False: the locale has no index of which this is true. One of few articles was tried to be built at once, a
        larger one is being built in the background.
        """
        is_known, has_rows = self._notes.look()
        if not is_known and not self._try(self._join):
            return False
        if has_rows or not self._is_usable(locale):
            return self.catch_up([locale]) and self._is_usable(locale)
        self._is_behind = False
        return True

    def drain(self, wanted: Sequence[Locale] = ()) -> None:
        """Make the `wanted` indexes that are missing, and bring noted articles into all that are there; one at a time.

        Every other one is made by its first search.
        """
        with self._lock():
            for locale in wanted:
                if not self._is_usable(locale):
                    self._renew(locale)
            while rows := self._notes.list_due():
                self._take_in([row.article_id for row in rows])
                self._notes.forget(rows)
                if len(rows) < BATCH:
                    break
        if self.builder is not None and self.marked():
            self._start(self.builder)

    def _take_in(self, ids: list[int]) -> None:
        for locale in self.locales.all:
            state = self.backend.status(locale.tag).state
            if state == "missing" or self._mark(locale).exists():
                continue
            if state == "broken":
                self._mark(locale).touch()  # should it come to itself, it lacks these
            elif EVERYTHING in ids:
                self._renew(locale)
            else:
                add, remove = self._changes(locale, ids, self.backend.stamps(locale.tag))
                if add or remove:
                    self.backend.index(locale.tag, add, delete=remove)

    def _changes(self, locale: Locale, ids: Sequence[int], stamps: Mapping[int, str]) -> Changes:
        """Of these articles, what an index with these stamps lacks, and what it has that nobody sees any more."""
        add: list[Document] = []
        visible: set[int] = set()
        for start in range(0, len(ids), BATCH):
            some = ids[start : start + BATCH]
            documents = list_documents(self.database, self.locales, locale, now=clock.now(), article_ids=some)
            add += [document for document in documents if stamps.get(document.article_id) != document.stamp]
            visible |= {document.article_id for document in documents}
        return add, [article_id for article_id in ids if article_id in stamps and article_id not in visible]

    def _is_usable(self, locale: Locale) -> bool:
        return self.backend.status(locale.tag).state == "ready" and not self._mark(locale).exists()

    def _mark(self, locale: Locale) -> Path:
        return self.folder / f"rebuild-{locale.tag}"

    def marked(self) -> list[Locale]:
        """The locales whose index waits to be built anew."""
        return [locale for locale in self.locales.all if self._mark(locale).exists()]

    def begin(self) -> None:
        """For content that was just loaded: the default locale's index; a search makes each other one that is missing.

        An index that is there is of other content, and built anew.
        """
        with self._lock():
            self._begin()

    def _begin(self) -> None:
        self._notes.register()
        noted = self._notes.list_due()
        for locale in self.locales.all:
            if locale == self.locales.default or self.backend.status(locale.tag).state != "missing":
                self._renew(locale)
        self._notes.forget(noted)

    def _join(self) -> None:
        """A node that the database does not know, or no longer, starts from the whole content."""
        with self._lock():
            if not self._notes.look()[0]:
                self._begin()

    def _renew(self, locale: Locale) -> None:
        """Build an index anew: here and now where that is a matter of a moment, else in the background."""
        if self.builder is None or self.count_articles() <= AT_ONCE_ARTICLES:
            self.backend.rebuild(locale.tag, list_documents(self.database, self.locales, locale, now=clock.now()))
            self._mark(locale).unlink(missing_ok=True)
        else:
            self._mark(locale).touch()

    def rebuild(self, progress: Progress = lambda *_: None, *, is_apart: bool = False) -> int:
        """Build the index of every locale anew, beside the old ones; the number of articles that the database holds.

        `is_apart`: in a process of its own, where there is a builder. Raises SearchUnavailable, and Busy.
        """
        with self._alone() as lock:
            if is_apart and self.builder is not None:
                self.builder.run(lock, progress)
            else:
                self.rebuild_every(progress)
        return self.count_articles()

    def rebuild_every(self, progress: Progress = lambda *_: None) -> None:
        """As `rebuild`, in this process, by whoever holds the lock for it; progress counts documents."""
        with self._lock():
            self._notes.register()
            noted = self._notes.list_due()
        articles = self.count_articles()
        total = articles * len(self.locales.all)
        for number, locale in enumerate(self.locales.all):
            self._build_beside(locale, partial(_counted, progress, locale.tag, number * articles, total))
        progress("", total, total)
        with self._lock():
            self._notes.forget(noted)

    def rebuild_marked(self) -> None:
        """Build the indexes that are marked, in this process, by whoever holds the lock for it."""
        while marked := self.marked():
            self._build_beside(marked[0])
            with self.database.transaction() as connection:
                touch(self.database, connection)  # a page of results was made without it
        (self.folder / "rebuild.lock").write_text("")

    def _build_beside(self, locale: Locale, count: Callable[[list[Document]], Iterable[Document]] = iter) -> None:
        """Drains go on meanwhile; what changes after the content was read goes in before the swap."""
        with self._notes.of_rebuild() as node:
            documents = list_documents(self.database, self.locales, locale, now=clock.now())
            self.backend.rebuild(locale.tag, count(documents), latest=partial(self._latest, locale, node))

    @contextmanager
    def _latest(self, locale: Locale, node: str, stamps: Mapping[int, str]) -> Iterator[Changes]:
        with self._lock():
            ids = self._notes.list_changed(node)
            if ids is None:
                raise SearchUnavailable("The database no longer knows of this rebuild; run it again.")
            yield self._changes(locale, ids, stamps)
            self._mark(locale).unlink(missing_ok=True)

    def _start(self, builder: Builder) -> None:
        """One process for the marked indexes, if there is none; after one that failed, not at once another."""
        with suppress(BlockingIOError), self._alone(fcntl.LOCK_EX | fcntl.LOCK_NB) as lock:
            now = clock.now().timestamp()
            if not 0 <= now - float(os.pread(lock, 32, 0) or 0) < RETRY_SECONDS:
                os.pwrite(lock, f"{now:.0f}".encode(), 0)
                builder.start(lock)

    def is_ready(self) -> bool:
        """Whether searches are answered by whole indexes: none is behind, broken, or being built.

        One that was never needed is not missed.
        """
        states = {locale.tag: self.backend.status(locale.tag).state for locale in self.locales.all}
        if self._is_behind or self.marked() or "broken" in states.values() or self.is_rebuilding():
            return False
        return states[self.locales.default.tag] == "ready" or self.count_articles() == 0

    def is_rebuilding(self) -> bool:
        """Whether an index is being built beside the one that answers."""
        try:
            with self._alone(fcntl.LOCK_SH | fcntl.LOCK_NB):
                return False
        except BlockingIOError:
            return True

    def count_articles(self) -> int:
        """Articles that the database holds."""
        with self.database.read() as connection:
            return int(connection.execute(select(func.count(Article.id))).scalar_one())

    @contextmanager
    def _lock(self) -> Iterator[None]:
        with _locked(self.folder / "lock", fcntl.LOCK_EX) as lock:
            try:
                yield
            finally:
                # Closing is not enough: a process forked meanwhile holds the same open file.
                fcntl.flock(lock, fcntl.LOCK_UN)

    @contextmanager
    def _alone(self, how: int = fcntl.LOCK_EX) -> Iterator[int]:
        """One at a time rebuilds beside the old index; gives the open file. Raises BlockingIOError if `how` says so."""
        with _locked(self.folder / "rebuild.lock", how) as lock:
            yield lock


@contextmanager
def _locked(path: Path, how: int) -> Iterator[int]:
    path.parent.mkdir(parents=True, exist_ok=True)
    lock = os.open(path, os.O_RDWR | os.O_CREAT, 0o644)
    try:
        fcntl.flock(lock, how)
        yield lock
    finally:
        os.close(lock)


def _counted(progress: Progress, label: str, done: int, total: int, documents: list[Document]) -> Iterator[Document]:
    for number, document in enumerate(documents):
        if number % 100 == 0:
            progress(label, done + number, total)
        yield document
