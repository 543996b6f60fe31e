"""A collection in segments of Whoosh: its files are used, its analysis, queries, scoring and commits are not.

A segment is an index of Whoosh with the documents as they are stored, and beside it `rows`, the columns, `postings`,
`headers`, a table of Whoosh that knows where those of a term are, `words`, `keys`, by which words are found that nobody
typed as they are written, and `titles`.
"""

from __future__ import annotations

from array import array
from collections import Counter
from collections.abc import Collection as Container
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from functools import cached_property
from itertools import chain
from pathlib import Path

import msgspec
import numpy as np
from numpy.typing import NDArray
from whoosh.codec.whoosh3 import W3Codec
from whoosh.fields import STORED, Schema
from whoosh.filedb.filetables import HashReader, HashWriter
from whoosh.filedb.structfile import StructFile

from helpdesk.search.analysis import MAX_QUERY_LENGTH
from helpdesk.search.builds import Segment
from helpdesk.search.collection import FIELDS, PLACES, Analysed, Columns, Mask, Numbers, Part, Posting
from helpdesk.search.files import File, Storage
from helpdesk.search.postings import Found, Header, Postings, characters_of, pack
from helpdesk.search.ranking import brevity, norms
from helpdesk.search.titles import TitleList
from helpdesk.search.titles import pack as pack_titles
from helpdesk.search.vocabulary import WordList, Words, together

_ROWS, _WORDS, _KEYS, _TITLES, _POSTINGS = "rows", "words", "keys", "titles", "postings"
_HEADERS, _STORED = "headers", "stored"
# What keys of headers begin with: those of terms, and of whole titles.
_TERM, _EXACT = b"t", b"e"
_CRC32 = 1
_MAX_TITLE_TERM = 4 * MAX_QUERY_LENGTH
# What an open segment remembers, in bytes, and so many for a term in any case: then it forgets all.
_MAX_BYTES, _ROOM = 3_000_000, 500
# All headers of a segment of so few documents are read when so many terms were sought in it.
_SMALL, _MANY_ASKED = 16, 60
# Of so many terms it is remembered how many documents have them.
_MAX_FREQUENCIES = 5_000


# Of Whoosh's fields there is only what is stored: the whole document, from which a segment is made again when others go
# up in it.
_SCHEMA = Schema(**{_STORED: STORED()})


class _Rows(msgspec.Struct):
    """The file `rows`: what numbers stand for, and columns as bytes."""

    names: list[list[str]]
    arrays: list[bytes]


# Numbers, frequencies and places of one field, as they come.
_Gathered = tuple["array[int]", "array[int]", list[str]]


class _Gathering:
    """The postings of documents, which come in their order."""

    def __init__(self) -> None:
        # By kind of term and field of the document.
        self._terms: dict[bytes, list[dict[str, _Gathered]]] = {_EXACT: [{}], _TERM: [{} for _ in FIELDS]}

    def put(self, number: int, document: Analysed) -> None:
        """The postings of a document."""
        exact = {document.title: (0,)} if 0 < len(document.title) <= _MAX_TITLE_TERM else {}
        fields = [exact, *map(document.terms.__getitem__, FIELDS)]
        for known, terms in zip(chain(*self._terms.values()), fields, strict=True):
            for term, places in terms.items():
                own = known.get(term)
                if own is None:
                    own = known[term] = (array("I"), array("I"), [])
                own[0].append(number)
                own[1].append(len(places))
                own[2].append(characters_of(places))

    def write(self, storage: Storage) -> None:
        """All of them, and for each term a value that tells where those of all fields are."""
        table = HashWriter(storage.create_file(_HEADERS), hashtype=_CRC32)
        with storage.create_file(_POSTINGS) as file:
            for kind, fields in self._terms.items():
                for term in sorted(set[str]().union(*fields)):
                    headers = [
                        self._put(file, field, *known.pop(term)) for field, known in enumerate(fields) if term in known
                    ]
                    table.add(_key(kind, term), msgspec.msgpack.encode(headers))
        table.close()

    def _put(
        self, file: StructFile, field: int, numbers: array[int], frequencies: array[int], places: Sequence[str]
    ) -> Header:
        header, packed = pack(field, numbers, frequencies, places, file.tell())
        file.write(packed)
        return header


