"""Which words have a key: a table in bytes, of which a look-up reads two pieces wherever they are kept."""

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


def pack(words: int, keys: Iterable[Iterable[Key]]) -> bytes:
    """The table of so many words, given by their keys: where each bucket begins, and the sorted entries of all."""
    kept, last = _masks(words)
    buckets = [list[int]() for _ in range(last + 1)]
    for number, own in enumerate(keys):
        for code in map(hash, own):
            buckets[code & last].append(code & kept | number)
    packed = [array("I", accumulate(map(len, buckets), initial=0)), *(array("I", sorted(each)) for each in buckets)]
    return b"".join(packed)


class KeyTable:
    """A table that was packed for so many words."""

    def __init__(self, words: int, read: Read) -> None:
        self._kept, self._last = _masks(words)
        self._read, self._bits, self._is_small = read, words.bit_length(), words <= _SMALL

    def find(self, key: Key, limit: int) -> list[int]:
        """The numbers of words with the key, and seldom of another one, in their order; not more than so many."""
        code = hash(key)
        sought, bucket = code & self._kept, code & self._last
        if self._is_small:
            starts, entries = self._whole
            begin, end = starts[bucket], starts[bucket + 1]
        else:
            begin, end = array("I", self._read(8, 4 * bucket))
            entries = array("I", self._read(4 * (end - begin), 4 * (self._last + 2 + begin)))
            begin, end = 0, end - begin
        first, above = bisect_left(entries, sought, begin, end), sought + (1 << self._bits)
        if first == end or entries[first] >= above:
            return []
        last = bisect_left(entries, above, first, end)
        return [entry & ~self._kept for entry in entries[first : min(last, first + limit)]]

    @cached_property
    def _whole(self) -> tuple[array[int], array[int]]:
        """Where buckets begin, and the entries of all."""
        starts = array("I", self._read(4 * (self._last + 2), 0))
        return starts, array("I", self._read(4 * starts[-1], 4 * (self._last + 2)))


def _masks(words: int) -> tuple[int, int]:
    """Of a hash, what an entry keeps, and what chooses the bucket: some sixteen words have one."""
    bits = words.bit_length()
    return (1 << _BITS) - (1 << bits), (1 << max(0, bits - 4)) - 1
