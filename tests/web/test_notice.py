"""The notice above every page of a locale."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from helpdesk import clock
from helpdesk.errors import NoticeError
from helpdesk.services.notices import clear_notices, set_notice
from helpdesk.services.site import Site
from tests.conftest import NOON
from tests.support.pages import CheckingClient, Page, text_of

# What its queries find on PostgreSQL is told by the tests of the layers below.
pytestmark = pytest.mark.on("sqlite")

ARTICLE = "/en/articles/16-move-your-authenticator-to-a-new-phone"
PAGES = ["/en/", "/en/categories/faq", "/en/categories/faq/trading", ARTICLE, "/en/search?q=phone", "/en/about/views"]


def shown(page: Page) -> str | None:
    """The notice's words, None without one."""
    bars = page.all("details", class_="notice-bar")
    return text_of(bars[0].find("div")) if bars else None


def token(page: Page) -> str | None:
    return page.one("details", class_="notice-bar").get("data-notice")


@pytest.mark.parametrize("path", [*PAGES, "/en/nope", "/en/articles/20"])
def test_it_stands_on_every_page_and_is_gone_when_cleared(site: Site, client: CheckingClient, path: str) -> None:
    assert shown(client.get(path)) is None
    set_notice(site, "Withdrawals **rest** until [Monday](/articles/17).", ["en"], now=clock.now())
    page = client.get(path)
    if page.status == 200:
        bar = page.one("details", class_="notice-bar")
        assert (bar.get("open"), text_of(bar.find("summary"))) == ("", "Notice")
        assert shown(page) == "Withdrawals rest until Monday."
        assert [a.get("href") for a in bar.iter("a")] == ["/articles/17"]
    assert clear_notices(site, ["de"]) == []
    assert clear_notices(site, []) == ["en"]
    assert shown(client.get(path)) is None


@pytest.mark.parametrize("path", ["/en/", "/en/categories/faq", ARTICLE])
def test_what_a_browser_keeps_of_a_page_ends_at_once(site: Site, client: CheckingClient, path: str) -> None:
    def fetch(tag: str) -> Page:
        return client.get(path, headers={"If-None-Match": tag})

    tag = client.get(path).response.headers["ETag"]
    assert fetch(tag).status == 304
    set_notice(site, "One", ["en"], now=clock.now())
    page = fetch(tag)
    assert (page.status, shown(page)) == (200, "One")
    tag = page.response.headers["ETag"]
    assert fetch(tag).status == 304
    clear_notices(site, ["en"])
    page = fetch(tag)
    assert (page.status, shown(page)) == (200, None)


def test_it_ends_by_itself_without_a_restart(
    site: Site, client: CheckingClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(clock, "now", lambda: NOON)
    set_notice(site, "Until one", ["en"], until=NOON + timedelta(hours=1), now=NOON)
    monkeypatch.setattr(clock, "now", lambda: NOON + timedelta(minutes=59, seconds=59))
    page = client.get("/en/")
    assert shown(page) == "Until one"
    monkeypatch.setattr(clock, "now", lambda: NOON + timedelta(hours=1))
    page = client.get("/en/", headers={"If-None-Match": page.response.headers["ETag"]})
    assert (page.status, shown(page)) == (200, None)


def test_readers_without_one_of_their_own_get_that_of_their_chain(site: Site, client: CheckingClient) -> None:
    set_notice(site, "In English", ["en"], now=clock.now())
    assert {tag: shown(client.get(f"/{tag}/")) for tag in ("en", "en-SG", "de", "ar")} == dict.fromkeys(
        ("en", "en-SG", "de", "ar"), "In English"
    )
    inherited = client.get("/en-SG/").one("details", class_="notice-bar").find("div")
    fallback = client.get("/ar/").one("details", class_="notice-bar").find("div")
    assert (inherited.get("lang"), inherited.get("dir")) == (None, None)
    assert (fallback.get("lang"), fallback.get("dir")) == ("en", "ltr")
    set_notice(site, "بالعربية 12:30", ["ar"], now=clock.now())
    page = client.get("/ar/")
    assert shown(page) == "بالعربية 12:30"
    assert page.one("details", class_="notice-bar").find("div").get("lang") is None
    assert shown(client.get("/de/")) == "In English"


def test_another_text_is_another_notice_and_the_same_one_is_not(site: Site, client: CheckingClient) -> None:
    def put(text: str, at: datetime, until: datetime | None = None) -> str | None:
        set_notice(site, text, ["en"], until=until, now=at)
        return token(client.get("/en/"))

    first = put("One", clock.now())
    assert put("One", clock.now(), clock.now() + timedelta(hours=1)) == first
    assert put("Two", clock.now()) != first
    ended = put("Three", clock.now())
    clear_notices(site, ["en"])
    assert put("Three", clock.now()) != ended


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "no words"),
        (" \n", "no words"),
        ("# Title", "no headings"),
        ("A note[^1]\n\n[^1]: Below.", "no headings, images or footnotes"),
        ("![Picture](x.png) and words", "no headings, images"),
        ("[There](article:move-authenticator)", "whole address"),
        ("[There](#h-x)", "whole address"),
    ],
)
def test_what_cannot_stand_on_every_page_is_refused(site: Site, client: CheckingClient, text: str, reason: str) -> None:
    set_notice(site, "Before", ["en"], now=clock.now())
    with pytest.raises(NoticeError, match=reason):
        set_notice(site, text, ["en"], now=clock.now())
    assert shown(client.get("/en/")) == "Before"


def test_bad_locales_and_ends_are_refused_and_nothing_is_set(site: Site, client: CheckingClient) -> None:
    with pytest.raises(NoticeError, match="fr is not one of the locales: en, en-SG, de"):
        set_notice(site, "Text", ["en", "fr"], now=clock.now())
    with pytest.raises(NoticeError, match="ended already"):
        set_notice(site, "Text", ["en"], until=clock.now(), now=clock.now())
    assert shown(client.get("/en/")) is None


def test_hostile_text_is_harmless(site: Site, client: CheckingClient) -> None:
    hostile = '<script>alert(1)</script><img src=x onerror=alert(2)> <a href="javascript:alert(3)" id="main">x</a> ok'
    with pytest.raises(NoticeError):
        set_notice(site, hostile, ["en"], now=clock.now())
    set_notice(site, hostile.replace("<img src=x onerror=alert(2)>", ""), ["en"], now=clock.now())
    page = client.get("/en/")
    assert shown(page) == "x ok"
    assert [a.get("href") for a in page.one("details", class_="notice-bar").iter("a")] == [None]


def test_only_with_a_notice_the_first_picture_waits_for_the_script(site: Site, client: CheckingClient) -> None:
    assert client.get("/en/").one("script", type="module").get("blocking") is None
    set_notice(site, "Wait", ["en"], now=clock.now())
    assert client.get("/en/").one("script", type="module").get("blocking") == "render"
