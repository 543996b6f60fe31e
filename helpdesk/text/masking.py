"""What nobody should have to keep: e-mail addresses and long numbers, such as those of cards, made unreadable."""

from __future__ import annotations

import re

from helpdesk.text.characters import normalized

MASK = "•••"
MASKED_ADDRESS = f"{MASK}@{MASK}"
# Digits from which on a number may be that of a card, an account or a telephone.
LONG = 9

_LOCAL = '\\s@<>()\\[\\],;:"“”„'
_ADDRESS = f"(?<![^{_LOCAL}])[^{_LOCAL}]++@(?:[\\w-]++\\.)++[^\\W\\d_]{{2,}}+"
_DATE = "(?<!\\d)(?:\\d{4}[-./]\\d{1,2}[-./]\\d{1,2}|\\d{1,2}[-./]\\d{1,2}[-./]\\d{4})(?!\\d)"
_NUMBER = f"[+(]{{0,2}}\\d(?:[ \u00a0\u202f()/\u2010-\u2013-]{{0,3}}\\d){{{LONG - 1},}}+"
# As French telephones are written; elsewhere a dot stands in amounts.
_DOTTED = "(?<![\\d.])\\d\\d(?:\\.\\d\\d){4}(?![\\d.])"
_PERSONAL = re.compile(f"(?P<date>{_DATE})|(?P<address>{_ADDRESS})|{_NUMBER}|{_DOTTED}")


def masked(text: str) -> str:
    """The text with a mask for each address and each number of nine digits or more; dates and amounts stay."""
    return _PERSONAL.sub(_mask, text)


def masked_query(query: str) -> str:
    """A query as it is kept: one for all of its spellings, and nothing personal in it."""
    return masked(normalized(query))


def is_masked(text: str) -> bool:
    """Whether something was masked in it."""
    return MASK in text


def _mask(match: re.Match[str]) -> str:
    if match["date"]:
        return match[0]
    return MASKED_ADDRESS if match["address"] else MASK
