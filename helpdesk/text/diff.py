"""What changed between two texts, word by word; by character in scripts that write no spaces, and in Korean."""

from __future__ import annotations

import re
from bisect import insort
from collections import Counter, deque
from collections.abc import Iterator, Sequence
from difflib import SequenceMatcher
from itertools import accumulate
from typing import Literal

Op = Literal["equal", "delete", "insert"]
Piece = tuple[Op, str]

# Chinese, Japanese, Korean, Thai, Lao, Burmese, Khmer; and what is written around their letters.
_ALONE = (
    "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af\uf900-\ufaff\U00020000-\U0003ffff"
)
_AROUND = "\u0e31\u0e34-\u0e3a\u0e47-\u0e4e\u0eb1\u0eb4-\u0ebc\u0ec8-\u0ece\u102b-\u103e\u17b4-\u17d3\u3099\u309a"
# Parts of words that `\w` leaves out: accents, vowel points, all of the Indic scripts but their full stops, joiners.
_MARKS = "\u0300-\u036f\u0591-\u05c7\u0610-\u061a\u064b-\u065f\u0670\u06d6-\u06ed\u0900-\u0963\u0966-\u0dff\u200c\u200d"
_LETTER = rf"(?![{_ALONE}])\w"
_WORD = re.compile(
    rf"{_LETTER}(?:{_LETTER}|[{_MARKS}]|['’](?=\w)|[.,](?=[0-9]))*|[{_ALONE}][{_AROUND}]*"
    r"|\n\s*\n|(?P<sign>[^\w\s])(?P=sign)*"
)
# With the empty lines before it: alone they would be the most frequent of all, and spend the effort.
_SENTENCE = re.compile(r"(?:\n[^\S\n]*+\n\s*+)?\S(?:[^\n.!?。！？]|[.!?](?=\S))*[.!?。！？]*")
# Steps, about a second: what two texts then still have in common is not looked for.
_EFFORT = 3_000_000
_GAP = " … "


def diff(old: str, new: str) -> tuple[Piece, ...]:
    """The pieces that make `new` without the deleted ones, and `old` without the inserted ones, white space aside.

    Of a replacement the deletion comes first. White space belongs to the word after it and is not compared, but for
    empty lines. Sentences are compared before words, so that a long text costs what its changes cost.
    """
    pieces: list[Piece] = []
    comparison = _Comparison()
    for step in comparison.steps(_SENTENCE, old, new):
        for is_same, before, after in [step] if step[0] else comparison.steps(_WORD, *step[1:]):
            _add(pieces, "delete", "" if is_same else before)
            _add(pieces, "equal" if is_same else "insert", after)
    return tuple(pieces)


def shorten(pieces: Sequence[Piece], words: int = 8) -> tuple[Piece, ...]:
    """The changes with so many words around each, and "…" for what is left out."""
    short: list[Piece] = []
    for number, (op, text) in enumerate(pieces):
        found = list(_WORD.finditer(text)) if op == "equal" else []
        head = words if number else 0
        tail = words if number < len(pieces) - 1 else 0
        if len(found) > head + tail:
            start = text[: found[head - 1].end()] if head else ""
            text = f"{start}{_GAP}{text[found[-tail].start() :] if tail else ''}"
        short.append((op, text))
    return tuple(short)


def _add(pieces: list[Piece], op: Op, text: str) -> None:
    if text and pieces and pieces[-1][0] == op:
        pieces[-1] = (op, pieces[-1][1] + text)
    elif text:
        pieces.append((op, text))


class _Comparison:
    """Compares texts until its effort is spent: difflib alone takes minutes for some texts of two pages."""

    def __init__(self) -> None:
        self.left = _EFFORT

    def steps(self, unit: re.Pattern[str], old: str, new: str) -> Iterator[tuple[bool, str, str]]:
        """From beginning to end: whether the same units stand there, and the text in `old` and in `new`."""
        (a, places), (b, others) = _cut(unit, old), _cut(unit, new)
        i = j = 0
        for start, other, length in [*self._matches(a, b), (len(a), len(b), 0)]:
            if start > i or other > j:
                yield False, old[places[i] : places[start]], new[others[j] : others[other]]
            i, j = start + length, other + length
            if length:
                yield True, old[places[start] : places[i]], new[others[other] : others[j]]

    def _matches(self, a: list[str], b: list[str]) -> list[tuple[int, int, int]]:
        """What difflib's `get_matching_blocks` finds, the longest first."""
        counts = Counter(b)
        costs = [0, *accumulate(1 + counts[word] for word in a)]
        found: list[tuple[int, int, int]] = []
        parts = deque([(0, len(a), 0, len(b))] if costs[-1] <= self.left else [])
        matcher = SequenceMatcher(None, a, b if parts else [], autojunk=False)
        while parts:
            low, high, other_low, other_high = parts.popleft()
            cost = costs[high] - costs[low]
            if not cost or cost > self.left:
                continue
            self.left -= cost
            i, j, length = matcher.find_longest_match(low, high, other_low, other_high)
            if length:
                insort(found, (i, j, length))
                parts += [(low, i, other_low, j), (i + length, high, j + length, other_high)]
        return found


def _cut(unit: re.Pattern[str], text: str) -> tuple[list[str], list[int]]:
    """Units, and where they part; what stands after the last belongs to it."""
    found = list(unit.finditer(text.rstrip()))
    return ["\n\n" if match[0].isspace() else match[0] for match in found], [
        0,
        *(match.end() for match in found[:-1]),
        len(text),
    ]
