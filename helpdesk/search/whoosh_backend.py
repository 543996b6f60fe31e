"""The search backend on Whoosh 2.7.4, or whoosh3, which reads and writes the same."""

from __future__ import annotations

import os
import re
import sys
import threading
import unicodedata
from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from hashlib import sha256
from importlib.metadata import version
from importlib.util import find_spec
from itertools import chain
from pathlib import Path

import whoosh
from msgspec.structs import replace

from helpdesk.search import engine, segmenters
from helpdesk.search.backend import (
    Document,
    Latest,
    SearchQuery,
    SearchResult,
    SearchUnavailable,
    Status,
    nothing_new,
)
from helpdesk.search.builds import Builds, Segment, Stamp
from helpdesk.search.collection import Analysed, Columns, analysed
from helpdesk.search.ranking import BOOSTS
from helpdesk.search.whoosh_collection import Opened, WhooshCollection, read_columns, write

# So many segments are left alone whatever their sizes are.
_FEW = 6
_LOCALE = re.compile("[A-Za-z0-9-]{1,64}")
# Modules that decide what an index keeps: of its terms, of the words they were, and the form of both.
_TERMS, _WORDS = ("analysis", "letters", "segmenters"), ("hangul", "likeness", "sounds", "titles", "vocabulary")
_FORM = ("blocks", "collection", "keys", "postings", "whoosh_collection")


@cache
def _fingerprint(plugged: str) -> str:
    """Of all that decides what an index keeps and how: an index of another is built anew."""
    sources = [Path(__file__).with_name(f"{name}.py").read_bytes() for name in (*_TERMS, *_WORDS, *_FORM)]
    stemmer = "PyStemmer" if find_spec("Stemmer") else "snowballstemmer"
    versions = [plugged, stemmer, version(stemmer), version("anyascii"), whoosh.versionstring()]
    machine = [unicodedata.unidata_version, sys.byteorder, str(hash((1, 2, 3)))]
    return sha256(b"".join(sources) + " ".join(versions + machine).encode()).hexdigest()


@dataclass(slots=True)
class _Slot:
    """What a process holds of a locale; the collection belongs to the thread that holds the lock."""

    builds: Builds
    lock: threading.Lock = field(default_factory=threading.Lock)
    stamp: Stamp | None = None
    segments: tuple[Segment, ...] = ()
    collection: WhooshCollection | None = None

    def open(self) -> WhooshCollection:
        """The published build, opened if it is not yet. Raises SearchUnavailable."""
        stamp = self.builds.stamp()
        if self.collection and stamp == self.stamp:
            if self.builds.is_untouched():
                return self.collection
            self.drop()
        while stamp:
            try:
                return self._open()
            except Exception as error:
                tried, stamp = stamp, self.builds.stamp()
                if stamp != tried:  # replaced while it was being opened
                    continue
                self.drop()
                raise SearchUnavailable(f"The index in {self.builds.folder} cannot be opened.") from error
        self.drop()
        raise SearchUnavailable(f"There is no index in {self.builds.folder}.")

    def _open(self) -> WhooshCollection:
        stamp, build = self.builds.current()
        previous = self.collection.opened if self.collection else {}
        fresh = WhooshCollection(self.builds.folder, build.segments, previous)
        for name in previous.keys() - fresh.opened.keys():
            previous[name].close()
        self.stamp, self.segments, self.collection = stamp, build.segments, fresh
        return fresh

    def drop(self) -> None:
        """Let go of the open build, and check the files of the next one whatever is known of them."""
        if self.collection:
            for opened in self.collection.opened.values():
                opened.close()
        self.stamp, self.segments, self.collection = None, (), None
        self.builds.distrust()


