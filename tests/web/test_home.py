"""GET / and GET /{tag}/."""

from __future__ import annotations

import pytest
from flask import Flask

from tests.support.pages import CheckingClient
from tests.support.queries import count_queries


def test_front_page(client: CheckingClient) -> None:
    page = client.get("/en/")
    assert page.status == 200
    assert page.texts("h3")[:3] == ["FAQ", "Announcements", "Product documents"]
    assert page.texts("h2", id="popular") == ["Popular articles"]
    assert page.texts("h2", id="latest") == ["Announcements"]
    latest = [card["title"] for card in page.cards[-3:]]
    assert latest == [
        "Maintenance on May 12, 2026",
        "Our help center now speaks seventeen languages",
        "Text message codes have been retired",
    ]


def test_popular_articles_are_the_most_viewed(client: CheckingClient) -> None:
    page = client.get("/en-SG/")
    assert [card["meta"][-1] for card in page.cards[:2]] == ["13,882 views", "11,563 views"]


@pytest.mark.parametrize("tag", ["en", "en-SG", "de", "ru", "ar", "zh-Hans", "zh-Hant"])
def test_every_locale_has_a_front_page(client: CheckingClient, tag: str) -> None:
    page = client.get(f"/{tag}/")
    assert (page.status, page.root.get("lang"), page.response.headers["Content-Language"]) == (200, tag, tag)
    assert [tag for tag, _url in page.hreflang] == ["en", "en-SG", "de", "ru", "ar", "zh-Hans", "zh-Hant", "x-default"]


@pytest.mark.parametrize(
    ("header", "cookie", "tag"),
    [
        ("zh-TW,zh;q=0.9,en;q=0.8", None, "zh-Hant"),
        ("de-AT", None, "de"),
        ("en-SG", None, "en-SG"),
        ("en-GB", None, "en"),
        ("xx", None, "en"),
        (None, None, "en"),
        ("de", "ar", "ar"),
        ("de", "xx", "de"),
    ],
)
def test_root_negotiates(client: CheckingClient, header: str | None, cookie: str | None, tag: str) -> None:
    if cookie:
        client.flask.set_cookie("hd_locale", cookie)
    page = client.get("/", headers={"Accept-Language": header} if header else {})
    assert (page.status, page.response.headers["Location"]) == (302, f"/{tag}/")
    assert page.response.headers["Vary"].startswith("Accept-Language, Cookie")
    assert page.response.headers["Cache-Control"] == "no-store"


def test_a_localized_page_does_not_depend_on_header_or_cookie(client: CheckingClient) -> None:
    client.flask.set_cookie("hd_locale", "de")
    page = client.get("/en/", headers={"Accept-Language": "ar"})
    assert (page.status, page.root.get("lang")) == (200, "en")
    assert "Cookie" not in page.response.headers.get("Vary", "")


@pytest.mark.parametrize(
    ("path", "target"),
    [
        ("/zh-cn/", "/zh-Hans/"),
        ("/zh_TW/?q=1", "/zh-Hant/?q=1"),
        ("/DE/", "/de/"),
        ("/en-US/", "/en/"),
        ("/de", "/de/"),
    ],
)
def test_aliases_are_one_permanent_hop(client: CheckingClient, path: str, target: str) -> None:
    page = client.get(path)
    assert (page.status, page.response.headers["Location"]) == (308, target)
    assert page.response.headers["Cache-Control"] == "max-age=3600"


@pytest.mark.parametrize("tag", ["fr", "en-GB", "xx", "zh", "zh-HK"])
def test_other_tags_are_404_unless_equal(client: CheckingClient, tag: str) -> None:
    assert client.get(f"/{tag}/").status == (308 if tag == "zh" else 404)


def test_front_page_without_content(empty_app: Flask) -> None:
    page = CheckingClient(empty_app).get("/ar/")
    assert page.status == 200
    assert page.cards == []
    assert len(page.all("p", class_="empty")) == 1


def test_queries(app: Flask, client: CheckingClient) -> None:
    client.get("/en/")
    with count_queries(app) as queries:
        client.get("/en/")
    assert len(queries) == 4
