"""Whatever stands in a folder comes out of the database again, to the byte or in its canonical form."""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from itertools import count as numbers
from pathlib import Path
from typing import Any

import pytest
import yaml
from flask import Flask
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from helpdesk.models import Article, Body, Translation
from helpdesk.services.exporting import export_content
from helpdesk.services.importing import import_content
from helpdesk.services.site import Site
from helpdesk.text.characters import one_line
from tests.core.test_import_again import outcome
from tests.core.test_importing import png, write
from tests.support.exports import files_of, texts_of
from tests.support.processes import FULL

TAGS = ("en", "de", "ar")
ODD = ["\r\n", "\n", "\r", "\t", "   ", "\u2028", "\x85", "\ufeff", "e\u0301", "\U0001f469\u200d\U0001f680", "\u200f", "\U0010ffff", "\x0c", "\x1f"]  # fmt: skip
PIECES = [
    "---",
    "--- \n",
    "word",
    "# H\n",
    "- a\n",
    "`",
    "<b>",
    "&amp;",
    "\\",
    "![p](p.png)",
    "[w](article:KEY#h)",
    "...",
    "\n\n",
]
VALUES = ["no", "1.0", ": ", " #", "'", '"', " ", "- ", "[", "{", "%", "@", "!", "|", "> ", "~", "null", "2024-01-01", "=", "a, b", "&x"]  # fmt: skip


def joined(pieces: list[str], **sizes: int) -> st.SearchStrategy[str]:
    letters = st.characters(exclude_categories=["Cs"], exclude_characters="\0![<")
    return st.lists(st.sampled_from([*pieces, *ODD]) | letters, **sizes).map("".join)


START = datetime(1990, 1, 1, tzinfo=UTC)
times = st.none() | st.timedeltas(timedelta(), timedelta(days=40_000)).map(lambda passed: START + passed)
optional = st.one_of(st.none(), st.integers(1, 99))
fields = st.fixed_dictionaries(
    {"title": joined(VALUES, min_size=1, max_size=6).filter(one_line)},
    optional={
        "summary": joined(VALUES, max_size=6),
        "keywords": st.lists(joined(VALUES, max_size=3), max_size=3),
        "slug": joined(VALUES, max_size=3),
        "status": st.sampled_from(["draft", "in_review", "published", "archived"]),
        "significance": st.sampled_from(["typo", "minor", "major"]),
        "published_at": times,
        "updated_at": times,
        "revision": optional,
        "based_on": optional,
    },
)
translations = st.tuples(fields, joined(PIECES, max_size=25))
trees = st.lists(st.dictionaries(st.sampled_from(TAGS), translations, min_size=1), min_size=1, max_size=2)


def files(
    tree: list[dict[str, Any]], turn: int
) -> tuple[dict[str, str | bytes], dict[tuple[str, str], tuple[str, str]]]:
    """The files of a tree, and what title and text are to be stored."""
    found: dict[str, str | bytes] = {f"{name}/_index.en.md": "---\ntitle: T\n---\n" for name in ("c", "c/s")}
    stored = {}
    for number, texts in enumerate(tree):
        key = f"article-{turn}-{number}"
        source = next(iter(texts))
        found[f"c/s/{key}/_article.yaml"] = f"source: {source}\n"
        found[f"c/s/{key}/p.png"] = png(2, 3)
        for tag, (values, text) in texts.items():
            body = text.replace("KEY", key)
            body = f"x{body}" if tag == source else body
            written = {
                name: value.isoformat()
                if isinstance(value, datetime)
                else str(value)
                if isinstance(value, int)
                else value
                for name, value in values.items()
                if value is not None
            }
            found[f"c/s/{key}/{tag}.md"] = f"---\n{yaml.safe_dump(written, width=10_000)}---\n{body}".encode()
            stored[key, tag] = (one_line(values["title"]), body)
    return found, stored


@pytest.mark.on("sqlite")
def test_any_folder_there_and_back(
    build: Callable[..., Flask], empty_template: Path, tmp_path: Path, noon: datetime
) -> None:
    sites = [build(empty_template, name, locales=TAGS).extensions["helpdesk"] for name in ("one", "two")]
    turns = numbers()

    @settings(max_examples=200 if FULL else 12, deadline=None, database=None, derandomize=not FULL)
    @given(trees)
    def check(tree: list[dict[str, Any]]) -> None:
        turn = next(turns)
        random.seed(turn)  # else each turn begins with the same, and Whoosh names the parts of its index by it
        there_and_back(*sites, *files(tree, turn), tmp_path / f"turn{turn}")

    check()


def there_and_back(
    first: Site, second: Site, found: dict[str, str | bytes], stored: dict[tuple[str, str], Any], folder: Path
) -> None:
    """Each turn's folder takes the place of the last one's, by `prune`."""
    import_content(first, write(folder / "in", found), keep="folder", prune=True)
    with first.database.read() as connection:
        columns = select(Article.key, Translation.locale, Translation.title, Body.markdown)
        rows = connection.execute(columns.join(Translation, Translation.article_id == Article.id).join(Body))
        assert {(key, tag): (title, text) for key, tag, title, text in rows} == stored
    before = texts_of(first)
    export_content(first, folder / "one")
    assert outcome(import_content(first, folder / "one")).keys() == {"unchanged"}
    assert texts_of(first) == before
    import_content(second, folder / "one", keep="folder", prune=True)
    export_content(second, folder / "two")
    assert files_of(folder / "two") == files_of(folder / "one")
