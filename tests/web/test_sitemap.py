"""GET /sitemap.xml, its parts, and /robots.txt: what machines may read is what the pages themselves say."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from urllib.parse import urlsplit
from urllib.robotparser import RobotFileParser
from xml.etree.ElementTree import Element, fromstring

import pytest
from flask import Flask

from helpdesk.config import load
from helpdesk.extension import Helpdesk
from helpdesk.services.site import Site
from helpdesk.web.site import machines, sitemap
from tests.conftest import KEY, close
from tests.support.content import take_in, translation
from tests.support.pages import CheckingClient, Page
from tests.support.queries import count_queries

# What its queries find on PostgreSQL is told by the tests of the layers below.
pytestmark = pytest.mark.on("sqlite")

NAMES = {"s": "http://www.sitemaps.org/schemas/sitemap/0.9", "x": "http://www.w3.org/1999/xhtml"}
Links = list[tuple[str, str]]


def read(page: Page) -> Element:
    assert (page.status, page.response.mimetype) == (200, "application/xml")
    return fromstring(page.data)


def clusters(client: CheckingClient, path: str = "/sitemap.xml") -> dict[str, Links]:
    """Each address with its alternates."""
    entries = read(client.get(path)).findall("s:url", NAMES)
    found = {
        entry.findtext("s:loc", "", NAMES): [
            (link.get("hreflang", ""), link.get("href", "")) for link in entry.findall("x:link", NAMES)
        ]
        for entry in entries
    }
    assert len(found) == len(entries), "an address stands twice"
    return found


def crawl(client: CheckingClient) -> dict[str, Page]:
    """Every page that links lead to from the front pages, by its address without query; orders left out."""
    queue = [urlsplit(url).path for tag, url in client.get("/en/").hreflang if tag != "x-default"]
    pages: dict[str, Page] = {}
    while queue:
        path = queue.pop()
        if path in pages:
            continue
        pages[path] = page = client.get(path)
        assert page.status == 200, path
        for anchor in page.all("a"):
            address = anchor.get("href", "").partition("#")[0]
            is_here = address.startswith("/") and not address.startswith("/media/")
            if (
                is_here
                and "/language?" not in address
                and "/contact?" not in address
                and "sort=" not in address
                and "/search" not in address
            ):
                queue.append(address)
    return pages


def assert_agree(client: CheckingClient) -> int:
    """The sitemap is exactly the pages that call themselves canonical, first pages of lists only; how many."""
    listed = clusters(client)
    own = {}
    for path, page in crawl(client).items():
        canonical = page.one("link", rel="canonical").get("href") if page.all("link", rel="canonical") else None
        if canonical == f"http://localhost{path}" and "?" not in path and not page.all("meta", name="robots"):
            own[canonical] = page.hreflang
    assert own == listed
    for url, links in listed.items():
        for tag, other in links:
            assert tag == "x-default" or listed[other] == links, url
            answer = client.get(urlsplit(other).path, follow=True) if tag == "x-default" else None
            assert answer is None or answer.status == 200
    return len(listed)


def test_sitemap_and_pages_of_the_demo_say_the_same(build: Callable[..., Flask], demo_template: Path) -> None:
    """Of a language, and one that inherits it; an article in German is read there, and listed nowhere."""
    client = CheckingClient(build(demo_template, locales=("en", "en-SG")))
    assert assert_agree(client) > 50
    page = client.get("/en/articles/18", follow=True)
    assert (page.status, page.all("meta", name="robots")[0].get("content")) == (200, "noindex")


ODD = {
    "amp": {"en.md": translation("Fees & “limits” <b>", slug="a&b'c"), "de.md": translation("Gebühren")},
    "emoji": {"en.md": translation("🏴‍☠️ Pirates", slug="🏴‍☠️"), "ar.md": translation("تأخر \u202bالسحب\u202c")},
    "bell": {
        "en.md": translation('A "bell"\u0007 \\ and \u0000 nul \ufffe'),
        "zh-Hans.md": translation("提现（延迟）"),
    },
    "parentheses": {"en.md": translation("x", slug="(x)"), "en-SG.md": translation("y", slug="y+z %41")},
    "script": {"en.md": translation("</script><!--<script>", "<!-- x", summary="]]> --> \u2028")},
}


@pytest.fixture
def odd_site(empty_site: Site, tmp_path: Path) -> Site:
    take_in(empty_site, tmp_path / "odd", ODD, en="Guides & more", de="Anleitungen", en_SG="Guides lah", ar="دليل")
    return empty_site


def test_sitemap_and_pages_say_the_same_of_odd_titles(odd_site: Site, empty_app: Flask) -> None:
    client = CheckingClient(empty_app)
    assert assert_agree(client) == 14 + 8 + 9
    assert "http://localhost/en/articles/1-a&b'c" in clusters(client)


def test_lists_live_where_their_text_is_own(client: CheckingClient) -> None:
    own = client.get("/en/categories/faq")
    assert [tag for tag, _url in own.hreflang] == ["en", "de", "ar", "zh-Hans", "zh-Hant", "x-default"]
    assert dict(own.hreflang)["x-default"] == "http://localhost/en/categories/faq"
    for tag in ("en-SG", "ru"):  # inherited, and a fallback
        page = client.get(f"/{tag}/categories/faq")
        assert page.hreflang == []
        assert page.one("link", rel="canonical").get("href") == "http://localhost/en/categories/faq"
        assert page.all("meta", name="robots") == []
        second = client.get(f"/{tag}/categories/faq?page=2")
        assert second.all("link", rel="canonical") == []
        assert second.one("meta", name="robots").get("content") == "noindex"
    second = client.get("/en/categories/faq?page=2")
    assert second.one("link", rel="canonical").get("href") == "http://localhost/en/categories/faq?page=2"
    assert (second.hreflang, second.all("meta", name="robots")) == ([], [])
    assert client.get("/en/categories/faq?sort=popular").one("meta", name="robots").get("content") == "noindex"


def test_a_list_that_its_own_locale_does_not_show_lives_with_its_heir(
    empty_site: Site, empty_app: Flask, tmp_path: Path
) -> None:
    articles = {"only": {"en.md": translation("Singapore"), "_article.yaml": "id: 1\nregions: [SG]\n"}}
    take_in(empty_site, tmp_path / "content", articles, en="Guides")
    client = CheckingClient(empty_app)
    assert client.get("/en/categories/guides").status == 404
    page = client.get("/en-SG/categories/guides")
    address = "http://localhost/en-SG/categories/guides"
    assert page.hreflang == [("en-SG", address), ("x-default", address)]
    assert assert_agree(client) == 14 + 3


def test_last_changes(client: CheckingClient) -> None:
    times = {
        entry.findtext("s:loc", "", NAMES): entry.findtext("s:lastmod", None, NAMES)
        for entry in read(client.get("/sitemap.xml")).findall("s:url", NAMES)
    }
    page = "http://localhost/en/articles/16-move-your-authenticator-to-a-new-phone"
    assert times[page] == "2026-03-02T00:00:00+00:00"
    assert times["http://localhost/en/"] == "2026-05-12T00:00:00+00:00"
    assert times["http://localhost/en/about/views"] is None


def test_many_pages_stand_in_parts(client: CheckingClient, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = clusters(client)
    monkeypatch.setattr(sitemap, "URLS", 40)
    index = read(client.get("/sitemap.xml"))
    assert index.tag == f"{{{NAMES['s']}}}sitemapindex"
    files = [entry.findtext("s:loc", "", NAMES) for entry in index]
    assert files == [f"http://localhost/sitemap-{number}.xml" for number in range(1, len(files) + 1)]
    parts = [clusters(client, urlsplit(file).path) for file in files]
    assert max(map(len, parts)) <= 40
    assert len(parts) > len(whole) // 40
    assert {url: links for part in parts for url, links in part.items()} == whole
    assert sum(map(len, parts)) == len(whole)
    assert client.get(f"/sitemap-{len(files) + 1}.xml").status == 404


def test_no_part_has_more_bytes_than_allowed(odd_site: Site, empty_app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    client = CheckingClient(empty_app)
    whole = clusters(client)
    monkeypatch.setattr(sitemap, "BYTES", 12_000)
    with empty_app.test_request_context("/"):
        files = sitemap.sitemap_files()
    pages = [client.get(urlsplit(file).path) for file in files]
    assert len(pages) > 2
    assert [page for page in pages if len(page.data) > 12_000 + 300] == []
    assert {url for file in files for url in clusters(client, urlsplit(file).path)} == set(whole)


@pytest.mark.parametrize("path", ["/sitemap-0.xml", "/sitemap-2.xml", "/sitemap-x.xml", "/sitemap-999999.xml"])
def test_other_parts_are_404(client: CheckingClient, path: str) -> None:
    assert client.get(path).status == 404


def test_queries(app: Flask, client: CheckingClient) -> None:
    client.get("/sitemap.xml")
    with count_queries(app) as queries:
        client.get("/sitemap.xml")
    assert len(queries) == 7 + 4  # a tree for each locale; validator, sizes, updates, articles


def test_robots(client: CheckingClient) -> None:
    lines = client.get("/robots.txt").data.decode().split("\n")
    assert lines[0] == "User-agent: *"
    assert lines[-2:] == ["Sitemap: http://localhost/sitemap.xml", ""]
    rules = RobotFileParser()
    rules.parse([line for line in lines if "*/" not in line])
    refused = ("/en/search", "/en/search?q=a", "/ar/language?route=home", "/en-SG/suggest?q=a")
    assert [path for path in refused if rules.can_fetch("*", path)] == []
    allowed = [urlsplit(url).path for url in clusters(client)] + ["/en/categories/faq/search", "/en/feed.xml"]
    assert [path for path in allowed if not rules.can_fetch("*", path)] == []
    wild = [line for line in lines if "*/" in line]
    assert wild == ["Disallow: /*/articles/*/vote", "Disallow: /*/articles/*/view", "Disallow: /*/feed.xml?"]


def test_public_addresses_and_functions_for_a_host(build: Callable[..., Flask], demo_template: Path) -> None:
    listed = len(clusters(CheckingClient(build(demo_template, name="local"))))
    app = build(demo_template, site_url="https://help.acme.example")
    with app.test_request_context("/", base_url="https://help.acme.example"):
        assert machines.robots_lines()[-1] == "Sitemap: https://help.acme.example/sitemap.xml"
        assert sitemap.sitemap_files() == ["https://help.acme.example/sitemap-1.xml"]
        urls = [url for cluster in sitemap.sitemap_urls() for _tag, url, _updated_at in cluster.urls]
    assert len(urls) == listed
    assert [url for url in urls if not url.startswith("https://help.acme.example/")] == []


def test_below_a_prefix(demo_template: Path, tmp_path: Path) -> None:
    shutil.copytree(demo_template, tmp_path / "mounted")
    host = Flask("host")
    settings = load(tmp_path / "mounted", environ={}, secret_key=KEY, site_url="https://acme.example/help")
    Helpdesk(host, url_prefix="/help", settings=settings)
    try:
        with host.test_request_context("/robots.txt", base_url="https://acme.example"):
            lines = machines.robots_lines()
            clusters = list(sitemap.sitemap_urls())
            assert sitemap.sitemap_files() == ["https://acme.example/help/sitemap-1.xml"]
    finally:
        close(host)
    assert lines[:3] == [f"Disallow: /help/en/{name}" for name in ("contact", "language", "search")]
    assert lines[-4:] == [
        "Disallow: /help/*/articles/*/view",
        "Disallow: /help/*/feed.xml?",
        "",
        "Sitemap: https://acme.example/help/sitemap.xml",
    ]
    urls = [url for cluster in clusters for _tag, url in cluster.alternates]
    assert "https://acme.example/help/de/" in urls
    assert [url for url in urls if not url.startswith("https://acme.example/help/")] == []
