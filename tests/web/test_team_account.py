"""The page of one's own account: name, password, codes from an app, and where one is signed in."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pyotp
import pytest
from flask import Flask
from sqlalchemy import select

from helpdesk.models import Session
from helpdesk.services.site import Site
from tests.conftest import NOON
from tests.support.pages import CheckingClient
from tests.support.team import (
    OTHER,
    PASSWORD,
    add_member,
    add_totp,
    alerts,
    come_in,
    cookie_of,
    is_in,
    redirect_of,
    send,
)

# What its queries find on PostgreSQL is told by the tests of the layers below.
pytestmark = pytest.mark.on("sqlite")

ACCOUNT = "/en/team/account"


@pytest.fixture
def browser(empty_app: Flask) -> CheckingClient:
    return CheckingClient(empty_app)


def test_name_and_password_of_ones_own(empty_site: Site, empty_app: Flask, browser: CheckingClient) -> None:
    add_member(empty_site)
    elsewhere = CheckingClient(empty_app)
    for client in (browser, elsewhere):
        come_in(client)
    assert redirect_of(send(browser, ACCOUNT, action="name", name="Ada L. <b>")) == (303, f"{ACCOUNT}?saved=1")
    page = browser.get(f"{ACCOUNT}?saved=1")
    assert (page.one("input", id="name").get("value"), page.texts("p", role="status")) == ("Ada L. <b>", ["Saved."])
    # Password managers are told in each form whose password it is.
    whose = [(field.get("value"), field.get("name")) for field in page.all("input", autocomplete="username")]
    assert whose == [("ada@example.com", None)] * 2
    page = send(browser, ACCOUNT, action="name", name=" ")
    assert (page.status, alerts(page)) == (422, ["Write a name of at most 100 characters."])
    page = send(browser, ACCOUNT, action="password", current=OTHER, new=OTHER)
    assert (page.status, alerts(page)) == (422, ["This is not your password."])
    assert send(browser, ACCOUNT, action="password", current=PASSWORD, new="short").status == 422
    assert is_in(elsewhere)
    page = send(browser, ACCOUNT, action="password", current=PASSWORD, new=OTHER)
    assert (redirect_of(page), cookie_of(page)[:8]) == ((303, f"{ACCOUNT}?saved=1"), "hd_team=")
    assert (is_in(browser), is_in(elsewhere)) == (True, False)


@pytest.mark.usefixtures("noon")
def test_an_app_is_set_up_used_and_given_up(empty_site: Site, empty_app: Flask, browser: CheckingClient) -> None:
    add_member(empty_site)
    come_in(browser)
    page = send(browser, ACCOUNT, action="begin", current=OTHER)
    assert (page.status, alerts(page), page.all("img")) == (422, ["This is not your password."], [])
    assert redirect_of(send(browser, ACCOUNT, action="begin", current=PASSWORD)) == (303, f"{ACCOUNT}#codes")
    page = browser.get(ACCOUNT)
    (address,) = page.texts("code")
    assert page.one("img").get("src").startswith("data:image/svg+xml")
    totp = pyotp.parse_uri(address)
    assert (totp.name, totp.issuer) == ("ada@example.com", "Acme Exchange")
    page = send(browser, ACCOUNT, action="confirm", code="000000")
    assert (page.status, alerts(page)) == (422, ["This code is wrong, or was used already."])
    page = send(browser, ACCOUNT, action="confirm", code=totp.at(NOON - timedelta(seconds=30)))
    codes = page.texts("code")
    assert (page.status, len(codes)) == (200, 10)
    page = browser.get(ACCOUNT)
    assert (page.texts("code"), page.all("img")) == ([], [])  # shown once
    other = CheckingClient(empty_app)
    assert [come_in(other, code=code).status for code in ("", totp.at(NOON), totp.at(NOON), codes[0], codes[0])] == [
        422,
        303,
        422,
        303,
        422,
    ]
    assert "Recovery codes left: 9" in browser.get(ACCOUNT).text
    assert alerts(send(browser, ACCOUNT, action="give_up", current=OTHER)) == ["This is not your password."]
    assert send(browser, ACCOUNT, action="give_up", current=PASSWORD).status == 303
    assert come_in(other).status == 303


def test_a_role_may_need_an_app(build: Callable[..., Flask], empty_template: Path) -> None:
    app = build(empty_template, totp_roles=("admin",))
    site: Site = app.extensions["helpdesk"]
    member = add_member(site, "admin")
    client = CheckingClient(app)
    come_in(client)
    assert redirect_of(client.get("/en/team/users")) == (303, ACCOUNT)
    assert "Your role requires them" in client.get(ACCOUNT).text
    add_totp(site, member)
    assert client.get("/en/team/users").status == 200
    add_member(site, "editor", "bob@example.com")
    come_in(client, "bob@example.com")
    assert "Your role requires them" not in client.get(ACCOUNT).text


def test_one_sees_where_one_is_signed_in_and_ends_it(
    empty_site: Site, empty_app: Flask, browser: CheckingClient
) -> None:
    add_member(empty_site)
    phone = "Mozilla/5.0 (iPhone; CPU iPhone OS 17_0 like Mac OS X) Version/17.0 Mobile/15E148 Safari/604.1"
    other = CheckingClient(empty_app, user_agent=phone)
    strange = CheckingClient(empty_app, user_agent="<b>curl</b>")
    for client in (strange, other, browser):
        come_in(client)
    page = browser.get(ACCOUNT)
    rows = [
        [cell.text if cell.find("bdi") is None else cell.find("bdi").text for cell in row] for row in page.all("tr")
    ]
    assert sorted(str(row[0]) for row in rows[1:]) == ["Firefox, Linux", "None", "Safari, iOS"]
    assert page.texts("span", class_="badge") == ["This browser"]
    keys = [field.get("value") for field in page.all("input", name="session")]
    for key in keys:
        assert redirect_of(send(browser, ACCOUNT, action="session", session=key)) == (303, f"{ACCOUNT}?saved=1")
    assert [is_in(client) for client in (strange, other, browser)] == [False, False, True]
    add_member(empty_site, email="bob@example.com")
    come_in(other, "bob@example.com")
    key = other.get(ACCOUNT)  # of somebody else's session
    (own,) = {line.token_hash.hex()[:16] for line in sessions(empty_site, 2)}
    assert send(browser, ACCOUNT, action="session", session=own).status == 303
    assert (key.status, is_in(other)) == (200, True)


def sessions(site: Site, user_id: int) -> list:
    with site.database.read() as connection:
        return connection.execute(select(Session.token_hash).where(Session.user_id == user_id)).all()
