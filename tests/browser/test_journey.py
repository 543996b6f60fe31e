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


def search_and_switch(page: Page, server: Server, tag: str) -> None:
    """Find the article from the front page, look at it in another language, and come back."""
    query = QUERIES[tag]
    page.locator("[name=q]").press_sequentially(query)
    page.keyboard.press("Enter")
    page.get_by_role("link", name=server.title(ARTICLE, tag), exact=True).click()
    expect_article(page, server, tag, query=query)
    switch_language(page, OTHER[tag])
    expect_article(page, server, OTHER[tag], query=query)
    switch_language(page, tag)
    expect_article(page, server, tag, query=query)


def expect_vote(page: Page, server: Server, state: str, *votes: tuple[bool, str, str, str]) -> None:
    """What the page says is what the database holds: these rows and no other."""
    expect_state(page, state)
    assert server.votes(ARTICLE) == list(votes)


@with_and_without_script
@pytest.mark.parametrize("tag", QUERIES)
def test_search_read_switch_and_rate(
    server: Server, readers: Callable[..., Reader], has_script: bool, tag: str
) -> None:
    page = readers(server, has_script=has_script, locale=tag).open("/")
    assert urlsplit(page.url).path == f"/{tag}/"
    search_and_switch(page, server, tag)
    expect_vote(page, server, "ask")

    answer(page, "no")
    expect_vote(page, server, "no", (False, "", "", QUERIES[tag]))
    page.locator("[name=reason][value=outdated]").check()
    page.locator("[name=reason][value=hard]").check()
    page.locator("[name=comment]").fill(COMMENT)
    answer(page, "no")
    stored = (False, "hard outdated", COMMENT.strip(), QUERIES[tag])
    expect_vote(page, server, "stored", stored)
    page.reload()
    expect_vote(page, server, "stored", stored)

    page.locator("#feedback a[href*='feedback=change']").click()
    expect_vote(page, server, "ask", stored)
    expect(page.locator("#feedback [aria-pressed=true]")).to_have_attribute("value", "no")
    answer(page, "yes")
    expect_vote(page, server, "yes", (True, "", "", QUERIES[tag]))
    page.reload()
    expect_vote(page, server, "yes", (True, "", "", QUERIES[tag]))

    answer(page, "remove")
    expect_vote(page, server, "removed")
    page.reload()
    # Without script the address says what was done, so a reload says it again; it asks in both cases.
    expect_vote(page, server, "ask" if has_script else "removed")
    page.goto(urlsplit(page.url).path)
    expect_vote(page, server, "ask")


@pytest.mark.parametrize(("tag", "other"), [("en", "ar"), ("ar", "zh-Hant")])
def test_switch_keeps_the_heading(library: Server, readers: Callable[..., Reader], tag: str, other: str) -> None:
    page = readers(library, locale=tag).open("/articles/26")
    page.locator(".toc [href='#h-errors']").click()
    page.locator(".toc [href='#h-headers']").click()
    read = page.evaluate("scrollY")
    page.locator("header summary").focus()
    assert page.evaluate("scrollY") == read
    switch_language(page, other)
    expect(page.locator("html")).to_have_attribute("lang", other)
    assert page.evaluate("location.hash") == "#h-headers"
    expect(page.locator("#h-headers")).to_be_in_viewport()

    page.locator("#h-build").evaluate("heading => heading.scrollIntoView()")
    switch_language(page, tag)
    expect(page.locator("html")).to_have_attribute("lang", tag)
    assert page.evaluate("location.hash") == "#h-build"
    expect(page.locator("#h-build")).to_be_in_viewport()
