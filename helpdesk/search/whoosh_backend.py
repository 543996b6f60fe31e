"""The search backend on Whoosh 2.7.4: its postings are used, its queries, scoring and refreshing are not."""

from __future__ import annotations

import io
import os
import re
import sys
import threading
from array import array
from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from contextlib import ExitStack, suppress
from dataclasses import dataclass, field
from heapq import nsmallest
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from whoosh.fields import ID, KEYWORD, STORED, Schema
from whoosh.filedb.filestore import FileStorage
from whoosh.filedb.structfile import StructFile
from whoosh.reading import TermNotFound

from helpdesk.search.analysis import MAX_QUERY_LENGTH, analyse, fold_title, query_terms
from helpdesk.search.backend import (
    Document,
    Hit,
    Latest,
    SearchQuery,
    SearchResult,
    SearchUnavailable,
    Status,
    nothing_new,
)
from helpdesk.search.builds import Build, Builds
from helpdesk.search.ranking import BOOSTS, Fits, fits, norms, rank

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

_LOCALE = re.compile("[A-Za-z0-9-]{1,64}")
_WRITER_MEGABYTES = 64
# Postings kept decoded per locale and process, about 100 bytes each.
_MAX_CACHED_POSTINGS = 100_000
_MAX_TITLE_TERM = 4 * MAX_QUERY_LENGTH

# Lengths are stored with the rest: Whoosh keeps them rounded, and counts variants as words. Without "scorable"
# its writer would ask the disk for the file of lengths with every posting.
_SCHEMA = Schema(**{name: KEYWORD(scorable=True) for name in BOOSTS}, exact_title=ID(), stored=STORED())


class _Stored(NamedTuple):
    article_id: int
    translation_id: int
    category: str
    language: str
    title_language: str
    stamp: str
    lengths: tuple[int, ...]


class _File(io.FileIO):
    """Keeps its offset to itself: processes that share a descriptor after a fork cannot move each other's."""

    _offset = 0

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        if whence == os.SEEK_CUR:
            offset += self._offset
        elif whence == os.SEEK_END:
            offset += os.fstat(self.fileno()).st_size
        self._offset = offset
        return offset

    def tell(self) -> int:
        return self._offset

    def readinto(self, buffer: WriteableBuffer) -> int:
        count = os.preadv(self.fileno(), [buffer], self._offset)
        self._offset += count
        return count


class _Storage(FileStorage):  # type: ignore[misc]
    def __init__(self, folder: Path) -> None:
        # Mapped into memory, a few large indexes cost each process hundreds of megabytes.
        super().__init__(str(folder), supports_mmap=False)

    def open_file(self, name: str, **options: Any) -> StructFile:
        return StructFile(io.BufferedReader(_File(self._fpath(name))), name=name, **options)


