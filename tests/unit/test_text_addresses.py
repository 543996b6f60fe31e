"""Addresses in texts: what nobody can read ends nothing."""

from __future__ import annotations

from urllib.parse import urlsplit

import pytest

from helpdesk.text.addresses import UNREADABLE, split_address


@pytest.mark.parametrize("address", ["//a]b", "https://[x.png", "//[1:2", "//[a]/", "https://a\u2100b/"])
def test_what_nobody_can_read_has_only_a_scheme(address: str) -> None:
    assert tuple(split_address(address)) == (UNREADABLE, "", "", "", "")


@pytest.mark.parametrize("address", ["", "#a", "/x?y#z", "article:pay#all", "//a/b]", "https://[::1]:80/x"])
def test_every_other_address_is_split(address: str) -> None:
    assert split_address(address) == urlsplit(address)
