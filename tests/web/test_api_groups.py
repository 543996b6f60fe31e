"""GET /api/v1/categories, /locales and /status."""

from __future__ import annotations

import shutil

import pytest
from flask import Flask

from helpdesk.services.site import Site
from tests.support.api import ask
from tests.support.pages import CheckingClient
from tests.support.queries import count_queries

# What its queries find on PostgreSQL is told by the tests of the layers below.
pytestmark = pytest.mark.on("sqlite")


def test_categories_are_those_of_the_site(app: Flask, client: CheckingClient) -> None:
    for tag in ("en", "ar"):
        items = ask(app, "/categories", locale=tag).body["items"]
        tabs = client.get(f"/{tag}/search").one("nav", class_="tabs").findall(".//a")[1:]
        assert [(item["title"], item["url"]) for item in items] == [
            (tab.text, f"http://localhost{tab.get('href')}") for tab in tabs
        ]
        assert [item["key"] for item in items] == ["faq", "announcements", "product-documents"]
        for section in (section for item in items for section in item["sections"]):
            assert client.get(section["url"]).texts("h1") == [section["title"]]


def test_sections_are_keys_of_the_list(app: Flask) -> None:
    for item in ask(app, "/categories").body["items"]:
        totals = [
            ask(app, "/articles", category=item["key"], section=section["key"]).body["meta"]["total"]
            for section in item["sections"]
        ]
        assert min(totals) > 0
        assert sum(totals) == ask(app, "/articles", category=item["key"]).body["meta"]["total"]


def test_an_empty_site_has_empty_lists(empty_app: Flask) -> None:
    assert ask(empty_app, "/categories").body == {"items": []}
    assert ask(empty_app, "/articles").body["meta"] == {"page": 1, "per_page": 20, "pages": 1, "total": 0}


def test_locales(app: Flask) -> None:
    items = ask(app, "/locales").body["items"]
    assert [item["tag"] for item in items] == ["en", "en-SG", "de", "ru", "ar", "zh-Hans", "zh-Hant"]
    assert items[0] == {"tag": "en", "name": "English", "direction": "ltr", "is_default": True}
    assert items[4] == {"tag": "ar", "name": "العربية", "direction": "rtl", "is_default": False}


def test_status(app: Flask, site: Site) -> None:
    assert ask(app, "/status").body == {"version": "1.0", "database": "ok", "search": "ok"}
    site.indexer.backend.close()
    shutil.rmtree(site.settings.index_path / "en")
    assert ask(app, "/status").body == {"version": "1.0", "database": "ok", "search": "degraded"}


def test_queries(app: Flask) -> None:
    ask(app, "/status")
    with count_queries(app) as made:
        ask(app, "/categories", locale="de")
        ask(app, "/locales", locale="de")
    assert len(made) == 3
