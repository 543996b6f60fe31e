"""Suggestions while typing, in a real browser: by keyboard, by mouse, with an input method, without a script."""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import parse_qs, quote_plus, urlsplit

import pytest
from playwright.sync_api import Page, Route, expect

from tests.browser.conftest import Reader
from tests.support.server import Server

ARTICLE = 17
FIELD, LIST, OPTIONS = "[name=q]", "[role=listbox]", "[role=listbox] [role=option]"
TYPED = {"en": "Why a withd", "ar": "تأخر السح"}


def expect_list(page: Page, is_open: bool, *, active: int | None = None) -> None:
    """The list is open or not, for the eye and for assistive technology, and this option in it is the active one."""
    expect(page.locator(LIST)).to_be_visible(visible=is_open)
    expect(page.locator(FIELD)).to_have_attribute("aria-expanded", str(is_open).lower())
    expect(page.locator(FIELD)).to_be_focused()
    name = "" if active is None else page.locator(OPTIONS).nth(active).get_attribute("id")
    expect(page.locator(FIELD)).to_have_attribute("aria-activedescendant", name)
    expect(page.locator(f"{OPTIONS}[aria-selected=true]")).to_have_count(int(active is not None))


def questions(page: Page) -> list[str]:
    """What the server is asked while typing, as it comes."""
    asked: list[str] = []

    def note(url: str) -> None:
        if "/suggest?" in url:
            asked.append(parse_qs(urlsplit(url).query).get("q", [""])[0])

    page.on("request", lambda request: note(request.url))
    return asked


def type_whole(page: Page, text: str) -> None:
    """Type it letter by letter, until the list has what the server suggests for all of it."""
    with page.expect_response(lambda response: response.url.endswith(f"q={quote_plus(text)}")) as answer:
        page.locator(FIELD).press_sequentially(text, delay=5)
    expect(page.locator(OPTIONS)).to_have_text([item["text"] for item in answer.value.json()["items"]])


@pytest.mark.parametrize("tag", TYPED)
def test_the_keyboard_chooses(library: Server, readers: Callable[..., Reader], tag: str) -> None:
    page = readers(library, locale=tag).open(f"/{tag}/")
    type_whole(page, TYPED[tag])
    expect_list(page, True)
    count = page.locator(OPTIONS).count()
    expect(page.locator("form [role=status]")).not_to_be_empty()
    page.keyboard.press("ArrowDown")
    expect_list(page, True, active=0)
    page.keyboard.press("ArrowUp")  # back in the field
    expect_list(page, True)
    page.keyboard.press("ArrowUp")  # round to the last one
    expect_list(page, True, active=count - 1)
    page.keyboard.press("Home")
    expect_list(page, True)
    assert page.locator(FIELD).evaluate("field => field.selectionStart") == 0
    page.keyboard.press("Escape")
    expect_list(page, False)
    expect(page.locator(FIELD)).to_have_value(TYPED[tag])
    page.keyboard.press("ArrowDown")
    expect_list(page, True)
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    page.wait_for_url(f"**/{tag}/articles/{ARTICLE}-*")
    expect(page.locator("h1")).to_have_text(library.title(ARTICLE, tag))

    # On an article the field stands in the header. Escape closes, then clears; Tab leaves; Enter searches.
    type_whole(page, TYPED[tag])
    expect_list(page, True)
    page.keyboard.press("Escape")
    page.keyboard.press("Escape")
    expect(page.locator(FIELD)).to_have_value("")
    page.keyboard.type(TYPED[tag])
    expect_list(page, True)
    page.keyboard.press("Tab")
    expect(page.locator(LIST)).to_be_hidden()
    page.locator(FIELD).press("Enter")
    page.wait_for_url(f"**/{tag}/search?q=*")
    assert parse_qs(urlsplit(page.url).query)["q"] == [TYPED[tag]]


def test_an_input_method_is_left_alone(library: Server, readers: Callable[..., Reader]) -> None:
    page = readers(library, locale="zh-Hans").open("/zh-Hans/")
    asked, keys = questions(page), page.context.new_cdp_session(page)
    page.locator(FIELD).focus()
    for part in ("t", "ti", "ti x", "提现"):
        keys.send("Input.imeSetComposition", {"text": part, "selectionStart": len(part), "selectionEnd": len(part)})
    page.wait_for_timeout(300)
    assert asked == []
    page.keyboard.press("Enter")  # ends the composition, and nothing else
    keys.send("Input.insertText", {"text": "提现"})
    expect_list(page, True)
    assert (urlsplit(page.url).path, asked) == ("/zh-Hans/", ["提现"])
    title = library.title(ARTICLE, "zh-Hans")
    expect(page.locator(OPTIONS).filter(has_text=title)).to_have_attribute("lang", "zh-Hans")
    page.locator(OPTIONS).filter(has_text=title).click()
    page.wait_for_url(f"**/zh-Hans/articles/{ARTICLE}-*")


def test_a_late_answer_is_dropped(library: Server, readers: Callable[..., Reader]) -> None:
    page = readers(library, width=375, has_touch=True).open(f"/en/articles/{ARTICLE}")
    asked = questions(page)
    held: list[Route] = []
    page.route("**/suggest?*q=withd", lambda route: held.append(route))  # Playwright marks what it calls
    with page.expect_request("**/suggest?*q=withd"):
        page.locator(FIELD).fill("withd")
    page.locator(FIELD).fill("phone mov")
    expect(page.locator(OPTIONS).first).to_have_text("Move your authenticator to a new phone")
    held[0].continue_()
    page.wait_for_timeout(300)
    expect(page.locator(OPTIONS).first).to_have_text("Move your authenticator to a new phone")
    assert asked == ["withd", "phone mov"]
    box, width = page.locator(LIST).bounding_box(), page.evaluate("document.documentElement.clientWidth")
    assert box is not None
    assert 0 <= box["x"] <= box["x"] + box["width"] <= width == page.evaluate("document.documentElement.scrollWidth")
    assert min(option.bounding_box()["height"] for option in page.locator(OPTIONS).all()) >= 44
    page.locator(OPTIONS).first.tap()
    page.wait_for_url("**/en/articles/16-*")


def test_without_a_script_the_form_is_a_form(library: Server, readers: Callable[..., Reader]) -> None:
    page = readers(library, has_script=False).open("/ar/")
    expect(page.locator(FIELD)).to_have_attribute("type", "search")
    page.locator(FIELD).fill("السحب")
    page.keyboard.press("Enter")
    page.wait_for_url("**/ar/search?q=*")
    assert parse_qs(urlsplit(page.url).query) == {"q": ["السحب"]}
    page.goto("/ar/suggest?q=السحب")
    page.get_by_role("link", name=library.title(ARTICLE, "ar"), exact=True).click()
    expect(page.locator("h1")).to_have_text(library.title(ARTICLE, "ar"))
