"""Titles while a reader is still typing."""

from __future__ import annotations

from collections.abc import Iterable


class TitleList:
    """Folded titles by document number, ready to be found by the beginnings of their words."""

    def __init__(self, titles: Iterable[tuple[int, str]]) -> None:
        self._titles = list(titles)
