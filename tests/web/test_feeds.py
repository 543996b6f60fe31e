"""GET /{tag}/feed.xml, /{tag}/categories/{slug}/feed.xml and /{tag}/opensearch.xml."""

from __future__ import annotations

from pathlib import Path
from xml.etree.ElementTree import Element, fromstring

import pytest
from flask import Flask
from sqlalchemy import update

from helpdesk.models import CategoryText, Translation
from helpdesk.services.site import Site
from helpdesk.web.site import feeds
from tests.support.content import take_in, translation
from tests.support.pages import CheckingClient, Page
from tests.support.queries import count_queries

# What its queries find on PostgreSQL is told by the tests of the layers below.
pytestmark = pytest.mark.on("sqlite")

ATOM = {"a": "http://www.w3.org/2005/Atom"}
LANG = "{http://www.w3.org/XML/1998/namespace}lang"
OPENSEARCH = {"o": "http://a9.com/-/spec/opensearch/1.1/"}


def read(page: Page) -> Element:
    """A feed that has all that RFC 4287 wants (4.1.1, 4.1.2)."""
    assert (page.status, page.response.mimetype) == (200, "application/atom+xml")
    feed = fromstring(page.data)
    assert feed.tag == "{http://www.w3.org/2005/Atom}feed"
    for element in (feed, *feed.findall("a:entry", ATOM)):
        names = [child.tag.partition("}")[2] for child in element]
        assert [names.count(name) for name in ("id", "title", "updated")] == [1, 1, 1]
        assert element.get(LANG)
    ids = [entry.findtext("a:id", "", ATOM) for entry in feed.findall("a:entry", ATOM)]
    assert len(set(ids)) == len(ids)
    assert feed.find("a:author/a:name", ATOM) is not None
    return feed


def values(feed: Element, name: str) -> list[str]:
    return [entry.findtext(f"a:{name}", "", ATOM) for entry in feed.findall("a:entry", ATOM)]


def link(element: Element, rel: str) -> str:
    return next(item.get("href", "") for item in element.findall("a:link", ATOM) if item.get("rel") == rel)


def test_feed(client: CheckingClient) -> None:
    feed = read(client.get("/en/feed.xml"))
    assert (feed.get(LANG), feed.findtext("a:title", "", ATOM)) == ("en", "Acme Exchange Help Center")
    assert link(feed, "self") == feed.findtext("a:id", "", ATOM) == "http://localhost/en/feed.xml"
    assert link(feed, "alternate") == "http://localhost/en/"
    times = values(feed, "updated")
    assert times == sorted(times, reverse=True)
    assert feed.findtext("a:updated", "", ATOM) == times[0] == "2026-05-12T00:00:00+00:00"
    first = feed.find("a:entry", ATOM)
    assert first is not None
    assert [first.findtext(f"a:{name}", "", ATOM) for name in ("id", "title", "published")] == [
        "http://localhost/articles/21#en",
        "Maintenance on May 12, 2026",
        "2026-05-11T00:00:00+00:00",
    ]
    assert first.findtext("a:summary", "", ATOM).startswith("Trading, withdrawals and the API paused")
    addresses = [link(entry, "alternate") for entry in feed.findall("a:entry", ATOM)]
    assert len(addresses) == client.get("/llms.txt").html.count(".md)") >= 29
    assert [url for url in addresses if client.get(url).status != 200] == []


def test_own_and_inherited_entries(client: CheckingClient) -> None:
    feed = read(client.get("/en-SG/feed.xml"))
    entries = {entry.get(LANG) for entry in feed.findall("a:entry", ATOM)}
    assert (feed.get(LANG), entries) == ("en-SG", {"en", "en-SG"})
    english, ours = read(client.get("/en/feed.xml")), set(values(feed, "id"))
    shared = ours & set(values(english, "id"))
    assert {entry_id.partition("#")[2] for entry_id in shared} == {"en"}
    # Beside its own texts, what is for Singapore only.
    assert {entry_id for entry_id in ours - shared if not entry_id.endswith("#en-SG")} == {
        "http://localhost/articles/38#en"
    }
    german = read(client.get("/de/feed.xml"))
    assert {entry.get(LANG) for entry in german.findall("a:entry", ATOM)} == {"de"}
    assert "http://localhost/articles/18#de" in values(german, "id")
    assert values(read(client.get("/ru/feed.xml")), "id") == []


def test_feed_of_a_category(client: CheckingClient) -> None:
    feed = read(client.get("/en/categories/announcements/feed.xml"))
    assert feed.findtext("a:title", "", ATOM) == "Announcements · Acme Exchange Help Center"
    assert link(feed, "self") == "http://localhost/en/categories/announcements/feed.xml"
    assert link(feed, "alternate") == "http://localhost/en/categories/announcements"
    assert set(values(feed, "id")) < set(values(read(client.get("/en/feed.xml")), "id"))


