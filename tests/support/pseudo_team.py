"""The team's pages in the language that is none: everything that they may say."""

from __future__ import annotations

import re
import sys
from datetime import timedelta
from typing import Any

import pyotp
import pytest
from sqlalchemy import delete

from helpdesk import clock
from helpdesk.models import State
from helpdesk.queries.alerts import Alarm
from helpdesk.services.digesting import get_week
from helpdesk.services.passwords import _hasher
from helpdesk.services.signing_in import Browser
from helpdesk.services.site import Site
from helpdesk.services.users import FIRST_LINK, disable, enable, make_first_link, make_reset_link
from tests.core.test_helpfulness import Teller
from tests.core.test_overview import search
from tests.support.pages import CheckingClient, Page
from tests.support.pseudo_helpfulness import read_helpfulness
from tests.support.pseudo_inbox import read_feedback, read_only
from tests.support.pseudo_searches import read_searches
from tests.support.pseudo_views import read_views
from tests.support.receivers import Postbox
from tests.support.team import OTHER, PASSWORD, add_member, add_totp, csrf_of, enter

ADA, BOB, EVE, ANYBODY = (f"{name}@παράδειγμα.δοκιμή" for name in ("άδα", "μπομπ", "εύα", "κανείς"))
SIGN_IN, ACCOUNT, USERS = "/{tag}/team/sign-in", "/{tag}/team/account", "/{tag}/team/users"


def work(visitor: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """A first administrator, members, what is refused; the account's app set up and given up."""
    site: Site = visitor.app.extensions["helpdesk"]
    _begin(visitor, site)
    _come_in(visitor, ADA)
    read_helpfulness(visitor, site, monkeypatch)
    read_views(visitor, site)
    invited = {"email": EVE, "name": "Εύα", "role": "analyst"}
    _send(visitor, USERS, 422, **(invited | {"email": ADA}))
    _send(visitor, USERS, **invited)
    _send(visitor, f"{USERS}/1", 422, action="disable")
    _look(visitor, site)
    bob = add_member(site, "translator", BOB, name="Μπομπ")
    disable(site, bob.id)
    visitor.get(USERS)
    visitor.get(f"{USERS}/{bob.id}")
    enable(site, bob.id)
    visitor.get(f"/{{tag}}/team/link/{make_reset_link(site, bob.id, now=clock.now())}")
    add_totp(site, bob)
    visitor.get(f"{USERS}/{bob.id}")
    read_feedback(visitor, monkeypatch)
    _set_up(visitor)
    read_searches(visitor, monkeypatch)
    visitor.post(ACCOUNT, 403, action="name")
    visitor.post("/{tag}/team/sign-out", csrf=csrf_of(visitor.get(ACCOUNT)))
    visitor.client = CheckingClient(visitor.app)
    add_member(site, "editor", "ανν@παράδειγμα.δοκιμή", name="Ανν")
    _come_in(visitor, "ανν@παράδειγμα.δοκιμή")
    visitor.get(USERS, 403)
    visitor.client = CheckingClient(visitor.app)
    add_member(site, "analyst", "λία@παράδειγμα.δοκιμή", name="Λία")
    _come_in(visitor, "λία@παράδειγμα.δοκιμή")
    read_only(visitor)
    visitor.client = CheckingClient(visitor.app)
    for number in range(4):
        visitor.post(SIGN_IN, 429 if number == 3 else 422, email=ANYBODY, password="ξ")
    with monkeypatch.context() as patch:
        _hasher.cache_clear()
        patch.setitem(sys.modules, "argon2", None)
        visitor.post(SIGN_IN, 503, email=BOB, password="ξ")


def _look(visitor: Any, site: Site) -> None:
    """The week, before anything happened and after it; and what is written by mail."""
    visitor.get("/{tag}/team/?since=2020-01-01&until=2020-01-02")
    visitor.get("/{tag}/team/?since=2020-01-02&until=2020-01-01", 422)
    tell, day = Teller(site), clock.today() - timedelta(days=1)
    tell.view("next", visitor.tag, 900, day=day)
    tell.vote("next", visitor.tag, 1, 10, 30, day=day)
    search(tell, visitor.tag, "αβγ", day=day)
    visitor.get("/{tag}/team/")
    language, letters = site.locales.get(visitor.tag), visitor.app.extensions["helpdesk_letters"]
    found = [
        Alarm("no", "1", visitor.tag, 2, "Τίτλος", 1, 3, 0.1, 0.2),
        Alarm("unread", visitor.tag, visitor.tag, 2, since=day),
        Alarm("search", "αβγ", visitor.tag, 2, "αβγ", since=day),
    ]
    with visitor.app.app_context():
        for letter in (
            letters.link(language, ADA, "ω"),
            letters.digest(language, get_week(site, today=clock.today())),
            letters.alerts(language, found, 3),
        ):
            words = re.sub(r"http\S+", "", f"{letter.subject}\n{letter.text}")
            visitor.texts.append((letter.subject, words.replace("\u2068", "").replace("\u2069", "")))


def send_by_mail(visitor: Any, box: Postbox) -> None:
    """A link that is sent, and one that is not."""
    _come_in(visitor, ADA)
    for number, refusal in enumerate(({}, {"RCPT": "550 no"}), start=1):
        box.refusing = refusal
        _send(visitor, USERS, email=f"{number}@παράδειγμα.δοκιμή", name="Εύα", role="analyst", send="1")


def need_app(visitor: Any) -> None:
    """The account of a member whose role needs codes."""
    _come_in(visitor, ADA)
    visitor.get(ACCOUNT)


def _begin(visitor: Any, site: Site) -> None:
    with site.database.transaction() as connection:  # the first request logged a link
        connection.execute(delete(State).where(State.name == FIRST_LINK))
    first = f"/{{tag}}/team/link/{make_first_link(site, now=clock.now())}"
    visitor.get(first)
    named = {"email": ADA, "name": "Άδα", "password": PASSWORD}
    for wrong in ({"email": "άδα"}, {"name": ""}, {"password": "αβγ"}, {"password": "α" * 12}):
        visitor.post(first, 422, **(named | wrong))
    visitor.post(first, **named)
    visitor.get(first, 404)


def _set_up(visitor: Any) -> None:
    page = visitor.get(ACCOUNT)
    _send(visitor, ACCOUNT, 422, action="password", current="ξ", new=OTHER)
    _send(visitor, ACCOUNT, action="name", name="Άδα")
    enter(visitor.app.extensions["helpdesk"], ADA, browser=Browser(b"", "Φ"))
    page = _send(visitor, ACCOUNT, action="begin", current=PASSWORD)
    (address,) = page.texts("code")
    _send(visitor, ACCOUNT, 422, action="confirm", code="ξ")
    code = pyotp.parse_uri(address).at(clock.now() - timedelta(seconds=30))
    _send(visitor, ACCOUNT, action="confirm", code=code)
    visitor.get(ACCOUNT)
    _send(visitor, ACCOUNT, action="give_up", current=PASSWORD)


def _come_in(visitor: Any, email: str) -> None:
    visitor.post(SIGN_IN, email=email, password=PASSWORD)


def _send(visitor: Any, path: str, status: int = 200, **form: str) -> Page:
    return visitor.post(path, status, csrf=csrf_of(visitor.get(path)), **form)
