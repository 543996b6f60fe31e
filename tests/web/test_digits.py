"""Digits of a locale other than 0-9: in dates, counts and separators together, wherever a page prints them."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from flask import Flask

from tests.support.pages import CheckingClient, Page, text_of
from tests.support.team import add_member, come_in

# What is asked of the database here is asked on PostgreSQL by the tests of the pages themselves.
pytestmark = pytest.mark.on("sqlite")

ARTICLE = "/articles/26"
PATHS = ("/", "/categories/faq", "/categories/faq?page=2", "/search?q=API", "/search?page=2", "/about/views", ARTICLE)


@pytest.fixture
def client(build: Callable[..., Flask], demo_template: Path) -> CheckingClient:
    """A site that writes Arabic and Hindi in their own digits."""
    locales = ("en", "ar", "hi", "de")
    return CheckingClient(build(demo_template, locales=locales, digits={"ar": "arab", "hi": "deva"}, page_size=5))


def printed(page: Page) -> list[str]:
    """What the page itself prints with numbers in it: meta lines, tabs, ranges, pagers, hints."""
    places = [
        *page.all("time"),
        *page.all("span", class_="count"),
        *page.all("p", class_="range"),
        *(span for nav in page.all("nav", class_="pager") for span in nav.iter("span")),
        *(li for ul in page.all("ul", class_="meta") for li in ul),
        *page.all("p", class_="hint"),
    ]
    return [text for text in map(text_of, places) if re.search(r"\d", text)]


@pytest.mark.parametrize(("tag", "digits"), [("ar", "٠-٩"), ("hi", "०-९")])
@pytest.mark.parametrize("path", PATHS)
def test_no_other_digits_are_printed(client: CheckingClient, tag: str, digits: str, path: str) -> None:
    page = client.get(f"/{tag}{path}", follow=True)
    found = printed(page)
    assert [text for text in found if re.search(r"\d", re.sub(f"[{digits}]", "", text))] == []
    assert found != [] or path == "/about/views"


def test_separators_go_with_the_digits(client: CheckingClient) -> None:
    client.post("/ar/articles/16-x/vote", {"answer": "no"})
    page = client.get("/ar/articles/16", follow=True)
    assert [text_of(time) for time in page.all("time")] == ["١٢ مارس ٢٠٢٤", "٢ مارس ٢٠٢٦"]
    assert [time.get("datetime") for time in page.all("time")] == ["2024-03-12", "2026-03-02"]
    text = page.one("textarea")
    assert (text.get("data-digits"), text.get("data-limit"), text.get("maxlength")) == ("٠١٢٣٤٥٦٧٨٩", "١٬٠٠٠", "1000")
    assert "١٬٠٠٠" in text_of(page.one("p", id="comment-hint"))


def test_shares_go_with_the_digits(client: CheckingClient) -> None:
    add_member(client.flask.application.extensions["helpdesk"], "analyst")
    come_in(client)
    page = client.get("/ar/team/helpfulness/16?since=2024-01-01&until=2026-12-31")
    found = [*page.texts("td"), *page.texts("{http://www.w3.org/2000/svg}text")]
    assert [text for text in found if re.search("[0-9%]", text)] == []
    assert [text for text in found if "٪" in text][-5:] == [
        "٠٪\u061c",
        "٢٥٪\u061c",
        "٥٠٪\u061c",
        "٧٥٪\u061c",
        "١٠٠٪\u061c",
    ]


def test_addresses_keep_their_own_digits(client: CheckingClient) -> None:
    page = client.get("/ar/categories/faq", follow=True)
    assert page.one("a", rel="next").get("href", "").endswith("?page=2")
    assert client.get(page.response.request.path + "?page=٢").status == 404


def test_other_locales_keep_0_to_9(client: CheckingClient) -> None:
    client.post("/de/articles/16-x/vote", {"answer": "no"})
    text = client.get("/de/articles/16", follow=True).one("textarea")
    assert (text.get("data-digits"), text.get("data-limit")) == ("0123456789", "1.000")