def test_feeds_are_found_from_their_pages(client: CheckingClient) -> None:
    for page, feed, title in [
        ("/en/", "/en/feed.xml", "Acme Exchange Help Center"),
        ("/en/categories/faq", "/en/categories/faq/feed.xml", "FAQ"),
    ]:
        found = client.get(page).one("link", type="application/atom+xml")
        assert (found.get("href"), found.get("title"), found.get("rel")) == (feed, title, "alternate")
    assert client.get("/en/categories/faq/trading").all("link", type="application/atom+xml") == []


def test_feeds_move_and_end_like_their_pages(site: Site, client: CheckingClient) -> None:
    german = client.get("/de/").all("h3")[1].find("a").get("href")
    for path, status, target in [
        ("/de/categories/announcements/feed.xml?a=1", 308, f"{german}/feed.xml?a=1"),
        ("/zh-cn/feed.xml", 308, "/zh-Hans/feed.xml"),
        ("/en/categories/nope/feed.xml", 404, None),
        ("/fr/feed.xml", 404, None),
    ]:
        page = client.get(path)
        assert (page.status, page.response.headers.get("Location")) == (status, target), path
    read(client.get(f"{german}/feed.xml"))


ODD = "A & B <b>\u202bשלום\u202c 🏴‍☠️ ]]> “\u2028”"


def test_odd_titles(empty_site: Site, empty_app: Flask, tmp_path: Path) -> None:
    articles = {"odd": {"en.md": translation(ODD, summary=ODD)}, "bell": {"en.md": translation("x")}}
    take_in(empty_site, tmp_path / "content", articles, en=ODD)
    forbidden = "a\x07\x00\x1b\ufffe\uffffz"
    with empty_site.database.transaction() as connection:  # past every check of ours
        broken = Translation.title == "x"
        connection.execute(update(Translation).where(broken).values(title=forbidden, summary=forbidden))
        connection.execute(update(CategoryText).values(title=forbidden))
    client = CheckingClient(empty_app)
    feed = read(client.get("/en/feed.xml"))
    assert values(feed, "title") == [" ".join(ODD.split()), "a \ufffd   z"]
    assert values(feed, "summary") == [" ".join(ODD.split()), "a \ufffd   z"]
    slug = "a-b-b-שלום"
    category = read(client.get(f"/en/categories/{slug}/feed.xml"))
    assert category.findtext("a:title", "", ATOM) == "a \ufffd   z · Acme Exchange Help Center"


def test_only_the_newest(client: CheckingClient, monkeypatch: pytest.MonkeyPatch) -> None:
    everything = values(read(client.get("/en/feed.xml")), "id")
    monkeypatch.setattr(feeds, "ENTRIES", 3)
    assert values(read(client.get("/en/feed.xml")), "id") == everything[:3]


def test_queries(app: Flask, client: CheckingClient) -> None:
    for path, number in (("/en/feed.xml", 2), ("/en/categories/faq/feed.xml", 3), ("/en/opensearch.xml", 1)):
        client.get(path)
        with count_queries(app) as queries:
            client.get(path)
        assert len(queries) == number, path


@pytest.mark.parametrize("tag", ["en", "en-SG", "de", "ru", "ar", "zh-Hans", "zh-Hant"])
def test_opensearch(client: CheckingClient, tag: str) -> None:
    page = client.get(f"/{tag}/opensearch.xml")
    assert (page.status, page.response.mimetype) == (200, "application/opensearchdescription+xml")
    root = fromstring(page.data)
    assert root.findtext("o:Language", "", OPENSEARCH) == tag
    assert 0 < len(root.findtext("o:ShortName", "", OPENSEARCH)) <= 16
    assert 0 < len(root.findtext("o:LongName", "", OPENSEARCH)) <= 48
    assert 0 < len(root.findtext("o:Description", "", OPENSEARCH)) <= 1024
    address = root.find("o:Url[@type='text/html']", OPENSEARCH).get("template")
    assert address == f"http://localhost/{tag}/search?q={{searchTerms}}"
    assert client.get(address.format(searchTerms="api")).status == 200
    address = root.find("o:Url[@type='application/x-suggestions+json']", OPENSEARCH).get("template")
    assert address == f"http://localhost/{tag}/suggest?format=opensearch&q={{searchTerms}}"
    assert client.get(address.format(searchTerms="api")).response.get_json(force=True)[0] == "api"
    assert client.get(f"/{tag}/").one("link", rel="search").get("href") == f"/{tag}/opensearch.xml"
