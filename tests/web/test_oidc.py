"""Signing in with an account of a provider, a small real one, and everything that must not come in by it."""

# ruff: noqa: F811  fixtures that are imported

from __future__ import annotations

import re
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest
from flask import Flask
from sqlalchemy import select

from helpdesk import clock
from helpdesk.models import RequestTally, User
from helpdesk.queries.users import find_user, list_users
from helpdesk.services.signing_in import end_sessions
from helpdesk.services.users import Rights, disable, forget_identity, invite
from tests.conftest import NOON
from tests.support.databases import SQLITE, written_elsewhere
from tests.support.instances import copied
from tests.support.mounted import MakeHost, settings_of
from tests.support.oidc import (  # noqa: F401
    BACK,
    NAVIGATED,
    SIGN_IN,
    START,
    UNVERIFIED,
    WRONG,
    Built,
    Trip,
    identities,
    make,
    on_both,
    provider,
    refused,
    site_of,
    trip,
)
from tests.support.pages import CheckingClient
from tests.support.provider import ADA, CLIENT, SECRET, Provider, key_of
from tests.support.team import (
    OTHER,
    PASSWORD,
    add_member,
    add_totp,
    alerts,
    come_in,
    csrf_of,
    is_in,
    planted,
    redirect_of,
    rows,
    send,
)

# What comes from the provider is the same for both databases; what is stored is tried on each.
pytestmark = pytest.mark.on(SQLITE)


IDENTITY = "Your account here belongs to another account of the sign-in service. Ask an administrator."


@on_both
def test_in_by_the_verified_address_and_from_then_on_by_the_identity(trip: Trip, provider: Provider) -> None:
    site = site_of(trip)
    page = trip.client.get(SIGN_IN)
    assert page.texts("a", class_="primary") == ["Sign in with Acme"]
    page = trip.come_in()
    assert redirect_of(page) == (303, "/en/team/")
    own, cleared = sorted(page.response.headers.getlist("Set-Cookie"), reverse=True)
    assert re.match(r"hd_team=[\w-]{43}; .*Max-Age=86400; HttpOnly; Path=/; SameSite=Lax", own)
    assert re.match(r"hd_oidc=; .*Max-Age=0; HttpOnly; Path=/; SameSite=Lax", cleared)
    assert is_in(trip.client)
    assert identities(site) == [f"{provider.issuer} {ADA['sub']}"]
    assert find_user(site.database, user_id=1).signed_in_at is not None
    provider.person |= {"email": "new@example.com", "email_verified": False, "name": "Eve"}
    again = Trip(CheckingClient(trip.client.flask.application), provider)
    assert redirect_of(again.come_in()) == (303, "/en/team/")
    assert [(m.email, m.name, m.has_identity) for m in list_users(site.database)] == [("ada@example.com", "Ada", True)]
    assert provider.paths.count("/keys") == provider.paths.count("/.well-known/openid-configuration") == 1


def test_what_the_provider_is_asked(trip: Trip, provider: Provider) -> None:
    first, second = (dict(parse_qsl(urlsplit(trip.begin("/ar/team/sign-in")).query)) for _ in range(2))
    assert {name: value for name, value in first.items() if second[name] == value} == {
        "response_type": "code",
        "client_id": CLIENT,
        "redirect_uri": f"http://localhost{BACK}",
        "scope": "openid email profile",
        "code_challenge_method": "S256",
        "ui_locales": "ar",
    }
    assert {name for name in first if second[name] != first[name]} == {"state", "nonce", "code_challenge"}
    cookie = trip.client.flask.get_cookie("hd_oidc").value
    for name in ("state", "nonce", "code_challenge"):
        assert second[name] not in cookie


def test_the_cookie_is_bound_to_this_host(make: Built, provider: Provider) -> None:
    client = make()[0].test_client()
    page = client.get(START, headers=NAVIGATED, base_url="https://localhost")
    found = page.headers["Set-Cookie"]
    assert found.startswith("__Host-hd_oidc=")
    assert set(found.split("; ")) >= {"Secure", "HttpOnly", "Path=/", "SameSite=Lax", "Max-Age=600"}
    assert "redirect_uri=https%3A%2F%2Flocalhost%2Fen%2Fteam%2Foidc%2Fback" in page.headers["Location"]


