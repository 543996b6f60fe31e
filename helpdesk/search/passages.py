"""The passages of a text that answer a query, with the words that match."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cache
from math import log
from typing import NamedTuple

from helpdesk.search.analysis import GRAM_SCRIPTS, HANGUL, Span, needless_parts, occurrences

_WIDE_LANGUAGES = ("zh", "ja", "ko")
_CLOSERS = "\"'”’»)\\]」』）】"
_STOPS, _WIDE_STOPS = ".!?…؟।။។։", "。！？｡"
# Each run of stops is tried once: the lookbehind keeps a row of dots from costing its length squared. The first letter
# is told alone, for which an expression is sought fastest.
_SENTENCE_END = re.compile(
    f"[\n{_STOPS}{_WIDE_STOPS}](?:(?<=\n)\n*+|(?<=[{_STOPS}])(?<![{_STOPS}].)[{_STOPS}]*+[{_CLOSERS}]*+\\s+"
    f"|(?<=[{_WIDE_STOPS}])(?<![{_WIDE_STOPS}].)[{_WIDE_STOPS}]*+[{_CLOSERS}]*+\\s*)"
)
# Korean has spaces.
_UNSPACED = re.compile(f"(?![{HANGUL}])[{GRAM_SCRIPTS}]")


class Segment(NamedTuple):
    """A stretch of text that matches as a whole, or not at all."""

    text: str
    is_match: bool


Passage = tuple[Segment, ...]


class Sought:
    """The words of a query by their place in it, each with the terms that stand for it; made once for all cards."""

    def __init__(self, words: Mapping[Span, frozenset[str]]) -> None:
        self.words = words
        self.having: dict[str, set[Span]] = {}
        for word, terms in words.items():
            for term in terms:
                self.having.setdefault(term, set()).add(word)
        self.terms = frozenset(self.having)


# What words of the query are worth together.
_Weigh = Callable[[frozenset[Span]], float]


class _Match(NamedTuple):
    start: int
    end: int
    words: frozenset[Span]


class _Window(NamedTuple):
    """A sentence, or as much of it as there is room for, and the words of the query that stand in it."""

    start: int
    end: int
    words: frozenset[Span]
    is_cut_before: bool
    is_cut_after: bool


def find_passages(text: str, sought: Sought, *, language: str, count: int = 3, width: int = 160) -> tuple[Passage, ...]:
    """Up to `count` sentences from anywhere in a plain text whose blocks are separated by line ends.

    Together they have as many different words of the query as possible, rare ones first; they stand in the
    order of the text. What is wider than `width` characters (half of it in Chinese, Japanese and Korean) is
    cut at words with "…". Empty if nothing matches.
    """
    matches = _matches(text, sought, language)
    if not matches:
        return ()
    if language.split("-")[0] in _WIDE_LANGUAGES:
        width //= 2
    grouped = _by_sentence(text, matches)
    seen = Counter(word for _, inside in grouped for word in frozenset[Span]().union(*(m.words for m in inside)))
    weights = {word: log(1 + len(grouped) / number) for word, number in seen.items()}
    weigh: _Weigh = cache(lambda words: sum(weights[word] for word in sorted(words)))
    windows = [_window(text, sentence, inside, weigh, width) for sentence, inside in grouped]
    return tuple(_passage(text, window, matches) for window in sorted(_choose(windows, weigh, count)))


def mark(text: str, sought: Sought, *, language: str) -> Passage:
    """The whole of a short text, such as a title, with what matches."""
    matches = _matches(text, sought, language)
    return tuple(_segments(text, 0, len(text), matches))


def _matches(text: str, sought: Sought, language: str) -> list[_Match]:
    """Where words of the query stand in the text, in order; n-grams that overlap are one match."""
    if not sought.terms:
        return []
    hits = [(start, end, sought.having[term]) for term, start, end in occurrences(text, language, sought.terms)]
    needless = needless_parts(sought.words, set().union(*(words for _, _, words in hits)))
    merged: list[_Match] = []
    for start, end, words in sorted(hits, key=lambda hit: hit[:2]):
        wanted = frozenset(words - needless)
        if not wanted:
            continue
        start, end = _whole_characters(text, start, end)
        if merged and start <= merged[-1].end:
            last = merged.pop()
            start, end, wanted = last.start, max(end, last.end), last.words | wanted
        merged.append(_Match(start, end, wanted))
    return merged


def _whole_characters(text: str, start: int, end: int) -> Span:
    while start and _is_mark(text[start]):
        start -= 1
    while end < len(text) and _is_mark(text[end]):
        end += 1
    return start, end


def _is_mark(char: str) -> bool:
    return not char.isascii() and unicodedata.category(char) in ("Mn", "Mc")


def _by_sentence(text: str, matches: Sequence[_Match]) -> list[tuple[Span, list[_Match]]]:
    grouped: list[tuple[Span, list[_Match]]] = []
    remaining = list(reversed(matches))
    for start, end in _sentences(text):
        inside = []
        while remaining and remaining[-1].start < end:
            inside.append(remaining.pop())
        if inside:
            grouped.append(((start, end), inside))
    return grouped


def _sentences(text: str) -> Iterable[Span]:
    start = 0
    for end in _SENTENCE_END.finditer(text):
        # "e.g. this": no sentence begins with a small letter, but a line may.
        if "\n" in end.group() or not text[end.end() : end.end() + 1].islower():
            yield start, end.end()
            start = end.end()
    yield start, len(text)


def _window(text: str, sentence: Span, inside: Sequence[_Match], weigh: _Weigh, width: int) -> _Window:
    """The whole sentence if it fits, else the stretch of it with the most of the query."""
    start, end = _strip(text, *sentence)
    if end - start <= width:
        return _Window(start, end, frozenset().union(*(match.words for match in inside)), False, False)
    room = max(1, width - 2)  # an ellipsis on either side
    first, last, words = max(
        (_reach(inside, i, room) for i in range(len(inside))),
        key=lambda reach: (weigh(reach[2]), -reach[0].start),
    )
    core_end = min(last.end, first.start + room)
    # A third of the room that is left stands before, where the sentence comes from.
    left = max(start, first.start - (room - (core_end - first.start)) // 3)
    right = min(end, left + room)
    left = max(start, min(left, right - room))
    left = left if left == start else next((i for i in range(left, first.start) if _can_cut(text, i)), first.start)
    right = right if right == end else next((i for i in range(right, core_end, -1) if _can_cut(text, i)), core_end)
    left, right = _strip(text, left, right)
    return _Window(left, right, words, left > start, right < end)


def _reach(inside: Sequence[_Match], index: int, room: int) -> tuple[_Match, _Match, frozenset[Span]]:
    """From one match to the last that still fits into the room, and the words between."""
    first = last = inside[index]
    words = first.words
    for i in range(index + 1, len(inside)):
        match = inside[i]
        if match.end - first.start > room:
            break
        last, words = match, words | match.words
    return first, last, words


def _can_cut(text: str, index: int) -> bool:
    before, after = text[index - 1], text[index]
    if before.isspace() or after.isspace():
        return True
    return not _is_mark(after) and bool(_UNSPACED.match(before) or _UNSPACED.match(after))


def _strip(text: str, start: int, end: int) -> Span:
    while start < end and text[start].isspace():
        start += 1
    while end > start and text[end - 1].isspace():
        end -= 1
    return start, end


def _choose(windows: Sequence[_Window], weigh: _Weigh, count: int) -> list[_Window]:
    """Greedily what adds the most new words; then what says as much again, but nothing half as good."""
    remaining, chosen = list(windows), list[_Window]()
    covered: frozenset[Span] = frozenset()
    enough = max(weigh(window.words) for window in windows) / 2
    while remaining and len(chosen) < count:
        best = max(
            remaining,
            key=lambda window: (
                weigh(window.words - covered),
                weigh(window.words),
                -window.start,
            ),
        )
        if best.words <= covered and weigh(best.words) < enough:
            break
        remaining.remove(best)
        chosen.append(best)
        covered |= best.words
    return chosen


def _passage(text: str, window: _Window, matches: Sequence[_Match]) -> Passage:
    segments = _segments(text, window.start, window.end, matches)
    if window.is_cut_before:
        segments.insert(0, Segment("…", False))
    if window.is_cut_after:
        segments.append(Segment("…", False))
    merged: list[Segment] = []
    for segment in segments:
        if merged and not segment.is_match and not merged[-1].is_match:
            merged[-1] = Segment(merged[-1].text + segment.text, False)
        else:
            merged.append(segment)
    return tuple(merged)


def _segments(text: str, start: int, end: int, matches: Sequence[_Match]) -> list[Segment]:
    segments: list[Segment] = []
    at = start
    for match in matches:
        first, last = max(match.start, start), min(match.end, end)
        if first >= last:
            continue
        if first > at:
            segments.append(Segment(text[at:first], False))
        segments.append(Segment(text[first:last], True))
        at = last
    if at < end:
        segments.append(Segment(text[at:end], False))
    return segments
