"""Which documents have a term in a field, how often and where: pieces of a file, read wherever they are kept.

First, of a term that not only few have, which documents have it, as bits. Then the numbers of the documents and how
often each has the term, or of a term that many have only how often each document has it. Then where each stretch of
these begins in the last piece: the places, as characters.
"""

from __future__ import annotations

import sys
from array import array
from bisect import bisect_left
from collections.abc import Iterable, Sequence
from itertools import accumulate, chain, compress, repeat
from operator import add, mul
from typing import NamedTuple

from helpdesk.search.bits import bits_of, numbers_of
from helpdesk.search.collection import FIELD_PLACES, PLACES
from helpdesk.search.keys import Read

# More than one document of so many are many, or not only few.
_MANY, _SOME = 8, 64
# Documents of a stretch.
_STRETCH = 64
# A document that is sought costs as much as so many that are gone through; so many bytes are read as soon as some.
_FEW, _SMALL = 16, 4_096


class Header(NamedTuple):
    """Where the pieces of a term in a field begin, and their sizes; a term that many have has no type of numbers.

    So many documents have it, and each of them not more often than `most` times.
    """

    field: int
    number_type: str
    often_type: str
    having: int
    most: int
    rows: int
    at: int
    places_at: int
    places: int


class Found(NamedTuple):
    """Documents told by bits, and by number or along the numbers how often they have a term; starts of stretches."""

    bits: int
    numbers: array[int] | None
    often: Sequence[int]
    starts: array[int]

    @property
    def bytes(self) -> int:
        """What it takes, about."""
        return self.bits.bit_length() // 8 + (1 if self.numbers is None else 5) * len(self.often) + 500

    @property
    def having(self) -> Iterable[int]:
        """The numbers of the documents, in order."""
        return compress(range(len(self.often)), self.often) if self.numbers is None else self.numbers


def pack(
    field: int, numbers: array[int], frequencies: array[int], places: Sequence[str], documents: int, at: int
) -> tuple[Header, bytes]:
    """What is written there of a term in a field of so many documents, given with its places in each that has it."""
    characters = [each.encode("utf-8", "surrogatepass") for each in places]
    ends = [*accumulate(map(len, characters), initial=0)]
    often_type, number_type = "B" if max(frequencies) < 1 << 8 else "I", "H" if numbers[-1] < 1 << 16 else "I"
    firsts: Iterable[int] = range(0, len(numbers), _STRETCH)
    rows, packed = len(numbers), array(number_type, numbers).tobytes()
    often: array[int] | bytearray = array(often_type, frequencies)
    if _MANY * len(numbers) > documents and often_type == "B":
        number_type, packed, rows, often = "", b"", documents, bytearray(documents)
        for number, times in zip(numbers, frequencies, strict=True):
            often[number] = times
        firsts = (bisect_left(numbers, number) for number in range(0, documents, _STRETCH))
    starts = array("I", [*map(ends.__getitem__, firsts), ends[-1]])
    if size := _size_of_bits(len(numbers), documents):
        packed = bits_of(numbers, documents).to_bytes(size) + packed
    packed += bytes(often) + starts.tobytes()
    header = Header(
        field, number_type, often_type, len(numbers), max(frequencies), rows, at, at + len(packed), ends[-1]
    )
    return header, b"".join((packed, *characters))


class Postings:
    """Reads the postings of a segment."""

    def __init__(self, documents: int, read: Read) -> None:
        self._documents, self._read = documents, read

    def find(self, header: Header) -> Found:
        """All but the places."""
        raw = memoryview(self._read(header.places_at - header.at, header.at))
        numbers, often, starts = array(header.number_type or "B"), array(header.often_type), array("I")
        zeroth = _size_of_bits(header.having, self._documents)
        first = zeroth + (header.having * numbers.itemsize if header.number_type else 0)
        second = first + header.rows * often.itemsize
        starts.frombytes(raw[second:])
        if not header.number_type:
            return Found(int.from_bytes(raw[:zeroth]), None, bytes(raw[first:second]), starts)
        numbers.frombytes(raw[zeroth:first])
        often.frombytes(raw[first:second])
        bits = int.from_bytes(raw[:zeroth]) if zeroth else bits_of(numbers, self._documents)
        return Found(bits, numbers, often, starts)

    def places(self, header: Header, found: Found, offset: int, wanted: int | None) -> Iterable[int]:
        """See Collection.places; a document's are sought where few are wanted, else all are gone through."""
        among = None if wanted is None else wanted & found.bits
        if among == 0:
            return ()
        if among is not None and _FEW * among.bit_count() < header.having:
            return self._sought(header, found, offset, numbers_of(among, self._documents))
        text = _decoded(self._read(header.places, header.places_at))
        firsts = map(add, map(mul, found.having, repeat(PLACES)), repeat(_first(header, offset)))
        often = filter(None, found.often)
        return map(add, chain.from_iterable(map(repeat, firsts, often)), map(ord, text))

    def _sought(self, header: Header, found: Found, offset: int, having: Iterable[int]) -> list[int]:
        places = list[int]()
        _bits, numbers, often, starts = found
        whole = self._read(header.places, header.places_at) if header.places <= _SMALL else None
        for number in having:
            row = number if numbers is None else bisect_left(numbers, number)
            stretch = row // _STRETCH
            begin, end = starts[stretch], starts[stretch + 1]
            text = _decoded(whole[begin:end] if whole else self._read(end - begin, header.places_at + begin))
            before, first = sum(often[stretch * _STRETCH : row]), _first(header, offset + number)
            places += [first + ord(place) for place in text[before : before + often[row]]]
        return places


def characters_of(places: Sequence[int]) -> str:
    """The places of a term in a document as characters."""
    try:
        return "".join(map(chr, places))
    except ValueError:  # words after the first million stand all in one place
        return "".join(chr(min(place, sys.maxunicode)) for place in places)


def _decoded(places: bytes) -> str:
    return places.decode("utf-8", "surrogatepass")


def _size_of_bits(having: int, documents: int) -> int:
    return (documents + 7) // 8 if _SOME * having > documents else 0


def _first(header: Header, number: int) -> int:
    return number * PLACES + header.field * FIELD_PLACES