class WhooshBackend:
    """A SearchBackend with an index per locale in `root`, a folder on a disk of this machine alone."""

    def __init__(self, root: Path, weights: Mapping[str, float] = BOOSTS) -> None:
        self._root, self._weights = root, weights
        self._slots: dict[str, _Slot] = {}
        self._pid = os.getpid()

    def index(self, locale: str, documents: Sequence[Document], *, delete: Sequence[int] = ()) -> None:
        """See SearchBackend."""
        slot = self._slot(locale)
        try:
            added = _by_article(documents)
            with slot.builds.lock():
                with slot.lock:
                    columns, segments = slot.open().columns, slot.segments
                left = _without(segments, columns, added.keys() | set(delete))
                if added or left != segments:
                    _publish(slot.builds, left, added)
        except SearchUnavailable:
            raise
        except Exception as error:
            raise SearchUnavailable(f"The index of {locale} could not be updated.") from error

    def delete(self, locale: str, article_ids: Sequence[int]) -> None:
        """See SearchBackend."""
        self.index(locale, (), delete=article_ids)

    def rebuild(self, locale: str, documents: Iterable[Document], *, latest: Latest = nothing_new) -> None:
        """See SearchBackend."""
        builds = self._slot(locale).builds
        try:
            with builds.new() as folder:
                segment = builds.seal(folder, write(folder, map(analysed, documents)))
                columns = read_columns(folder)
                with latest(_stamps(columns)) as (more, delete):
                    added = _by_article(more)
                    left = _without((segment,), columns, added.keys() | set(delete))
                    with builds.lock():
                        _publish(builds, left, added)
        except Exception as error:
            raise SearchUnavailable(f"The index of {locale} could not be built.") from error

    def stamps(self, locale: str) -> dict[int, str]:
        """See SearchBackend."""
        try:
            slot = self._slot(locale)
            with slot.lock:
                return _stamps(slot.open().columns)
        except SearchUnavailable:
            return {}

    def status(self, locale: str) -> Status:
        """See SearchBackend."""
        try:
            slot = self._slot(locale)
        except SearchUnavailable:
            return Status("missing")
        with slot.lock:
            try:
                living = slot.open().living
            except SearchUnavailable:
                return Status("broken" if slot.builds.stamp() else "missing")
            return Status("ready", living, sum(segment.bytes for segment in slot.segments))

    def search(self, query: SearchQuery) -> SearchResult:
        """See SearchBackend."""
        with self._opened(query.locale) as opened:
            return engine.search(opened, query, self._weights)

    def suggest(self, locale: str, typed: str, *, limit: int) -> tuple[int, ...]:
        """See SearchBackend."""
        with self._opened(locale) as opened:
            return engine.suggest(opened, typed, limit=limit)

    def close(self) -> None:
        """See SearchBackend."""
        for slot in list(self._slots.values()):
            with slot.lock:
                slot.drop()

    @contextmanager
    def _opened(self, locale: str) -> Iterator[WhooshCollection]:
        slot = self._slot(locale)
        with slot.lock:
            opened = slot.open()
            try:
                yield opened
            except Exception as error:
                slot.drop()
                raise SearchUnavailable(f"The index of {locale} cannot be read.") from error

    def _slot(self, locale: str) -> _Slot:
        if self._pid != os.getpid():
            # After a fork: a lock may have been held by a thread that exists in the parent only.
            self._slots, self._pid = {}, os.getpid()
        if not _LOCALE.fullmatch(locale):
            raise SearchUnavailable(f"{locale!r} is no locale.")
        found = self._slots.get(locale)
        return found or self._slots.setdefault(
            locale, _Slot(Builds(self._root / locale, _fingerprint(segmenters.plugged())))
        )


def _by_article(documents: Sequence[Document]) -> dict[int, Analysed]:
    return {document.article_id: analysed(document) for document in documents}


def _stamps(columns: Columns) -> dict[int, str]:
    return {
        article_id: columns.stamp(number)
        for number, article_id in enumerate(columns.article_ids)
        if columns.living[number]
    }


def _without(segments: Sequence[Segment], columns: Columns, gone: Container[int]) -> tuple[Segment, ...]:
    """Segments, whose columns these are, with all documents of these articles deleted."""
    deleted = [number for number, article_id in enumerate(columns.article_ids) if article_id in gone]
    left, offset = [], 0
    for segment in segments:
        end = offset + segment.documents
        own = {number - offset for number in deleted if offset <= number < end}.union(segment.deleted)
        left.append(replace(segment, deleted=tuple(sorted(own))))
        offset = end
    return tuple(left)


def _publish(builds: Builds, segments: Sequence[Segment], added: Mapping[int, Analysed]) -> None:
    """Publish these segments and a new one, in which small or dead ones go up."""
    total, merged = len(added), []
    for segment in sorted(segments, key=lambda segment: segment.living):
        # Of many, each is larger than all smaller ones together. Deleted documents slow down every look-up: no
        # more of them than of living ones.
        if (len(segments) >= _FEW and segment.living <= total) or segment.living <= len(segment.deleted):
            merged.append(segment)
            total += segment.living
    kept = [segment for segment in segments if segment not in merged]
    if not total:
        builds.publish(kept)
        return
    with builds.new() as folder:
        old = (Opened(builds.folder / item.name).living(frozenset(item.deleted)) for item in merged if item.living)
        builds.publish([*kept, builds.seal(folder, write(folder, chain(added.values(), *old)))])
