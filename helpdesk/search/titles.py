"""Titles while a reader is still typing."""

from __future__ import annotations

import re
from array import array
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from functools import cache, cached_property, partial
from heapq import nsmallest
from itertools import accumulate, islice

import msgspec

from helpdesk.search.blocks import AFTER_ALL, Blocks
from helpdesk.search.hangul import keyed
from helpdesk.search.keys import Read
from helpdesk.search.likeness import UNSPACED

# Smaller is better: 0 begins with what is typed, 1 has its words in order, 2 in another; then the title's length.
Rank = tuple[int, int]

_WORD = re.compile(f"(?:{UNSPACED.pattern})+|(?:(?!{UNSPACED.pattern})[^ ])+")
# Articles and prepositions that Arabic and Hebrew write in one with a word.
_PREFIX = re.compile("^(?:[وفبك]?ال|لل|[הבלמכשו])(?=[\u05d0-\u05ea\u0621-\u064a]{3})")
# Letters by which a stretch without spaces is found at any of its places.
_GRAM = 3
# Titles that are looked at for the order of their words, short ones first; the others count as out of order.
_MAX_ORDERED = 1_000
# Bytes of a number.
_SIZE = 4
# Titles that are read at once where several are looked at.
_NEIGHBOURS = 64


class _Head(msgspec.Struct):
    """What is always in memory of titles that are told by their places from the shortest on: numbers, as bytes.

    Where their texts begin in the last part of what was packed, their documents, and their places in the order of
    texts; then their words, in blocks, and where the places of titles that have each begin in the part before.
    """

    offsets: bytes
    numbers: bytes
    by_text: bytes
    words: list[str]
    starts: bytes


def pack(given: Iterable[tuple[int, str]]) -> bytes:
    """Folded titles by document number: the size of the head, the head, titles that have words, and the texts."""
    order = sorted((len(title), title, number) for number, folded in given if (title := " ".join(_split(folded))))
    titles = [title for _, title, _ in order]
    where: dict[str, array[int]] = {}
    for at, title in enumerate(titles):
        for word in set(_keys(title)):
            where.setdefault(word, array("I")).append(at)
    words = sorted(where)
    texts = [title.encode() for title in titles]
    head = _Head(
        offsets=_packed(accumulate(map(len, texts), initial=0)),
        numbers=_packed(number for *_, number in order),
        by_text=_packed(sorted(range(len(titles)), key=titles.__getitem__)),
        words=Blocks.of(words).packed,
        starts=_packed(accumulate((len(where[word]) for word in words), initial=0)),
    )
    packed = msgspec.msgpack.encode(head)
    return b"".join([_packed([len(packed)]), packed, *(where[word].tobytes() for word in words), *texts])


class _Index:
    """What was packed, of which the texts and the titles that have words are read as they are needed."""

    def __init__(self, read: Read) -> None:
        self._read, (size,) = read, _numbers(read(_SIZE, 0))
        head = msgspec.msgpack.decode(read(size, _SIZE), type=_Head)
        self.words = Blocks(head.words)
        self.numbers, self.by_text = _numbers(head.numbers), _numbers(head.by_text)
        self.starts, self._offsets = _numbers(head.starts), _numbers(head.offsets)
        self._places_at = _SIZE + size
        self._texts_at = self._places_at + _SIZE * self.starts[-1]

    def text(self, at: int) -> bytes:
        """Of one title."""
        begin = self._offsets[at]
        return self._read(self._offsets[at + 1] - begin, self._texts_at + begin)

    def texts(self, places: Iterable[int]) -> Iterator[tuple[int, bytes]]:
        """Of titles in their order, neighbours quickly."""
        begin = end = 0
        several = b""
        for at in places:
            if at >= end:
                begin, end = at, min(at + _NEIGHBOURS, len(self.numbers))
                several = self._read(self._offsets[end] - self._offsets[begin], self._texts_at + self._offsets[begin])
            yield at, several[self._offsets[at] - self._offsets[begin] : self._offsets[at + 1] - self._offsets[begin]]

    def having(self, words: range) -> memoryview[int]:
        """Titles that have these words, some several times."""
        begin, end = self.starts[words.start], self.starts[words.stop]
        return _numbers(self._read(_SIZE * (end - begin), self._places_at + _SIZE * begin))


class TitleList:
    """Folded titles by document number, found by the beginnings of their words, where they were packed."""

    def __init__(self, read: Read) -> None:
        self._given = read

    @classmethod
    def of(cls, given: Iterable[tuple[int, str]]) -> TitleList:
        """Of titles that are packed on first use."""
        packed = cache(partial(pack, given))
        return cls(lambda size, at: packed()[at : at + size])

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
            texts = [(word if UNSPACED.match(word) else f" {word}").encode() for word in words]
            ordered = (at for at, title in self._index.texts(others[:_MAX_ORDERED]) if _in_order(texts, title))
            ranks |= dict.fromkeys(islice(ordered, limit - len(ranks)), 1)
            ranks |= dict.fromkeys(islice((at for at in others if at not in ranks), limit - len(ranks)), 2)
        return [(self._index.numbers[at], (rank, len(self._index.text(at).decode()))) for at, rank in ranks.items()]

    def _beginning(self, typed: str) -> memoryview[int]:
        order, key = self._index.by_text, self._index.text
        first = bisect_left(order, typed.encode(), key=key)
        return order[first : bisect_left(order, (typed + AFTER_ALL).encode(), first, key=key)]

    def _having(self, words: Sequence[str], *, is_whole: bool) -> set[int]:
        """Titles with all these words, of which the last one may go on, and without `is_whole` the others too."""
        slices = []
        for word in words:
            if UNSPACED.match(word):
                slices.append(self._rarest(word[i : i + _GRAM] for i in range(max(1, len(word) - _GRAM + 1))))
            elif is_whole and word is not words[-1]:
                at, is_there = self._index.words.find(word)
                slices.append(range(at, at + is_there))
            else:
                slices.append(self._index.words.starting(word))
        first, *more = sorted(slices, key=self._width)
        found = set(self._index.having(first))
        for words_of_one in more:
            if not found:
                break
            found.intersection_update(self._index.having(words_of_one))
        long = [word.encode() for word in words if len(word) > _GRAM and UNSPACED.match(word)]
        if not long:
            return found
        return {at for at, title in self._index.texts(sorted(found)) if all(word in title for word in long)}

    def _rarest(self, grams: Iterable[str]) -> range:
        """The words that begin with the gram that the fewest titles have; after one that none has, no other is read."""
        found = list[range]()
        for words in map(self._index.words.starting, grams):
            found.append(words)
            if not self._width(words):
                break
        return min(found, key=self._width)

    def _width(self, words: range) -> int:
        return self._index.starts[words.stop] - self._index.starts[words.start]

    @cached_property
    def _index(self) -> _Index:
        return _Index(self._given)


def _packed(numbers: Iterable[int]) -> bytes:
    return array("I", numbers).tobytes()


def _numbers(packed: bytes) -> memoryview[int]:
    return memoryview(packed).cast("I")


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


def _in_order(words: Sequence[bytes], title: bytes) -> bool:
    """Whether a title has words, which are given with the blank before them, in their order."""
    text, at = b" " + title, 0
    for word in words:
        at = text.find(word, at)
        if at < 0:
            return False
        at += len(word)
    return True
