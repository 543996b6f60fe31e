"""Placeholders of messages, `%(name)s` and the like: what a translation must keep."""

from __future__ import annotations

import re
from collections.abc import Iterable

_PLACEHOLDER = re.compile(r"%%|(%\((\w+)\)[-#0 +]*\d*(?:\.\d+)?([a-zA-Z]))")


def placeholders(text: str) -> frozenset[str]:
    """The placeholders as written, `%(num)d` apart from `%(num)s`; `%%` is none."""
    return frozenset(match[1] for match in _PLACEHOLDER.finditer(text) if match[1])


def without_placeholders(text: str) -> str:
    """The words of a message alone."""
    return _PLACEHOLDER.sub(" ", text)


def can_interpolate(text: str, known: Iterable[str]) -> bool:
    """Whether `text % values` gives what was meant, when there are values for the placeholders `known`."""
    if "%" in _PLACEHOLDER.sub("", text):
        return False
    values: dict[str, int | str] = {"num": 0}
    for placeholder in known:
        match = _PLACEHOLDER.fullmatch(placeholder)
        if match and match[2] and match[2] != "num":
            values[match[2]] = "" if match[3] in "sra" else 0
    try:
        text % values
    except (KeyError, TypeError, ValueError):
        return False
    return True
