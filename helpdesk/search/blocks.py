"""Sorted strings, some together in one: a tenth of the room that they would take."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain

# Above every letter, and below.
AFTER_ALL, _BEFORE_ALL = "\U0010ffff", "\0"
# Strings in one.
_BLOCK = 32


class Blocks:
    """Strings, told by their places; none has a NUL."""

    def __init__(self, packed: Sequence[str]) -> None:
        self._blocks = packed

    @classmethod
    def of(cls, strings: Sequence[str]) -> Blocks:
        """Of different strings in their order."""
        return cls([_BEFORE_ALL.join(strings[at : at + _BLOCK]) for at in range(0, len(strings), _BLOCK)])

    def __iter__(self) -> Iterator[str]:
        return chain.from_iterable(block.split(_BEFORE_ALL) for block in self._blocks)

    def __getitem__(self, at: int) -> str:
        return self._blocks[at // _BLOCK].split(_BEFORE_ALL)[at % _BLOCK]

    @property
    def packed(self) -> list[str]:
        """All that they are made of again."""
        return list(self._blocks)

    def at(self, places: Iterable[int]) -> Iterator[tuple[int, str]]:
        """The strings at places, neighbours quickly."""
        number, strings = -1, list[str]()
        for at in places:
            if at // _BLOCK != number:
                number = at // _BLOCK
                strings = self._blocks[number].split(_BEFORE_ALL)
            yield at, strings[at % _BLOCK]

    def find(self, string: str) -> tuple[int, bool]:
        """Where the string is, or would be."""
        number = max(0, bisect_right(self._blocks, string + _BEFORE_ALL + AFTER_ALL) - 1)
        strings = self._blocks[number].split(_BEFORE_ALL) if self._blocks else []
        at = bisect_left(strings, string)
        return number * _BLOCK + at, strings[at : at + 1] == [string]

    def starting(self, prefix: str) -> range:
        """The places of those that begin so, the whole string too."""
        return range(self.find(prefix)[0], self.find(prefix + AFTER_ALL)[0])