class Opened:
    """An open segment without regard to what was deleted since: it never changes."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._keys, self._titles, self._file = (File(folder / name) for name in (_KEYS, _TITLES, _POSTINGS))
        storage = Storage(folder)
        self.reader = storage.open_index(schema=_SCHEMA).reader()
        self._table = HashReader.open(storage, _HEADERS)
        self.documents = self.reader.doc_count_all()
        self._postings = Postings(self._file.read_at)
        # One query asks for the same terms several times, and the next one for some of them again. Entries are added
        # or all dropped, so threads need no lock.
        self._headers: dict[bytes, dict[int, Header]] = {}
        self._found: dict[int, Found] = {}
        self._remembered = self._asked = 0

    def close(self) -> None:
        with suppress(Exception):  # a damaged reader must not stand in the way of its successor
            self._keys.close()
            self._titles.close()
            self._file.close()
            self._table.close()
            self.reader.close()

    def __del__(self) -> None:
        self.close()

    def living(self, deleted: Container[int]) -> Iterator[Analysed]:
        """All but those, as they were given."""
        for number in range(self.documents):
            if number not in deleted:
                yield msgspec.msgpack.decode(self.reader.stored_fields(number)[_STORED], type=Analysed)

    @cached_property
    def word_list(self) -> WordList:
        words = msgspec.msgpack.decode((self.folder / _WORDS).read_bytes(), type=Words)
        return WordList(words, self._keys.read_at)

    @cached_property
    def title_list(self) -> TitleList:
        return TitleList(self._titles.read_at)

    def headers(self, term: str, kind: bytes = _TERM) -> dict[int, Header]:
        """Those of a term by field, none for one that stands nowhere."""
        key = _key(kind, term)
        headers = self._headers.get(key)
        if headers is None:
            self._asked += 1
            is_read = self.documents <= _SMALL and self._asked > _MANY_ASKED
            value = (self._values if is_read else self._table).get(key)
            found = msgspec.msgpack.decode(value, type=list[Header]) if value else ()
            headers = {header.field: header for header in found}
            self._remember(_ROOM)
            self._headers[key] = headers
        return headers

    @cached_property
    def _values(self) -> dict[bytes, bytes]:
        return dict(self._table.items())

    def found(self, header: Header) -> Found:
        """What a header leads to."""
        found = self._found.get(header.at)
        if found is None:
            found = self._postings.find(header)
            self._remember(_ROOM + header.places_at - header.at)
            self._found[header.at] = found
        return found

    def places(self, header: Header, among: Mask) -> Numbers:
        """Where the term of a header stands in some documents of this segment; see Collection."""
        return self._postings.places(header, self.found(header), among)

    def _remember(self, size: int) -> None:
        self._remembered += size
        if self._remembered > _MAX_BYTES:
            self._headers.clear()
            self._found.clear()
            self._remembered = size


class WhooshCollection:
    """See Collection; holds the segments that `previous` has open already."""

    def __init__(self, root: Path, segments: Sequence[Segment], previous: Mapping[str, Opened]) -> None:
        self.opened = {item.name: previous.get(item.name) or Opened(root / item.name) for item in segments}
        self.columns = Columns()
        self._parts: list[tuple[int, int, Opened]] = []
        for segment in segments:
            offset = len(self.columns)
            self.columns.extend(read_columns(root / segment.name))
            for number in segment.deleted:
                self.columns.living[offset + number] = False
            self._parts.append((offset, len(segment.deleted), self.opened[segment.name]))
        self.living = sum(segment.living for segment in segments)
        self.languages: Sequence[str] = self.columns.spoken()
        self.norms = norms(self.columns)
        self.kin: dict[str, dict[str, float]] = {}
        # One query asks for the same ones several times.
        self._frequencies: dict[str, int] = {}

    @cached_property
    def brevity(self) -> NDArray[np.float32]:
        """See Collection."""
        return brevity(self.columns)

    @cached_property
    def word_lists(self) -> Sequence[WordList]:
        """See Collection."""
        return together(opened.word_list for _, _, opened in self._parts)

    def frequency(self, term: str) -> int:
        """See Collection."""
        known = self._frequencies.get(term)
        if known is None:
            if len(self._frequencies) >= _MAX_FREQUENCIES:
                self._frequencies.clear()
            known = self._frequencies[term] = sum(self._least(term, *part) for part in self._parts)
        return known

    def _least(self, term: str, offset: int, deleted: int, opened: Opened) -> int:
        """A term that lives must not seem to be dead."""
        headers = opened.headers(term).values()
        having = max((header.having for header in headers), default=0)
        if having > deleted:
            return having - deleted
        living = self.columns.of("living")[offset:]
        return int(any(living[opened.found(header).numbers].any() for header in headers))

    def postings(self, term: str) -> dict[str, Posting]:
        """See Collection."""
        pieces: dict[int, list[Posting]] = {}
        for offset, _, opened in self._parts:
            for field, header in opened.headers(term).items():
                _, numbers, often = opened.found(header)
                pieces.setdefault(field, []).append(Posting(numbers.astype(np.int64) + offset, often))
        return {FIELDS[field]: _joined(pieces[field]) for field in sorted(pieces)}

    def places(self, term: str, among: Mask) -> Numbers:
        """See Collection."""
        found = [
            opened.places(header, among[offset : offset + opened.documents]) + offset * PLACES
            for offset, _, opened in self._parts
            for header in opened.headers(term).values()
        ]
        return np.concatenate(found) if found else np.empty(0, np.int64)

    def titled(self, title: str) -> Iterator[int]:
        """See Collection."""
        for offset, _, opened in self._parts:
            for header in opened.headers(title, _EXACT).values():
                yield from (offset + number for number in opened.found(header).numbers.tolist())

    def parts(self) -> list[Part]:
        """See Collection."""
        return [Part(offset, opened.word_list, opened.title_list) for offset, _, opened in self._parts]


def _joined(pieces: Sequence[Posting]) -> Posting:
    return pieces[0] if len(pieces) == 1 else Posting(*map(np.concatenate, zip(*pieces, strict=True)))


def read_columns(folder: Path) -> Columns:
    """Of all documents of a segment."""
    rows = msgspec.msgpack.decode((folder / _ROWS).read_bytes(), type=_Rows)
    columns = Columns()
    for names, theirs in zip(columns.names(), rows.names, strict=True):
        for name in theirs:
            names.number(name)
    for column, raw in zip(columns.arrays(), rows.arrays, strict=True):
        column.extend(raw) if isinstance(column, bytearray) else column.frombytes(raw)
    return columns


def write(folder: Path, documents: Iterable[Analysed]) -> int:
    """A segment, not yet brought to the disk; how many documents it has."""
    # In one compound file, everything would be read through a layer of Python.
    storage = Storage(folder)
    writer = storage.create_index(_SCHEMA).writer(codec=W3Codec(compression=0), compound=False)
    columns, titles, words, gathering = Columns(), list[str](), Counter[str](), _Gathering()
    try:
        for document in documents:
            writer.add_document(**{_STORED: msgspec.msgpack.encode(document)})
            gathering.put(len(columns), document)
            columns.append(document.row)
            titles.append(document.title)
            words.update(document.words)
        gathering.write(storage)
        writer.commit(merge=False)
    except BaseException:
        with suppress(Exception):  # on a full disk this fails as well; the whole folder goes
            writer.cancel()
        raise
    arrays = [bytes(column) for column in columns.arrays()]
    rows = _Rows([names.names for names in columns.names()], arrays)
    (folder / _ROWS).write_bytes(msgspec.msgpack.encode(rows))
    listed = WordList.of(words.items())
    (folder / _WORDS).write_bytes(msgspec.msgpack.encode(listed.packed))
    (folder / _TITLES).write_bytes(pack_titles((number, title) for number, title in enumerate(titles) if title))
    (folder / _KEYS).write_bytes(listed.packed_keys())
    return len(columns)


def _key(kind: bytes, term: str) -> bytes:
    return kind + term.encode("utf-8", "surrogatepass")