class _Snapshot:
    """One build, opened: it never changes, and serves one thread at a time."""

    def __init__(self, build: Build, previous: _Snapshot | None) -> None:
        self.build = build
        self._reader = _Storage(build.folder).open_index(schema=_SCHEMA).reader()
        self._leaves = list(self._reader.leaf_readers())
        self.size: int = self._reader.doc_count_all()
        # Segments never change either: most of what a commit left as it was need not be read again.
        known = previous.segments if previous else {}
        self.segments: dict[str, list[_Stored]] = {
            leaf.segment().segment_id(): known.get(leaf.segment().segment_id()) or _read_stored(leaf)
            for leaf, _ in self._leaves
            if self.size
        }
        self.documents = {
            offset + number: stored
            for leaf, offset in self._leaves
            if self.size
            for number, stored in enumerate(self.segments[leaf.segment().segment_id()])
            if not leaf.is_deleted(number)
        }
        stored = self.documents.values()
        self.languages = sorted({row.language for row in stored} | {row.title_language for row in stored})
        self._norms = {name: self._norms_of(index) for index, name in enumerate(BOOSTS)}
        self._fits: dict[str, Fits] = {}
        self._cached = 0

    def close(self) -> None:
        with suppress(Exception):  # a damaged reader must not stand in the way of its successor
            self._reader.close()

    def __del__(self) -> None:
        self.close()

    def search(self, query: SearchQuery) -> SearchResult:
        text = query.text[:MAX_QUERY_LENGTH]
        ranking = rank(
            query_terms(text, (query.locale, *self.languages)),
            len(self.documents),
            frequency=self._frequency,
            look_up=self._look_up,
        )
        scores = ranking.scores
        exact = {number for number, _ in self._postings("exact_title", fold_title(text))}
        for number in exact:
            scores.setdefault(number, 0.0)
        counts = Counter(self.documents[number].category for number in scores)
        matches: Collection[int] = scores
        if query.category is not None:
            matches = [number for number in scores if self.documents[number].category == query.category]
        offset = max(0, query.offset)
        best = nsmallest(
            offset + max(0, query.limit),
            matches,
            key=lambda number: (number not in exact, -scores[number], self.documents[number].article_id),
        )
        hits = tuple(
            Hit(self.documents[number].article_id, self.documents[number].translation_id, scores[number])
            for number in best[offset:]
        )
        return SearchResult(hits, len(matches), len(matches), dict(sorted(counts.items())), {}, query.text)

    def _norms_of(self, field_index: int) -> array[float]:
        return norms(
            [
                self.documents[number].lengths[field_index] if number in self.documents else 0
                for number in range(self.size)
            ]
        )

    def _frequency(self, term: str) -> int:
        # Whoosh counts the deleted ones too.
        most: int = max(self._reader.doc_frequency(name, term) for name in BOOSTS)
        return max(0, most - (self.size - len(self.documents)))

    def _look_up(self, term: str) -> Fits:
        known = self._fits.get(term)
        if known is None:
            frequencies = {name: self._postings(name, term) for name in BOOSTS}
            known = fits(frequencies, self._norms, len(self.documents))
            self._cached += len(known) + 1
            if self._cached > _MAX_CACHED_POSTINGS:
                self._fits.clear()
                self._cached = len(known) + 1
            self._fits[term] = known
        return known

    def _postings(self, name: str, term: str) -> list[tuple[int, float]]:
        pairs = []
        for leaf, offset in self._leaves:
            with suppress(TermNotFound):
                matcher = leaf.postings(name, term)
                while matcher.is_active():
                    pairs.append((offset + matcher.id(), matcher.weight()))
                    matcher.next()
        return pairs


@dataclass(slots=True)
class _Slot:
    """What a process holds of a locale; the snapshot belongs to the thread that holds the lock."""

    builds: Builds
    lock: threading.Lock = field(default_factory=threading.Lock)
    snapshot: _Snapshot | None = None

    def open(self) -> _Snapshot:
        """The published build, opened if it is not yet. Raises SearchUnavailable."""
        stamp = self.builds.stamp()
        if stamp and self.snapshot and self.snapshot.build.stamp == stamp:
            return self.snapshot
        while stamp:
            try:
                fresh = _Snapshot(self.builds.current(), self.snapshot)
            except Exception as error:
                tried, stamp = stamp, self.builds.stamp()
                if stamp != tried:  # replaced while it was being opened
                    continue
                raise SearchUnavailable(f"The index in {self.builds.folder} cannot be opened.") from error
            self.drop()
            self.snapshot = fresh
            return fresh
        raise SearchUnavailable(f"There is no index in {self.builds.folder}.")

    def drop(self) -> None:
        """Let go of the open build."""
        if self.snapshot:
            self.snapshot.close()
            self.snapshot = None


