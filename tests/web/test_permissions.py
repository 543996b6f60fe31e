"""Every route of the team's part, by every role and by nobody, against a table."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from flask import Flask

from helpdesk.config import ROLES
from helpdesk.services.permissions import PERMISSIONS as TABLE
from helpdesk.services.permissions import Permission, may
from helpdesk.services.site import Site
from helpdesk.web.team.routes import ROUTES
from tests.support.pages import CheckingClient, Page
from tests.support.team import add_member, come_in, csrf_of

# What its queries find on PostgreSQL is told by the tests of the layers below.
pytestmark = pytest.mark.on("sqlite")

NOBODY = "nobody"
EVERYBODY, MEMBERS, ADMIN = {NOBODY, *ROLES}, set(ROLES), {"admin"}
# Who gets past the gate. A route without a line fails.
LET_IN = {
    "start": MEMBERS,
    "feedback": MEMBERS,
    "change_feedback": MEMBERS,
    "feedback_entry": MEMBERS,
    "change_feedback_entry": MEMBERS,
    "held": MEMBERS,
    "held_votes": MEMBERS,
    "settle_held": {"admin", "editor"},
    "sign_in": EVERYBODY,
    "enter": EVERYBODY,
    "oidc": EVERYBODY,
    "oidc_back": EVERYBODY,
    "sign_out": MEMBERS,
    "link": EVERYBODY,
    "use_link": EVERYBODY,
    "account": MEMBERS,
    "change_account": MEMBERS,
    "helpfulness": MEMBERS,
    "helpfulness_article": MEMBERS,
    "views": MEMBERS,
    "views_article": MEMBERS,
    "users": ADMIN,
    "invite": ADMIN,
    "user": ADMIN,
    "change_user": ADMIN,
    "searches": MEMBERS,
    "search_changes": MEMBERS,
    "query": MEMBERS,
    "change_query": MEMBERS,
}
# What each role may do.
MAY = {
    "admin": "use_account read_reports read_feedback resolve_feedback write translate publish manage_users",
    "editor": "use_account read_reports read_feedback resolve_feedback write translate publish",
    "author": "use_account read_reports read_feedback write",
    "translator": "use_account read_reports read_feedback translate",
    "analyst": "use_account read_reports read_feedback",
}


def test_what_each_role_may_do() -> None:
    assert {role: {permission.value for permission in found} for role, found in TABLE.items()} == {
        role: set(names.split()) for role, names in MAY.items()
    }


def outcome(page: Page) -> str:
    """`asked` to sign in, `refused`, or `in`, whatever the view then answers."""
    if page.status == 303 and "/team/sign-in?to=" in page.response.headers["Location"] + "?to=":
        return "asked"
    return "refused" if page.status == 403 else "in"


def walk(app: Flask, client: CheckingClient, token: str) -> dict[str, str]:
    """All routes of the blueprint, found in the app itself."""
    found = {}
    with app.test_request_context():
        rules = [rule for rule in app.url_map.iter_rules() if rule.endpoint.startswith("helpdesk_team.")]
    for rule in rules:
        name = rule.endpoint.removeprefix("helpdesk_team.")
        path = rule.rule.replace("<tag>", "en").replace("<token>", "x")
        path = re.sub(r"<int\(max=999999999\):\w+>", "999", path)
        (method,) = rule.methods - {"HEAD", "OPTIONS"}
        if name != "sign_out":  # last, or it would end the walk
            page = client.get(path) if method == "GET" else client.post(path, {"csrf": token})
            found[name] = outcome(page)
    page = client.post("/en/team/sign-out", {"csrf": token})
    is_out = page.response.headers.get("Location") == "/en/team/sign-in?done=out"
    return found | {"sign_out": "in" if is_out else outcome(page)}


@pytest.mark.parametrize("role", [NOBODY, *ROLES])
@pytest.mark.on("sqlite", "postgresql")
def test_the_walk(empty_site: Site, empty_app: Flask, role: str) -> None:
    client, token = CheckingClient(empty_app), ""
    if role != NOBODY:
        add_member(empty_site, role)
        come_in(client)
        token = csrf_of(client.get("/en/team/account"))
    expected = {
        name: "in" if role in allowed else "asked" if role == NOBODY else "refused" for name, allowed in LET_IN.items()
    }
    assert walk(empty_app, client, token) == expected


def test_the_table_and_the_app_have_the_same_routes(empty_app: Flask) -> None:
    endpoints = {rule.endpoint for rule in empty_app.url_map.iter_rules()}
    assert {name.partition(".")[2] for name in endpoints if name.startswith("helpdesk_team.")} == set(LET_IN)
    assert [route.name for route in ROUTES] == list(LET_IN)


def test_what_has_declared_nothing_is_closed_to_everybody(empty_site: Site, empty_app: Flask) -> None:
    empty_app.add_url_rule("/<tag>/team/secret", "helpdesk_team.secret", lambda: "secret")
    add_member(empty_site, "admin")
    client = CheckingClient(empty_app)
    assert client.get("/en/team/secret").status == 403
    come_in(client)
    page = client.get("/ar/team/secret")
    assert (page.status, page.root.get("lang")) == (403, "ar")
    assert "secret" not in page.text


def test_a_refusal_is_a_page_in_the_readers_language(empty_site: Site, empty_app: Flask) -> None:
    add_member(empty_site, "analyst")
    client = CheckingClient(empty_app)
    come_in(client)
    page = client.get("/ar/team/users")
    assert (page.status, page.root.get("dir"), page.response.headers["Cache-Control"]) == (
        403,
        "rtl",
        "private, no-store",
    )
    assert client.get("/en/team/users").texts("h1") == ["You may not do this"]


@pytest.mark.parametrize("role", ROLES)
def test_limits_bind_every_role(site: Site, role: str) -> None:
    member = add_member(site, role, locales=["de", "ar"], categories=["faq"])
    for permission in Permission:
        is_allowed = permission in TABLE[role]
        assert may(member, permission) is is_allowed
        assert may(member, permission, locale="de", category="faq") is is_allowed
        assert not may(member, permission, locale="en")
        assert not may(member, permission, category="announcements")
        assert not may(member, permission, locale="de", category="announcements")
    free = add_member(site, role, "bob@example.com")
    assert may(free, Permission.USE_ACCOUNT, locale="en", category="announcements")


def test_whoever_lacks_an_app_that_the_role_needs_gets_no_further(
    build: Callable[..., Flask], empty_template: Path
) -> None:
    app = build(empty_template, totp_roles=("admin",))
    add_member(app.extensions["helpdesk"], "admin")
    client = CheckingClient(app)
    come_in(client)
    for page in (client.get("/en/team/users"), client.post("/en/team/users", {})):
        assert (page.status, page.response.headers["Location"]) == (303, "/en/team/account")
