"""The words of an index as they are written: what begins, ends or almost is like what a reader typed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator


class WordList:
    """Words, sorted, with the number of documents that have each."""

    def __init__(self, words: Iterable[tuple[str, int]]) -> None:
        pairs = sorted(words)
        self._words = [word for word, _ in pairs]
        self._frequencies = [frequency for _, frequency in pairs]

    def __iter__(self) -> Iterator[tuple[str, int]]:
        return zip(self._words, self._frequencies, strict=True)
