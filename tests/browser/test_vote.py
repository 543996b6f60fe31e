"""The vote under hard conditions: history, second tabs, silent browsers, the keyboard alone, failures."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from flask import Flask
from playwright.sync_api import Page, expect

from tests.browser.conftest import ALERT, OFFLINE, STATUS, Reader, answer, expect_state
from tests.support.server import Server, serve

ARTICLE = 17
PATH = "/en/articles/17-why-a-withdrawal-is-delayed"
SEARCHED = f"{PATH}?q=slow+payout&pos=1"
SEC_FETCH_SITE, ORIGIN, REFERER = "HTTP_SEC_FETCH_SITE", "HTTP_ORIGIN", "HTTP_REFERER"
with_and_without_script = pytest.mark.parametrize("has_script", [True, False], ids=["script", "plain"])


@contextmanager
def locked(server: Server) -> Iterator[None]:
    """Somebody else holds the database's write lock."""
    path = server.site.database.engine.url.database
    assert path is not None
    connection = sqlite3.connect(Path(path), isolation_level=None)
    try:
        connection.execute("BEGIN IMMEDIATE")
        yield
        connection.execute("ROLLBACK")
    finally:
        connection.close()


def is_focused(page: Page, selector: str) -> bool:
    return bool(page.evaluate("selector => document.activeElement.matches(selector)", selector))


def tab_to(page: Page, selector: str, *, key: str = "Tab", limit: int = 60) -> None:
    """Go on with the keyboard until an element has the focus."""
    for _step in range(limit):
        page.keyboard.press(key)
        if is_focused(page, selector):
            return
    raise AssertionError(f"{selector} is not reached in {limit} steps")


@with_and_without_script
def test_back_shows_the_true_state(server: Server, readers: Callable[..., Reader], has_script: bool) -> None:
    page = readers(server, has_script=has_script).open("/en/")
    page.goto(PATH)
    answer(page, "no")
    expect_state(page, "no")
    page.locator("header a[href='/en/']").click()
    page.go_back()
    expect_state(page, "no")
    page.locator("#feedback a[href*='feedback=change']").click()
    expect_state(page, "ask")
    answer(page, "yes")
    expect_state(page, "yes")
    while True:
        page.go_back()
        if page.url.endswith("/en/"):
            break
        # The address that asks for a change shows the question with the answer that stands.
        is_question = "feedback=change" in page.url
        expect_state(page, "ask" if is_question else "yes")
        if is_question:
            expect(page.locator("#feedback [aria-pressed=true]")).to_have_attribute("value", "yes")
    page.go_forward()
    expect_state(page, "yes")
    answer(page, "remove")
    expect_state(page, "removed")
    page.goto("/en/")
    page.go_back()
    expect_state(page, "ask" if has_script else "removed")
    assert server.votes(ARTICLE) == []


@with_and_without_script
def test_a_second_tab_shows_the_true_state(server: Server, readers: Callable[..., Reader], has_script: bool) -> None:
    reader = readers(server, has_script=has_script)
    first, second = reader.open(PATH), reader.open(PATH)
    answer(first, "no")
    expect_state(first, "no")
    expect_state(second, "ask")
    second.reload()
    expect_state(second, "no")
    answer(second, "remove")
    expect_state(second, "removed")
    first.reload()
    expect_state(first, "ask")
    # A tab that knows of nothing may still answer: it is the same visitor, and the last word stands.
    answer(second, "yes")
    expect_state(second, "yes")
    answer(first, "no")
    expect_state(first, "no")
    assert server.votes(ARTICLE) == [(False, "", "", "")]
    second.reload()
    expect_state(second, "no")


@with_and_without_script
def test_the_referer_vouches_for_an_old_browser(app: Flask, readers: Callable[..., Reader], has_script: bool) -> None:
    with serve(app, without=(SEC_FETCH_SITE, ORIGIN)) as server:
        page = readers(server, has_script=has_script).open(SEARCHED)
        answer(page, "no")
        expect_state(page, "no")
        assert server.votes(ARTICLE) == [(False, "", "", "slow payout")]
        page.close()


@with_and_without_script
def test_a_silent_browser_is_asked_once_more(app: Flask, readers: Callable[..., Reader], has_script: bool) -> None:
    with serve(app, without=(SEC_FETCH_SITE, ORIGIN, REFERER)) as server:
        reader = readers(server, has_script=has_script)
        reader.foresee_status(403, "FORBIDDEN")
        page = reader.open(SEARCHED)
        answer(page, "no")
        confirm = page.locator("main form:has([name=confirm]) button")
        expect(confirm).to_have_count(1)
        assert server.votes(ARTICLE) == []
        confirm.click()
        expect_state(page, "no")
        assert server.votes(ARTICLE) == [(False, "", "", "slow payout")]

        page.locator("[name=reason][value=wrong]").check()
        page.locator("[name=comment]").fill("Two\nlines")
        answer(page, "no")
        confirm.click()
        expect_state(page, "stored")
        assert server.votes(ARTICLE) == [(False, "wrong", "Two\nlines", "slow payout")]
        page.close()


