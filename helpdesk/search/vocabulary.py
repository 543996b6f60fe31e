"""The words of an index as they are written: what begins, ends or almost is like what a reader typed."""

from __future__ import annotations

from array import array
from bisect import bisect_left
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import cached_property, lru_cache
from itertools import chain

import msgspec

from helpdesk.search.blocks import AFTER_ALL, Blocks
from helpdesk.search.keys import Key, KeyTable, Read, codes, pack
from helpdesk.search.likeness import LONG, SHORTEST, UNSPACED, allowed, deletions, distance, letters
from helpdesk.search.sounds import sounds

# Words that one look-up compares, those first that begin alike: bounds its time in any collection.
_MAX_COMPARED = 1_000
# Words that one key may give.
_MAX_HAVING = 100
# Lists of no more words are few: there is one for each of the last edits.
_FEW = 2_000


def bare(word: str) -> Iterator[str]:
    """What counts of a word, where that may not be the word itself."""
    if not word.isascii():
        yield letters(word)


# By what words are found beside their own letters.
Finder = Callable[[str], Iterable[str]]
FINDERS: tuple[Finder, ...] = (bare, sounds)


class Words(msgspec.Struct):
    """Sorted words, some together, and with the number of documents that have each."""

    blocks: list[str]
    frequencies: list[int]


class WordList:
    """Words with the number of documents that have each, and their keys, which are made on first use if not given."""

    def __init__(self, words: Words, keys: Read | None = None) -> None:
        self._words = Blocks(words.blocks)
        self._frequencies = array("I", words.frequencies)
        self._given = keys

    @classmethod
    def of(cls, words: Iterable[tuple[str, int]]) -> WordList:
        """Of words in any order."""
        return cls(_packed(words))

    def __len__(self) -> int:
        return len(self._frequencies)

    def __iter__(self) -> Iterator[tuple[str, int]]:
        return zip(self._words, self._frequencies, strict=True)

    @property
    def packed(self) -> Words:
        """All that the list is made of again."""
        return Words(self._words.packed, list(self._frequencies))

    def packed_keys(self) -> bytes:
        """All that keys are read from."""
        return pack(len(self._frequencies), map(_keys_of, self._words))

    def frequency(self, word: str) -> int:
        """In how many documents the word is; 0 for others."""
        at, is_there = self._words.find(word)
        return self._frequencies[at] if is_there else 0

    def starting(self, prefix: str, limit: int) -> list[str]:
        """Words that begin so, the whole word too, in their order."""
        return [word for _, word in self._words.at(self._words.starting(prefix)[:limit])]

    def ending(self, suffix: str, limit: int) -> list[str]:
        """Words that end so, the whole word too, in the order of their letters from the last to the first."""
        backwards = suffix[::-1]
        first = bisect_left(self._backwards, backwards, key=self._backward)
        last = bisect_left(self._backwards, backwards + AFTER_ALL, first, key=self._backward)
        return [self._words[at] for at in self._backwards[first : min(first + limit, last)]]

    def near(self, word: str) -> Iterator[tuple[str, int, int]]:
        """Words that are almost this one, each with the number of faults and that of its documents; in no order.

        A fault is a letter too much, too few or wrong, or two neighbours swapped (optimal string alignment).
        One is allowed from 4 letters on, two where both words have 8. Accents do not count, so that 0 is possible.
        """
        typed = letters(word)
        if len(typed) < SHORTEST or UNSPACED.search(word):
            return
        needed = set(typed)
        for at, other in self._words.at(sorted(self._candidates(typed))):
            plain = letters(other)
            most = allowed(min(len(typed), len(plain)))
            # A fault takes one letter away at most; most words end here.
            if len(needed.difference(plain)) <= most and (faults := distance(typed, plain, most)) <= most:
                yield other, faults, self._frequencies[at]

    def having(self, key: str, finder: Finder) -> list[tuple[str, int]]:
        """Words of which one of FINDERS gives this key, with the number of their documents."""
        found = sorted(self._keys.find(codes([_key_of(key, finder)]), _MAX_HAVING))
        return [(word, self._frequencies[at]) for at, word in self._words.at(found) if key in finder(word)]

    def _candidates(self, typed: str) -> set[int]:
        found = self._keys.find(_rests(typed, 1, 1), _MAX_COMPARED)
        if len(typed) >= LONG - 1:
            found |= self._keys.find(_rests(typed, 2, allowed(len(typed))), _MAX_COMPARED)
        return found

    def _backward(self, at: int) -> str:
        return self._words[at][::-1]

    @cached_property
    def _backwards(self) -> array[int]:
        backwards = [word[::-1] for word in self._words]
        return array("I", sorted(range(len(backwards)), key=backwards.__getitem__))

    @cached_property
    def _keys(self) -> KeyTable:
        if self._given:
            return KeyTable(len(self._frequencies), self._given)
        made = self.packed_keys()
        return KeyTable(len(self._frequencies), lambda size, at: made[at : at + size])


class _Together(WordList):
    """The words of several lists: one look-up instead of several, but for keys, which each list has of its own."""

    def __init__(self, lists: Sequence[WordList]) -> None:
        frequencies = Counter[str]()
        for words in lists:
            for word, frequency in words:
                frequencies[word] += frequency
        super().__init__(_packed(frequencies.items()))
        self._lists = lists

    def near(self, word: str) -> Iterator[tuple[str, int, int]]:
        return chain.from_iterable(words.near(word) for words in self._lists)

    def having(self, key: str, finder: Finder) -> list[tuple[str, int]]:
        return [found for words in self._lists for found in words.having(key, finder)]


def together(lists: Iterable[WordList]) -> list[WordList]:
    """Some lists, of which those with few words are put into one."""
    by_size: dict[bool, list[WordList]] = {True: [], False: []}
    for words in lists:
        by_size[len(words) <= _FEW].append(words)
    small = by_size[True]
    return [*by_size[False], *(small if len(small) < 2 else [_Together(small)])]


def _packed(words: Iterable[tuple[str, int]]) -> Words:
    pairs = sorted(words)
    return Words(Blocks.of([word for word, _ in pairs]).packed, [frequency for _, frequency in pairs])


def _keys_of(word: str) -> Iterator[Key]:
    """Those of short words and of long ones apart, as the long ones may have more faults."""
    plain = letters(word)
    if len(plain) >= SHORTEST and not UNSPACED.match(word):
        faults = allowed(len(plain))
        yield from deletions(_numbered(plain, faults), faults)
    for finder in FINDERS:
        for key in finder(word):
            yield _key_of(key, finder)


@lru_cache(maxsize=64)
def _rests(typed: str, kind: int, faults: int) -> tuple[int, ...]:
    """Codes of what is left of a word with so many faults, by which it is sought in all parts."""
    return codes(deletions(_numbered(typed, kind), faults))


def _key_of(key: str, finder: Finder) -> Key:
    return tuple(_numbered(key, 3 + FINDERS.index(finder)))


def _numbered(text: str, kind: int) -> list[int]:
    """The letters of a text as numbers, which are others for each kind."""
    return [kind << 21 | ord(letter) for letter in text]


def total(word: str, parts: Sequence[WordList]) -> int:
    """In how many documents of all parts the word is."""
    return sum(part.frequency(word) for part in parts)
