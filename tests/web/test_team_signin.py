"""Signing in and out in a browser, links, and the account's page."""

from __future__ import annotations

import re
import sys
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select

from helpdesk import clock
from helpdesk.models import DailyTally, Session
from helpdesk.queries.users import find_session, find_user, list_users
from helpdesk.services.site import Site
from helpdesk.services.users import disable, invite, make_first_link, make_reset_link
from tests.conftest import NOON
from tests.support.pages import READER, SAME_ORIGIN, CheckingClient, Page
from tests.support.queries import count_queries
from tests.support.team import (
    OTHER,
    PASSWORD,
    add_member,
    add_totp,
    alerts,
    come_in,
    cookie_of,
    csrf_of,
    enter,
    is_in,
    planted,
    redirect_of,
    send,
)
from tests.support.votes import translation_id

# What its queries find on PostgreSQL is told by the tests of the layers below.
pytestmark = pytest.mark.on("sqlite")

SIGN_IN, ACCOUNT = "/en/team/sign-in", "/en/team/account"
WRONG = "E-mail address, password or code is wrong."
ARTICLE = "/en/articles/16-move-your-authenticator-to-a-new-phone"


@pytest.fixture
def browser(empty_app: Flask) -> CheckingClient:
    return CheckingClient(empty_app)


def test_in_and_out(empty_site: Site, empty_app: Flask, browser: CheckingClient) -> None:
    add_member(empty_site)
    assert redirect_of(browser.get("/ar/team/account")) == (303, "/ar/team/sign-in?to=account")
    page = browser.post("/ar/team/sign-in?to=account", {"email": "Ada@Example.com", "password": PASSWORD})
    assert redirect_of(page) == (303, "/ar/team/account")
    attributes = cookie_of(page).split("; ")[1:]
    assert (attributes[1:], attributes[0][:8]) == (["Max-Age=86400", "HttpOnly", "Path=/", "SameSite=Lax"], "Expires=")
    token = re.match(r"hd_team=([\w-]{43});", cookie_of(page))[1]
    account = browser.get("/ar/team/account")
    assert (account.root.get("dir"), account.one("meta", name="robots").get("content")) == ("rtl", "noindex")
    assert redirect_of(browser.get(SIGN_IN)) == (303, "/en/team/")
    assert browser.get("/en/team/sign-out").status == 404
    page = send(browser, "/en/team/sign-out", at=ACCOUNT)
    assert (redirect_of(page), cookie_of(page)[:9]) == ((303, "/en/team/sign-in?done=out"), "hd_team=;")
    assert browser.get(SIGN_IN + "?done=out").texts("p", role="status") == ["You are signed out."]
    assert not is_in(planted(empty_app, token))
    assert redirect_of(browser.post("/en/team/sign-out", {})) == (303, SIGN_IN)


def test_over_https_no_other_host_can_set_the_cookie(empty_site: Site, empty_app: Flask) -> None:
    add_member(empty_site)
    client = empty_app.test_client()
    form = {"email": "ada@example.com", "password": PASSWORD}
    headers = {"Sec-Fetch-Site": "same-origin"}
    page = client.post(SIGN_IN, data=form, headers=headers, base_url="https://localhost")
    found = page.headers["Set-Cookie"]
    assert found.startswith("__Host-hd_team=")
    assert set(found.split("; ")) >= {"Secure", "HttpOnly", "Path=/", "SameSite=Lax"}
    assert client.get(ACCOUNT, base_url="https://localhost").status_code == 200


def test_a_token_that_was_planted_is_never_taken_on(empty_site: Site, empty_app: Flask) -> None:
    add_member(empty_site)
    planted_token = "x" * 43
    victim = planted(empty_app, planted_token)
    assert cookie_of(come_in(victim)).startswith("hd_team=")
    assert (is_in(victim), is_in(planted(empty_app, planted_token))) == (True, False)
    stolen = enter(empty_site)
    victim = planted(empty_app, stolen)
    come_in(victim)
    assert (is_in(victim), is_in(planted(empty_app, stolen))) == (True, False)


