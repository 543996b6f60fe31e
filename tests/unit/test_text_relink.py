"""Addresses in Markdown: found and replaced where they stand as addresses, and nowhere else."""

from __future__ import annotations

import pytest

from helpdesk.text.markdown import list_destinations, readdress, relink

NEW = {
    "article:a": "https://x/1-(a)",
    "article:a#b": "https://x/1#h-b",
    "my image.png": "https://x/m",
    "article:no": "",
}


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("[t](article:a)", "[t](https://x/1-%28a%29)"),
        ("[t](article:a#b 'title')", "[t](https://x/1#h-b 'title')"),
        ("[t]( <article:a#b> )", "[t]( https://x/1#h-b )"),
        ("![alt](<my image.png>)", "![alt](https://x/m)"),
        ("[![alt](<my image.png>)](article:a#b)", "[![alt](https://x/m)](https://x/1#h-b)"),
        ("see <article:a#b>.", "see <https://x/1#h-b>."),
        ("[t][r]\n\n[r]: article:a#b", "[t][r]\n\n[r]: https://x/1#h-b"),
        ('<a href="article:a#b">t</a>', '<a href="https://x/1#h-b">t</a>'),
        ("[secret](article:no)", "[secret](<>)"),
        ("[r]: article:no\n", "[r]: <>\n"),
        ("see <article:no>.", "see ."),
        ('<a href="article:no">t</a>', '<a href="">t</a>'),
        ("[t](https://other/) article:a [t](article:other)", "[t](https://other/) article:a [t](article:other)"),
        ("`[t](article:a)` and ``a ` [t](article:a)``", "`[t](article:a)` and ``a ` [t](article:a)``"),
        ("```\n[t](article:a)\n```\n[t](article:a#b)", "```\n[t](article:a)\n```\n[t](https://x/1#h-b)"),
        ("    [t](article:a)\n", "    [t](article:a)\n"),
        ("- a\n\n      [t](article:a)\n", "- a\n\n      [t](article:a)\n"),
        ("", ""),
        (
            "[t](article:a#b)\r\n```\r\n[t](article:a)\r\n```\r\n",
            "[t](https://x/1#h-b)\r\n```\r\n[t](article:a)\r\n```\r\n",
        ),
        ("a\r\r    [t](article:a)\r\r[t](article:a#b)", "a\r\r    [t](article:a)\r\r[t](https://x/1#h-b)"),
        ("\u2028[t](article:a#b)\x85\n\n", "\u2028[t](https://x/1#h-b)\x85\n\n"),
        ("<img src=article:no alt=x>", '<img src="" alt=x>'),
    ],
)
def test_relink(written: str, expected: str) -> None:
    assert relink(written, NEW.get) == expected


def test_addresses_of_a_table_match_encoded_or_not() -> None:
    table = {"my image.png": "a", "%C3%A4.md": "b", "no.png": ""}
    written = "![x](my%20image.png) ![x](<my image.png>) [y](ä.md) [y](%c3%a4.md) ![z](no.png) [w](other)"
    assert readdress(written, table) == "![x](a) ![x](a) [y](b) [y](b) ![z](<>) [w](other)"


def test_destinations_stand_once() -> None:
    assert list_destinations("[a](x) [b](y) <article:z>\n`[c](w)`\n\n[d](x)") == ("x", "y", "article:z")


@pytest.mark.parametrize("text", ["`" * 50_000, "[" * 50_000, "](" * 50_000, "[a]:" * 20_000, "``a" * 20_000])
def test_hostile_text_comes_back(text: str) -> None:
    assert relink(text, NEW.get) == text
