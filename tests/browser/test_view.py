"""The page's own word that it is read, in a real browser: once, when somebody sees it, and without a script never."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import quote

import pytest
from flask import Flask

from tests.browser.conftest import Reader
from tests.support.server import Server, serve
from tests.support.votes import figures

PATH = "/en/articles/17-why-a-withdrawal-is-delayed"
KEY = "withdrawal-delays"
# Chromium's headless browser calls itself that, which the list of bots knows.
READER = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36"


@pytest.fixture
def server(build: Callable[..., Flask], demo_template: Path) -> Iterator[Server]:
    """The demo site, told that a cache stands in front."""
    with serve(build(demo_template, index_dir=demo_template / "index", cdn_seconds=60)) as running:
        yield running


def test_a_page_that_is_seen_is_counted_once(server: Server, readers: Callable[..., Reader]) -> None:
    before = figures(server.site, KEY, "en")[0]
    page = readers(server, user_agent=READER).open("/en/")
    with page.expect_response(f"**{PATH}/view") as told:
        page.goto(PATH)
    assert (told.value.status, told.value.request.method) == (204, "POST")
    page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
    page.wait_for_load_state("networkidle")
    assert figures(server.site, KEY, "en")[0] == before + 1
    assert page.locator("[data-view]").count() == 0


@pytest.mark.parametrize(
    ("path", "said"), [("/en/?x=1#top", "/en/"), ("/en/search?q=slow+payout", "/en/search"), ("", "")]
)
def test_it_tells_the_path_of_the_page_before(
    server: Server, readers: Callable[..., Reader], path: str, said: str
) -> None:
    """And nothing else of it: neither what was searched, nor another site."""
    reader = readers(server, user_agent=READER)
    page = reader.context.new_page()
    page.goto(path or "data:text/html,<p>elsewhere")
    with page.expect_request(f"**{PATH}/view") as told:
        if path:
            page.evaluate(f"location.assign('{PATH}')")
        else:
            page.goto(PATH)
    assert told.value.post_data == f"from={quote(said, safe='')}"


def test_a_page_in_the_dark_is_counted_when_it_comes_to_light(server: Server, readers: Callable[..., Reader]) -> None:
    """A tab in the background, and a page that a browser makes ahead, say that they are hidden, or being made."""
    before = figures(server.site, KEY, "en")[0]
    reader = readers(server, user_agent=READER)
    for name, event in (("hidden", "visibilitychange"), ("prerendering", "prerenderingchange")):
        reader.context.clear_cookies()
        page = reader.context.new_page()
        told: list[str] = []
        page.on(
            "request", lambda request, told=told: told.append(request.url) if request.url.endswith("/view") else None
        )
        page.add_init_script(f"Object.defineProperty(document, '{name}', {{ value: true, configurable: true }})")
        page.goto(PATH)
        page.wait_for_load_state("networkidle")
        assert told == []
        with page.expect_response(f"**{PATH}/view"):
            page.evaluate(
                f"Object.defineProperty(document, '{name}', {{ value: false }});"
                f"document.dispatchEvent(new Event('{event}'))"
            )
        assert len(told) == 1
        page.close()
    assert figures(server.site, KEY, "en")[0] == before + 1  # the same reader within half an hour


def test_without_a_script_nobody_is_counted(server: Server, readers: Callable[..., Reader]) -> None:
    before = figures(server.site, KEY, "en")[0]
    page = readers(server, has_script=False, user_agent=READER).open(PATH)
    page.wait_for_load_state("networkidle")
    assert figures(server.site, KEY, "en")[0] == before


@pytest.mark.parametrize("has_script", [True, False], ids=["script", "plain"])
def test_back_shows_the_vote_that_was_given_on_a_page_for_everybody(
    server: Server, readers: Callable[..., Reader], has_script: bool
) -> None:
    """The page before the vote was one that caches may keep: the browser's own must not."""
    page = readers(server, has_script=has_script).open("/en/")
    page.goto(f"{PATH}?q=slow+payout&pos=1")
    page.locator("#feedback [name=answer][value=no]").click()
    page.locator("#feedback p.said").wait_for()
    page.goto("/en/")
    for _step in range(1 if has_script else 2):
        page.go_back()
        assert page.locator("#feedback p.said").count() == 1
