"""Addresses as they stand in texts, whatever somebody wrote there."""

from __future__ import annotations

from urllib.parse import SplitResult, urlsplit

UNREADABLE = "unreadable"


def split_address(address: str) -> SplitResult:
    """The parts of an address; of one that nobody can read, such as half an IPv6 address, only this scheme."""
    try:
        return urlsplit(address)
    except ValueError:
        return SplitResult(UNREADABLE, "", "", "", "")
