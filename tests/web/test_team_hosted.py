"""Mounted: the host says who belongs to the team, or its app leaves that to us."""

from __future__ import annotations

from pathlib import Path

import pytest
from flask import request

from tests.support.instances import copied
from tests.support.mounted import MakeHost, settings_of
from tests.support.pages import CheckingClient, Page
from tests.support.team import add_member, csrf_of

pytestmark = pytest.mark.on("sqlite")
TEAM = "/support/en/team/"


def to(page: Page) -> tuple[int, str | None]:
    return page.status, page.response.headers.get("Location")


def named() -> tuple[str, str, str] | None:
    """The host's own sign-in, as far as we see it."""
    role = request.cookies.get("shop_role")
    return ("ada@example.com", "Ada", role) if role else None


def test_the_hosts_user_is_the_teams(make_host: MakeHost, demo_template: Path) -> None:
    host = make_host()
    host.mount(settings_of(copied(demo_template, host.folder / "help"), totp_roles=("admin",)), team_user=named)
    client = CheckingClient(host.app)
    assert client.get(TEAM).status == 403
    client.flask.set_cookie("shop_role", "king")
    assert client.get(TEAM).status == 403
    client.flask.set_cookie("shop_role", "admin")
    page = client.get(TEAM)
    assert (page.status, page.texts("nav", class_="team-nav")) == (
        200,
        ["Team Feedback (589 unread) Helpfulness Views Searches"],
    )
    feedback = client.get(f"{TEAM}feedback")
    form = {"csrf": csrf_of(feedback), "vote": feedback.all("input", name="vote")[0].get("value"), "action": "mine"}
    form["seen_at"] = feedback.one("input", name="seen_at").get("value")
    assert client.post(f"{TEAM}feedback", form, follow=True).texts("p", role="status") == ["1 answer was changed."]
    for path in ("sign-in", "link/x", "account", "users", "users/1"):
        assert client.get(f"{TEAM}{path}").status == 404
    assert client.post(f"{TEAM}sign-out", {}).status == 404


def test_our_own_accounts_below_a_prefix(make_host: MakeHost, demo_template: Path) -> None:
    host = make_host()
    host.protect()  # the host's own guard of forms leaves ours alone
    host.mount(settings_of(copied(demo_template, host.folder / "help")))
    add_member(host.app.extensions["helpdesk"], "admin")
    client = CheckingClient(host.app)
    assert to(client.get(TEAM)) == (303, f"{TEAM}sign-in?to=start")
    form = {"email": "ada@example.com", "password": "quiet-lantern-above-9-rivers"}
    page = client.post(f"{TEAM}sign-in", form)
    assert to(page) == (303, TEAM)
    assert "; Path=/support/;" in page.response.headers["Set-Cookie"]
    page = client.get(f"{TEAM}account")
    assert client.post(f"{TEAM}account", {"csrf": csrf_of(page), "action": "name", "name": "Eve"}).status == 303
    assert host.touched == []


def test_inside_a_hosts_layout(make_host: MakeHost, demo_template: Path) -> None:
    host = make_host()
    host.mount(settings_of(copied(demo_template, host.folder / "help"), layout="host/base.html"))
    page = host.app.test_client().get(f"{TEAM}sign-in")
    assert page.status_code == 200
    assert page.headers["Cache-Control"] == "private, no-store"
    for part in ("/host.css", "/support/static/team.css", "<h1>Sign in</h1>", 'action="/support/en/team/sign-in"'):
        assert part in page.text
