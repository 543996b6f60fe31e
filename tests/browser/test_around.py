"""What stands around the text, in a browser: held votes, the notice, the link to share, pictures, paper."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from flask import Flask
from playwright.sync_api import Route, expect

from helpdesk import clock
from helpdesk.services.notices import set_notice
from tests.browser.conftest import STATUS, Reader, answer, expect_state
from tests.browser.test_vote import ARTICLE, PATH, is_focused, tab_to, with_and_without_script
from tests.support.server import Server, serve

PICTURED = "/en/articles/26-sign-api-requests"
BAR = "details.notice-bar"
# Shifts of what was painted before, in this page's life.
SHIFTS = """() => new Promise(done => new PerformanceObserver(list => done(list.getEntries().map(e => e.value)))
  .observe({type: 'layout-shift', buffered: true}) || setTimeout(() => done([]), 300))"""


@pytest.fixture
def crowded(build: Callable[..., Flask], demo_template: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    """A site that holds all but one first vote of an hour, and that one was given; the hour does not end."""
    now = clock.now()
    monkeypatch.setattr(clock, "now", lambda: now)
    app = build(demo_template, index_dir=demo_template / "index", new_voters_per_hour=1)
    with serve(app) as running:
        headers = {"Sec-Fetch-Site": "same-origin"}
        app.test_client().post(f"{PATH}/vote", data={"answer": "yes"}, headers=headers).close()
        yield running


@with_and_without_script
def test_a_held_voter_knows_it_everywhere(crowded: Server, readers: Callable[..., Reader], has_script: bool) -> None:
    reader = readers(crowded, has_script=has_script)
    page, second = reader.open(PATH), reader.open(PATH)
    held = page.locator(f"#feedback {STATUS}.held")
    answer(page, "no")
    expect_state(page, "no")
    expect(held).to_contain_text("counted after a check")
    assert is_focused(page, STATUS) == has_script
    page.reload()
    expect(held).to_have_count(1)
    second.reload()
    expect(second.locator(".held")).to_have_count(1)
    page.locator("[name=comment]").fill("Which bank?")
    answer(page, "no")
    expect_state(page, "stored")
    expect(held).to_contain_text("counted after a check")
    page.locator("header a[href='/en/']").click()
    page.go_back()
    expect(held).to_have_count(1)
    page.locator("#feedback a[href*='feedback=change']").click()
    answer(page, "yes")
    expect_state(page, "yes")
    expect(held).to_have_count(1)
    assert crowded.votes(ARTICLE) == [(True, "", "", ""), (True, "", "", "")]
    answer(page, "remove")
    expect_state(page, "removed")
    assert crowded.votes(ARTICLE) == [(True, "", "", "")]


def test_a_notice_that_was_put_away_stays_away_until_the_next(server: Server, readers: Callable[..., Reader]) -> None:
    set_notice(server.site, "Withdrawals **rest**.", ["en"], now=clock.now())
    page = readers(server).open("/en/")
    bar = page.locator(BAR)
    expect(bar.locator("div")).to_be_visible()
    tab_to(page, f"{BAR} summary")
    page.keyboard.press("Enter")
    expect(bar.locator("div")).to_be_hidden()
    page.goto(PATH)
    expect(bar).not_to_have_attribute("open", "")
    page.locator(f"{BAR} summary").click()
    page.goto("/en/")
    expect(bar).to_have_attribute("open", "")
    page.locator(f"{BAR} summary").click()
    set_notice(server.site, "Withdrawals **go on**.", ["en"], now=clock.now())
    page.reload()
    expect(bar).to_have_attribute("open", "")
    expect(bar.locator("div")).to_have_text("Withdrawals go on.")


def test_a_notice_that_was_put_away_does_not_flash(server: Server, readers: Callable[..., Reader]) -> None:
    """Though the script is late: nothing is painted before it, so nothing moves after it."""
    set_notice(server.site, "Withdrawals **rest**.", ["en"], now=clock.now())
    page = readers(server).open("/en/")
    page.locator(f"{BAR} summary").click()
    expect(page.locator(f"{BAR} div")).to_be_hidden()

    def late(route: Route) -> None:
        time.sleep(0.7)
        route.continue_()

    page.route("**/site.js*", late)
    page.goto("/en/categories/faq")
    expect(page.locator(BAR)).not_to_have_attribute("open", "")
    assert page.evaluate(SHIFTS) == []


def test_without_script_a_notice_opens_and_closes(server: Server, readers: Callable[..., Reader]) -> None:
    set_notice(server.site, "Withdrawals **rest**.", ["en"], now=clock.now())
    page = readers(server, has_script=False).open("/en/")
    tab_to(page, f"{BAR} summary")
    page.keyboard.press("Enter")
    expect(page.locator(f"{BAR} div")).to_be_hidden()
    page.goto("/en/categories/faq")
    expect(page.locator(f"{BAR} div")).to_be_visible()


def test_without_storage_a_notice_opens_and_closes(server: Server, readers: Callable[..., Reader]) -> None:
    set_notice(server.site, "Withdrawals **rest**.", ["en"], now=clock.now())
    reader = readers(server)
    reader.context.add_init_script("delete window.localStorage; window.localStorage = undefined;")
    reader.context.add_init_script("Object.defineProperty(window, 'localStorage', {get() { throw new Error('no') }})")
    page = reader.open(PATH)
    page.locator(f"{BAR} summary").click()
    expect(page.locator(f"{BAR} div")).to_be_hidden()
    answer(page, "yes")  # the rest of the script goes on
    expect_state(page, "yes")


def test_a_click_copies_the_link(library: Server, readers: Callable[..., Reader]) -> None:
    reader = readers(library)
    reader.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page = reader.open(PATH)
    tab_to(page, "[data-share]", limit=90)
    page.keyboard.press("Enter")
    expect(page.locator(".share output")).to_have_text("Copied")
    assert page.evaluate("navigator.clipboard.readText()") == f"{library.address}/articles/{ARTICLE}"
    assert page.url.endswith(PATH)


@pytest.mark.parametrize("has_script", [True, False], ids=["refused", "plain"])
def test_where_nothing_can_be_copied_the_link_is_a_link(
    library: Server, readers: Callable[..., Reader], has_script: bool
) -> None:
    reader = readers(library, has_script=has_script)
    if has_script:
        refuse = "if (navigator.clipboard) navigator.clipboard.writeText = () => Promise.reject(new Error('no'))"
        reader.context.add_init_script(refuse)
    page = reader.open("/de/articles/17")
    page.locator("[data-share]").click()
    page.wait_for_url(re.compile(r"/en/articles/17-"))
    assert page.locator("h1").count() == 1


@with_and_without_script
def test_the_keyboard_opens_a_picture_in_full(
    library: Server, readers: Callable[..., Reader], has_script: bool
) -> None:
    reader = readers(library, has_script=has_script)
    page = reader.open(PICTURED)
    tab_to(page, ".zoom")
    assert page.locator(".zoom").get_by_role("img").count() == 1
    page.keyboard.press("Enter")
    page.wait_for_url("**/media/*.png")
    assert page.evaluate("document.images[0].naturalWidth") == 1200
    page.go_back()
    expect(page.locator("h1")).to_have_text("Sign API requests")
    # Chromium would like to style its own page around a picture, which is as strict as all of ours.
    reader.complaints = [text for text in reader.complaints if "Applying inline style" not in text]


def test_the_counter_counts_in_the_readers_digits(build: Callable[..., Flask], demo_template: Path, readers) -> None:
    app = build(demo_template, index_dir=demo_template / "index", digits={"ar": "arab"})
    with serve(app) as server:
        page = readers(server).open("/ar/articles/17")
        answer(page, "no")
        counter = page.locator("[data-counter]")
        expect(counter).to_have_text("٠ / ١٬٠٠٠")
        page.locator("#comment").fill("x" * 123)
        expect(counter).to_have_text("١٢٣ / ١٬٠٠٠")
        page.locator("#comment").fill("x" * 1000)
        expect(counter).to_have_text("١٬٠٠٠ / ١٬٠٠٠")
        page.close()


@pytest.mark.parametrize("tag", ["en", "ar"])
def test_on_paper_an_article_is_dark_on_light_and_nothing_else(
    server: Server, readers: Callable[..., Reader], tag: str
) -> None:
    set_notice(server.site, "Withdrawals rest.", ["en"], now=clock.now())
    page = readers(server, color_scheme="dark").open(f"/{tag}/articles/26")
    page.emulate_media(media="print", color_scheme="dark")
    for part in (".top", ".foot", ".fb", ".toc", ".crumbs", ".between", BAR):
        expect(page.locator(part)).to_be_hidden()
    for part in (".prose", "h1", ".share", ".prose img", ".prose table >> nth=0"):
        expect(page.locator(part)).to_be_visible()
    colours = page.eval_on_selector_all(
        "body, pre, .note, code",
        "all => all.map(e => [getComputedStyle(e).color, getComputedStyle(e).backgroundColor])",
    )
    brightness = [[sum(map(float, re.findall(r"[\d.]+", colour)[:3])) for colour in pair] for pair in colours]
    assert [pair for pair, raw in zip(brightness, colours, strict=True) if pair[0] > 200 or _is_dark(raw[1])] == []
    assert page.pdf(format="A4").startswith(b"%PDF-")


def _is_dark(background: str) -> bool:
    numbers = [float(n) for n in re.findall(r"[\d.]+", background)]
    return len(numbers) == 3 and sum(numbers) < 600
