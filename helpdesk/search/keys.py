"""Which words have a key: a table in bytes, of which a look-up reads one piece wherever they are kept."""

from __future__ import annotations

from array import array
from bisect import bisect_left
from collections.abc import Callable, Iterable
from functools import cached_property
from itertools import accumulate

# Of numbers, as these, unlike strings, have the same hashes in every process.
Key = tuple[int, ...]
# So many bytes from a place on.
Read = Callable[[int, int], bytes]
# Of an entry: the lower ones tell the word, the others are those of the key's hash.
_BITS = 30
# A table of so few words is read at once: there is one for each of the last edits.
_SMALL = 2_000


def codes(keys: Iterable[Key]) -> tuple[int, ...]:
    """By which keys are sought."""
    return tuple(map(hash, keys))


def pack(words: int, keys: Iterable[Iterable[Key]]) -> bytes:
    """The table of so many words, given by their keys: where each bucket begins, and the sorted entries of all."""
    kept, last = _masks(words)
    buckets = [list[int]() for _ in range(last + 1)]
    for number, own in enumerate(keys):
        for code in codes(own):
            buckets[code & last].append(code & kept | number)
    packed = [array("I", accumulate(map(len, buckets), initial=0)), *(array("I", sorted(each)) for each in buckets)]
    return b"".join(packed)


class KeyTable:
    """A table that was packed for so many words."""

    def __init__(self, words: int, read: Read) -> None:
        self._kept, self._last = _masks(words)
        self._read, self._bits, self._is_small = read, words.bit_length(), words <= _SMALL

    def find(self, codes: Iterable[int], limit: int) -> set[int]:
        """The numbers of words with one of some keys, given as codes, and seldom of others; of each key those
        that come first, and so many in all."""
        found = set[int]()
        kept, step, starts, entries = self._kept, 1 << self._bits, self._starts, self._whole
        for code in codes:
            bucket = code & self._last
            begin, end = starts[bucket], starts[bucket + 1]
            if begin == end or len(found) >= limit:
                continue
            if not self._is_small:
                entries, begin, end = self._entries(begin, end), 0, end - begin
            sought = code & kept
            first = bisect_left(entries, sought, begin, end)
            if first < end and entries[first] < sought + step:
                last = bisect_left(entries, sought + step, first, end)
                found.update([entry & ~kept for entry in entries[first : min(last, first + limit - len(found))]])
        return found

    def _entries(self, begin: int, end: int) -> array[int]:
        return array("I", self._read(4 * (end - begin), 4 * (self._last + 2 + begin)))

    @cached_property
    def _starts(self) -> array[int]:
        """Where buckets begin, less than three bytes for each word."""
        return array("I", self._read(4 * (self._last + 2), 0))

    @cached_property
    def _whole(self) -> array[int]:
        """The entries of all buckets of a small table."""
        return self._entries(0, self._starts[-1]) if self._is_small else array("I")


def _masks(words: int) -> tuple[int, int]:
    """Of a hash, what an entry keeps, and what chooses the bucket: some sixteen words have one."""
    bits = words.bit_length()
    return (1 << _BITS) - (1 << bits), (1 << max(0, bits - 4)) - 1
