"""Addresses in texts: what nobody can read ends nothing, and on which line one stands."""

from __future__ import annotations

from urllib.parse import urlsplit

import pytest

from helpdesk.text.addresses import UNREADABLE, line_of, split_address


@pytest.mark.parametrize("address", ["//a]b", "https://[x.png", "//[1:2", "//[a]/", "https://a\u2100b/"])
def test_what_nobody_can_read_has_only_a_scheme(address: str) -> None:
    assert tuple(split_address(address)) == (UNREADABLE, "", "", "", "")


@pytest.mark.parametrize("address", ["", "#a", "/x?y#z", "article:pay#all", "//a/b]", "https://[::1]:80/x"])
def test_every_other_address_is_split(address: str) -> None:
    assert split_address(address) == urlsplit(address)


@pytest.mark.parametrize(
    ("text", "address", "line"),
    [
        ("[x](a.md)", "a.md", 1),
        ("one\ntwo\r\nthree\rfour\n[x](a.md)", "a.md", 5),
        ("one\u2028two\u2029\u0085\v\f\x1c\x1d\x1e\n[x](a.md)", "a.md", 2),
        ("[x](a.mdx)\n[x](a.md-b)\n[x](a.md#c)\n[x](a.md)", "a.md", 3),
        ("[x](größe.md)", "gr%C3%B6%C3%9Fe.md", 1),
        ("\n[x](gr%C3%B6%C3%9Fe.md)", "größe.md", 2),
        ("%0A\n[x](a%20(b).md)", "a%20(b).md", 2),
        ("[x](a.md)", "b.md", 0),
        ("", "b.md", 0),
    ],
)
def test_the_line_of_an_address(text: str, address: str, line: int) -> None:
    assert line_of(text, address) == line
