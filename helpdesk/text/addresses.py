"""Addresses as they stand in texts, whatever somebody wrote there."""

from __future__ import annotations

import re
from urllib.parse import SplitResult, unquote, urlsplit

UNREADABLE = "unreadable"
_LINE_END = re.compile(r"\r\n|\r|\n")  # of CommonMark and YAML 1.2, so of editors; str.splitlines() knows eight more


def split_address(address: str) -> SplitResult:
    """The parts of an address; of one that nobody can read, such as half an IPv6 address, only this scheme."""
    try:
        return urlsplit(address)
    except ValueError:
        return SplitResult(UNREADABLE, "", "", "", "")


def line_of(text: str, address: str) -> int:
    """The first line, from 1, that names an address and not a longer one, percent-encoded or not; 0 if none does."""
    named = re.compile(rf"{re.escape(unquote(address))}(?![\w-])")
    return next((n for n, line in enumerate(_LINE_END.split(text), start=1) if named.search(unquote(line))), 0)
