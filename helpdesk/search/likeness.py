"""What makes a word like another: its letters without accents, and how few faults lie between the two."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import chain, combinations

from helpdesk.search.analysis import GRAM_SCRIPTS, HANGUL, fold_title
from helpdesk.search.hangul import keyed

# Written without spaces, so that what was found of it is no word.
UNSPACED = re.compile(f"(?![{HANGUL}])[{GRAM_SCRIPTS}]")
# From so many letters on a word may have a fault, and two.
SHORTEST, LONG = 4, 8
_LAST_SIGMA = re.compile(r"σ\b")
# Letters by which words are found; the others are compared.
_STEM = 7


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


def allowed(length: int) -> int:
    """Faults that a word of so many letters may have."""
    return 2 if length >= LONG else 1


def deletions(word: Sequence[int], faults: int) -> Iterator[tuple[int, ...]]:
    """What is left of a word's first letters, given as numbers, without so many of them or fewer.

    Two words with so few faults have one of these in common (SymSpell, W. Garbe 2012).
    """
    stem = word[:_STEM]
    return chain.from_iterable(combinations(stem, max(0, len(stem) - less)) for less in range(faults + 1))


def distance(a: str, b: str, most: int) -> int:
    """Optimal string alignment, or anything above the limit; the first fault can be of four kinds."""
    if a == b:
        return 0
    gap = len(a) - len(b)
    if not most or abs(gap) > most:
        return most + 1
    same = next((at for at, (x, y) in enumerate(zip(a, b, strict=False)) if x != y), min(len(a), len(b)))
    a, b = a[same:], b[same:]
    rests = []
    if gap >= 2 - most:
        rests.append((a[1:], b))
    if gap <= most - 2:
        rests.append((a, b[1:]))
    if abs(gap) < most:
        rests.append((a[1:], b[1:]))
        if a[:2] == b[1::-1]:
            rests.append((a[2:], b[2:]))
    return 1 + min(distance(x, y, most - 1) for x, y in rests)
