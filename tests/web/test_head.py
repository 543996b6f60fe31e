"""What stands in <head> for networks, result lists and crawlers; the checking client reads every page's as well."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from flask import Flask

from helpdesk.config import Settings
from helpdesk.locales import SHIPPED, Locales, open_graph_code
from helpdesk.services.site import Site
from helpdesk.web.pages import Page as Head
from tests.core.test_importing import png
from tests.support.content import take_in, translation
from tests.support.pages import CheckingClient, Page

# Nothing here asks the database what tests of lists, articles and votes do not ask on PostgreSQL as well.
pytestmark = pytest.mark.on("sqlite")

ADDRESS = "/en/articles/26-sign-api-requests"


def graph(page: Page) -> list[tuple[str, str]]:
    found = [(e.get("property", ""), e.get("content", "")) for e in page.all("meta") if e.get("property")]
    return [*found, *(("card", e.get("content", "")) for e in page.all("meta", name="twitter:card"))]


def test_open_graph_of_an_article(client: CheckingClient) -> None:
    page = client.get(ADDRESS)
    image = page.one("img").get("src")
    assert graph(page) == [
        ("og:type", "article"),
        ("og:title", "Sign API requests"),
        ("og:description", page.one("meta", name="description").get("content")),
        ("og:url", f"http://localhost{ADDRESS}"),
        ("og:site_name", "Acme Exchange Help Center"),
        ("og:locale", "en_US"),
        ("og:locale:alternate", "de_DE"),
        ("og:locale:alternate", "ar_AR"),
        ("og:locale:alternate", "zh_CN"),
        ("og:locale:alternate", "zh_TW"),
        ("og:image", f"http://localhost{image}"),
        ("article:published_time", page.data_graph[0]["datePublished"]),
        ("article:modified_time", page.data_graph[0]["dateModified"]),
        ("card", "summary_large_image"),
    ]


def test_open_graph_of_the_front_page_and_of_pages_that_are_not_shared(client: CheckingClient) -> None:
    found = graph(client.get("/zh-Hant/"))
    assert found[0] == ("og:type", "website")
    assert [value for name, value in found if name == "og:locale"] == ["zh_TW"]
    assert ("card", "summary") in found
    assert graph(client.get("/en/search?q=api")) == graph(client.get("/en/nope")) == []


def test_an_inherited_or_fallback_page_speaks_of_its_origin(client: CheckingClient) -> None:
    for path, locale in (("/en-SG/articles/16", "en_US"), ("/ar/articles/18", "de_DE")):
        page = client.get(path, follow=True)
        found = dict(graph(page))
        assert found["og:url"] == page.one("link", rel="canonical").get("href")
        assert (found["og:locale"], found.get("og:locale:alternate")) == (locale, None)
        assert page.data_graph[0]["inLanguage"] == locale[:2]
        assert page.data_graph[0]["mainEntityOfPage"] == found["og:url"]


@pytest.mark.parametrize("tag", SHIPPED)
def test_locales_as_open_graph_knows_them(tag: str) -> None:
    known = {
        "en": "en_US", "de": "de_DE", "es": "es_ES", "fr": "fr_FR", "pt-BR": "pt_BR", "ru": "ru_RU", "ar": "ar_AR",
        "he": "he_IL", "hi": "hi_IN", "ja": "ja_JP", "ko": "ko_KR", "zh-Hans": "zh_CN", "zh-Hant": "zh_TW",
        "tr": "tr_TR", "vi": "vi_VN", "th": "th_TH", "id": "id_ID", "en-SG": "en_SG",
    }  # fmt: skip
    assert open_graph_code(Locales.parse((tag,), default=tag).default) == known[tag]


def test_things_of_an_article(client: CheckingClient) -> None:
    page = client.get(ADDRESS)
    article, crumbs = page.data_graph
    publisher = {"@type": "Organization", "name": "Acme Exchange"}
    assert article == {
        "@type": "TechArticle",
        "headline": "Sign API requests",
        "description": page.one("meta", name="description").get("content"),
        "inLanguage": "en",
        "datePublished": f"{page.all('time')[0].get('datetime')}T00:00:00+00:00",
        "dateModified": f"{page.all('time')[1].get('datetime')}T00:00:00+00:00",
        "author": publisher,
        "publisher": publisher,
        "mainEntityOfPage": f"http://localhost{ADDRESS}",
        "articleSection": "API",
        "isPartOf": {
            "@type": "WebSite",
            "name": "Acme Exchange Help Center",
            "url": "http://localhost/en/",
            "inLanguage": "en",
        },
        "image": f"http://localhost{page.one('img').get('src')}",
    }
    shown = [(a.text, a.get("href")) for a in page.one("nav", class_="crumbs").iter("a")]
    steps = [(item["name"], item["item"].removeprefix("http://localhost")) for item in crumbs["itemListElement"]]
    assert steps == [*shown, ("Sign API requests", ADDRESS)]


def test_things_of_front_page_and_lists(client: CheckingClient) -> None:
    (website,) = client.get("/ar/").data_graph
    action = website["potentialAction"]
    assert (website["@type"], website["inLanguage"], action["@type"]) == ("WebSite", "ar", "SearchAction")
    assert action["target"]["urlTemplate"] == "http://localhost/ar/search?q={search_term_string}"
    (crumbs,) = client.get("/en/categories/faq/trading").data_graph
    assert [item["item"] for item in crumbs["itemListElement"]] == [
        "http://localhost/en/",
        "http://localhost/en/categories/faq",
        "http://localhost/en/categories/faq/trading",
    ]


NASTY = "</script><script>alert(1)</script> <!-- \" ' \\ \\u003c & &amp; \u2028\u2029 \U0001f3f4 \u202eX ]]>"


@pytest.mark.parametrize("text", [NASTY, "<!--<script>", "a\nb\tc\r", "\\", '"', "\x07\x00\ufffe", "", "</SCRIPT >"])
def test_data_parses_back_to_the_letter_and_ends_nothing(app: Flask, text: str) -> None:
    with app.test_request_context("/"):
        written = str(Head(title="x", things=[{"@type": text, text: [text]}]).json_ld)
    assert json.loads(written)["@graph"] == [{"@type": text, text: [text]}]
    assert [char for char in "<>&'\u2028\u2029\n\x00" if char in written] == []


def test_nasty_titles_reach_the_page_unharmed(empty_site: Site, empty_app: Flask, tmp_path: Path) -> None:
    take_in(empty_site, tmp_path / "content", {"nasty": {"en.md": translation(NASTY, summary=NASTY, slug="nasty")}})
    page = CheckingClient(empty_app).get("/en/articles/1-nasty")
    title = " ".join(NASTY.split())
    assert page.data_graph[0]["headline"] == page.all("h1")[0].text == title
    assert dict(graph(page))["og:title"] == title
    assert len([script for script in page.all("script") if script.text]) == 1


LONG = "This sentence is here to be long enough to count. " * 9


@pytest.mark.parametrize(
    ("fields", "body", "expected"),
    [
        ({"summary": "Short and  good."}, "Body.", "Short and good."),
        ({}, "First **sentence** of `text` & more. Second.", "First sentence of text & more. Second."),
        ({}, "![Desk](desk.png)", "Desk"),
        ({}, "---", "The title"),
        ({"summary": LONG}, "Body.", LONG[:199].strip()),
        ({"summary": "word " * 90}, "Body.", ("word " * 40).strip() + "…"),
        ({"summary": "字" * 300}, "Body.", "字" * 99 + "…"),
    ],
)
def test_description(
    empty_site: Site, empty_app: Flask, tmp_path: Path, fields: dict[str, str], body: str, expected: str
) -> None:
    files = {"en.md": translation("The title", body, **fields), "desk.png": png(30, 20)}
    take_in(empty_site, tmp_path / "content", {"one": files})
    page = CheckingClient(empty_app).get("/en/articles/1-the-title")
    assert page.one("meta", name="description").get("content") == expected


def test_the_settings_name_the_site(empty_app: Flask) -> None:
    settings: Settings = empty_app.extensions["helpdesk"].settings
    page = CheckingClient(empty_app).get("/de/")
    assert settings.site_name in dict(graph(page))["og:site_name"]
