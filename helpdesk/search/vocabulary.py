"""The words of an index as they are written: what begins, ends or almost is like what a reader typed."""

from __future__ import annotations

import re
from array import array
from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import cached_property
from itertools import chain, combinations
from zlib import crc32

from helpdesk.search.analysis import GRAM_SCRIPTS, HANGUL, fold_title
from helpdesk.search.hangul import keyed

# Written without spaces, so that what was found of it is no word.
UNSPACED = re.compile(f"(?![{HANGUL}])[{GRAM_SCRIPTS}]")
_LAST_SIGMA = re.compile(r"σ\b")
# Above every letter.
AFTER_ALL = "\U0010ffff"
_SHORTEST = 4
# From this length on a word may have two faults.
_LONG = 8
# Letters by which words are found; the others are compared.
_STEM = 7
# Words that one look-up compares, those first that begin alike: bounds its time in any collection.
_MAX_COMPARED = 1_000
# Words that one key may give.
_MAX_HAVING = 100


class WordList:
    """Words with the number of documents that have each; all but the sorted words is made on first use."""

    def __init__(self, words: Iterable[tuple[str, int]]) -> None:
        pairs = sorted(words)
        self._words = [word for word, _ in pairs]
        self._frequencies = array("I", (frequency for _, frequency in pairs))
        self._keys: dict[Callable[[str], Iterable[str]], array[int]] = {}

    def __iter__(self) -> Iterator[tuple[str, int]]:
        return zip(self._words, self._frequencies, strict=True)

    def frequency(self, word: str) -> int:
        """In how many documents the word is; 0 for others."""
        at = bisect_left(self._words, word)
        return self._frequencies[at] if self._words[at : at + 1] == [word] else 0

    def starting(self, prefix: str, limit: int) -> list[str]:
        """Words that begin so, the whole word too, in their order."""
        first = bisect_left(self._words, prefix)
        return self._words[first : min(first + limit, bisect_left(self._words, prefix + AFTER_ALL, first))]

    def ending(self, suffix: str, limit: int) -> list[str]:
        """Words that end so, the whole word too, in the order of their letters from the last to the first."""
        backwards, key = suffix[::-1], lambda at: self._words[at][::-1]
        first = bisect_left(self._backwards, backwards, key=key)
        last = bisect_left(self._backwards, backwards + AFTER_ALL, first, key=key)
        return [self._words[at] for at in self._backwards[first : min(first + limit, last)]]

    def near(self, word: str) -> Iterator[tuple[str, int, int]]:
        """Words that are almost this one, each with the number of faults and that of its documents; in no order.

        A fault is a letter too much, too few or wrong, or two neighbours swapped (optimal string alignment).
        One is allowed from 4 letters on, two where both words have 8. Accents do not count, so that 0 is possible.
        """
        typed = letters(word)
        if len(typed) < _SHORTEST or UNSPACED.search(word):
            return
        needed = set(typed)
        for at in self._candidates(typed):
            word = self._words[at]
            other = letters(word)
            limit = _limit(min(len(typed), len(other)))
            # A fault takes one letter away at most; most words end here.
            if len(needed.difference(other)) <= limit and (faults := _distance(typed, other, limit)) <= limit:
                yield word, faults, self._frequencies[at]

    def having(self, key: str, keys: Callable[[str], Iterable[str]]) -> list[tuple[str, int]]:
        """Words among whose keys this is, with the number of their documents; `keys` is indexed on first use."""
        if keys not in self._keys:
            self._keys[keys] = array(
                "Q", sorted(_code(each) | at for at, word in enumerate(self._words) for each in keys(word))
            )
        index, code = self._keys[keys], _code(key)
        found = index[bisect_left(index, code) : bisect_left(index, code + (1 << 32))]
        words = dict.fromkeys(entry & 0xFFFFFFFF for entry in found[:_MAX_HAVING])
        return [(self._words[at], self._frequencies[at]) for at in words if key in keys(self._words[at])]

    def _candidates(self, typed: str) -> set[int]:
        short, long = self._neighbours
        found = short.find(typed, 1)
        if len(typed) >= _LONG - 1:
            found |= long.find(typed, _limit(len(typed)))
        return found

    @cached_property
    def _backwards(self) -> array[int]:
        return array("I", sorted(range(len(self._words)), key=lambda at: self._words[at][::-1]))

    @cached_property
    def _neighbours(self) -> tuple[_Neighbours, _Neighbours]:
        short, long = _Neighbours(1), _Neighbours(2)
        for at, word in enumerate(self._words):
            folded = letters(word)
            if len(folded) >= _SHORTEST and not UNSPACED.match(word):
                (long if len(folded) >= _LONG else short).owners.append(at)
        for table in short, long:
            table.fill(letters(self._words[at]) for at in table.owners)
        return short, long


