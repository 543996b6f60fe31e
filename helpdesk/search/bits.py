"""Sets of documents as the bits of one number, from the highest one down, and sums for all documents at once.

Sums are kept bit by bit: O'Neil and Quass, "Improved Query Performance with Variant Indexes", 1997.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from itertools import compress

_ONE = ord("1")
# Bytes that are not zero as the digit 1, and digits as what they are worth.
_DIGITS, _VALUES = bytes((ord("0"), *[_ONE] * 255)), bytes.maketrans(b"01", b"\0\1")
# One that is sought or put in costs as much as so many that are gone through; so few are taken one by one.
_DENSE, _SPARSE, _FEW = 8, 32, 100


def bits_of(numbers: Collection[int], documents: int) -> int:
    """The bits of documents."""
    if _SPARSE * len(numbers) > documents:
        marks = bytearray(b"0") * (documents + 1)
        for number in numbers:
            marks[number + 1] = _ONE
        return int(marks, 2)
    packed = bytearray(documents // 8 + 1)
    for number in numbers:
        packed[number >> 3] |= 128 >> (number & 7)
    return int.from_bytes(packed) >> 8 - documents % 8


def bits_where(flags: bytes | bytearray) -> int:
    """The bits of those documents whose byte is not zero."""
    return int(b"0" + flags.translate(_DIGITS), 2)


def numbers_of(bits: int, documents: int, having: int | None = None) -> list[int]:
    """The documents that have a bit, in order; how many they are, if that is known."""
    having = bits.bit_count() if having is None else having
    if having <= _FEW:
        return _one_by_one(bits, documents)
    digits = f"{bits:0{documents}b}"
    if _DENSE * having > documents:
        return list(compress(range(documents), digits.encode().translate(_VALUES)))
    return [match.start() for match in re.finditer("1", digits)]


def _one_by_one(bits: int, documents: int) -> list[int]:
    found = []
    while bits:
        place = bits.bit_length()
        found.append(documents - place)
        bits ^= 1 << place - 1
    return found


class Sums:
    """A sum for each document, 0 in the beginning."""

    def __init__(self) -> None:
        # From the lowest place up: the documents in whose sums it is 1.
        self._planes: list[int] = []

    def add(self, value: int, bits: int) -> None:
        """Adds the value to the sums of these documents."""
        place = carry = 0
        while value or carry:
            if place == len(self._planes):
                self._planes.append(0)
            plane = self._planes[place]
            if value & 1:
                self._planes[place] = plane ^ bits ^ carry
                carry |= plane & bits
            else:
                self._planes[place] = plane ^ carry
                carry &= plane
            value >>= 1
            place += 1

    def reaching(self, value: int, bits: int) -> int:
        """Those of these documents whose sums are not less than the value."""
        if value >> len(self._planes):
            return 0
        above = 0
        for place in reversed(range(len(self._planes))):
            having = bits & self._planes[place]
            if value >> place & 1:
                bits = having
                if not bits:
                    break
            else:
                above |= having
                # Several times as quick as to take what is not in the plane.
                bits ^= having
        return above | bits

    def greatest(self, bits: int) -> int:
        """The greatest sum of these documents."""
        value = 0
        for place in reversed(range(len(self._planes))):
            if having := bits & self._planes[place]:
                bits, value = having, value | 1 << place
        return value
