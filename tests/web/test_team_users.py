"""The members' pages, as an administrator uses them."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from flask import Flask

from helpdesk.queries.users import find_user, list_users
from helpdesk.services.site import Site
from tests.support.pages import CheckingClient, Page
from tests.support.receivers import Postbox, mail_server
from tests.support.team import OTHER, PASSWORD, add_member, add_totp, alerts, come_in, send

# What its queries find on PostgreSQL is told by the tests of the layers below.
pytestmark = pytest.mark.on("sqlite")

USERS = "/en/team/users"
MAILING = {"mail_from": "help@example.com", "site_url": "http://localhost:5000"}


@pytest.fixture
def admin(site: Site, app: Flask) -> CheckingClient:
    add_member(site, "admin")
    client = CheckingClient(app)
    come_in(client)
    return client


def link_on(page: Page) -> str:
    (address,) = page.texts("code")
    return re.fullmatch(r"http://localhost(/en/team/link/[\w-]{43})", address)[1]


def rows(page: Page) -> list[list[str]]:
    return [[" ".join("".join(cell.itertext()).split()) for cell in row] for row in page.one("tbody")]


def test_from_an_invitation_to_a_translator_at_work(site: Site, app: Flask, admin: CheckingClient) -> None:
    form = {"email": "Bob@example.com", "name": "Bob", "role": "translator", "locale": ["de", "ar"], "category": "faq"}
    page = send(admin, USERS, **form)
    assert (page.status, page.response.headers["Cache-Control"]) == (200, "private, no-store")
    address = link_on(page)
    invited = ["Bob", "bob@example.com", "Translator", "Deutsch, العربية, and FAQ", "Invited"]
    assert rows(admin.get(USERS))[1] == invited
    bob = CheckingClient(app)
    assert bob.post(address, {"password": PASSWORD}).status == 303
    assert come_in(bob, "bob@example.com").status == 303
    assert bob.get("/en/team/").texts("nav", class_="team-nav") == [
        "Team Feedback (103 unread) Helpfulness Views Searches My account Bob Sign out"
    ]
    member = find_user(site.database, email="bob@example.com")
    assert (member.role, member.locales, member.categories) == ("translator", ("ar", "de"), ("faq",))
    assert rows(admin.get(USERS))[1][:4] == invited[:4]


@pytest.mark.parametrize(
    ("changed", "text"),
    [
        ({"email": "ada@EXAMPLE.com"}, "There is an account with this e-mail address already."),
        ({"email": "bob"}, "This is not a complete e-mail address."),
        ({"name": ""}, "Write a name of at most 100 characters."),
    ],
)
def test_what_was_typed_stays_when_an_invitation_is_refused(
    site: Site, admin: CheckingClient, changed: dict[str, str], text: str
) -> None:
    form = {"email": "bob@example.com", "name": "Bob", "role": "analyst", "locale": "de"} | changed
    page = send(admin, USERS, **form)
    assert (page.status, alerts(page)) == (422, [text])
    assert [page.one("input", id=name).get("value") for name in ("email", "name")] == [form["email"], form["name"]]
    chosen = [option.get("value") for option in page.all("option", selected="")]
    assert (chosen, [box.get("value") for box in page.all("input", checked="")]) == (["analyst"], ["de"])
    assert len(list_users(site.database)) == 1


@pytest.mark.parametrize("made_up", [{"role": "king"}, {"locale": "xx"}, {"category": "nope"}, {"role": ""}])
def test_what_no_form_offers_is_refused(site: Site, admin: CheckingClient, made_up: dict[str, str]) -> None:
    form = {"email": "bob@example.com", "name": "Bob", "role": "analyst"} | made_up
    assert send(admin, USERS, **form).status == 400
    assert send(admin, f"{USERS}/1", action="rights", **({"role": "admin"} | made_up)).status == 400
    assert len(list_users(site.database)) == 1


def test_role_and_limits_are_changed_and_shown(site: Site, admin: CheckingClient) -> None:
    bob = add_member(site, "editor", "bob@example.com", name="Bob", categories=["announcements"])
    path = f"{USERS}/{bob.id}"
    page = admin.get(path)
    assert [box.get("value") for box in page.all("input", checked="")] == ["announcements"]
    page = send(admin, path, action="rights", role="author", locale=["ar"])
    assert (page.status, page.response.headers["Location"]) == (303, f"{path}?saved=1")
    page = admin.get(f"{path}?saved=1")
    assert page.texts("p", role="status") == ["Saved."]
    assert [option.get("value") for option in page.all("option", selected="")] == ["author"]
    assert [box.get("value") for box in page.all("input", checked="")] == ["ar"]


def test_a_disabled_member_is_out_until_enabled(site: Site, app: Flask, admin: CheckingClient) -> None:
    bob = add_member(site, "editor", "bob@example.com", name="Bob")
    client = CheckingClient(app)
    come_in(client, "bob@example.com")
    path = f"{USERS}/{bob.id}"
    assert send(admin, path, action="disable").status == 303
    assert client.get("/en/team/").status == 303
    assert rows(admin.get(USERS))[1][4] == "Disabled"
    buttons = admin.get(path).texts("button")
    assert "Enable the account" in buttons
    assert "Make a link for a new password" not in buttons
    assert send(admin, path, action="reset").status == 400
    send(admin, path, action="enable")
    assert come_in(client, "bob@example.com").status == 303


def test_sessions_of_others_can_be_ended(site: Site, app: Flask, admin: CheckingClient) -> None:
    bob = add_member(site, "editor", "bob@example.com", name="Bob")
    client = CheckingClient(app)
    assert "Sign out everywhere" not in admin.get(f"{USERS}/{bob.id}").texts("button")
    come_in(client, "bob@example.com")
    assert "Sign out everywhere" in admin.get(f"{USERS}/{bob.id}").texts("button")
    send(admin, f"{USERS}/{bob.id}", action="sessions")
    assert (client.get("/en/team/").status, admin.get("/en/team/").status) == (303, 200)


def test_a_reset_is_a_link_and_may_forget_the_app(site: Site, app: Flask, admin: CheckingClient) -> None:
    bob = add_member(site, "editor", "bob@example.com", name="Bob")
    add_totp(site, bob)
    path = f"{USERS}/{bob.id}"
    link_on(send(admin, path, action="reset"))
    assert find_user(site.database, user_id=bob.id).has_totp
    address = link_on(send(admin, path, action="reset", without_app="1"))
    client = CheckingClient(app)
    assert client.post(address, {"password": OTHER}).status == 303
    assert come_in(client, "bob@example.com", OTHER).status == 303


def test_the_last_administrator_cannot_go(site: Site, admin: CheckingClient) -> None:
    for form in ({"action": "disable"}, {"action": "rights", "role": "editor"}):
        page = send(admin, f"{USERS}/1", **form)
        assert (page.status, alerts(page)) == (422, ["This is the last administrator. Make somebody else one first."])
    assert admin.get(USERS).status == 200


def test_nobody_of_that_number(admin: CheckingClient) -> None:
    assert admin.get(f"{USERS}/99").status == 404
    assert send(admin, f"{USERS}/99", at=USERS, action="disable").status == 404
    assert send(admin, f"{USERS}/1", action="nonsense").status == 400


@pytest.fixture
def box() -> Iterator[Postbox]:
    with mail_server() as box:
        yield box


@pytest.fixture
def mailing(build: Callable[..., Flask], empty_template: Path, box: Postbox) -> CheckingClient:
    """An administrator of a site that sends mail."""
    app = build(empty_template, smtp_url=f"smtp://localhost:{box.port}", **MAILING)
    add_member(app.extensions["helpdesk"], "admin")
    client = CheckingClient(app)
    come_in(client)
    return client


def test_an_invitation_goes_to_the_address_of_the_account_alone(mailing: CheckingClient, box: Postbox) -> None:
    page = mailing.get("/ar/team/users")
    assert page.one("input", name="send").get("checked") == ""
    form = {"email": " Bob@Example.com ", "name": "Bob", "role": "editor"}
    page = send(mailing, "/ar/team/users", **form, send="1")
    assert (page.status, page.all("code"), alerts(page)) == (200, [], [])
    ((to, letter),) = box.taken
    assert (to, letter["To"], letter["Content-Language"]) == (["bob@example.com"], "bob@example.com", "ar")
    text, html = (letter.get_body((kind,)).get_content() for kind in ("plain", "html"))
    address = re.search(r"http://localhost:5000(/ar/team/link/[\w-]{43})\n", text.replace("\r", ""))[1]
    assert f'<a href="http://localhost:5000{address}" dir="ltr">' in html
    assert '<html lang="ar" dir="rtl">' in html
    assert not re.search(r"\bsrc=|<link|<script|url\(", html)
    assert page.html.count(address) == 0
    bob = CheckingClient(mailing.flask.application)
    assert bob.post(address, {"password": PASSWORD}).status == 303


def test_a_link_that_was_not_sent_is_shown_with_the_reason(
    mailing: CheckingClient, box: Postbox, capfd: pytest.CaptureFixture[str]
) -> None:
    box.refusing["RCPT"] = "550 no such user"
    page = send(mailing, USERS, email="bob@example.com", name="Bob", role="editor", send="1")
    refusal = "The mail server takes no mail for this address: 550 no such user."
    assert alerts(page) == [f"The mail was not sent. Send the link yourself. {refusal}"]
    said, address = page.texts("code")
    assert (page.texts("h1"), said) == (["Send this link"], refusal)
    assert re.fullmatch(r"http://localhost:5000/en/team/link/[\w-]{43}", address)
    box.refusing.clear()
    page = send(mailing, f"{USERS}/2", action="reset", send="1")
    assert (page.texts("h1"), box.letters) == (
        ["The link was sent by mail"],
        [("bob@example.com", "Your password for Acme Exchange")],
    )
    assert address.rpartition("/")[2] not in "".join(capfd.readouterr())


def test_a_link_is_shown_where_nobody_asked_for_mail(mailing: CheckingClient, box: Postbox) -> None:
    page = send(mailing, USERS, email="bob@example.com", name="Bob", role="editor")
    assert (len(page.texts("code")), box.taken) == (1, [])
    page = send(mailing, USERS, email="bob@example.com", name="Bob", role="editor")
    assert (page.status, page.one("input", name="send").get("checked")) == (422, None)


def test_no_mail_is_offered_where_there_is_no_server(admin: CheckingClient) -> None:
    assert admin.get(USERS).all("input", name="send") == []
    assert len(send(admin, f"{USERS}/1", action="reset", send="1").texts("code")) == 1


def test_nobody_else_can_have_mail_sent(mailing: CheckingClient, box: Postbox) -> None:
    anybody = CheckingClient(mailing.flask.application)
    for path in (USERS, f"{USERS}/1", "/en/team/sign-in", "/en/team/link/nope"):
        assert anybody.post(path, {"email": "eve@example.com", "action": "reset", "send": "1"}).status in (
            303,
            404,
            422,
        )
    assert box.taken == []
