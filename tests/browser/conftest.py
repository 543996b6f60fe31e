"""A browser, a served site, and readers of whom none may have a reason to complain."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from flask import Flask
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Error, Page, Request, expect, sync_playwright

from tests.conftest import close, make_app
from tests.support.machine import find_chromium, leave_out
from tests.support.server import Server, serve

# Milliseconds until something counts as missing: machines that have other work are slow.
PATIENCE = 60_000
expect.set_options(timeout=PATIENCE)
ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
OFFLINE = "Failed to load resource: net::ERR_INTERNET_DISCONNECTED"

ASKING = "fieldset [name=answer][value=yes]"
ALERT = "[role=alert]:not([hidden])"
STATUS = "[role=status]:not([hidden])"
SECTION = "#feedback:not([aria-busy=true])"
# How each state is known by its parts, whatever the language.
STATES = {
    "ask": f"{SECTION}:not(:has({STATUS}, {ALERT})) {ASKING}",
    "yes": f"{SECTION}:has({STATUS}):not(:has({ALERT}, fieldset)) textarea + p + [name=answer][value=yes]",
    "no": f"{SECTION}:has({STATUS}):not(:has({ALERT})) textarea + p + [name=answer][value=no]",
    "stored": f"{SECTION}:has({STATUS}):not(:has({ALERT}, textarea)) [name=answer][value=remove]",
    "removed": f"{SECTION}:has({STATUS}):not(:has({ALERT})) {ASKING}",
    "failed": f"{SECTION}:not(:has({STATUS})) {ALERT}",
}


@pytest.fixture(scope="package")  # it takes a tenth of a core even when nobody looks
def chromium() -> Iterator[Browser]:
    """The one browser; absent, tests are skipped, or fail where HELPDESK_REQUIRE asks for it."""
    path = find_chromium()
    if path is None:
        leave_out("browser")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=ARGUMENTS)
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def library(demo_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A demo site for tests that only read."""
    instance = shutil.copytree(demo_template, tmp_path_factory.mktemp("library") / "instance")
    app = make_app(instance, index_dir=demo_template / "index")
    with serve(app) as server:
        yield server
    close(app)


@pytest.fixture
def app(build: Callable[..., Flask], demo_template: Path) -> Flask:
    """The demo site on the template's index: nobody here writes articles, and a copied index is built anew."""
    return build(demo_template, index_dir=demo_template / "index")


@pytest.fixture
def server(app: Flask) -> Iterator[Server]:
    """A demo site of one's own, for tests that vote."""
    with serve(app) as running:
        yield running


class Reader:
    """A browser profile that notes console errors, page errors and requests to other hosts."""

    def __init__(self, context: BrowserContext, address: str) -> None:
        self.context, self.host = context, urlsplit(address).netloc
        self.complaints: list[str] = []
        self.foreseen: set[str] = set()
        context.on("console", self._on_console)
        context.on("weberror", lambda error: self.complaints.append(f"page error: {error.error}"))
        context.on("request", self._on_request)

    def open(self, path: str) -> Page:
        """A new tab."""
        page = self.context.new_page()
        page.goto(path)
        return page

    def foresee_status(self, code: int, reason: str) -> None:
        """Chromium writes answers of 400 and above to the console; this one is meant, and must come."""
        self.foreseen.add(f"Failed to load resource: the server responded with a status of {code} ({reason})")

    def _on_console(self, message: ConsoleMessage) -> None:
        if message.type in ("error", "warning"):  # violations of the content security policy are errors
            self.complaints.append(message.text)

    def _on_request(self, request: Request) -> None:
        parts = urlsplit(request.url)
        if parts.scheme != "data" and parts.netloc != self.host:
            self.complaints.append(f"request to {request.url}")


@pytest.fixture
def readers(chromium: Browser) -> Iterator[Callable[..., Reader]]:
    """Make readers of a server, with Playwright's options of a context; all complaints must be foreseen ones."""
    made: list[Reader] = []

    def make(server: Server, *, has_script: bool = True, width: int = 1280, **options: Any) -> Reader:
        context = chromium.new_context(
            base_url=server.address,
            java_script_enabled=has_script,
            viewport={"width": width, "height": 800},
            reduced_motion="reduce",
            **options,
        )
        context.set_default_timeout(PATIENCE)
        made.append(Reader(context, server.address))
        return made[-1]

    yield make
    for reader in made:
        for page in reader.context.pages:
            _bring_to_rest(page)
        reader.context.close()
    assert [set(reader.complaints) for reader in made] == [reader.foreseen for reader in made]


def _bring_to_rest(page: Page) -> None:
    """Chromium may never answer when what is on its way to another page is closed."""
    for _attempt in range(2):  # what arrives meanwhile takes the place of the first
        with suppress(Error):
            page.goto("about:blank")
            return


def expect_state(page: Page, state: str) -> None:
    """Wait until the feedback section shows a state, and no other."""
    expect(page.locator(STATES[state])).to_be_visible()


def answer(page: Page, value: str) -> None:
    """Press the button of the feedback section that gives an answer: yes, no or remove."""
    page.locator(f"#feedback [name=answer][value={value}]").click()


def switch_language(page: Page, tag: str) -> None:
    """Choose a language in the menu of the header."""
    page.locator("header summary").click()
    page.locator(f"header details[open] a[hreflang={tag}]").click()