@with_and_without_script
def test_the_keyboard_finds_and_opens(server: Server, readers: Callable[..., Reader], has_script: bool) -> None:
    page = readers(server, has_script=has_script).open("/en/")
    page.keyboard.press("Tab")
    assert is_focused(page, "a[href='#main']")
    expect(page.locator("a[href='#main']")).to_be_in_viewport()
    page.keyboard.press("Enter")
    assert is_focused(page, "main")
    page.keyboard.press("Tab")
    assert is_focused(page, "[name=q]")
    page.keyboard.type("withdrawal delayed")
    page.keyboard.press("Enter")
    page.wait_for_url("**/search?*")
    tab_to(page, f"a[href^='{PATH}']")
    page.keyboard.press("Enter")
    expect(page.locator("h1")).to_have_text(server.title(ARTICLE, "en"))

    tab_to(page, "header summary")
    page.keyboard.press("Enter")
    expect(page.locator("header details")).to_have_attribute("open", "")
    page.keyboard.press("Tab")
    assert is_focused(page, "header a[hreflang=en]")
    if has_script:
        page.keyboard.press("Escape")
    else:
        page.keyboard.press("Shift+Tab")
        page.keyboard.press("Enter")
    expect(page.locator("header details")).not_to_have_attribute("open", "")
    assert is_focused(page, "header summary")


@with_and_without_script
def test_the_keyboard_votes(server: Server, readers: Callable[..., Reader], has_script: bool) -> None:
    page = readers(server, has_script=has_script).open(SEARCHED)
    tab_to(page, "#feedback [name=answer][value=no]")
    page.keyboard.press("Space")
    expect_state(page, "no")
    assert is_focused(page, STATUS) == has_script
    # With script from the status, without from the address's fragment: the next stop is the same.
    page.keyboard.press("Tab")
    assert is_focused(page, "[name=reason]")
    page.keyboard.press("Space")
    tab_to(page, "[name=comment]", limit=5)
    page.keyboard.type("Which bank?")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect_state(page, "stored")
    assert is_focused(page, STATUS) == has_script
    assert server.votes(ARTICLE) == [(False, "hard", "Which bank?", "slow payout")]
    tab_to(page, "#feedback [value=remove]", limit=2)
    page.keyboard.press("Enter")
    expect_state(page, "removed")
    assert server.votes(ARTICLE) == []


@with_and_without_script
def test_a_locked_database_loses_nothing(server: Server, readers: Callable[..., Reader], has_script: bool) -> None:
    reader = readers(server, has_script=has_script)
    reader.foresee_status(503, "SERVICE UNAVAILABLE")
    page = reader.open(SEARCHED)
    with locked(server):
        answer(page, "no")
        expect_state(page, "failed")
        expect(page.locator("#feedback [aria-pressed=true]")).to_have_attribute("value", "no")
        assert is_focused(page, ALERT) == has_script
    assert server.votes(ARTICLE) == []
    answer(page, "no")
    expect_state(page, "no")

    page.locator("[name=reason][value=unsolved]").check()
    page.locator("[name=comment]").fill("Long and dear")
    with locked(server):
        answer(page, "no")
        expect_state(page, "failed")
        expect(page.locator("[name=reason]:checked")).to_have_attribute("value", "unsolved")
        expect(page.locator("[name=comment]")).to_have_value("Long and dear")
    assert server.votes(ARTICLE) == [(False, "", "", "slow payout")]
    answer(page, "no")
    expect_state(page, "stored")
    assert server.votes(ARTICLE) == [(False, "unsolved", "Long and dear", "slow payout")]


def test_a_lost_network_loses_nothing(server: Server, readers: Callable[..., Reader]) -> None:
    reader = readers(server)
    reader.foreseen.add(OFFLINE)
    page = reader.open(PATH)
    reader.context.set_offline(True)
    answer(page, "no")
    expect_state(page, "failed")
    reader.context.set_offline(False)
    answer(page, "no")
    expect_state(page, "no")

    page.locator("[name=reason][value=incomplete]").check()
    page.locator("[name=comment]").fill("Typed on a train")
    reader.context.set_offline(True)
    answer(page, "no")
    expect_state(page, "failed")
    assert is_focused(page, ALERT)
    expect(page.locator("[name=reason]:checked")).to_have_attribute("value", "incomplete")
    expect(page.locator("[name=comment]")).to_have_value("Typed on a train")
    assert server.votes(ARTICLE) == [(False, "", "", "")]
    reader.context.set_offline(False)
    answer(page, "no")
    expect_state(page, "stored")
    assert server.votes(ARTICLE) == [(False, "incomplete", "Typed on a train", "")]