def test_the_way_back_is_where_one_wanted_to_go_in_ones_own_language(trip: Trip) -> None:
    page = trip.client.get("/ar/team/account")
    asked = page.response.headers["Location"]
    assert asked == "/ar/team/sign-in?to=account"
    assert redirect_of(trip.come_in(asked)) == (303, "/ar/team/account")


@pytest.mark.parametrize(
    "asked",
    ["to=https://evil.example/", "to=//evil.example", "to=link&token=//evil.example", f"to=account&x={'x' * 3000}"],
)
def test_no_other_address_is_led_to(trip: Trip, asked: str) -> None:
    assert redirect_of(trip.come_in(f"{SIGN_IN}?{asked}")) == (303, "/en/team/")


def test_signed_with_rsa_and_told_by_userinfo_only(trip: Trip, provider: Provider) -> None:
    provider.algorithm, provider.signing = "RS256", key_of("RS256", "rsa")
    provider.published = [key_of("ES256", "one"), key_of("RS256", "rsa")]
    provider.described["token_endpoint_auth_methods_supported"] = ["client_secret_post"]
    provider.is_userinfo_only = True
    assert redirect_of(trip.come_in()) == (303, "/en/team/")
    provider.answers["/userinfo"] = (200, provider.person | {"sub": "somebody else"})
    assert refused(trip.come_in(), 503, WRONG)


def test_a_key_that_is_not_known_is_asked_for_once(trip: Trip, provider: Provider) -> None:
    trip.come_in()
    provider.signing = key_of("ES256", "two")
    provider.published = [provider.signing]
    assert redirect_of(trip.come_in()) == (303, "/en/team/")
    assert provider.paths.count("/keys") == 2
    provider.published = [key_of("ES256", "one")]
    provider.signing = key_of("ES256", "three")
    assert refused(trip.come_in(), 503, WRONG)
    assert provider.paths.count("/keys") == 3


