"""Titles while a reader is still typing."""

from __future__ import annotations

import re
from array import array
from bisect import bisect_left
from collections.abc import Callable, Iterable, Sequence
from functools import cached_property
from heapq import nsmallest
from itertools import accumulate, islice
from typing import NamedTuple

import msgspec

from helpdesk.search.hangul import keyed
from helpdesk.search.likeness import UNSPACED
from helpdesk.search.vocabulary import AFTER_ALL

# Smaller is better: 0 begins with what is typed, 1 has its words in order, 2 in another; then the title's length.
Rank = tuple[int, int]

_WORD = re.compile(f"(?:{UNSPACED.pattern})+|(?:(?!{UNSPACED.pattern})[^ ])+")
# Articles and prepositions that Arabic and Hebrew write in one with a word.
_PREFIX = re.compile("^(?:[وفبك]?ال|لل|[הבלמכשו])(?=[\u05d0-\u05ea\u0621-\u064a]{3})")
# Letters by which a stretch without spaces is found at any of its places.
_GRAM = 3
# Titles that are looked at for the order of their words, short ones first; the others count as out of order.
_MAX_ORDERED = 1_000


class Titles(msgspec.Struct):
    """Titles ready to be found, the short ones first; numbers are those of arrays."""

    titles: list[str]
    words: list[str]
    numbers: bytes
    by_text: bytes
    starts: bytes
    places: bytes

    @classmethod
    def of(cls, given: Iterable[tuple[int, str]]) -> Titles:
        """Of folded titles by document number."""
        order = sorted((len(title), title, number) for number, folded in given if (title := " ".join(_split(folded))))
        titles = [title for _, title, _ in order]
        where: dict[str, array[int]] = {}
        for at, title in enumerate(titles):
            for word in set(_keys(title)):
                where.setdefault(word, array("I")).append(at)
        words = sorted(where)
        starts = array("I", accumulate((len(where[word]) for word in words), initial=0))
        by_text = array("I", sorted(range(len(titles)), key=titles.__getitem__))
        numbers = array("I", (number for *_, number in order))
        places = b"".join(where[word].tobytes() for word in words)
        return cls(titles, words, numbers.tobytes(), by_text.tobytes(), starts.tobytes(), places)


class _Index(NamedTuple):
    """Titles from the shortest on, and where their words stand: of `words[i]`, `places[starts[i] : starts[i + 1]]`."""

    titles: Sequence[str]
    words: Sequence[str]
    numbers: array[int]
    by_text: array[int]
    starts: array[int]
    places: array[int]


class TitleList:
    """Folded titles by document number, found by the beginnings of their words; given on first use."""

    def __init__(self, given: Callable[[], Titles]) -> None:
        self._given = given

    def find(self, typed: str, limit: int) -> list[tuple[int, Rank]]:
        """Documents whose title has every word of a folded text, best first.

        The last word may be only begun; if no title has the others whole, so may they. Words may stand in any
        order; a stretch of a script without spaces may stand anywhere in another.
        """
        words = _split(typed)
        if not words:
            return []
        first = self._beginning(" ".join(words))
        ranks = dict.fromkeys(nsmallest(limit, first), 0)
        if len(ranks) < limit:
            words = list(dict.fromkeys(words))
            having = self._having(words, is_whole=True) or self._having(words, is_whole=False)
            others = sorted(having.difference(first))
            ordered = (at for at in others[:_MAX_ORDERED] if _in_order(words, self._index.titles[at]))
            ranks |= dict.fromkeys(islice(ordered, limit - len(ranks)), 1)
            ranks |= dict.fromkeys(islice((at for at in others if at not in ranks), limit - len(ranks)), 2)
        return [(self._index.numbers[at], (rank, len(self._index.titles[at]))) for at, rank in ranks.items()]

    def _beginning(self, typed: str) -> Sequence[int]:
        order, key = self._index.by_text, self._index.titles.__getitem__
        first = bisect_left(order, typed, key=key)
        return order[first : bisect_left(order, typed + AFTER_ALL, first, key=key)]

    def _having(self, words: Sequence[str], *, is_whole: bool) -> set[int]:
        """Titles with all these words, of which the last one may go on, and without `is_whole` the others too."""
        slices = []
        for word in words:
            if UNSPACED.match(word):
                grams = {word[i : i + _GRAM] for i in range(max(1, len(word) - _GRAM + 1))}
                slices.append(min((self._slice(gram, gram + AFTER_ALL) for gram in grams), key=_width))
            else:
                slices.append(self._slice(word, word + ("\0" if is_whole and word is not words[-1] else AFTER_ALL)))
        (first, last), *more = sorted(slices, key=_width)
        found = set(self._index.places[first:last])
        for first, last in more:
            if not found:
                break
            found.intersection_update(self._index.places[first:last])
        long = [word for word in words if len(word) > _GRAM and UNSPACED.match(word)]
        return {at for at in found if all(word in self._index.titles[at] for word in long)} if long else found

    def _slice(self, first: str, last: str) -> tuple[int, int]:
        begin = bisect_left(self._index.words, first)
        end = bisect_left(self._index.words, last, begin)
        return self._index.starts[begin], self._index.starts[end]

    @cached_property
    def _index(self) -> _Index:
        given = self._given()
        packed = given.numbers, given.by_text, given.starts, given.places
        return _Index(given.titles, given.words, *(array("I", each) for each in packed))


def _width(ends: tuple[int, int]) -> int:
    return ends[1] - ends[0]


def _split(title: str) -> list[str]:
    """Words, and stretches without spaces; syllables as they are keyed, because a reader may be inside of one."""
    return _WORD.findall(keyed(title))


def _keys(title: str) -> Iterable[str]:
    for word in title.split(" "):
        if UNSPACED.match(word):
            yield from (word[i : i + _GRAM] for i in range(len(word)))
        else:
            yield word
            if (bare := _PREFIX.sub("", word)) != word:
                yield bare


def _in_order(words: Sequence[str], title: str) -> bool:
    text, at = f" {title}", 0
    for word in words:
        at = text.find(word if UNSPACED.match(word) else f" {word}", at)
        if at < 0:
            return False
        at += len(word)
    return True
