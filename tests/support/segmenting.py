"""Segmenters as a site may plug them in."""

from __future__ import annotations

from collections.abc import Iterator

WORDS = {"出金", "手数料", "口座", "デモ", "取引", "출금", "을", "ถอน", "เงิน"}


def longest(text: str) -> Iterator[str]:
    """The longest words that are known; what is between them stands alone, but for の, which is left out."""
    at = 0
    while at < len(text):
        end = next((end for end in range(len(text), at + 1, -1) if text[at:end] in WORDS), at + 1)
        if text[at:end] != "の":
            yield text[at:end]
        at = end


def moody(text: str) -> list[str]:
    """Works for the first start, and never again."""
    if "出金" in text:
        raise ValueError("no dictionary")
    return [text]


def broken(text: str) -> list[str]:
    raise LookupError(f"no model for {len(text)} letters")
