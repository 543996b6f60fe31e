"""GET /{tag}/suggest."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from flask import Flask

from helpdesk import clock
from helpdesk.services.publishing import publish, unpublish
from helpdesk.services.searches import log_click, log_search
from helpdesk.services.site import Site
from tests.support.databases import written_elsewhere
from tests.support.pages import CheckingClient
from tests.support.queries import count_queries
from tests.web.test_search import NAUGHTY

# Nothing here asks the database what tests of lists, articles and votes do not ask on PostgreSQL as well.
pytestmark = pytest.mark.on("sqlite")

TYPED = [
    ("en", "withd", 17),
    ("en", "phone mov", 16),
    ("de", "auszahl", 17),
    ("ar", "تأخر الس", 17),
    ("zh-Hans", "提现", 17),
]


def suggested(client: CheckingClient, tag: str, typed: str) -> list[dict[str, object]]:
    answer = client.open("GET", f"/{tag}/suggest", query_string={"format": "json", "q": typed}).response
    assert (answer.status_code, answer.mimetype, answer.headers["Content-Language"]) == (200, "application/json", tag)
    return answer.get_json()["items"]


@pytest.mark.parametrize(("tag", "typed", "article"), TYPED)
def test_titles(client: CheckingClient, tag: str, typed: str, article: int) -> None:
    items = suggested(client, tag, typed)
    assert len(items) <= 6
    (item,) = [item for item in items if str(item["url"]).startswith(f"/{tag}/articles/{article}-")]
    assert (item["lang"], item["dir"], item["is_search"]) == (tag, "rtl" if tag == "ar" else "ltr", False)
    page = client.open("GET", f"/{tag}/suggest", query_string={"q": typed})
    assert [(a.text, a.get("href")) for a in page.one("ul", class_="related").iter("a")] == [
        (item["text"], item["url"]) for item in items
    ]
    assert page.one("meta", name="robots").get("content") == "noindex"
    found = client.open("GET", f"/{tag}/suggest", query_string={"format": "opensearch", "q": typed}).response
    assert (found.mimetype, found.get_json(force=True)) == (
        "application/x-suggestions+json",
        [typed, [item["text"] for item in items]],
    )


@pytest.mark.parametrize(
    ("tag", "typed", "said"), [("en", "withd", "1 suggestion"), ("en", "xyzzyq", "No suggestions")]
)
def test_how_many_there_are_is_said_in_the_readers_language(
    client: CheckingClient, tag: str, typed: str, said: str
) -> None:
    page = client.get(f"/{tag}/suggest?q={typed}")
    assert page.texts("p", role="status") == [said]
    answer = client.get(f"/{tag}/suggest?format=json&q={typed}").response.get_json()
    assert (answer["label"], answer["said"]) == ("Suggestions", said)


def test_searches_that_helped_others_follow(site: Site, client: CheckingClient) -> None:
    for day in (1, 2, 3):
        said = {"locale": "en", "query": "Withdraw to a bank", "now": clock.now() - timedelta(days=day)}
        log_search(site.database, category=None, results=3, **said)
        log_click(site.database, article_id=17, position=1, **said)
    *titles, last = suggested(client, "en", "withd")
    assert {item["is_search"] for item in titles} == {False}
    address = "/en/search?q=withdraw+to+a+bank"
    assert last == {"text": "withdraw to a bank", "url": address, "lang": "en", "dir": "auto", "is_search": True}
    (link,) = [a for a in client.get("/en/suggest?q=withd").one("main").iter("a") if a.get("href") == address]
    assert (link.get("rel"), link.find("bdi").text) == ("nofollow", "withdraw to a bank")


def test_a_change_is_seen_at_the_next_key(site: Site, client: CheckingClient) -> None:
    for tag in ("de", "en"):
        assert "18-" in str(suggested(client, tag, "steuerreport"))
    assert unpublish(site, "tax-report-germany", "de")
    for tag in ("de", "en"):
        assert "18-" not in str(suggested(client, tag, "steuerreport"))
    assert publish(site, "tax-report-germany", "de")


def test_without_an_index_there_are_none_for_a_while(
    site: Site, client: CheckingClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept = client.get("/en/suggest?format=json&q=withd").response
    assert (kept.headers["Cache-Control"], bool(kept.headers["ETag"])) == ("no-cache", True)
    again = client.get("/en/suggest?format=json&q=withd", headers={"If-None-Match": kept.headers["ETag"]})
    assert again.status == 304
    with monkeypatch.context() as patch:
        patch.setattr(type(site.indexer), "ensure", lambda *_: False)
        answer = client.get("/en/suggest?format=json&q=withd").response
        assert (answer.get_json()["items"], answer.headers["Cache-Control"]) == ([], "no-store")
        assert "ETag" not in answer.headers
    assert suggested(client, "en", "withd") != []


@pytest.mark.parametrize("typed", ["", " ", *NAUGHTY], ids=range(len(NAUGHTY) + 2))
def test_naughty_keys_suggest_nothing_bad(client: CheckingClient, typed: str) -> None:
    assert len(suggested(client, "en", typed)) <= 9


def test_there_are_three_forms(client: CheckingClient) -> None:
    assert client.get("/en/suggest?q=a&format=xml").status == 404


def test_limit(build: Callable[..., Flask], demo_template: Path, noon: datetime) -> None:
    client = CheckingClient(build(demo_template, suggestions_per_minute=2))
    pages = [client.get(f"/de/suggest?q={typed}") for typed in ("a", "b", "c")]
    assert [page.status for page in pages] == [200, 200, 429]
    assert pages[2].response.headers["Retry-After"] == "60"
    assert pages[2].root.get("lang") == "de"
    # What has not changed costs nothing, and neither search nor another network is touched.
    assert client.get("/de/suggest?q=a", headers={"If-None-Match": pages[0].response.headers["ETag"]}).status == 304
    assert client.get("/de/search?q=a").status == 200
    client.address = "192.0.2.1"
    assert client.get("/de/suggest?q=a").status == 200


def test_a_busy_database_suggests_all_the_same(site: Site, client: CheckingClient) -> None:
    client.get("/en/suggest?q=a")
    with written_elsewhere(site):
        assert suggested(client, "en", "withd") != []


def test_queries(app: Flask, client: CheckingClient) -> None:
    suggested(client, "en", "withd")
    with count_queries(app) as queries:
        suggested(client, "en", "withdr")
    assert len(queries) == 3