def test_what_was_read_is_read_again_after_an_hour(
    trip: Trip, provider: Provider, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = [NOON]
    monkeypatch.setattr(clock, "now", lambda: now[0])
    described = "/.well-known/openid-configuration"
    for minutes, reads in ((0, 1), (59, 1), (61, 2)):
        now[0] = NOON + timedelta(minutes=minutes)
        trip.come_in()
        assert [provider.paths.count(path) for path in (described, "/keys")] == [reads, reads]


def test_who_was_not_invited_stays_out(trip: Trip, provider: Provider) -> None:
    provider.person |= {"email": "bob@example.com"}
    assert refused(trip.come_in("/ar/team/sign-in"), 403, "ليس لديك حساب هنا بعد. اطلب دعوة من أحد المسؤولين.")
    assert [member.email for member in list_users(site_of(trip).database)] == ["ada@example.com"]


def test_a_refusal_is_in_the_readers_language(trip: Trip, provider: Provider) -> None:
    provider.redirect = {"error": "access_denied"}
    page = trip.come_in("/ar/team/sign-in?to=account")
    assert (page.status, page.root.get("lang"), page.root.get("dir")) == (403, "ar", "rtl")
    (link,) = page.all("a", class_="primary")
    assert link.get("href") == "/ar/team/oidc?to=account"


@pytest.mark.parametrize("verified", [False, None, "false", 1, "yes"])
def test_an_address_that_is_not_verified_opens_nothing(trip: Trip, provider: Provider, verified: Any) -> None:
    provider.person["email_verified"] = verified
    assert refused(trip.come_in(), 403, UNVERIFIED)
    assert identities(site_of(trip)) == [None]


def test_some_providers_write_the_truth_as_text(trip: Trip, provider: Provider) -> None:
    provider.person |= {"email_verified": "true", "email": "Ada@EXAMPLE.com"}
    assert redirect_of(trip.come_in()) == (303, "/en/team/")


@on_both
def test_nobody_takes_over_an_account_that_has_an_identity(trip: Trip, provider: Provider) -> None:
    site = site_of(trip)
    trip.come_in()
    provider.person["sub"] = "somebody else"
    thief = Trip(CheckingClient(trip.client.flask.application), provider)
    assert refused(thief.come_in(), 403, IDENTITY)
    assert identities(site) == [f"{provider.issuer} {ADA['sub']}"]
    forget_identity(site, 1)
    assert not is_in(trip.client)
    assert redirect_of(thief.come_in()) == (303, "/en/team/")
    assert identities(site) == [f"{provider.issuer} somebody else"]


def test_a_disabled_account_stays_closed(trip: Trip) -> None:
    trip.come_in()
    disable(site_of(trip), 1)
    assert refused(trip.come_in(), 403, "Your account is disabled. Ask an administrator.")


def test_a_new_session_each_time_and_no_more_of_the_old_one(trip: Trip) -> None:
    app = trip.client.flask.application
    trip.client = planted(app, "x" * 43)
    trip.come_in()
    first = trip.client.flask.get_cookie("hd_team").value
    assert (first == "x" * 43, is_in(planted(app, "x" * 43))) == (False, False)
    assert redirect_of(trip.client.get(SIGN_IN)) == (303, "/en/team/")
    page = trip.client.get(START, headers=NAVIGATED)  # from a page that was left open
    trip.client.get(trip.visit(page.response.headers["Location"]))
    second = trip.client.flask.get_cookie("hd_team").value
    assert (is_in(planted(app, first)), is_in(planted(app, second))) == (False, True)
    assert end_sessions(site_of(trip), 1) == 1


def test_only_a_page_of_ours_begins(trip: Trip, provider: Provider) -> None:
    for site in ("cross-site", "same-site", "none"):
        page = trip.client.get(f"{START}?to=account", headers={"Sec-Fetch-Site": site})
        assert redirect_of(page) == (303, f"{SIGN_IN}?to=account")
        assert page.response.headers.getlist("Set-Cookie") == []
    assert provider.paths == []


@on_both
def test_begun_and_never_finished_counts_as_failed(make: Built, provider: Provider) -> None:
    app, site = make(sign_ins_per_network=3, oidc_role="analyst")
    for _ in range(5):
        Trip(CheckingClient(app), provider).come_in()
    assert sum(number for (number,) in rows(site, RequestTally.requests)) == 5  # what was used up, once each
    for _ in range(3):
        Trip(CheckingClient(app), provider).begin()
    page = CheckingClient(app).get(START, headers=NAVIGATED)
    assert refused(page, 429, "Too many attempts failed within an hour. Try again later.")
    assert page.response.headers["Retry-After"] == "3600"
    elsewhere = CheckingClient(app, address="192.0.2.1")
    assert redirect_of(Trip(elsewhere, provider).come_in()) == (303, "/en/team/")


@on_both
def test_people_of_the_providers_get_an_account_where_the_settings_say_so(make: Built, provider: Provider) -> None:
    app, site = make(oidc_role="translator", totp_roles=("translator",))
    provider.person |= {"name": f" Ada\n {'x' * 200}"}
    client = CheckingClient(app)
    assert redirect_of(Trip(client, provider).come_in()) == (303, "/en/team/")
    provider.person |= {"sub": "2", "email": "bob@example.com", "name": "\u202e"}
    assert redirect_of(Trip(CheckingClient(app), provider).come_in()) == (303, "/en/team/")
    found = [(m.email, m.name, m.role, m.has_password, m.has_identity) for m in list_users(site.database)]
    assert found == [
        ("ada@example.com", f"Ada {'x' * 96}", "translator", False, True),
        ("bob@example.com", "bob", "translator", False, True),
    ]
    assert client.get("/en/team/").status == 200  # no password, and so no code besides it
    page = client.get("/en/team/account")
    assert page.texts("h2") == ["Where you are signed in"]
    assert alerts(come_in(CheckingClient(app), password="")) == ["E-mail address, password or code is wrong."]
    provider.person |= {"sub": "3", "email": "eve@example.com", "email_verified": False}
    assert refused(Trip(CheckingClient(app), provider).come_in(), 403, UNVERIFIED)


def test_no_code_of_ours_is_asked_for_besides(trip: Trip) -> None:
    add_totp(site_of(trip), find_user(site_of(trip).database, user_id=1))
    assert redirect_of(trip.come_in()) == (303, "/en/team/")


def test_where_the_provider_alone_lets_in_there_are_no_passwords(make: Built, provider: Provider) -> None:
    app, site = make(oidc_only=True)
    add_member(site, "admin")
    client = CheckingClient(app)
    page = client.get(SIGN_IN)
    assert [field.get("id") for field in page.root.find("body").iter("input") if field.get("type") == "password"] == []
    assert come_in(client).status == 404
    token = "x"
    assert (client.get(f"/en/team/link/{token}").status, client.post(f"/en/team/link/{token}", {}).status) == (404, 404)
    assert redirect_of(Trip(client, provider).come_in()) == (303, "/en/team/")
    assert client.get("/en/team/account").texts("h2") == ["Where you are signed in"]
    for action in ("password", "begin", "confirm", "give_up"):
        form = {"current": PASSWORD, "new": OTHER}
        assert send(client, "/en/team/account", action=action, **form).status == 400
    page = send(client, "/en/team/users", email="bob@example.com", name="Bob", role="editor")
    assert redirect_of(page) == (303, "/en/team/users?saved=1")
    assert client.get("/en/team/users?saved=1").texts("p", role="status") == ["Saved."]
    assert "Lost password or app" not in client.get("/en/team/users/2").text
    token = csrf_of(client.get("/en/team/users/2"))
    assert client.post("/en/team/users/2", {"csrf": token, "action": "reset"}).status == 400


def test_without_settings_there_is_no_other_way_in(empty_app: Flask) -> None:
    client = CheckingClient(empty_app)
    assert client.get(SIGN_IN).all("a", class_="primary") == []
    assert [client.get(address, headers=NAVIGATED).status for address in (START, BACK)] == [404, 404]


@on_both
def test_who_is_invited_may_come_in_without_a_password(make: Built, provider: Provider) -> None:
    app, site = make()
    invite(site, "ada@example.com", "Ada", Rights(role="admin"), now=clock.now())
    client = CheckingClient(app)
    assert redirect_of(Trip(client, provider).come_in()) == (303, "/en/team/")
    assert "Invited" not in client.get("/en/team/users").text
    with site.database.read() as connection:
        assert connection.execute(select(User.password_hash)).scalar_one() is None


def test_a_database_that_takes_no_writes_is_a_page(
    make: Built, provider: Provider, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("helpdesk.db.BUSY_TIMEOUT", 50)
    app, site = make()
    trip = Trip(CheckingClient(app), provider)
    back = trip.visit(trip.begin())
    with written_elsewhere(site):
        assert [trip.client.get(START, headers=NAVIGATED).status, trip.client.get(back).status] == [503, 503]


def test_below_a_prefix_and_not_where_the_host_has_the_users(
    make_host: MakeHost, empty_template: Path, provider: Provider
) -> None:
    known = {"oidc_issuer": provider.issuer, "oidc_client_id": CLIENT, "oidc_client_secret": SECRET}
    host = make_host()
    host.mount(settings_of(copied(empty_template, host.folder / "help"), **known))
    page = CheckingClient(host.app).get(f"/support{START}", headers=NAVIGATED)
    assert (
        "redirect_uri=http%3A%2F%2Flocalhost%2Fsupport%2Fen%2Fteam%2Foidc%2Fback" in page.response.headers["Location"]
    )
    assert "; Path=/support/;" in page.response.headers["Set-Cookie"]
    other = make_host("other")
    other.mount(settings_of(copied(empty_template, other.folder / "help"), **known), team_user=lambda: None)
    client = CheckingClient(other.app)
    assert [client.get(f"/support{address}", headers=NAVIGATED).status for address in (START, BACK)] == [404, 404]
