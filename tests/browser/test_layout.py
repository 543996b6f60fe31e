"""What only a rendering engine knows: widths, sizes, mirror images, focus rings, bytes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page

from tests.browser.conftest import OFFLINE, Reader, answer, expect_state
from tests.support.server import Server

PATHS = {
    "home": "/{tag}/",
    "list": "/{tag}/search",
    "category": "/{tag}/categories/faq",
    "article": "/{tag}/articles/26",
    "search": "/{tag}/search?q=API",
    "nothing found": "/{tag}/search?q=qqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqq",
    "not found": "/{tag}/no/such/page",
    "about": "/{tag}/about/views",
}
TARGET = 44  # CSS pixels, WCAG 2.2 target size (enhanced)
KILOBYTES = 20

OVERFLOW = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
# What sticks out at the start of a line never makes a page scroll: it is just not to be reached.
OUTSIDE = """e => Math.max(0, -e.getBoundingClientRect().left,
  e.getBoundingClientRect().right - document.documentElement.clientWidth)"""
# Height of everything that is pressed; a box inside its label is pressed by the label.
SMALL = """minimum => [...document.querySelectorAll("button, input, textarea, summary, .btn")]
  .map(e => e.matches("[type=checkbox], [type=radio]") ? e.closest("label") ?? e : e)
  .filter(e => e.checkVisibility() && e.getBoundingClientRect().height < minimum)
  .map(e => `${e.outerHTML.slice(0, 60)} ${e.getBoundingClientRect().height}`)"""
# Boxes that are not where, or not padded as, the mirror image says after the direction is turned.
DEVIATIONS = """() => {
  const root = document.documentElement;
  const boxes = [...document.body.querySelectorAll("*")].filter(e => {
    const display = getComputedStyle(e).display, own = e.closest("[dir]");
    // What is in a plot was drawn for the page's direction.
    const isDrawn = e.parentElement?.closest("svg");
    return !["inline", "none"].includes(display) && [null, root].includes(own) && !isDrawn && e.getClientRects().length;
  });
  const measure = () => boxes.map(e => {
    const box = e.getBoundingClientRect(), style = getComputedStyle(e);
    return {start: box.left, end: root.clientWidth - box.right, align: style.textAlign,
      left: style.borderLeftWidth + style.paddingLeft, right: style.borderRightWidth + style.paddingRight};
  });
  root.dir = "ltr";
  const before = measure();
  root.dir = "rtl";
  return measure().flatMap((after, i) => {
    const was = before[i], near = (a, b) => Math.abs(a - b) < 1.5;
    const isMirrored = near(was.start, after.end) && near(was.end, after.start) && was.left === after.right
      && was.right === after.left && !(was.align === after.align && ["left", "right"].includes(was.align));
    return isMirrored ? [] : [`${boxes[i].tagName} ${boxes[i].className} ${JSON.stringify([was, after])}`];
  });
}"""
FOCUSED = """() => {
  const e = document.activeElement, style = getComputedStyle(e);
  return {name: e === document.body ? "" : e.outerHTML.slice(0, 80), ring: style.outlineStyle,
    width: parseFloat(style.outlineWidth)};
}"""

every_page = pytest.mark.parametrize("name", PATHS)
both_directions = pytest.mark.parametrize("tag", ["en", "ar"])


FITTING = {(320, "100%"): (0, 0), (375, "100%"): (0, 0), (640, "200%"): (0, 0), (1280, "200%"): (0, 0)}


def widths_of(page: Page) -> dict[tuple[int, str], tuple[float, float]]:
    """By width and size of text: how far the page overflows, and how far the language menu stands outside."""
    menu, found = page.locator("header details ul"), {}
    for width, size in FITTING:
        page.set_viewport_size({"width": width, "height": 800})
        page.evaluate("size => document.documentElement.style.fontSize = size", size)
        found[width, size] = (page.evaluate(OVERFLOW), menu.evaluate(OUTSIDE))
    page.evaluate("document.documentElement.style.fontSize = ''")
    return found


def open_page(reader: Reader, name: str, tag: str) -> Page:
    if name == "not found":
        reader.foresee_status(404, "NOT FOUND")
    return reader.open(PATHS[name].format(tag=tag))


@both_directions
@every_page
def test_nothing_overflows(library: Server, readers: Callable[..., Reader], name: str, tag: str) -> None:
    page = open_page(readers(library, width=320), name, tag)
    page.locator("header summary").click()
    assert widths_of(page) == FITTING


@every_page
def test_targets_are_large_and_right_to_left_is_the_mirror_image(
    library: Server, readers: Callable[..., Reader], name: str
) -> None:
    page = open_page(readers(library), name, "en")
    for width in (320, 1280):
        page.set_viewport_size({"width": width, "height": 800})
        assert page.evaluate(SMALL, TARGET) == []
        assert page.evaluate(DEVIATIONS) == []


@both_directions
@pytest.mark.parametrize("name", ["home", "article", "search"])
def test_focus_is_seen(library: Server, readers: Callable[..., Reader], name: str, tag: str) -> None:
    page = open_page(readers(library), name, tag)
    ringless, steps = [], 0
    while steps < 150:
        page.keyboard.press("Tab")
        focused = page.evaluate(FOCUSED)
        if not focused["name"]:
            break
        steps += 1
        if focused["ring"] == "none" or focused["width"] < 2:
            ringless.append(focused)
    assert ringless == []
    assert 10 < steps < 150


@both_directions
def test_the_feedback_fits(library: Server, readers: Callable[..., Reader], tag: str) -> None:
    reader = readers(library)
    reader.foreseen.add(OFFLINE)
    page = reader.open(f"/{tag}/articles/17")
    for state in ("failed", "no", "stored"):
        reader.context.set_offline(state == "failed")
        if state == "stored":
            page.locator("[name=comment]").fill("0123456789" * 50)
        answer(page, "no")
        expect_state(page, state)
        assert widths_of(page) == FITTING
        assert page.evaluate(SMALL, TARGET) == []


@pytest.mark.parametrize("article_id", [17, 26])
@both_directions
def test_an_article_is_light(library: Server, readers: Callable[..., Reader], tag: str, article_id: int) -> None:
    page = readers(library).context.new_page()
    wire = page.context.new_cdp_session(page)
    kinds: dict[str, str] = {}
    sizes: dict[str, float] = {}

    def on_request(event: dict[str, Any]) -> None:
        if not event["request"]["url"].startswith("data:"):
            kinds[event["requestId"]] = event["type"]

    wire.on("Network.requestWillBeSent", on_request)
    wire.on("Network.loadingFinished", lambda event: sizes.update({event["requestId"]: event["encodedDataLength"]}))
    wire.send("Network.enable")
    # The address without a slug redirects, which is no part of the page's weight.
    page.goto(f"/{tag}/articles/{article_id}", wait_until="networkidle")
    own = {key: kind for key, kind in kinds.items() if kind != "Image"}
    assert sorted(own.values()) == ["Document", "Script", "Stylesheet"]
    assert sum(sizes[key] for key in own) <= KILOBYTES * 1024