class _Neighbours:
    """Words by what is left of them without one or two letters (SymSpell, W. Garbe 2012), in chained buckets.

    Every word has as many entries as the others, so that an entry's number tells its word.
    """

    def __init__(self, faults: int) -> None:
        self._faults = faults
        self.owners = array("I")
        self._each = len(list(_deletions("-" * _STEM, faults)))

    def fill(self, words: Iterable[str]) -> None:
        entries = len(self.owners) * self._each
        self._mask = (1 << max(1, entries.bit_length() - 1)) - 1
        heads, following = array("I", bytes(4 * (self._mask + 1))), array("I", bytes(4 * (entries + 1)))
        mask, each = self._mask, self._each
        for number, word in enumerate(words):
            # 0 ends a chain.
            for entry, rest in enumerate(map(hash, _deletions(word, self._faults)), number * each + 1):
                bucket = rest & mask
                following[entry] = heads[bucket]
                heads[bucket] = entry
        self._heads, self._following = heads, following

    def find(self, word: str, faults: int) -> set[int]:
        following, each = self._following, self._each
        found = set[int]()
        for rest in _deletions(word, faults):
            entry = self._heads[hash(rest) & self._mask]
            while entry and len(found) < _MAX_COMPARED:
                found.add((entry - 1) // each)
                entry = following[entry]
        return {self.owners[number] for number in found}


def _deletions(word: str, faults: int) -> Iterator[tuple[int, ...]]:
    # Numbers, unlike strings, have the same hashes in every process.
    codes = [ord(letter) for letter in word[:_STEM]]
    return chain.from_iterable(combinations(codes, max(0, len(codes) - less)) for less in range(faults + 1))


def _code(key: str) -> int:
    return crc32(key.encode()) << 32


def _limit(length: int) -> int:
    return 2 if length >= _LONG else 1


def _distance(a: str, b: str, limit: int) -> int:
    """Optimal string alignment, or anything above the limit; the first fault can be of four kinds."""
    if a == b:
        return 0
    gap = len(a) - len(b)
    if not limit or abs(gap) > limit:
        return limit + 1
    same = next((at for at, (x, y) in enumerate(zip(a, b, strict=False)) if x != y), min(len(a), len(b)))
    a, b = a[same:], b[same:]
    rests = []
    if gap >= 2 - limit:
        rests.append((a[1:], b))
    if gap <= limit - 2:
        rests.append((a, b[1:]))
    if abs(gap) < limit:
        rests.append((a[1:], b[1:]))
        if a[:2] == b[1::-1]:
            rests.append((a[2:], b[2:]))
    return 1 + min(_distance(x, y, limit - 1) for x, y in rests)


class _Folds(dict[int, str]):
    def __missing__(self, code: int) -> str:
        # Marks need a letter to stand on.
        plain = self[code] = keyed(fold_title("a" + chr(code))[1:])
        return plain


_folds = _Folds()


def letters(word: str) -> str:
    """What counts of a word in small letters: no accents, and syllables as they are keyed."""
    return word if word.isascii() else word.translate(_folds)


def as_written(text: str) -> str:
    """Small letters with the Greek sigma that ends a word, which comparison does not tell from others."""
    return _LAST_SIGMA.sub("ς", text)


def total(word: str, parts: Sequence[WordList]) -> int:
    """In how many documents of all parts the word is."""
    return sum(part.frequency(word) for part in parts)
