"""Members of the team."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any

import pyotp
import pytest
from flask import Flask
from sqlalchemy import delete, select

from helpdesk import clock
from helpdesk.errors import UserError
from helpdesk.models import State, UserLink
from helpdesk.queries.users import Member, find_session, find_user
from helpdesk.services.passwords import hash_password
from helpdesk.services.second_factor import begin_totp, confirm_totp
from helpdesk.services.signing_in import Browser, sign_in
from helpdesk.services.site import Site
from helpdesk.services.users import FIRST_LINK, Rights, folded, invite, make_first_link, store_password
from tests.conftest import NOON
from tests.support.pages import CheckingClient, Page

PASSWORD = "quiet-lantern-above-9-rivers"
OTHER = "seven-paper-boats-and-a-moon"
HERE = Browser(b"network of the tests", "Firefox, Linux")


@cache
def hashed(password: str) -> str:
    return hash_password(password)


def add_member(
    site: Site, role: str = "editor", email: str = "ada@example.com", *, name: str = "Ada", **limits: Any
) -> Member:
    """Somebody who can sign in with PASSWORD."""
    invite(site, email, name, Rights(role=role, **limits), now=clock.now())
    member = find_user(site.database, email=folded(email))
    with site.database.transaction() as connection:
        store_password(connection, member.id, hashed(PASSWORD))
    return find_user(site.database, user_id=member.id)


def add_totp(site: Site, member: Member) -> tuple[pyotp.TOTP, list[str]]:
    """The member's app and recovery codes; the code of now is used up."""
    totp = pyotp.parse_uri(begin_totp(site, member.id))
    return totp, confirm_totp(site, member.id, totp.at(clock.now()), now=clock.now())


def first_link(site: Site) -> str:
    """The token of the first administrator's link, also where the server has logged one already."""
    with site.database.transaction() as connection:
        connection.execute(delete(UserLink))
        connection.execute(delete(State).where(State.name == FIRST_LINK))
    return make_first_link(site, now=clock.now())


def enter(site: Site, email: str = "ada@example.com", password: str = PASSWORD, code: str = "", **options: Any) -> str:
    """Sign in without the web; the session's token."""
    browser = options.get("browser", HERE)
    return sign_in(site, browser, email=email, password=password, code=code, now=options.get("now", clock.now()))


def come_in(client: CheckingClient, email: str = "ada@example.com", password: str = PASSWORD, **form: str) -> Page:
    """Send the form of the sign-in page."""
    return client.post("/en/team/sign-in", {"email": email, "password": password, **form})


def csrf_of(page: Page) -> str:
    """What every form on the page carries."""
    (token,) = {field.get("value", "") for field in page.all("input", name="csrf")}
    return token


def send(client: CheckingClient, path: str, *, at: str = "", **form: Any) -> Page:
    """A form as the page `at` (the same address, where nothing is said) has it, filled in and sent."""
    return client.post(path, {"csrf": csrf_of(client.get(at or path)), **form})


def alerts(page: Page) -> list[str]:
    """What the page says went wrong."""
    return page.texts("p", role="alert")


def refused(call: Callable[[], object]) -> str:
    with pytest.raises(UserError) as error:
        call()
    return error.value.reason


def member_of(site: Site, token: str, now=NOON):
    found = find_session(site.database, site.settings, token, now=now)
    return found and found.member.email


def redirect_of(page: Page) -> tuple[int, str | None]:
    return page.status, page.response.headers.get("Location")


def cookie_of(page: Page) -> str:
    (found,) = page.response.headers.getlist("Set-Cookie")
    return found


def is_in(client: CheckingClient) -> bool:
    return client.get("/en/team/account").status == 200


def planted(app: Flask, token: str) -> CheckingClient:
    """A browser with a cookie that it got elsewhere."""
    client = CheckingClient(app)
    client.flask.set_cookie("hd_team", token)
    return client


def rows(site: Site, *columns) -> list[tuple]:
    with site.database.read() as connection:
        return [tuple(row) for row in connection.execute(select(*columns))]
