"""From a reader's no in Arabic to a better text, and what readers say after it: nothing of it needs a script."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from flask import Flask

from helpdesk.queries.helpfulness import Verdict, get_helpfulness
from helpdesk.queries.reports import Reach
from helpdesk.services.site import Site
from tests.browser.conftest import Reader, answer, expect_state
from tests.browser.test_layout import DEVIATIONS, FITTING, SMALL, TARGET, widths_of
from tests.conftest import close, make_app
from tests.support.databases import copy_instance
from tests.support.inbox import plant_votes, revise, say, take_in_articles
from tests.support.server import Server, serve
from tests.support.team import PASSWORD, add_member

pytestmark = pytest.mark.on("sqlite")
COMMENT = "لا أجد الزر في الخطوة 3. Where is it?"


@pytest.fixture
def app(empty_template: Path, tmp_path: Path) -> Iterator[Flask]:
    """A small site in English and Arabic, whose index is built at once."""
    app = make_app(copy_instance(empty_template, tmp_path / "instance"))
    take_in_articles(app.extensions["helpdesk"])
    yield app
    close(app)


@pytest.fixture
def server(app: Flask) -> Iterator[Server]:
    with serve(app) as running:
        yield running


def sign_in(reader: Reader, tag: str = "en") -> None:
    page = reader.open(f"/{tag}/team/sign-in")
    page.locator("main [name=email]").fill("ada@example.com")
    page.locator("main [name=password]").fill(PASSWORD)
    page.locator("main form button").click()
    page.wait_for_url("**/team/")
    page.close()


def test_a_no_in_arabic_is_found_mended_and_measured(
    app: Flask, server: Server, readers: Callable[..., Reader], tmp_path: Path
) -> None:
    site: Site = app.extensions["helpdesk"]
    add_member(site, "editor")
    plant_votes(site, 19, "keys", "ar")
    page = readers(server).open("/ar/articles/1")
    answer(page, "no")
    expect_state(page, "no")
    page.locator("#feedback textarea").fill(COMMENT)
    page.locator("#feedback [name=reason][value=wrong]").check()
    answer(page, "no")
    expect_state(page, "stored")

    editor = readers(server, has_script=False)
    sign_in(editor)
    page = editor.open("/en/team/feedback")  # one request later
    comment = page.locator("blockquote")
    assert comment.text_content() == COMMENT
    assert comment.evaluate("quote => [quote.lang, getComputedStyle(quote).direction]") == ["ar", "rtl"]
    assert page.locator(".entries > li").first.get_attribute("class") == "unread"
    page.locator(".entries h2 a").first.click()
    assert page.locator("blockquote").text_content() == COMMENT
    address = page.url

    revise(site, "keys", "ar", 2)
    page.reload()
    page.locator("#revision").select_option("2")
    page.locator("button[value=resolve]").click()
    assert page.locator("[role=status]").text_content() == "Saved."
    assert page.locator("dd").all_inner_texts() == ["0% of 20 answers", "No answer yet"]

    for number in range(20):
        say(site, "keys", "ar", yes=True, revision=2, visitor=f"reader {number}")
    page.goto(address)
    assert page.locator("dd").all_inner_texts() == ["0% of 20 answers", "100% of 20 answers"]
    assert page.locator("main .badge").last.text_content() == "More helpful than before"
    (found,) = get_helpfulness(site.database, "keys", reach=Reach(("ar",)), width=site.settings.helpful_width)
    (change,) = found.changes
    said = (change.revision, change.before.no, change.before.yes, change.after.yes, change.verdict)
    assert said == (2, 20, 0, 20, Verdict.BETTER)
    page.goto("/en/team/feedback?state=resolved")
    assert page.locator("blockquote").all_text_contents() == [COMMENT]


def test_the_pages_fit_where_words_do_not_end(app: Flask, server: Server, readers: Callable[..., Reader]) -> None:
    site: Site = app.extensions["helpdesk"]
    add_member(site, "admin")
    votes = plant_votes(site, 3, "keys", "ar", comment="x" * 900, reasons="hard wrong", query="y" * 200, locale="en")
    plant_votes(site, 2, "locks", "de", status="held", comment="ك" * 900)
    reader = readers(server, has_script=False, width=375)
    sign_in(reader, "ar")
    for path in ("feedback?comment=1", f"feedback/{votes[0]}", "held?by=hour", "held/votes"):
        page = reader.open(f"/ar/team/{path}")
        assert widths_of(page) == FITTING, path
        assert page.evaluate(SMALL, TARGET) == [], path
        assert page.evaluate(DEVIATIONS) == [], path
