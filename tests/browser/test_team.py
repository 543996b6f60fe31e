"""The team's pages in a browser without scripts: from the first link to the list of members, in both directions."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask import Flask

from tests.browser.conftest import Reader
from tests.browser.test_layout import DEVIATIONS, FITTING, SMALL, TARGET, widths_of
from tests.support.server import Server
from tests.support.team import PASSWORD, first_link

pytestmark = pytest.mark.on("sqlite")


@pytest.mark.parametrize("tag", ["en", "ar"])
def test_the_first_administrator_comes_in_and_every_page_fits(
    app: Flask, server: Server, readers: Callable[..., Reader], tag: str
) -> None:
    token = first_link(app.extensions["helpdesk"])
    reader = readers(server, has_script=False, width=375)
    page = reader.open(f"/{tag}/team/link/{token}")
    page.locator("main [name=email]").fill("ada@example.com")
    page.locator("main [name=name]").fill("آدا Lovelace")
    page.locator("main [name=password]").fill(PASSWORD)
    page.locator("main form button").click()
    assert page.url.endswith(f"/{tag}/team/sign-in?done=password")
    page.locator("main [name=email]").fill("ada@example.com")
    page.locator("main [name=password]").fill(PASSWORD)
    page.locator("main form button").click()
    assert page.url.endswith(f"/{tag}/team/")
    for path in ("", "feedback", "held", "helpfulness", "views", "searches", "account", "users", "users/1"):
        page = reader.open(f"/{tag}/team/{path}")
        assert widths_of(page) == FITTING, path
        assert page.evaluate(SMALL, TARGET) == [], path
        assert page.evaluate(DEVIATIONS) == [], path
