from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest
import yaml

from helpdesk.text.frontmatter import FrontMatter, FrontMatterError, dump_fields, load_fields, split


def test_fields_lines_and_body() -> None:
    text = "---\ntitle: 'Withdraw: how'\n\nkeywords: [a, no]\nregions:\n- SG\n- NO\n---\n\nBody\n---\n"
    assert split(text) == FrontMatter(
        {"title": "Withdraw: how", "keywords": ["a", "no"], "regions": ["SG", "NO"]},
        {"title": 2, "keywords": 4, "regions": 5},
        "\nBody\n---\n",
        9,
    )


def test_every_value_stays_the_string_that_was_written() -> None:
    text = "---\na: no\nb: 2026-04-24\nc: 007\nd:\ne: ~\nf: |\n  x\n  y\n---\n"
    assert split(text).fields == {
        "a": "no",
        "b": "2026-04-24",
        "c": "007",
        "d": "",
        "e": "~",
        "f": "x\ny\n",
    }


def test_a_byte_order_mark_and_windows_line_ends_are_read() -> None:
    assert split("\ufeff---\r\ntitle: x\r\n---\r\nBody\r\n") == FrontMatter({"title": "x"}, {"title": 2}, "Body\r\n", 4)


@pytest.mark.parametrize(
    "body", ["", "x", "\n\n x \t\n \n", "\r\n\r\nx\r\n", "\rx\r", "---\n", "\ufeffx\u2028\x85y", "x\n---\n\t\n"]
)
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_the_body_is_what_stands_after_the_fields(body: str, end: str) -> None:
    if end == "\r" and body.startswith("\n"):
        body = f" {body}"  # else the two are one line end
    matter = split(f"---{end}title: x{end}--- {end}{body}")
    assert (matter.fields, matter.body, matter.body_line) == ({"title": "x"}, body, 4)


def test_fields_are_written_so_that_everybody_reads_them_alike() -> None:
    fields = {
        "title": 'How to: "pay" # now',
        "slug": "",
        "summary": "Zahlen 🏴 ‏‍ é",
        "published_at": datetime(2024, 2, 3, tzinfo=UTC),
        "updated_at": datetime(2024, 2, 3, 2, 0, 0, 5, tzinfo=timezone(timedelta(hours=2))),
        "status": "no",
        "revision": 2,
        "based_on": None,
        "regions": ["SG", "NO"],
        "keywords": "1.0",
        "related": [],
    }
    written = dump_fields(fields)
    assert written == (
        """title: 'How to: "pay" # now'
summary: Zahlen 🏴 ‏‍ é
published_at: 2024-02-03
updated_at: 2024-02-03T00:00:00.000005Z
status: 'no'
revision: 2
regions: [SG, 'NO']
keywords: '1.0'
"""
    )
    assert {name: type(value) for name, value in yaml.safe_load(written).items()}["keywords"] is str
    long = " ".join(["word"] * 5000) + "﻿􏿿'\"\\"
    assert load_fields(dump_fields({"title": long})).fields == {"title": long}


@pytest.mark.parametrize("text", ["", "Body", "----\nx\n---\n", " ---\n"])
def test_a_text_without_front_matter_is_all_body(text: str) -> None:
    assert split(text) == FrontMatter({}, {}, text, 1)


def test_empty_front_matter() -> None:
    assert split("---\n---\nBody") == FrontMatter({}, {}, "Body", 3)
    assert split("---\n# only a comment\n---\n") == FrontMatter({}, {}, "", 4)


@pytest.mark.parametrize(
    ("text", "line", "reason"),
    [
        ("---\ntitle: x\n", 1, "the front matter has no closing ---"),
        ("---\na: &x [l]\nb: *x\n---\n", 2, "anchors and aliases are not allowed"),
        ("---\na: x\nb: *x\n---\n", 3, "anchors and aliases are not allowed"),
        ("---\na: !!python/object:os.system x\n---\n", 2, "tags are not allowed"),
        ("---\na: x\nb:\n  c: d\n---\n", 4, "fields inside a field are not allowed"),
        ("---\na: [b, {c: d}]\n---\n", 2, "a list may hold plain text only"),
        ("---\na: [[b]]\n---\n", 2, "a list may hold plain text only"),
        ("---\na: x\na: y\n---\n", 3, "the field 'a' stands twice"),
        ("---\n? [a]\n: b\n---\n", 2, "a field name must be plain text"),
        ("---\njust text\n---\n", 2, "expected fields of the form name: value"),
        ("---\n- a\n---\n", 2, "expected fields of the form name: value"),
        ("---\na: x\ntitle: How to: do it\n---\n", 3, "mapping values are not allowed here"),
        ("---\na: x\nb: \x07\n---\n", 3, "a character that YAML does not allow"),
        ("---\na: x\n...\nb: y\n---\n", 4, "expected '<document start>', but found '<block mapping start>'"),
        ("---\na: " + "x" * 65_536 + "\n---\n", 2, "the fields are longer than 64 KiB"),
        ("---\na: " + "[" * 60_000 + "\n---\n", 2, "a list may hold plain text only"),
    ],
)
def test_what_is_refused_names_its_line(text: str, line: int, reason: str) -> None:
    with pytest.raises(FrontMatterError) as caught:
        split(text)
    assert (caught.value.line, caught.value.reason) == (line, reason)
    assert str(caught.value) == f"line {line}: {reason}"


def test_a_yaml_file_has_fields_only() -> None:
    assert load_fields("---\nid: 12\nregions: []\n") == FrontMatter(
        {"id": "12", "regions": []}, {"id": 2, "regions": 3}, "", 4
    )
    assert load_fields("").fields == {}
    with pytest.raises(FrontMatterError) as caught:
        load_fields("a: 1\n---\nb: 2\n")
    assert (caught.value.line, caught.value.reason) == (2, "more than one document")
