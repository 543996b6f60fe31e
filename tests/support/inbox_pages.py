"""The inbox as members of the team open it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from helpdesk.services.site import Site
from tests.support.inbox import take_in_articles
from tests.support.pages import CheckingClient, Page
from tests.support.team import add_member, come_in, csrf_of

INBOX = "/en/team/feedback"


ADA = "ada@example.com"


@pytest.fixture
def app(build: Callable[..., Flask], grown: Callable[..., Path], empty_template: Path, noon: Any) -> Flask:
    return build(grown(empty_template, take_in_articles))


@pytest.fixture
def sign_in(site: Site, app: Flask) -> Callable[..., CheckingClient]:
    """The browser of a member of the team."""

    def make(role: str = "editor", email: str = ADA, **limits: Any) -> CheckingClient:
        add_member(site, role, email, **limits)
        client = CheckingClient(app)
        come_in(client, email)
        return client

    return make


@pytest.fixture
def editor(sign_in: Callable[..., CheckingClient]) -> CheckingClient:
    return sign_in()


def shown(page: Page) -> list[int]:
    """The entries on a page."""
    return [int(link.get("href").rpartition("/")[2]) for item in page.all("h2") for link in item]


def told(page: Page) -> list[str]:
    return page.texts("p", role="status")


def press(client: CheckingClient, action: str, *votes: int, at: str = INBOX, **more: str) -> Page:
    """Tick entries and press a button below them."""
    page = client.get(at)
    fields = {name: [field.get("value") for field in page.all("input", name=name)] for name in ("shown", "seen_at")}
    return client.post(
        at, {"csrf": csrf_of(page), **fields, "vote": list(votes), "action": action, **more}, follow=True
    )


def nav(page: Page) -> str:
    return page.texts("nav", class_="team-nav")[0]
