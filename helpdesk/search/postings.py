"""Which documents have a term in a field, how often and where: pieces of a file, read wherever they are kept.

First where each stretch of the documents begins in the last piece, then their numbers, then how often each has the
term; and the places, as characters.
"""

from __future__ import annotations

import sys
from array import array
from collections.abc import Sequence
from itertools import accumulate
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from helpdesk.search.collection import FIELD_PLACES, PLACES, Mask, Numbers
from helpdesk.search.keys import Read

# Documents of a stretch.
_STRETCH = 64
# To seek one document costs as much as to go through so many bytes of places.
_SOUGHT = 2_500


class Header(NamedTuple):
    """Where the pieces of a term in a field begin, and their sizes; so many documents have it."""

    field: int
    number_type: str
    often_type: str
    having: int
    at: int
    places_at: int
    places: int


class Found(NamedTuple):
    """Starts of stretches, documents by number, and how often each has a term."""

    starts: NDArray[np.uint32]
    numbers: NDArray[np.unsignedinteger]
    often: NDArray[np.unsignedinteger]


def pack(field: int, numbers: array[int], often: array[int], places: Sequence[str], at: int) -> tuple[Header, bytes]:
    """What is written there of a term in a field, given with its places in each document that has it."""
    characters = [each.encode("utf-8", "surrogatepass") for each in places]
    ends = [*accumulate(map(len, characters), initial=0)]
    often_type, number_type = "B" if max(often) < 1 << 8 else "I", "H" if numbers[-1] < 1 << 16 else "I"
    starts = array("I", [*ends[: len(numbers) : _STRETCH], ends[-1]])
    packed = b"".join((starts.tobytes(), array(number_type, numbers).tobytes(), array(often_type, often).tobytes()))
    header = Header(field, number_type, often_type, len(numbers), at, at + len(packed), ends[-1])
    return header, b"".join((packed, *characters))


class Postings:
    """Reads the postings of a segment."""

    def __init__(self, read: Read) -> None:
        self._read = read

    def find(self, header: Header) -> Found:
        """All but the places."""
        raw = self._read(header.places_at - header.at, header.at)
        starts = np.frombuffer(raw, "I", (header.having - 1) // _STRETCH + 2)
        numbers = np.frombuffer(raw, header.number_type, header.having, starts.nbytes)
        often = np.frombuffer(raw, header.often_type, header.having, starts.nbytes + numbers.nbytes)
        return Found(starts, numbers, often)

    def places(self, header: Header, found: Found, among: Mask) -> Numbers:
        """See Collection.places; a document's are sought where few are wanted, else all are gone through."""
        starts, numbers, often = found
        wanted = among[numbers]
        rows = np.flatnonzero(wanted)
        if not len(rows):
            return np.empty(0, np.int64)
        if _SOUGHT * len(rows) < header.places:
            characters = np.concatenate([self._sought(header, often, starts, row) for row in rows.tolist()])
        else:
            characters = _decoded(self._read(header.places, header.places_at))
            if len(rows) < len(numbers):
                characters = characters[np.repeat(wanted, often)]
        firsts = numbers[rows].astype(np.int64) * PLACES + header.field * FIELD_PLACES
        places: Numbers = np.repeat(firsts, often[rows]) + characters
        return places

    def _sought(self, header: Header, often: NDArray[Any], starts: NDArray[Any], row: int) -> NDArray[np.uint32]:
        stretch = row // _STRETCH
        begin, end = starts[stretch : stretch + 2].tolist()
        before = int(often[stretch * _STRETCH : row].sum())
        return _decoded(self._read(end - begin, header.places_at + begin))[before : before + int(often[row])]


def characters_of(places: Sequence[int]) -> str:
    """The places of a term in a document as characters."""
    try:
        return "".join(map(chr, places))
    except ValueError:  # words after the first million stand all in one place
        return "".join(chr(min(place, sys.maxunicode)) for place in places)


def _decoded(places: bytes) -> NDArray[np.uint32]:
    return np.frombuffer(places.decode("utf-8", "surrogatepass").encode("utf-32-le", "surrogatepass"), "<u4")
