"""A site whose team signs in with a provider, and a browser on its way."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest
import requests
from flask import Flask

from helpdesk.models import User
from helpdesk.services.site import Site
from tests.support.databases import POSTGRES, SQLITE
from tests.support.pages import CheckingClient, Page
from tests.support.provider import CLIENT, SECRET, Provider, provided
from tests.support.team import (
    add_member,
    alerts,
    is_in,
    rows,
)

SIGN_IN, START, BACK = "/en/team/sign-in", "/en/team/oidc", "/en/team/oidc/back"


NAVIGATED = {"Sec-Fetch-Site": "same-origin"}


WRONG = "The sign-in service does not respond as it should. Try again in a few minutes."


UNVERIFIED = "The sign-in service has not verified your e-mail address."


on_both = pytest.mark.on(SQLITE, POSTGRES)


Built = Callable[..., tuple[Flask, Site]]


@pytest.fixture
def provider() -> Iterator[Provider]:
    with provided() as found:
        yield found


@pytest.fixture
def make(build: Callable[..., Flask], empty_template: Path, provider: Provider) -> Built:
    """Make a site that knows the provider."""

    def made(**settings: Any) -> tuple[Flask, Site]:
        known = {"oidc_issuer": provider.issuer, "oidc_client_id": CLIENT, "oidc_client_secret": SECRET}
        app = build(empty_template, **known, oidc_name="Acme", **settings)
        return app, app.extensions["helpdesk"]

    return made


@dataclass
class Trip:
    """A browser on its way through the provider."""

    client: CheckingClient
    provider: Provider

    def begin(self, address: str = SIGN_IN) -> str:
        """Click the button, as somebody who is not signed in any more; the provider's address that it leads to."""
        if is_in(self.client):
            self.client.flask.delete_cookie("hd_team")
        (link,) = self.client.get(address).all("a", class_="primary")
        return self.start(link.get("href"))

    def start(self, address: str = START) -> str:
        page = self.client.get(address, headers=NAVIGATED)
        assert page.status == 303, alerts(page)
        assert page.response.headers["Cache-Control"] == "private, no-store"
        return page.response.headers["Location"]

    def visit(self, address: str) -> str:
        """Be let in by the provider; the path of ours that it sends back to."""
        answer = requests.get(address, allow_redirects=False, timeout=60)
        assert answer.status_code == 302
        parts = urlsplit(answer.headers["Location"])
        assert (parts.scheme, parts.netloc, parts.path) == ("http", "localhost", BACK)
        return f"{parts.path}?{parts.query}"

    def come_in(self, address: str = SIGN_IN) -> Page:
        return self.client.get(self.visit(self.begin(address)), headers={"Sec-Fetch-Site": "cross-site"})


@pytest.fixture
def trip(make: Built, provider: Provider) -> Trip:
    """To a site that Ada has an account on, with a password."""
    app, site = make()
    add_member(site)
    return Trip(CheckingClient(app), provider)


def site_of(trip: Trip) -> Site:
    return trip.client.flask.application.extensions["helpdesk"]


def refused(page: Page, status: int, *words: str) -> bool:
    """Whether it is the form with these words and nobody came in; nothing of the address stands on it."""
    assert (page.status, alerts(page)) == (status, list(words))
    cookies = page.response.headers.getlist("Set-Cookie")
    assert not any(cookie.startswith("hd_team=") for cookie in cookies)
    for name, value in parse_qsl(urlsplit(page.response.request.url).query):
        assert name not in ("code", "state") or len(value) < 9 or value not in page.html
    return True


def identities(site: Site) -> list[str | None]:
    return [identity for (identity,) in rows(site, User.identity)]
