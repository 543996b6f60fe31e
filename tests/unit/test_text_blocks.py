"""Markdown in blocks: joined they are the text, and other words leave all else as it is."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from helpdesk.services.demo import SAMPLEDATA
from helpdesk.text.blocks import align, compare, join, split
from helpdesk.text.frontmatter import split as split_matter
from helpdesk.text.markdown import render
from tests.support.processes import FULL

PARTS = [
    "a b\nc\n",
    "x  \ny\\\nz\n",
    "- one\n  two\n- three\n",
    "1. x\n\n   y\n",
    "> q\nlazy\n> r\n",
    "- > - deep\n",
    "\t- tab\n",
    "## H { #id }\n",
    "# a #\n",
    "T\n===\n",
    "| a | b \\| c |\n|---|:-:|\n| 1 | `x` |\n|| z |\n",
    "a|b\n-|-\n1|2\n",
    "- | a | b |\n  |--|--|\n  | c | d |\n",
    '!!! note "T"\n    in\n\n    - li\n',
    "/// warning | Ti\nx\n///\n",
    "/// tab | Ta\nx\n///\n",
    "see[^1] **b** `c` [l](article:k#i) ![al](i.png)\n\n[^1]: foot\n    more\n",
    "```py\ncode\n```\n",
    "    code\n",
    "<div>\nhi\n</div>\n",
    "<!-- c\n\nd -->\n",
    '[r]: http://x "t"\n',
    "***\n",
    "\n",
]
PREFIXES = st.sampled_from(["", "", "  ", "> ", "- ", "    ", "\t"])


def documents(alphabet: str, line_ends: str) -> st.SearchStrategy[str]:
    parts = st.one_of(st.sampled_from(PARTS), st.sampled_from(PARTS), st.text(alphabet=alphabet, max_size=40))
    ends = st.sampled_from(line_ends.split(","))
    pieces = st.lists(st.tuples(PREFIXES, parts), max_size=6)
    return st.tuples(pieces, ends).map(
        lambda drawn: "".join(
            "".join(prefix + line for line in part.splitlines(keepends=True)) for prefix, part in drawn[0]
        ).replace("\n", drawn[1])
    )


def texts_of(source: str) -> list[str]:
    return [block.text for block in split(source) if block.has_words]


def check_lossless(source: str) -> None:
    blocks = split(source)
    assert "".join(block.raw for block in blocks) == source
    assert join(blocks, [block.text for block in blocks if block.has_words]) == source


@settings(max_examples=150, deadline=None, database=None, derandomize=not FULL)
@given(documents('ab 1|\\`*_#->![](){}:^.\n\t\r<>&"=~/+\u3000\u00a0\x00\x0b\u2028中é', "\n,\r\n,\r"))
def test_joined_blocks_are_the_text(source: str) -> None:
    check_lossless(source)


@settings(max_examples=150, deadline=None, database=None, derandomize=not FULL)
@given(documents("ab 1|\\*#-.\n中é", "\n,\r\n"))
def test_other_words_are_found_again_where_they_were_put(source: str) -> None:
    blocks = split(source)
    offered = [block for block in blocks if block.has_words]
    texts = [block.text if block.kind == "HTML" else f"Ab|{n} 1. - # x" for n, block in enumerate(offered)]
    if not any(kind == "structure" for _, kind, _ in compare(blocks, texts)):
        assert texts_of(join(blocks, texts)) == texts
    else:  # a line that is read otherwise beside other words
        assert "`" in source or "<" in source or "\\" in source


def test_the_demo_is_lossless() -> None:
    paths = [*SAMPLEDATA.rglob("en.md"), *SAMPLEDATA.rglob("zh-Hant.md")]
    for path in paths:
        body = split_matter(path.read_text("utf-8")).body
        check_lossless(body if path.stem == "en" else body.replace("\n", "\r\n"))
    assert len(paths) > 60


SOURCE = """\
Intro of
two lines.  
And a break.

## Steps { #steps }