@pytest.mark.parametrize(
    ("asked", "target"),
    [
        ("to=account", ACCOUNT),
        ("to=account&saved=1&tag=ar", f"{ACCOUNT}?saved=1"),
        ("to=user&user_id=1", "/en/team/users/1"),
        ("", "/en/team/"),
        ("to=user&user_id=x", "/en/team/"),
        ("to=user", "/en/team/"),
        ("to=sign_out", "/en/team/"),
        ("to=https://evil.example/", "/en/team/"),
        ("to=//evil.example", "/en/team/"),
        ("to=../../..", "/en/team/"),
        ("to=start&_external=1&_scheme=javascript&_anchor=x&endpoint=helpdesk.home&self=1", "/en/team/?self=1"),
        ("to=link&token=//evil.example", "/en/team/"),
        ("to=link&token=..", "/en/team/"),
        ("to=link&token=..%5C..", "/en/team/"),
    ],
)
def test_the_way_back_is_a_page_of_the_team(empty_site: Site, browser: CheckingClient, asked: str, target: str) -> None:
    add_member(empty_site)
    page = browser.get(f"{SIGN_IN}?{asked}")
    action = page.all("form", method="post")[0].get("action")
    form = {"email": "ada@example.com", "password": PASSWORD}
    for address in (action, f"{SIGN_IN}?{asked}"):
        assert redirect_of(browser.post(address, form)) == (303, target)
    assert redirect_of(browser.get(f"{SIGN_IN}?{asked}")) == (303, target)


def test_every_failure_looks_alike(empty_site: Site, browser: CheckingClient) -> None:
    add_member(empty_site)
    add_totp(empty_site, add_member(empty_site, email="bob@example.com"))
    disable(empty_site, add_member(empty_site, email="eve@example.com").id)
    invite_only = "invited@example.com"
    invite_member(empty_site, invite_only)
    tries = {
        "ada@example.com": OTHER,
        "bob@example.com": PASSWORD,
        "eve@example.com": PASSWORD,
        invite_only: "",
        "nobody@example.com": PASSWORD,
        "nonsense": PASSWORD,
        "": "",
    }
    pages = set()
    for email, password in tries.items():
        page = come_in(browser, email, password)
        assert (page.status, alerts(page)) == (422, [WRONG])
        assert page.one("input", id="password").get("value") == ""
        assert page.one("input", id="email").get("value") == email
        assert page.response.headers.getlist("Set-Cookie") == []
        pages.add(re.sub('(id="email"[^>]*) value="[^"]*"', r"\1", page.html))
    assert len(pages) == 1


def invite_member(site: Site, email: str) -> str:
    from helpdesk.services.users import Rights

    return invite(site, email, "Invited", Rights(role="author"), now=clock.now())


def test_no_fresh_cookie_jar_and_no_language_has_more_attempts(
    build: Callable[..., Flask], empty_template: Path, noon: object
) -> None:
    app = build(empty_template, sign_ins_per_account=3, sign_ins_per_network=5)
    add_member(app.extensions["helpdesk"])

    def attempt(email: str, address: str, password: str = "wrong", tag: str = "en") -> Page:
        form = {"email": email, "password": password}
        return CheckingClient(app, address=address).post(f"/{tag}/team/sign-in", form)

    found = [attempt("ada@example.com", f"192.0.2.{n}", tag=("en", "de")[n % 2]).status for n in range(5)]
    assert found == [422, 422, 422, 429, 429]
    page = attempt("ada@example.com", "192.0.2.9", PASSWORD)
    assert (page.status, page.response.headers["Retry-After"]) == (429, "3600")
    assert alerts(page) == ["Too many attempts failed within an hour. Try again later."]
    found = [attempt(f"user{n}@example.com", f"2001:db8::{n}").status for n in range(6)]
    assert found == [422] * 5 + [429]
    assert attempt("user@example.com", "2001:db8:0:1::").status == 422


def test_forms_of_other_sites_and_of_other_sessions_are_refused(
    empty_site: Site, empty_app: Flask, browser: CheckingClient
) -> None:
    add_member(empty_site)
    form = {"email": "ada@example.com", "password": PASSWORD}
    for headers in ({"Sec-Fetch-Site": "cross-site"}, {"Sec-Fetch-Site": "same-site"}, {}, {"Origin": "null"}):
        assert browser.post(SIGN_IN, form, headers=headers).status == 403
    come_in(browser)
    token = csrf_of(browser.get(ACCOUNT))
    other = CheckingClient(empty_app)
    come_in(other)
    name = {"action": "name", "name": "Eve"}
    assert csrf_of(other.get(ACCOUNT)) != token
    for sent in ({}, {"csrf": ""}, {"csrf": "ü"}, {"csrf": csrf_of(other.get(ACCOUNT))}):
        assert browser.post(ACCOUNT, name | sent).status == 403
    page = browser.post(ACCOUNT, name | {"csrf": token}, headers={"Sec-Fetch-Site": "cross-site"})
    assert (page.status, page.texts("h1")) == (403, ["This form is not valid any more"])
    assert find_user(empty_site.database, user_id=1).name == "Ada"
    assert redirect_of(browser.post(ACCOUNT, name | {"csrf": token}, headers={})) == (303, f"{ACCOUNT}?saved=1")


