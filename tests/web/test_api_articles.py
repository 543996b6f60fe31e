"""GET /api/v1/articles, /articles/{id} and /articles/{id}/translations."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from flask import Flask

from tests.conftest import filled
from tests.support.api import ask
from tests.support.databases import Backend, drop_database
from tests.support.pages import CheckingClient
from tests.support.planted import (
    ARCHIVED,
    DRAFT,
    FALLBACK,
    LISTED,
    OPEN,
    REGIONAL,
    SCHEDULED,
    SECRETS,
    WITHHELD,
    plant,
)
from tests.support.queries import count_queries

# What its queries find on PostgreSQL is told by the tests of the layers below.
pytestmark = pytest.mark.on("sqlite")

ROOT = "http://localhost"


@pytest.fixture(scope="module")
def planted_template(demo_template: Path, backend: Backend, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Planted once; every test has a copy."""
    folder = tmp_path_factory.mktemp("planted")
    instance = filled(demo_template, folder / "instance", lambda site: plant(site, folder / "content"))
    yield instance
    drop_database(instance)


@pytest.fixture
def planted_app(build: Callable[..., Flask], planted_template: Path) -> Flask:
    return build(planted_template)


def test_list(app: Flask) -> None:
    answer = ask(app, "/articles", locale="en", category="faq", section="account-security", per_page=2)
    assert answer.headers["Content-Language"] == "en"
    assert answer.body["meta"] == {"page": 1, "per_page": 2, "pages": 3, "total": 5}
    here = f"{ROOT}/api/v1/articles?locale=en&category=faq&section=account-security&per_page=2"
    assert answer.body["links"] == {
        "first": f"{here}&page=1",
        "prev": None,
        "next": f"{here}&page=2",
        "last": f"{here}&page=3",
    }
    assert answer.headers["Link"] == (
        f'<{here}&page=1>; rel="first", <{here}&page=2>; rel="next", <{here}&page=3>; rel="last"'
    )
    assert len(answer.body["items"]) == 2
    assert {item["category"] for item in answer.body["items"]} == {"faq"}


def test_the_links_lead_through_the_whole_list(app: Flask, client: CheckingClient) -> None:
    seen, url = [], "/api/v1/articles?per_page=7&locale=de&sort=updated"
    while url:
        body = app.test_client().get(url).get_json()
        seen += [item["url"] for item in body["items"]]
        url = body["links"]["next"]
    pages = [client.get(f"/de/search?sort=updated&page={page}", follow=True).cards for page in (1, 2, 3, 4)]
    expected = list(dict.fromkeys(ROOT + card["url"] for cards in pages for card in cards))
    assert seen == expected


def test_past_the_end_a_list_is_empty_and_leads_back(app: Flask) -> None:
    answer = ask(app, "/articles", page=900, per_page=100)
    assert (answer.status, answer.body["items"], answer.body["links"]["next"]) == (200, [], None)
    assert answer.body["links"]["prev"] == answer.body["links"]["last"]


@pytest.mark.parametrize("query", [{"category": "nope"}, {"section": "nope"}, {"category": "faq", "section": "nope"}])
def test_unknown_groups_are_404(app: Flask, query: dict[str, str]) -> None:
    assert ask(app, "/articles", **query).status == 404


def test_article_says_what_its_page_says(app: Flask, client: CheckingClient) -> None:
    for tag, article_id in (("en", 16), ("de", 17), ("ar", 17), ("ar", 18), ("en-SG", 16)):
        body = ask(app, f"/articles/{article_id}", locale=tag).body
        page = client.get(body["url"])
        assert page.status == 200
        assert page.texts("h1") == [body["title"]]
        days = [body["published_at"][:10], body["updated_at"][:10]]
        assert [time.get("datetime") for time in page.all("ul", class_="meta")[0].iter("time")] == days
        assert page.one("link", rel="canonical").get("href") == body["canonical"]
        prose = page.one("div", class_="prose")
        assert (prose.get("lang") or page.root.get("lang")) == (tag if body["kind"] == "inherited" else body["lang"])
        assert bool(page.all("aside")) == (body["kind"] == "fallback" or body["outdated_since"] is not None)
        if body["kind"] == "own":
            links = page.hreflang[:-1]
            assert links == [(item["lang"], item["url"]) for item in body["alternates"]]


def test_views_are_those_of_the_page_and_reading_here_is_none(app: Flask, client: CheckingClient) -> None:
    url = ask(app, "/articles/16", locale="en").body["url"]
    before = ask(app, "/articles/16", locale="en").body["views"]
    client.get(url)
    assert ask(app, "/articles/16", locale="en").body["views"] == before + 1
    assert "9,028 views" in client.get(url).text
    assert before == 9027


def test_kinds(app: Flask) -> None:
    own, inherited, fallback = (
        ask(app, path, locale=tag).body
        for path, tag in (("/articles/16", "en"), ("/articles/16", "en-SG"), ("/articles/18", "ar"))
    )
    assert (own["kind"], own["lang"], own["canonical"]) == ("own", "en", own["url"])
    assert (inherited["kind"], inherited["lang"], inherited["canonical"]) == ("inherited", "en", own["url"])
    assert (fallback["kind"], fallback["lang"], fallback["title_lang"]) == ("fallback", "de", "de")
    assert fallback["canonical"].startswith(f"{ROOT}/de/articles/18-")