1. Open **Profile**.
   - Nested [one](article:other#id).

     Its second paragraph.
2. `only code`

> Quoted[^n]

!!! tip "Look *here*"
    Inside, 24 hours.

| Name | Fee |
|---|--:|
| a \\| b | 0.08% |
| `x` | 20 |

Plain
=====

![](none.png)

![A desk](desk.png)

```bash
echo words
```

<p>Raw <b>words</b></p>

[^n]: The note.

/// warning | Slashes
Text
///
"""  # noqa: W291


def test_kinds_sections_and_words() -> None:
    assert [(b.section, b.kind, b.text) for b in split(SOURCE) if b.has_words] == [
        ("", "paragraph", "Intro of two lines.\nAnd a break."),
        ("steps", "heading, level 2", "Steps"),
        ("steps", "list item", "Open **Profile**."),
        ("steps", "list item", "Nested [one](article:other#id)."),
        ("steps", "list item", "Its second paragraph."),
        ("steps", "quotation", "Quoted[^n]"),
        ("steps", "title of a note", "Look *here*"),
        ("steps", "text of a note", "Inside, 24 hours."),
        ("steps", "table head", "Name"),
        ("steps", "table head", "Fee"),
        ("steps", "table cell", "a | b"),
        ("steps", "table cell", "0.08%"),
        ("plain", "heading, level 1", "Plain"),
        ("plain", "paragraph", "![A desk](desk.png)"),
        ("plain", "HTML", "<p>Raw <b>words</b></p>"),
        ("plain", "footnote", "The note."),
        ("plain", "title of a note", "Slashes"),
        ("plain", "text of a note", "Text"),
    ]


def test_what_is_not_offered() -> None:
    kept = [(block.kind, block.raw) for block in split(SOURCE) if block.kind and not block.has_words]
    assert kept == [
        ("list item", "`only code`"),
        ("table cell", "`x`"),
        ("table cell", "20"),
        ("paragraph", "![](none.png)"),
        ("code", "```bash\necho words\n```"),
    ]


def test_breaks_and_bars_are_written_for_their_place() -> None:
    source = "> a  \n> b\n\n- c\n\n!!! note\n    d\n\n## E { #e }\n\n| f |\n|---|\n"
    assert join(split(source), ["1\n2", "3\n4", "5\n6", "7\n8", "9|\n0"]) == (
        "> 1\\\n> 2\n\n- 3\\\n  4\n\n!!! note\n    5\\\n    6\n\n## 7 8 { #e }\n\n| 9\\| 0 |\n|---|\n"
    )


def test_a_line_of_wide_spaces_is_no_word() -> None:
    assert texts_of("\u00a0\nWords\nof two lines\n") == ["Words of two lines"]


def test_heading_ids_come_from_the_source() -> None:
    source = "## One { #first }\n\n### Two\n\nText\n"
    written = join(split(source), ["Eins", "Zwei", "Wort"])
    ids = [(heading.level, heading.id) for heading in render(source).headings]
    assert [(h.level, h.id) for h in render(written, heading_ids=ids).headings] == ids == [(2, "first"), (3, "two")]


@pytest.mark.parametrize(
    ("source", "text", "expected"),
    [
        ("Pay **now**.", "Zahle **jetzt**.", []),
        ("Wait 24 hours.", "Warte 42 Stunden.", [("number", "missing '24', new '42'")]),
        ("1,000.50 at 10:00", "1.000,50 um 10.00", []),
        ("1,000 USDT", "1\u00a0000 USDT", []),
        ("Up to 5 days", "حتى ٥ أيام", []),
        ("See [a](article:b#c).", "Siehe [a](article:b).", [("link", "missing 'article:b#c', new 'article:b'")]),
        ("![A](a.png) text", "Text", [("image", "missing 'a.png'")]),
        ("Run `go`.", "Starte `los`.", [("code", "missing 'go', new 'los'")]),
        ("A<br>b", "A b", [("HTML", "missing '<br>'")]),
        ("A[^1]\n\n[^1]: N", "A", [("footnote", "missing '1'")]),
        ("Hi %(name)s", "Hallo %(nme)s", [("placeholder", "missing '%(name)s', new '%(nme)s'")]),
        ("**Bold** text", "**Fett Text", [("unbalanced", "new '**'")]),
        ("A `code` here", "Ein `code hier", [("code", "missing 'code'"), ("unbalanced", "new '`'")]),
        ("May 1", "1. Mai", [("structure", "is no longer read as one paragraph")]),
        ("Text", "# Text", [("structure", "is no longer read as one paragraph")]),
        ("Text", "One\n\n```", [("structure", "is no longer read as one paragraph")]),
        ("- Item", "- Item", [("structure", "is no longer read as one list item")]),
        ('!!! note "T"\n    x', '"T', [("structure", "is no longer read as one title of a note")]),
        ("Text\n\n`code`", "Text <!--", []),
        ("Text", "[x]: /y", [("structure", "is no longer read as one paragraph")]),
        ("<b>a</b>\n\nText", "<div>", [("structure", "is no longer read as one paragraph")]),
    ],
)
def test_what_a_translation_gets_wrong(source: str, text: str, expected: list[tuple[str, str]]) -> None:
    texts = [text, *texts_of(source)[1:]]
    assert [(kind, detail) for index, kind, detail in compare(split(source), texts) if index == 0] == expected


def test_a_fault_of_structure_is_told_of_the_words_that_cause_it() -> None:
    assert [f[0] for f in compare(split("One\n\n`code`\n\nTwo\n\nThree"), ["1", "2\n- x", "3"])] == [1]
    assert [f[0] for f in compare(split("|a|\n|-|\n|b|"), ["A", "B\\"])] == [1]


def words(source: str, translation: str) -> list[tuple[str, str]]:
    return [(one.text, other.text) for one, other in align(split(source), split(translation))]


def test_texts_are_aligned_where_that_is_sure() -> None:
    assert words("A\n\n## B\n\n- c", "1\n\n## 2\n\n- 3") == [("A", "1"), ("B", "2"), ("c", "3")]
    source, other = "A\n\n## B { #b }\n\nC\n\nD\n\n## E { #e }\n\nF", "1\n\n## 2 { #b }\n\n3\n\n## 5 { #e }\n\n6"
    assert words(source, other) == [("A", "1"), ("B", "2"), ("E", "5"), ("F", "6")]
    assert words("A\n\nB", "1") == []


def test_what_is_too_large_for_an_article_is_one_block() -> None:
    source = "- [ ] x\n" * 20_000
    assert [(block.raw == source, block.has_words) for block in split(source)] == [(True, True)]
    check_lossless(source)


def test_many_brackets_or_spaces_take_no_minutes() -> None:
    source = "| " + "a | " * 500 + "\n|" + "-|" * 500 + "\n" + "\n> - [x](\n" * 500
    check_lossless(source)
    assert join(split("Text"), ["a" + " " * 300_000 + "b"]) == "a" + " " * 300_000 + "b"
