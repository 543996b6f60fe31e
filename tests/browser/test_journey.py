"""The reader's way through the site: search, read, switch language, rate; with and without script."""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import unquote, urlsplit

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Reader, answer, expect_state, switch_language
from tests.support.server import Server

ARTICLE = 17
QUERIES = {"en": "withdrawal delayed", "ar": "تأخر السحب", "zh-Hant": "出金延遲"}
OTHER = {"en": "ar", "ar": "zh-Hant", "zh-Hant": "en"}
COMMENT = "  <b>Line one</b> & \u202bשורה\u202c\n第二行 "
with_and_without_script = pytest.mark.parametrize("has_script", [True, False], ids=["script", "plain"])


def expect_article(page: Page, server: Server, tag: str, *, query: str = "") -> None:
    expect(page.locator("html")).to_have_attribute("lang", tag)
    expect(page.locator("html")).to_have_attribute("dir", "rtl" if tag == "ar" else "ltr")
    expect(page.locator("h1")).to_have_text(server.title(ARTICLE, tag))
    address = urlsplit(page.url)
    assert address.path.startswith(f"/{tag}/articles/{ARTICLE}-")
    if query:
        assert query in unquote(address.query.replace("+", " "))


@with_and_without_script
@pytest.mark.parametrize("tag", QUERIES)
def test_search_read_switch_and_rate(
    server: Server, readers: Callable[..., Reader], has_script: bool, tag: str
) -> None:
    query = QUERIES[tag]
    page = readers(server, has_script=has_script, locale=tag).open("/")
    assert urlsplit(page.url).path == f"/{tag}/"

    page.locator("[name=q]").press_sequentially(query)
    page.keyboard.press("Enter")
    page.get_by_role("link", name=server.title(ARTICLE, tag), exact=True).click()
    expect_article(page, server, tag, query=query)
    expect_state(page, "ask")

    switch_language(page, OTHER[tag])
    expect_article(page, server, OTHER[tag], query=query)
    switch_language(page, tag)
    expect_article(page, server, tag, query=query)
    assert server.votes(ARTICLE) == []

    answer(page, "no")
    expect_state(page, "no")
    assert server.votes(ARTICLE) == [(False, "", "", query)]

    page.locator("[name=reason][value=outdated]").check()
    page.locator("[name=reason][value=hard]").check()
    page.locator("[name=comment]").fill(COMMENT)
    answer(page, "no")
    expect_state(page, "stored")
    stored = [(False, "hard outdated", COMMENT.strip(), query)]
    assert server.votes(ARTICLE) == stored
    page.reload()
    expect_state(page, "stored")
    assert server.votes(ARTICLE) == stored

    page.locator("#feedback a[href*='feedback=change']").click()
    expect_state(page, "ask")
    expect(page.locator("#feedback [aria-pressed=true]")).to_have_attribute("value", "no")
    answer(page, "yes")
    expect_state(page, "yes")
    assert server.votes(ARTICLE) == [(True, "", "", query)]
    page.reload()
    expect_state(page, "yes")
    assert server.votes(ARTICLE) == [(True, "", "", query)]

    answer(page, "remove")
    expect_state(page, "removed")
    assert server.votes(ARTICLE) == []
    page.reload()
    # Without script the address says what was done, so a reload says it again; it asks in both cases.
    expect_state(page, "ask" if has_script else "removed")
    page.goto(urlsplit(page.url).path)
    expect_state(page, "ask")
    assert server.votes(ARTICLE) == []


@pytest.mark.parametrize("width", [375, 1280])
@pytest.mark.parametrize(("tag", "other"), [("en", "ar"), ("ar", "zh-Hant")])
def test_switch_keeps_the_heading(
    library: Server, readers: Callable[..., Reader], tag: str, other: str, width: int
) -> None:
    page = readers(library, width=width, locale=tag).open("/articles/26")
    page.locator("#h-headers").scroll_into_view_if_needed()
    page.evaluate("document.getElementById('h-headers').scrollIntoView()")
    page.evaluate("document.querySelector('header details').open = true")
    page.locator(f"header a[hreflang={other}]").dispatch_event("click")
    expect(page.locator("html")).to_have_attribute("lang", other)
    assert page.evaluate("location.hash") == "#h-headers"
    expect(page.locator("#h-headers")).to_be_in_viewport()
