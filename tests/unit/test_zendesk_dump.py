"""What a help center's API answered is found however it was kept; what is wrong or missing is said."""

from __future__ import annotations

import json
from itertools import permutations
from pathlib import Path
from typing import Any

import pytest

from helpdesk.errors import Note
from helpdesk.services.folder import ContentErrors
from helpdesk.services.zendesk import convert_dump
from tests.support.zendesk import (
    GROUPS,
    LOCALES,
    answer,
    article,
    category,
    convert,
    save,
    section,
    translation,
    written,
)

ARTICLES = [article(101, 11, "A fine"), article(102, 11, "A loss")]
GERMAN = translation(101, "de", "Eine Strafe")
SHAPES: dict[str, dict[str, Any]] = {
    "side by side": {**GROUPS, "a.json": answer("articles", ARTICLES), "t.json": answer("translations", [GERMAN])},
    "in one file": {
        "all.json": answer(
            "articles",
            ARTICLES,
            categories=[category(1, "Riding")],
            sections=[section(11, 1, "Pay")],
            translations=[GERMAN],
            users=[{"id": 3600211, "name": "Ada"}],
        )
    },
    "texts in their articles": {
        **GROUPS,
        "a.json": answer(
            "articles",
            [
                ARTICLES[0] | {"translations": [{k: v for k, v in GERMAN.items() if not k.startswith("source")}]},
                ARTICLES[1],
            ],
        ),
    },
    "pages joined": {
        "all.json": [*GROUPS.values(), *(answer("articles", [one]) for one in ARTICLES), {"translation": GERMAN}]
    },
    "items alone": {
        "categories/1.json": category(1, "Riding"),
        "sections/11.json": {"section": section(11, 1, "Pay")},
        "articles/101.json": ARTICLES[0],
        "articles/102.json": {"article": ARTICLES[1]},
        "articles/101/translations/de.json": GERMAN,
    },
    "a list for each locale": {
        **GROUPS,
        "de/articles.json": answer("articles", [ARTICLES[0] | {"locale": "de", "title": "Eine Strafe"}]),
        "en-us/articles.json": answer("articles", ARTICLES),
    },
    "with a byte order mark": {
        **GROUPS,
        "a.json": b"\xef\xbb\xbf" + json.dumps(answer("articles", ARTICLES)).encode(),
        "t.JSON": answer("translations", [GERMAN]),
    },
}


@pytest.mark.parametrize("files", SHAPES.values(), ids=SHAPES.keys())
def test_answers_are_found_however_they_were_kept(tmp_path: Path, files: dict[str, Any]) -> None:
    summary = convert(tmp_path, files)
    assert (summary.texts, summary.notes) == (3, [])
    assert [name for name in written(tmp_path) if name.endswith(".md") and "_" not in name] == [
        "riding/pay/a-fine/de.md",
        "riding/pay/a-fine/en.md",
        "riding/pay/a-loss/en.md",
    ]
    assert "title: Eine Strafe\n" in written(tmp_path)["riding/pay/a-fine/de.md"]


def test_one_file_is_a_dump_too_and_others_are_said(tmp_path: Path) -> None:
    more = {
        "users.json": answer("users", [{"id": 1}]),
        "folder.json/t.json": answer(
            "translations", [translation(109, "de", "Fehlt"), translation(109, "nb", "Mangler")]
        ),
    }
    dump = save(tmp_path / "dump", SHAPES["in one file"] | more)
    assert convert_dump(dump / "all.json", tmp_path / "one", LOCALES).texts == 3
    assert convert_dump(dump, tmp_path / "two", LOCALES).notes == [
        Note("users.json", 1, "file without articles, sections or categories"),
        Note("articles/109", 1, "translations left out: their article is not in the dump"),
    ]


def test_of_two_texts_the_translation_is_taken_then_the_later(tmp_path: Path) -> None:
    late = translation(101, "de", "Spät", updated_at="2025-01-01T00:00:00Z")
    early = translation(101, "de", "Früh", updated_at="2020-01-01T00:00:00Z")
    listed = article(101, 11, "Liste", locale="de", updated_at="2026-01-01T00:00:00Z", edited_at=None)
    for number, order in enumerate(
        permutations(
            [answer("translations", [late]), answer("translations", [early]), answer("articles", [listed, *ARTICLES])]
        )
    ):
        here = tmp_path / str(number)
        convert(here, {**GROUPS, **{f"{n}.json": part for n, part in enumerate(order)}})
        assert "title: Spät\n" in written(here)["riding/pay/a-fine/de.md"]


TOO_DEEP = "maximum recursion depth exceeded while decoding a JSON array from a unicode string"
TWICE = [translation(101, "de", "Eins"), translation(101, "de", "Zwei")]


@pytest.mark.parametrize(
    ("files", "expected"),
    [
        (
            {"a.json": b'{"articles":\n\n[nul]}'},
            ["a.json:3: is not valid JSON: Expecting value"],
        ),
        ({"a.json": b'{"articles":\n['}, ["a.json:2: is not valid JSON: Expecting value"]),
        (
            {"a.json": b'{"x": "\xff"}'},
            ["a.json:1: is not valid JSON: 'utf-8' codec can't decode byte 0xff in position 7: invalid start byte"],
        ),
        ({"a.json": b"[" * 100_000}, [f"a.json:1: is not valid JSON: {TOO_DEEP}"]),
        (
            {"b/a.json": answer("articles", [ARTICLES[0], {"id": 1, "section_id": 11}])},
            ["b/a.json:1: Object missing required field `locale` - at `$.articles[1]`"],
        ),
        (
            {"a.json": answer("articles", [article(101, 11, "A", created_at="yesterday")])},
            ["a.json:1: Invalid RFC3339 encoded datetime - at `$.articles[0].created_at`"],
        ),
        (
            {"a.json": answer("articles", [article(101, 11, "A", edited_at="0001-01-01T00:00:00+05:00")])},
            ["a.json:1: Time before 1900 or after 9999 - at `$.articles[0]`"],
        ),
        (
            {"a.json": {"translations": [{"locale": "de", "title": "Eins"}]}},
            ["a.json:1: the translation `Eins` has no `source_id`"],
        ),
        (
            {**GROUPS, "a.json": answer("articles", ARTICLES), "t.json": answer("translations", TWICE)},
            ["t.json:1: article 101 has two texts in de that were changed at the same time"],
        ),
        (
            {
                "a.json": answer("articles", [*ARTICLES, article(103, 12, "B")]),
                "sections.json": answer("sections", [section(12, 2, "S", parent_section_id=9)]),
            },
            [
                "dump:1: lacks section 11 of article 101: add what /sections.json answers",
                "dump:1: lacks section 11 of article 102: add what /sections.json answers",
                "dump:1: lacks category 2 of section 12: add what /categories.json answers",
                "dump:1: lacks the section around section 12: add what /sections.json answers",
            ],
        ),
        (GROUPS, ["dump:1: lacks articles: add what /articles.json answers"]),
    ],
)
def test_a_broken_dump_is_refused_with_all_reasons(tmp_path: Path, files: dict[str, Any], expected: list[str]) -> None:
    with pytest.raises(ContentErrors) as caught:
        convert_dump(save(tmp_path / "dump", files), tmp_path / "out", LOCALES)
    assert str(caught.value).split("\n") == expected
    assert sorted(path.name for path in tmp_path.iterdir()) == ["dump"]
