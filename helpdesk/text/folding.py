"""Words in any case of any script, as patterns for databases that know few capitals but A to Z."""

from __future__ import annotations

import re

# What is one letter to readers and is not among each other's capitals: a sigma at the end of a word, Turkish I.
_ALIKE = {"σ": "ς", "i": "İı"}


def glob_of(words: str) -> str:
    """A pattern for SQLite's GLOB: text that has these words anywhere, in any case."""
    return f"*{''.join(_class(char, f'[{char}]' if char in '*?[' else char) for char in words)}*"


def regex_of(words: str) -> str:
    """The same as a regular expression of PostgreSQL, whatever the collation of the database."""
    return "".join(_class(char, re.escape(char) if char.isascii() else char) for char in words)


def _class(char: str, plain: str) -> str:
    """All ways to write a character, in brackets; only letters have several."""
    folded = char.casefold()
    base = next((base for base, others in _ALIKE.items() if char in others), folded)
    ways = {char, base, base.upper(), base.title(), *_ALIKE.get(base, "")}
    ways = {way for way in ways if len(way) == 1}
    return f"[{''.join(sorted(ways))}]" if len(ways) > 1 else plain
