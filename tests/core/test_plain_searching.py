"""What is found without an index: the words in the database, as exact in its figures as with one."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from helpdesk import clock
from helpdesk.queries.plain_searching import search_plainly
from helpdesk.queries.searching import Found
from helpdesk.search.backend import SearchQuery
from helpdesk.services.publishing import unpublish
from helpdesk.services.site import Site
from tests.support.content import take_in, translation

ARTICLES = {
    "body": {"en.md": translation("One", "Wallet and 100%_sure words."), "de.md": translation("Eins", "GELDBÖRSE")},
    "summary": {"en.md": translation("Two", summary="About a wallet.", updated_at="2026-03-05")},
    "keywords": {"en.md": translation("Three", keywords="wallet", updated_at="2026-03-06")},
    "title": {"en.md": translation("My WALLET is gone"), "zh-Hans.md": translation("如何提现到钱包")},
    "exact": {"en.md": translation("Wallet", "Nothing else.", updated_at="2026-03-03")},
    "draft": {"en.md": translation("Wallet of a draft", status="draft")},
    "street": {"de.md": translation("Straße", "In der Öffentlichkeit."), "_article.yaml": "id: 7\nsource: de\n"},
}


def take_in_articles(site: Site) -> None:
    take_in(site, site.settings.instance_dir / "content", ARTICLES)


@pytest.fixture
def app(build: Callable[..., Flask], grown: Callable[..., Path], empty_template: Path) -> Flask:
    return build(grown(empty_template, take_in_articles))


def plain(site: Site, text: str, tag: str = "en", **options: Any) -> Found:
    found = search_plainly(site.database, site.locales, SearchQuery(locale=tag, text=text, **options), now=clock.now())
    assert found.is_plain
    return found


def ids(found: Found) -> list[int]:
    return [item.card.article_id for item in found.cards]


def test_the_title_says_the_most_and_the_text_the_least(site: Site) -> None:
    found = plain(site, "wallet")
    assert ids(found) == [5, 4, 3, 2, 1]
    assert (found.total, dict(found.counts), found.local, found.is_partial) == (5, {"guides": 5}, 5, False)
    assert [segment.text for segment in found.cards[1].title if segment.is_match] == ["WALLET"]


@pytest.mark.parametrize(
    ("tag", "text", "expected"),
    [
        ("en", "wallet gone", [4]),  # all words
        ("en", "wallet gone zqnowherex", [4]),  # the most of them
        ("en", "wallet -gone -one", [5, 3, 2]),
        ("en", '"gone"?', [4]),
        ("en", "100%_sure", [1]),
        ("en", "100__sure", []),
        ("en", "%", []),
        ("en", "", []),
        ("en", "\x00", []),
        ("en", "draft", []),
        ("de", "geldbörse", [1]),
        ("de", "STRASSE", []),
        ("de", "straße öffentlichkeit", [7]),
        ("de", "wallet gone", [4]),
        ("zh-Hans", "提现", [4]),
        ("ar", "wallet", [5, 4, 3, 2, 1]),
    ],
)
def test_words(site: Site, tag: str, text: str, expected: list[int]) -> None:
    assert ids(plain(site, text, tag)) == expected


def test_what_is_in_the_readers_language_comes_first(site: Site) -> None:
    found = plain(site, "e", "de")
    assert [item.card.lang for item in found.cards] == ["de"] * found.local + ["en"] * (found.total - found.local)
    assert 0 < found.local < found.total


def test_pages_orders_sections_and_categories(site: Site) -> None:
    pages = [plain(site, "wallet", limit=2, offset=offset) for offset in (0, 2, 4, 6)]
    assert [ids(page) for page in pages] == [[5, 4], [3, 2], [1], []]
    assert {page.total for page in pages} == {5}
    assert ids(plain(site, "wallet", sort="updated")) == [5, 3, 2, 4, 1]
    inside = plain(site, "wallet", category="guides", section="basics")
    assert (inside.total, dict(inside.sections)) == (5, {"basics": 5})
    outside = plain(site, "wallet", category="none")
    assert (outside.total, dict(outside.counts), dict(outside.sections)) == (0, {"guides": 5}, {})


def test_what_was_withdrawn_is_not_found(site: Site) -> None:
    assert unpublish(site, "exact", "en")
    assert ids(plain(site, "wallet")) == [4, 3, 2, 1]
