"""GET /{tag}/articles/{id}-{slug} and /articles/{id}."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from flask import Flask

from helpdesk.services.publishing import unpublish
from helpdesk.services.site import Site
from tests.support.pages import CheckingClient
from tests.support.queries import count_queries

AUTHENTICATOR = "/en/articles/16-move-your-authenticator-to-a-new-phone"


def open_article(client: CheckingClient, path: str):
    """By any of its addresses."""
    page = client.get(path)
    return client.get(page.response.headers["Location"]) if page.status == 308 else page


def test_article(client: CheckingClient) -> None:
    page = client.get(AUTHENTICATOR)
    assert page.status == 200
    assert page.texts("h1") == ["Move your authenticator to a new phone"]
    crumbs = [a.text for a in page.one("nav", class_="crumbs").iter("a")]
    assert crumbs == ["Home", "FAQ", "Account and security"]
    meta = page.all("ul", class_="meta")[0]
    assert ["".join(li.itertext()) for li in meta][:2] == ["Published on Mar 12, 2024", "Updated on Mar 2, 2026"]
    assert [time.get("datetime") for time in page.all("time")] == ["2024-03-12", "2026-03-02"]
    assert page.response.headers["Cache-Control"] == "private, no-store"
    assert page.one("link", rel="canonical").get("href") == f"http://localhost{AUTHENTICATOR}"


def test_hreflang_is_reciprocal_and_names_own_translations_only(client: CheckingClient) -> None:
    page = client.get(AUTHENTICATOR)
    links = dict(page.hreflang)
    assert list(links) == ["en", "de", "ar", "zh-Hans", "zh-Hant", "x-default"]
    assert links["x-default"] == "http://localhost/articles/16"
    for tag, url in links.items():
        if tag != "x-default":
            twin = client.get(url)
            assert (twin.status, twin.root.get("lang")) == (200, tag)
            assert dict(twin.hreflang) == links


def test_inherited_article_says_nothing_and_points_to_its_origin(client: CheckingClient) -> None:
    page = open_article(client, "/en-SG/articles/16")
    assert (page.status, page.root.get("lang")) == (200, "en-SG")
    assert page.all("aside") == []
    assert page.hreflang == []
    assert page.one("link", rel="canonical").get("href") == f"http://localhost{AUTHENTICATOR}"
    assert page.texts("time")[0] == "12 Mar 2024"
    assert page.one("h1").get("lang") is None


def test_fallback_article_says_so_and_links_what_there_is(client: CheckingClient) -> None:
    page = open_article(client, "/ar/articles/18")
    assert (page.status, page.root.get("lang"), page.root.get("dir")) == (200, "ar", "rtl")
    notice = page.one("aside")
    assert [(a.text, a.get("hreflang")) for a in notice.iter("a")] == [("Deutsch", "de")]
    assert (page.one("h1").get("lang"), page.one("h1").get("dir")) == ("de", "ltr")
    assert (page.one("div", class_="prose").get("lang"), page.one("div", class_="prose").get("dir")) == ("de", "ltr")
    assert page.hreflang == []
    canonical = page.one("link", rel="canonical").get("href")
    assert canonical.startswith("http://localhost/de/articles/18-")
    assert client.get(canonical).status == 200


def test_outdated_translation_says_since_when(client: CheckingClient) -> None:
    assert "4 مايو 2026" in " ".join(open_article(client, "/ar/articles/17").one("aside").itertext())
    assert open_article(client, "/de/articles/17").all("aside") == []
    assert open_article(client, "/en/articles/17").all("aside") == []


@pytest.mark.parametrize(
    ("path", "target"),
    [
        ("/en/articles/16", AUTHENTICATOR),
        ("/en/articles/16-old-slug?q=a%20b&pos=2", f"{AUTHENTICATOR}?q=a%20b&pos=2"),
        ("/zh-cn/articles/16-x", "/zh-Hans/articles/16-x"),
    ],
)
def test_other_addresses_are_one_permanent_hop(client: CheckingClient, path: str, target: str) -> None:
    page = client.get(path)
    assert (page.status, page.response.headers["Location"]) == (308, target)
    assert page.response.headers["Cache-Control"] == "max-age=3600"


@pytest.mark.parametrize(
    ("header", "tag"), [("de", "de"), ("en-SG", "en"), ("ru", "en"), ("zh-HK", "zh-Hant"), ("ar-EG", "ar")]
)
def test_address_without_locale_leads_to_the_best_existing_translation(
    client: CheckingClient, header: str, tag: str
) -> None:
    page = client.get("/articles/16", headers={"Accept-Language": header})
    assert (page.status, page.response.headers["Location"].split("/")[1]) == (302, tag)
    assert page.response.headers["Vary"].startswith("Accept-Language, Cookie")
    assert client.get(page.response.headers["Location"]).status == 200


@pytest.mark.parametrize(
    "path",
    [
        "/en/articles/999999",
        "/en/articles/0",
        "/en/articles/-1",
        "/en/articles/99999999999999999999",
        "/en/articles/x",
        "/en/articles/16x",
        "/en/articles/١٦",
        "/en/articles/%00",
        "/en/articles/",
        "/articles/999999",
        "/articles/99999999999999999999999",
    ],
)
def test_unknown_articles_are_404(client: CheckingClient, path: str) -> None:
    assert client.get(path).status == 404


def test_draft_and_unknown_are_the_same_404(client: CheckingClient) -> None:
    draft, unknown = client.get("/en/articles/19-passkeys"), client.get("/en/articles/98-passkeys")
    assert (draft.status, unknown.status) == (404, 404)
    assert draft.html == unknown.html


def test_archived_article_is_gone_in_the_readers_language(client: CheckingClient) -> None:
    page = client.get("/de/articles/20")
    assert (page.status, page.root.get("lang")) == (410, "de")


def test_unpublished_translation_falls_back(site: Site, client: CheckingClient) -> None:
    assert unpublish(site, "move-authenticator", "de")
    page = open_article(client, "/de/articles/16")
    assert (page.status, page.one("h1").get("lang")) == (200, "en")


def test_headings_are_shared_by_all_locales(client: CheckingClient) -> None:
    ids = [
        [h.get("id") for h in open_article(client, f"/{tag}/articles/26").all("h2") if h.get("id", "").startswith("h-")]
        for tag in ("en", "de", "ar", "zh-Hans", "zh-Hant")
    ]
    assert ids[0][0] == "h-before-you-start"
    assert [other for other in ids if other != ids[0]] == []


def test_long_article_has_table_code_image_admonition_footnote(client: CheckingClient) -> None:
    page = open_article(client, "/en/articles/26")
    assert len(page.all("table")) == 3
    assert len(page.all("pre")) >= 2
    image = page.one("img")
    assert (image.get("width"), image.get("height")) == ("1200", "520")
    assert re.fullmatch(r"/media/[0-9a-f]{32}\.png", image.get("src", ""))
    picture = client.get(image.get("src", ""))
    assert picture.response.headers["Cache-Control"] == "public, max-age=31536000, immutable"
    assert picture.data.startswith(b"\x89PNG")
    assert len(page.all("div", class_="note")) >= 1
    assert len(page.all("section", class_="footnotes")) == 1


def test_links_between_articles_stay_in_the_readers_language(client: CheckingClient) -> None:
    page = open_article(client, "/ar/articles/17")
    links = [a.get("href", "") for a in page.one("div", class_="prose").iter("a")]
    assert links
    assert [link for link in links if not link.startswith("/ar/articles/")] == []
    assert [client.get(link).status for link in links] == [200] * len(links)


def test_queries(app: Flask, client: CheckingClient) -> None:
    client.get(AUTHENTICATOR)
    client.get(AUTHENTICATOR)
    with count_queries(app) as queries:
        client.get(AUTHENTICATOR)
    reading = [q for q in queries if "hd_reading_key" not in q]
    assert len(reading) == 4
    client.post(f"{AUTHENTICATOR}/vote", {"answer": "yes"})
    with count_queries(app) as queries:
        client.get(AUTHENTICATOR)
    assert len([q for q in queries if "hd_reading_key" not in q]) == 5


def test_a_locale_taken_out_of_the_settings_breaks_nothing(build: Callable[..., Flask], demo_template: Path) -> None:
    client = CheckingClient(build(demo_template, locales=("en", "ar")))
    page = client.get("/en/articles/18")
    page = client.get(page.response.headers["Location"])
    assert page.status == 200
    assert client.get("/articles/18").status == 302
    assert client.get("/de/articles/18").status == 404
    assert client.get("/en/categories/faq?page=2").status == 200