class WhooshBackend:
    """A SearchBackend with an index per locale in `root`, a folder on a disk of this machine alone."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self._slots: dict[str, _Slot] = {}
        self._pid = os.getpid()

    def index(self, locale: str, documents: Sequence[Document], *, delete: Sequence[int] = ()) -> None:
        """See SearchBackend."""
        slot = self._slot(locale)
        added = {document.article_id: document for document in documents}
        try:
            with slot.builds.lock():
                with slot.lock:
                    snapshot = slot.open()
                gone = added.keys() | set(delete)
                numbers = [n for n, document in snapshot.documents.items() if document.article_id in gone]
                if numbers or added:
                    living = len(snapshot.documents) - len(numbers)
                    with slot.builds.new(snapshot.build) as folder:
                        index = _Storage(folder).open_index(schema=_SCHEMA)
                        # Deleted documents slow down every look-up: no more of them than of living ones.
                        _write(index, added.values(), delete=numbers, compact=snapshot.size > 2 * living)
        except SearchUnavailable:
            raise
        except Exception as error:
            raise SearchUnavailable(f"The index of {locale} could not be updated.") from error

    def delete(self, locale: str, article_ids: Sequence[int]) -> None:
        """See SearchBackend."""
        self.index(locale, (), delete=article_ids)

    def rebuild(self, locale: str, documents: Iterable[Document], *, latest: Latest = nothing_new) -> None:
        """See SearchBackend."""
        slot = self._slot(locale)
        try:
            slot.builds.folder.mkdir(parents=True, exist_ok=True)
            with ExitStack() as stack, slot.builds.new(None) as folder:
                stamps = {}

                def noted() -> Iterable[Document]:
                    for document in documents:
                        stamps[document.article_id] = document.stamp
                        yield document

                index = _Storage(folder).create_index(_SCHEMA)
                _write(index, noted())
                add, gone = stack.enter_context(latest(stamps))
                stack.enter_context(slot.builds.lock())
                ids = {document.article_id for document in add} | set(gone)
                reader = index.reader()
                numbers = [n for n in reader.all_doc_ids() if ids and reader.stored_fields(n)["stored"][0] in ids]
                reader.close()
                if ids:
                    _write(index, add, delete=numbers)
        except Exception as error:
            raise SearchUnavailable(f"The index of {locale} could not be built.") from error

    def stamps(self, locale: str) -> dict[int, str]:
        """See SearchBackend."""
        try:
            slot = self._slot(locale)
            with slot.lock:
                documents = slot.open().documents
        except SearchUnavailable:
            return {}
        return {document.article_id: document.stamp for document in documents.values()}

    def status(self, locale: str) -> Status:
        """See SearchBackend."""
        slot = self._slot(locale)
        try:
            with slot.lock:
                build = slot.open().build
                return Status("ready", slot.open().size, sum(size for size, _ in build.manifest.values()))
        except SearchUnavailable:
            return Status("missing" if slot.builds.stamp() is None else "broken")

    def suggest(self, locale: str, typed: str, *, limit: int) -> tuple[int, ...]:
        """See SearchBackend."""
        raise SearchUnavailable("none")

    def search(self, query: SearchQuery) -> SearchResult:
        """See SearchBackend."""
        slot = self._slot(query.locale)
        with slot.lock:
            snapshot = slot.open()
            try:
                return snapshot.search(query)
            except Exception as error:
                # Opened anew, and checked against its manifest, with the next query.
                slot.drop()
                slot.builds.distrust()
                raise SearchUnavailable(f"The index of {query.locale} cannot be read.") from error

    def close(self) -> None:
        """See SearchBackend."""
        for slot in list(self._slots.values()):
            with slot.lock:
                slot.drop()

    def _slot(self, locale: str) -> _Slot:
        if self._pid != os.getpid():
            # After a fork: a lock may have been held by a thread that exists in the parent only.
            self._slots, self._pid = {}, os.getpid()
        if not _LOCALE.fullmatch(locale):
            raise SearchUnavailable(f"{locale!r} is no locale.")
        return self._slots.get(locale) or self._slots.setdefault(locale, _Slot(Builds(self._root / locale)))


def _read_stored(leaf: Any) -> list[_Stored]:
    stored = (_Stored(*leaf.stored_fields(number)["stored"]) for number in range(leaf.doc_count_all()))
    # Few categories and languages stand in many documents.
    return [
        row._replace(
            category=sys.intern(row.category),
            language=sys.intern(row.language),
            title_language=sys.intern(row.title_language),
        )
        for row in stored
    ]


def _write(index: Any, documents: Iterable[Document], *, delete: Sequence[int] = (), compact: bool = False) -> None:
    writer = index.writer(limitmb=_WRITER_MEGABYTES)
    try:
        for number in delete:
            writer.delete_document(number)
        for document in documents:
            writer.add_document(**_fields(document))
        writer.commit(optimize=compact)
    except BaseException:
        with suppress(Exception):  # on a full disk this fails as well; the whole folder goes
            writer.cancel()
        raise


def _fields(document: Document) -> dict[str, Any]:
    fields: dict[str, Any] = {}
    lengths = []
    for name in BOOSTS:
        is_of_title = name in ("title", "summary", "keywords")
        tokens = analyse(getattr(document, name), document.title_language if is_of_title else document.language)
        fields[name] = [token.term for token in tokens]
        lengths.append(tokens[-1].position + 1 if tokens else 0)
    title = fold_title(document.title)
    if 0 < len(title) <= _MAX_TITLE_TERM:
        fields["exact_title"] = title
    # A plain tuple: Whoosh pickles it, and the class may move.
    fields["stored"] = (
        document.article_id,
        document.translation_id,
        document.category,
        document.language,
        document.title_language,
        document.stamp,
        tuple(lengths),
    )
    return fields
