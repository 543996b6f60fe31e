"""GET /api/v1/search and /suggest."""

from __future__ import annotations

import pytest
from flask import Flask
from sqlalchemy import func, select

from helpdesk.models import SearchLog
from helpdesk.services.publishing import publish, unpublish
from helpdesk.services.site import Site
from tests.support.api import ask
from tests.support.pages import CheckingClient
from tests.support.queries import count_queries

# Nothing here asks the database what tests of lists, articles and votes do not ask on PostgreSQL as well.
pytestmark = pytest.mark.on("sqlite")


def test_search_finds_what_the_page_finds(app: Flask, client: CheckingClient) -> None:
    for tag, query in (("en", "withdrawal delayed"), ("de", "Steuererklärung"), ("zh-Hant", "出金")):
        answer = ask(app, "/search", locale=tag, q=query, per_page=15)
        page = client.open("GET", f"/{tag}/search", query_string={"q": query})
        items = answer.body["items"]
        assert [item["title"] for item in items] == [card["title"] for card in page.cards]
        assert ["".join(part["text"] for part in item["marked_title"]) for item in items] == [
            item["title"] for item in items
        ]
        assert sum(answer.body["counts"].values()) == answer.body["meta"]["total"]
        marks = [
            part["text"]
            for item in items
            for passage in (item["marked_title"], *item["passages"])
            for part in passage
            if part["is_match"]
        ]
        assert sorted(marks) == sorted(page.texts("mark"))


def test_a_category_narrows_the_hits_not_the_counts(app: Flask) -> None:
    everything = ask(app, "/search", q="maintenance", locale="en").body
    inside = ask(app, "/search", q="maintenance", locale="en", category="announcements").body
    assert inside["counts"] == everything["counts"]
    assert inside["meta"]["total"] == everything["counts"]["announcements"]
    assert {item["category"] for item in inside["items"]} == {"announcements"}
    for wrong in ({"category": "nope"}, {"category": "faq", "section": "nope"}, {"section": "trading"}):
        assert ask(app, "/search", q="maintenance", **wrong).status == 404


def test_a_section_narrows_the_hits_not_its_category(app: Flask) -> None:
    inside = ask(app, "/search", q="account", locale="en", category="faq").body
    assert sum(inside["sections"].values()) == inside["meta"]["total"] == inside["counts"]["faq"]
    for key, count in inside["sections"].items():
        part = ask(app, "/search", q="account", locale="en", category="faq", section=key).body
        assert (part["meta"]["total"], part["sections"]) == (count, inside["sections"])


@pytest.mark.parametrize(("sort", "column"), [("updated", "updated_at"), ("views", "views")])
def test_orders(app: Flask, sort: str, column: str) -> None:
    found = ask(app, "/search", q="account", locale="en", sort=sort, per_page=100).body
    near = [item for item in found["items"] if item["kind"] != "fallback"]
    assert near == found["items"][: found["local"]]
    figures = [item[column] for item in near]
    assert figures == sorted(figures, reverse=True)
    assert len(set(figures)) > 3


def test_pages(app: Flask) -> None:
    first = ask(app, "/search", q="account", locale="en", per_page=3).body
    second = app.test_client().get(first["links"]["next"]).get_json()
    both = ask(app, "/search", q="account", locale="en", per_page=6).body
    assert [item["id"] for item in first["items"] + second["items"]] == [item["id"] for item in both["items"]]


@pytest.mark.parametrize("query", [" ", "\x00", "%", "_", "\\", "\u202e", "xyzzyq"])
def test_what_says_nothing_finds_nothing(app: Flask, query: str) -> None:
    assert ask(app, "/search", q=query).body["items"] == []
    assert ask(app, "/suggest", q=query).body == {"items": []}


def test_a_change_is_found_at_the_next_request(app: Flask, site: Site) -> None:
    for path in ("/search", "/suggest"):
        assert ask(app, path, q="Steuerreport", locale="de").body["items"][0]["id"] == 18
        assert unpublish(site, "tax-report-germany", "de")
        assert 18 not in [item["id"] for item in ask(app, path, q="Steuerreport", locale="de").body["items"]]
        assert publish(site, "tax-report-germany", "de")


def test_no_search_of_scripts_is_in_the_readers_report(app: Flask, site: Site) -> None:
    ask(app, "/search", q="withdrawal")
    ask(app, "/suggest", q="withdrawal")
    with site.database.read() as connection:
        assert connection.execute(select(func.count()).select_from(SearchLog)).scalar_one() == 0


@pytest.mark.parametrize(
    ("tag", "typed", "article"),
    [
        ("en", "withd", 17),
        ("en", "AUTHENT", 16),
        ("en", "phone move", 16),
        ("de", "auszahl", 17),
        ("ar", "السحب", 17),
        ("zh-Hant", "出金", 17),
    ],
)
def test_suggestions(app: Flask, tag: str, typed: str, article: int) -> None:
    found = ask(app, "/suggest", q=typed, locale=tag).body["items"]
    assert article in [item["id"] for item in found]
    assert len(found) <= 10


def test_at_most_ten_suggestions(app: Flask) -> None:
    assert len(ask(app, "/suggest", q="a", locale="en").body["items"]) == 10


def test_queries(app: Flask) -> None:
    ask(app, "/search", q="withdrawal", locale="en")
    with count_queries(app) as made:
        ask(app, "/search", q="withdrawal", locale="en")
    assert len(made) == 3
    with count_queries(app) as made:
        ask(app, "/suggest", q="withdrawal", locale="en")
    assert len(made) == 3