def test_a_session_ends_by_itself_and_asks_the_database_once(
    empty_site: Site, empty_app: Flask, browser: CheckingClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = [NOON]
    monkeypatch.setattr(clock, "now", lambda: now[0])
    add_member(empty_site)
    come_in(browser)
    assert find_user(empty_site.database, user_id=1).signed_in_at == NOON
    with count_queries(empty_app) as statements:
        browser.get("/en/team/")
    assert len([statement for statement in statements if "hd_session" in statement]) == 1
    now[0] += timedelta(minutes=119)
    assert is_in(browser)
    with empty_site.database.read() as connection:
        assert connection.execute(select(Session.seen_at)).scalar_one() == now[0]
    now[0] += timedelta(minutes=120)
    assert not is_in(browser)
    come_in(browser)
    for _ in range(13):
        now[0] += timedelta(minutes=110)
        assert is_in(browser)
    now[0] += timedelta(minutes=10)
    assert not is_in(browser)


def test_who_is_disabled_is_out_at_once(empty_site: Site, browser: CheckingClient) -> None:
    member = add_member(empty_site)
    come_in(browser)
    assert is_in(browser)
    disable(empty_site, member.id)
    assert redirect_of(browser.get(ACCOUNT)) == (303, f"{SIGN_IN}?to=account")


def test_a_link_is_used_by_sending_the_form_once(empty_site: Site, browser: CheckingClient) -> None:
    address = f"/en/team/link/{invite_member(empty_site, 'ada@example.com')}"
    for _ in range(2):
        page = browser.get(address)
        assert page.texts("h1") == ["Choose your password"]
        field = page.one("input", id="email")
        assert (field.get("value"), field.get("readonly")) == ("ada@example.com", "")
    page = browser.post(address, {"password": "password1234", "email": "eve@example.com"})
    assert (page.status, alerts(page)) == (
        422,
        ["This password is easy to guess. Take several words that have nothing to do with each other."],
    )
    assert alerts(browser.post(address, {})) == ["The password is too short."]
    assert browser.post(address, {"password": PASSWORD}, headers={"Sec-Fetch-Site": "cross-site"}).status == 403
    assert redirect_of(browser.post(address, {"password": PASSWORD})) == (303, f"{SIGN_IN}?done=password")
    assert browser.get(f"{SIGN_IN}?done=password").texts("p", role="status") == [
        "Your password is set. Sign in with it."
    ]
    for page in (browser.get(address), browser.post(address, {"password": OTHER})):
        assert (page.status, page.texts("h1")) == (404, ["This link does not work"])
    assert redirect_of(come_in(browser)) == (303, "/en/team/")


def test_the_first_link_asks_who_the_administrator_is(empty_site: Site, browser: CheckingClient) -> None:
    address = f"/en/team/link/{make_first_link(empty_site, now=clock.now())}"
    form = {"email": "Ada@example.com", "name": "Ada", "password": PASSWORD}
    page = browser.post(address, form | {"email": "ada"})
    assert (page.status, alerts(page)) == (422, ["This is not a complete e-mail address."])
    assert [page.one("input", id=name).get("value") for name in ("email", "name", "password")] == ["ada", "Ada", ""]
    assert alerts(browser.post(address, form | {"name": ""})) == ["Write a name of at most 100 characters."]
    assert redirect_of(browser.post(address, form)) == (303, f"{SIGN_IN}?done=password")
    assert [(m.email, m.role) for m in list_users(empty_site.database)] == [("ada@example.com", "admin")]
    assert browser.get(address).status == 404


def test_a_reset_does_not_pass_by_the_codes(empty_site: Site, browser: CheckingClient) -> None:
    member = add_member(empty_site)
    add_totp(empty_site, member)
    come_in(browser)
    token = make_reset_link(empty_site, member.id, now=clock.now())
    browser.post(f"/en/team/link/{token}", {"password": OTHER})
    assert alerts(come_in(browser, password=OTHER)) == [WRONG]


@pytest.mark.usefixtures("noon")
def test_what_the_team_reads_is_no_view(site: Site, app: Flask, client: CheckingClient) -> None:
    add_member(site, "analyst")
    come_in(client)
    client.get(ARTICLE)
    planted(app, "x" * 43).get(ARTICLE)
    columns = DailyTally.views, DailyTally.team
    statement = select(*columns).where(
        DailyTally.translation_id == translation_id(site, "move-authenticator", "en"),
        DailyTally.day == NOON.date(),
        DailyTally.locale == "en",
    )
    with site.database.read() as connection:
        assert connection.execute(statement).one() == (1, 1)


def test_without_the_cookie_a_reader_costs_nothing_more(visited_app: Flask, visitor: CheckingClient) -> None:
    with count_queries(visited_app) as statements:
        visitor.get(ARTICLE)
    assert [statement for statement in statements if "hd_session" in statement] == []


@pytest.mark.parametrize(
    ("page", "target"),
    [
        ("/en/team/account", "/ar/team/account"),
        ("/en/team/users/1", "/ar/team/users/1"),
        ("/en/team/users?saved=1", "/ar/team/users"),
        ("/en/team/", "/ar/team/"),
    ],
)
def test_the_language_changes_on_the_same_page(
    empty_site: Site, browser: CheckingClient, page: str, target: str
) -> None:
    add_member(empty_site, "admin")
    come_in(browser)
    (link,) = [a.get("href") for a in browser.get(page).all("a", data_switch="") if a.get("lang") == "ar"]
    assert redirect_of(browser.get(link)) == (303, target)
    assert browser.get(target).status == 200


def test_the_language_changes_before_one_is_in(empty_site: Site, browser: CheckingClient) -> None:
    add_member(empty_site)
    address = f"/en/team/link/{make_reset_link(empty_site, 1, now=clock.now())}"
    for page, target in (
        (f"{SIGN_IN}?to=account", "/ar/team/sign-in?to=account"),
        (SIGN_IN, "/ar/team/sign-in?to=start"),
        (address, address.replace("/en/", "/ar/")),
    ):
        (link,) = [a.get("href") for a in browser.get(page).all("a", data_switch="") if a.get("lang") == "ar"]
        last = browser.get(link, follow=True)
        assert last.response.request.full_path.rstrip("?") == target


def test_without_the_extra_the_page_says_so(
    empty_site: Site, browser: CheckingClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    from helpdesk.services import passwords

    passwords._hasher.cache_clear()
    monkeypatch.setitem(sys.modules, "argon2", None)
    page = come_in(browser)
    assert (page.status, alerts(page)) == (503, ["Nobody can sign in on this server: packages are missing."])


NASTY = ["", "\x00", "\ud800".encode("utf-8", "surrogatepass"), "x" * 3000, "\u202e<script>alert(1)</script>", "٣"]
FORMS = [
    (SIGN_IN, {}, ("email", "password", "code")),
    (ACCOUNT, {"action": "name"}, ("name",)),
    (ACCOUNT, {"action": "password"}, ("current", "new")),
    (ACCOUNT, {"action": "confirm"}, ("code",)),
    (ACCOUNT, {"action": "give_up"}, ("current",)),
    (ACCOUNT, {"action": "begin"}, ("current",)),
    (ACCOUNT, {"action": "session"}, ("session",)),
    (ACCOUNT, {}, ("action",)),
    ("/en/team/users", {}, ("email", "name", "role", "locale", "category")),
    ("/en/team/users/1", {"action": "rights"}, ("role", "locale", "category")),
    ("/en/team/users/1", {}, ("action",)),
    ("/en/team/users/99", {"action": "disable"}, ("x",)),
]


@pytest.mark.parametrize(("path", "form", "fields"), FORMS)
def test_nothing_that_is_sent_breaks_a_form(
    empty_site: Site,
    empty_app: Flask,
    browser: CheckingClient,
    path: str,
    form: dict[str, str],
    fields: tuple[str, ...],
) -> None:
    add_member(empty_site, "admin")
    come_in(browser)
    token = csrf_of(browser.get(ACCOUNT))
    client = CheckingClient(empty_app) if path == SIGN_IN else browser
    for value in NASTY:
        page = client.post(path, {"csrf": token, **form, **dict.fromkeys(fields, value)})
        allowed = {303, 422} if "name" in form.values() or "session" in form.values() else {400, 404, 422}
        assert page.status in allowed, (path, form, value)
        assert "<script>alert" not in page.html
    assert client.post(path, {"csrf": token, **form, "x": "x" * 70_000}).status == 413
    assert client.open("POST", path, data=b"\xff", headers=SAME_ORIGIN).status in {400, 403, 422}
    assert READER
    assert find_session(empty_site.database, empty_site.settings, "", now=clock.now()) is None
