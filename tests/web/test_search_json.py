"""GET /{tag}/search.json."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import func, select

from helpdesk.models import SearchLog
from helpdesk.services.site import Site
from tests.support.api import ask, check
from tests.support.pages import CheckingClient

# Nothing here asks the database what tests of lists, articles and votes do not ask on PostgreSQL as well.
pytestmark = pytest.mark.on("sqlite")

ORIGIN = "https://www.acme.example"


@pytest.mark.parametrize(
    "options", ["", "&page=2", "&category=faq", "&category=product-documents&section=this-help-center", "&sort=views"]
)
@pytest.mark.parametrize("tag", ["en", "ar"])
def test_it_finds_what_the_page_finds(build: Callable[..., Flask], demo_template: Path, tag: str, options: str) -> None:
    client = CheckingClient(build(demo_template, page_size=3))
    question = f"q=API{options}"
    page, response = client.get(f"/{tag}/search?{question}"), client.get(f"/{tag}/search.json?{question}").response
    check(response)
    items = response.get_json()["items"]
    assert [item["title"] for item in items] == [card["title"] for card in page.cards]
    assert response.headers["Content-Language"] == tag
    assert {item["url"].partition("/articles/")[0] for item in items} == {f"http://localhost/{tag}"}


def test_it_says_what_the_api_says(app: Flask, client: CheckingClient, site: Site) -> None:
    for query in ("verifcation", "withdrawal xyzzyq"):
        found = client.open("GET", "/en/search.json", query_string={"q": query, "per_page": 20}).response.get_json()
        expected = ask(app, "/search", locale="en", q=query).body
        assert found | {"links": None} == expected | {"links": None}
    assert found["missing"] == ["xyzzyq"]
    with site.database.read() as connection:
        assert connection.execute(select(func.count()).select_from(SearchLog)).scalar_one() == 0


@pytest.mark.parametrize(
    "options", ["", "q=", "q=a&page=0", "q=a&sort=nope", "q=a&exact=2", "q=a&nope=1", "q=a&locale=de"]
)
def test_what_is_wrong_is_said_in_the_language_of_the_address(app: Flask, options: str) -> None:
    response = app.test_client().get(f"/de/search.json?{options}")
    check(response)
    assert (response.status_code, response.headers["Content-Language"]) == (400, "de")
    assert response.get_json(force=True)["errors"]


def test_addresses(app: Flask) -> None:
    assert app.test_client().get("/zh-tw/search.json?q=a").headers["Location"] == "/zh-Hant/search.json?q=a"
    for path, status in (("/xx/search.json?q=a", 404), ("/de/search.json?q=a&category=nope", 404)):
        response = app.test_client().get(path)
        check(response)
        assert response.status_code == status
    assert app.test_client().post("/de/search.json?q=a").status_code == 405


def test_whose_scripts_may_read_it_and_how_often(
    build: Callable[..., Flask], demo_template: Path, noon: datetime
) -> None:
    app = build(demo_template, api_origins=(ORIGIN,), api_per_minute=2)
    answers = [app.test_client().get("/en/search.json?q=a", headers={"Origin": ORIGIN}) for _ in range(3)]
    assert [answer.status_code for answer in answers] == [200, 200, 429]
    assert {answer.headers["Access-Control-Allow-Origin"] for answer in answers} == {ORIGIN}
    assert "Accept-Language" not in answers[0].headers["Vary"]
    asked = app.test_client().options("/en/search.json", headers={"Origin": ORIGIN})
    assert (asked.status_code, asked.headers["Access-Control-Allow-Methods"]) == (204, "GET, HEAD, OPTIONS")