def test_html_has_absolute_addresses_and_the_headings_anchors(app: Flask) -> None:
    body = ask(app, "/articles/26", locale="en").body
    assert f'src="{ROOT}/media/' in body["html"]
    assert 'href="/' not in body["html"]
    assert "article:" not in body["html"]
    assert all(f'id="{heading["id"]}"' in body["html"] for heading in body["headings"])
    assert len(body["headings"]) > 1
    assert "<" not in body["text"].replace("<=", "")


@pytest.mark.parametrize("tag", LISTED)
@pytest.mark.parametrize("path", ["/articles?per_page=100", "/search?q=zebra&per_page=100", "/suggest?q=zebra"])
def test_every_channel_shows_what_readers_of_the_locale_see(planted_app: Flask, tag: str, path: str) -> None:
    answer = ask(planted_app, f"{path}&locale={tag}")
    assert {item["id"] for item in answer.body["items"] if item["id"] > 100} == LISTED[tag]
    assert [word for word in SECRETS if word in answer.text] == []


@pytest.mark.parametrize("word", SECRETS)
def test_hidden_words_find_nothing(planted_app: Flask, word: str) -> None:
    for tag in LISTED:
        assert ask(planted_app, "/search", q=word, locale=tag, exact=1).body["items"] == []
        assert ask(planted_app, "/suggest", q=word, locale=tag).body["items"] == []


@pytest.mark.parametrize("rest", ["", "/translations"])
def test_by_id(planted_app: Flask, rest: str) -> None:
    found = {
        (tag, i): ask(planted_app, f"/articles/{i}{rest}", locale=tag).status
        for tag in ("en", "en-SG")
        for i in (OPEN, DRAFT, SCHEDULED, ARCHIVED, WITHHELD, REGIONAL, FALLBACK, 999)
    }
    hidden = {DRAFT: 404, SCHEDULED: 404, ARCHIVED: 410, 999: 404}
    seen = {OPEN: 200, REGIONAL: 200, FALLBACK: 200}
    assert {i: status for (tag, i), status in found.items() if tag == "en"} == {**hidden, **seen, WITHHELD: 200}
    assert {i: status for (tag, i), status in found.items() if tag == "en-SG"} == {**hidden, **seen, WITHHELD: 404}


def test_unknown_draft_and_withheld_are_told_alike(planted_app: Flask) -> None:
    asked = [(999, "en"), (DRAFT, "en"), (SCHEDULED, "en"), (WITHHELD, "en-SG")]
    assert len({ask(planted_app, f"/articles/{i}", locale=tag).text for i, tag in asked}) == 1


def test_regional_article_says_so(planted_app: Flask) -> None:
    there = ask(planted_app, f"/articles/{REGIONAL}", locale="en-SG").body
    here = ask(planted_app, f"/articles/{REGIONAL}", locale="en").body
    assert (there["regions"], there["is_elsewhere"]) == (["SG"], False)
    assert (here["regions"], here["is_elsewhere"]) == (["SG"], True)
    assert here["canonical"] == there["url"] == f"{ROOT}/en-SG/articles/106-zebra-qregional"
    assert ask(planted_app, f"/articles/{OPEN}").body["regions"] is None


def test_title_only(planted_app: Flask) -> None:
    body = ask(planted_app, f"/articles/{OPEN}", locale="de").body
    assert (body["title"], body["title_lang"], body["lang"], body["kind"]) == ("Zebra qtitle", "de", "en", "fallback")
    assert [item["lang"] for item in body["alternates"]] == ["en"]
    items = ask(planted_app, f"/articles/{OPEN}/translations").body["items"]
    assert [(item["lang"], item["has_body"], item["url"]) for item in items] == [
        ("de", False, f"{ROOT}/de/articles/101-zebra-qtitle"),
        ("en", True, f"{ROOT}/en/articles/101-zebra-qopen"),
    ]


def test_links_to_what_nobody_sees_stay_text_without_a_key(planted_app: Flask) -> None:
    body = ask(planted_app, f"/articles/{OPEN}", locale="en").body
    assert body["html"] == "<p>A zebra qopen. See <a >it</a>.</p>\n"
    assert body["text"].strip() == "A zebra qopen. See it."


def test_translations(app: Flask) -> None:
    items = ask(app, "/articles/17/translations", locale="en").body["items"]
    assert [item["lang"] for item in items] == ["ar", "de", "en", "zh-Hans", "zh-Hant"]
    assert [item["lang"] for item in items if item["outdated_since"]] == ["ar"]
    assert items[0]["outdated_since"] == ask(app, "/articles/17", locale="ar").body["outdated_since"]
    assert items[2] == {
        "lang": "en",
        "title": "Why a withdrawal is delayed",
        "slug": "why-a-withdrawal-is-delayed",
        "url": f"{ROOT}/en/articles/17-why-a-withdrawal-is-delayed",
        "has_body": True,
        "published_at": "2024-01-22T00:00:00Z",
        "updated_at": "2026-05-04T00:00:00Z",
        "outdated_since": None,
    }


@pytest.mark.parametrize(
    ("path", "queries"),
    [
        ("/articles?locale=en", 3),
        ("/articles?locale=en&per_page=100", 3),
        ("/articles?locale=en&category=faq&section=trading", 4),
        ("/articles/16?locale=en", 5),
        ("/articles/16/translations?locale=en", 4),
        ("/articles/999?locale=en", 3),
    ],
)
def test_queries(app: Flask, path: str, queries: int) -> None:
    ask(app, path)
    with count_queries(app) as made:
        ask(app, path)
    assert len(made) == queries
