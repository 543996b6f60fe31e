"""What a reader meant to write, by the words that a collection has."""

from __future__ import annotations

from collections.abc import Sequence

from helpdesk.search.analysis import surfaces
from helpdesk.search.likeness import as_written, letters
from helpdesk.search.vocabulary import WordList, total

# Beside its faults: a word costs more that begins with another letter, less that has the very same letters, as after
# a letter doubled or two swapped. On 3,000 English misspellings (codespell's) this put right 91 of 100 instead of 88.
_OTHER_BEGINNING = 0.5
_SAME_LETTERS = 0.5
_MISSING_SPACE = 1.75


def correct(word: str, language: str, parts: Sequence[WordList]) -> str | None:
    """The most likely correction of a word that the collection does not have, in small letters; None without one.

    The fewest faults win, then the most documents. It may be two words, if they were written as one.
    """
    if (typed := _small(word, language)) is None:
        return None
    folded = letters(typed)
    documents: dict[tuple[float, str], int] = {}
    for part in parts:
        for other, faults, frequency in part.near(typed):
            if other != typed:
                key = _cost(folded, letters(other), faults), other
                documents[key] = documents.get(key, 0) + frequency
    if all(cost >= _MISSING_SPACE for cost, _ in documents):
        for at in range(1, len(typed)):
            first, second = typed[:at], typed[at:]
            if (frequency := total(first, parts)) and (other_frequency := total(second, parts)):
                documents[_MISSING_SPACE, f"{first} {second}"] = min(frequency, other_frequency)
    best = min(documents, key=lambda key: (key[0], -documents[key], key[1]), default=None)
    return as_written(best[1]) if best else None


def joined(first: str, second: str, language: str, parts: Sequence[WordList]) -> str | None:
    """The one word of the collection that a reader wrote as two neighbours, in small letters."""
    whole = _small(first + second, language)
    return as_written(whole) if whole and total(whole, parts) else None


def _small(word: str, language: str) -> str | None:
    found = surfaces(word, language)
    return found.pop() if len(found) == 1 else None


def _cost(typed: str, other: str, faults: int) -> float:
    return faults + _OTHER_BEGINNING * (typed[:1] != other[:1]) - _SAME_LETTERS * (set(typed) == set(other))
