"""The way to people in a real browser: a redirect to `mailto:` opens the mail program, and the page stays."""

from __future__ import annotations

import os
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import Browser
from sqlalchemy import func, select

from helpdesk.models import ContactTally
from tests.browser.conftest import ARGUMENTS
from tests.browser.test_view import READER
from tests.support.machine import find_chromium
from tests.support.server import Server

PATH = "/en/articles/17-why-a-withdrawal-is-delayed"


@pytest.mark.parametrize("has_script", [True, False], ids=["script", "plain"])
def test_a_click_is_counted_and_begins_a_mail(
    server: Server, chromium: Browser, tmp_path: Path, has_script: bool
) -> None:
    """The mail program is one of ours, or the test would open that of whoever runs it."""
    opened, program = tmp_path / "opened", tmp_path / "xdg-open"
    program.write_text(f'#!/bin/sh\necho "$1" > {opened}.new && mv {opened}.new {opened}\n')
    program.chmod(0o755)
    browser = chromium.browser_type.launch(
        executable_path=find_chromium(),
        args=ARGUMENTS,
        env={**os.environ, "PATH": f"{tmp_path}:{os.environ['PATH']}"},
    )
    context = browser.new_context(base_url=server.address, java_script_enabled=has_script, user_agent=READER)
    page = context.new_page()
    page.goto(PATH)
    page.locator("#feedback [name=answer][value=no]").click()
    page.locator("#feedback .contact a").click(no_wait_after=True)
    for _ in range(100):
        if opened.exists():
            break
        page.wait_for_timeout(100)
    assert urlsplit(page.url).path == PATH
    assert page.locator("#feedback .contact").is_visible()
    browser.close()
    target = urlsplit(opened.read_text().strip())
    assert (target.scheme, target.path) == ("mailto", "support@example.com")
    assert parse_qs(target.query)["body"] == [
        "\r\n\r\narticle: 17\r\nsection: deposits-withdrawals\r\nlocale: en\r\nvote: no\r\n"
    ]
    with server.site.database.read() as connection:
        assert connection.execute(select(func.sum(ContactTally.contacts))).scalar_one() == 1
