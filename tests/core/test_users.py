"""Accounts, links, sessions and codes, below the web."""

from __future__ import annotations

import hashlib
import re
import subprocess
import sys
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from sqlalchemy import inspect, update

from helpdesk import config
from helpdesk.db import Database
from helpdesk.errors import ConfigurationError, UserError
from helpdesk.models import User, UserLink
from helpdesk.queries.users import (
    find_link,
    find_session,
    find_user,
    list_users,
)
from helpdesk.services import permissions
from helpdesk.services.migrating import downgrade, upgrade
from helpdesk.services.passwords import check_password, is_password
from helpdesk.services.permissions import Permission, may
from helpdesk.services.providers import find_provider
from helpdesk.services.signing_in import change_password
from helpdesk.services.site import Site
from helpdesk.services.users import (
    Rights,
    change_rights,
    disable,
    enable,
    folded,
    invite,
    make_first_link,
    make_reset_link,
    rename,
    set_password,
)
from tests.conftest import NOON, make_app
from tests.support.team import HERE, OTHER, PASSWORD, add_member, enter, member_of, refused, rows

MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
EDITOR = Rights(role="editor")
ISSUER = "https://login.example.com"
CLIENT = {"oidc_issuer": ISSUER, "oidc_client_id": "helpdesk"}

pytestmark = pytest.mark.usefixtures("noon")


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        (" Ada@Example.COM ", "ada@example.com"),
        ("ada+help@example.com", "ada+help@example.com"),
        ("A\u0308da@παράδειγμα.δοκιμή", "äda@παράδειγμα.δοκιμή"),
        ("ada", None),
        ("@example.com", None),
        ("ada@", None),
        ("a b@example.com", None),
        ("a@b@example.com", None),
        ("ada@example.com\nx", None),
        ("ada\x00@example.com", None),
        ("ada\u202e@example.com", None),
        ("<ada@example.com>", None),
        (f"{'a' * 250}@example.com", None),
    ],
)
def test_an_address_has_one_spelling(typed: str, kept: str | None) -> None:
    assert (folded(typed) if kept else refused(lambda: folded(typed))) == (kept or "email")


def test_an_invitation_is_used_once(empty_site: Site) -> None:
    token = invite(empty_site, "Ada@Example.com", " Ada \n Lovelace ", EDITOR, now=NOON)
    (member,) = list_users(empty_site.database)
    assert (member.email, member.name, member.has_password) == ("ada@example.com", "Ada Lovelace", False)
    assert rows(empty_site, UserLink.token_hash) == [(hashlib.sha256(token.encode()).digest(),)]
    assert refused(lambda: enter(empty_site, password="")) == "wrong"
    link = find_link(empty_site.database, token, now=NOON)
    assert (link.purpose, link.email) == ("invitation", "ada@example.com")
    assert refused(lambda: set_password(empty_site, token, "short", now=NOON)) == "short"
    set_password(empty_site, token, PASSWORD, now=NOON)
    assert find_link(empty_site.database, token, now=NOON) is None
    assert refused(lambda: set_password(empty_site, token, OTHER, now=NOON)) == "link"
    assert member_of(empty_site, enter(empty_site)) == "ada@example.com"


def test_a_link_expires_and_a_new_one_ends_the_old(empty_site: Site) -> None:
    first = invite(empty_site, "ada@example.com", "Ada", EDITOR, now=NOON)
    member = find_user(empty_site.database, email="ada@example.com")
    assert find_link(empty_site.database, first, now=NOON + 23 * HOUR) is not None
    assert find_link(empty_site.database, first, now=NOON + 24 * HOUR) is None
    second = make_reset_link(empty_site, member.id, now=NOON)
    assert [find_link(empty_site.database, token, now=NOON) is None for token in (first, second)] == [True, False]
    assert find_link(empty_site.database, second, now=NOON).purpose == "invitation"
    disable(empty_site, member.id)
    assert find_link(empty_site.database, second, now=NOON) is None
    assert refused(lambda: make_reset_link(empty_site, member.id, now=NOON)) == "disabled"


def test_what_no_invitation_may_say(empty_site: Site) -> None:
    add_member(empty_site)
    cases = {
        "taken": ("ADA@example.com", "Ada", EDITOR),
        "email": ("ada", "Ada", EDITOR),
        "name": ("bob@example.com", " \n ", EDITOR),
        "role": ("bob@example.com", "Bob", Rights(role="king")),
        "limits": ("bob@example.com", "Bob", Rights(role="editor", locales=["xx"])),
    }
    for reason, (email, name, rights) in cases.items():
        assert refused(lambda e=email, n=name, r=rights: invite(empty_site, e, n, r, now=NOON)) == reason
    assert refused(lambda: rename(empty_site, 1, "x" * 101)) == "name"
    wrong = Rights(role="editor", categories=["nope"])
    assert refused(lambda: invite(empty_site, "bob@example.com", "Bob", wrong, now=NOON)) == "limits"
    assert len(list_users(empty_site.database)) == 1


def test_the_first_link_makes_an_administrator_once_in_the_life_of_a_database(empty_site: Site) -> None:
    token = make_first_link(empty_site, now=NOON)
    assert make_first_link(empty_site, now=NOON) is None
    assert refused(lambda: set_password(empty_site, token, PASSWORD, now=NOON, email="x", name="Ada")) == "email"
    set_password(empty_site, token, PASSWORD, now=NOON, email="Ada@example.com", name="Ada")
    assert [(m.email, m.role) for m in list_users(empty_site.database)] == [("ada@example.com", "admin")]
    assert rows(empty_site, UserLink.purpose) == []
    assert refused(lambda: set_password(empty_site, token, OTHER, now=NOON, email="b@example.com", name="B")) == "link"


def test_the_first_link_is_worth_nothing_once_there_is_an_account(empty_site: Site) -> None:
    token = make_first_link(empty_site, now=NOON)
    invite(empty_site, "bob@example.com", "Bob", EDITOR, now=NOON)
    assert find_link(empty_site.database, token, now=NOON) is None
    assert refused(lambda: set_password(empty_site, token, PASSWORD, now=NOON, email="a@b.c", name="A")) == "link"


@pytest.mark.parametrize(
    ("password", "reason"),
    [
        ("elevenchars", "short"),
        ("password1234", "common"),
        ("qwertyuiopasdf", "common"),
        ("aaaaaaaaaaaaaaaa", "common"),
        ("ada@example.com", "common"),
        ("Lovelace1815", "common"),
        (PASSWORD, None),
        ("пароль-лошадь-батарея", None),
        ("x" * 20_000, "common"),
        (f"{PASSWORD}{'x' * 20_000}", None),
        (f"\ud800{PASSWORD}", None),
    ],
)
def test_passwords_that_are_easily_guessed_are_refused(password: str, reason: str | None) -> None:
    personal = ("ada@example.com", "Ada Lovelace")

    def check() -> None:
        check_password(password, length=12, personal=personal)

    assert (refused(check) if reason else check()) == reason


def test_a_password_is_stored_as_argon2id_and_is_one_in_every_spelling(empty_site: Site) -> None:
    token = invite(empty_site, "ada@example.com", "Ada", EDITOR, now=NOON)
    set_password(empty_site, token, f"e\u0301{PASSWORD}", now=NOON)
    ((stored,),) = rows(empty_site, User.password_hash)
    assert stored.startswith("$argon2id$v=19$m=19456,t=2,p=1$")
    assert [is_password(stored, p) for p in (f"é{PASSWORD}", PASSWORD, "")] == [True, False, False]
    assert [is_password(p, "") for p in (None, "", "garbage")] == [False, False, False]


def test_a_changed_password_ends_every_other_session_and_link(empty_site: Site) -> None:
    member = add_member(empty_site)
    old, link = [enter(empty_site), enter(empty_site)], make_reset_link(empty_site, member.id, now=NOON)
    assert refused(lambda: change_password(empty_site, 1, HERE, current="x", new=OTHER, now=NOON)) == "wrong"
    assert refused(lambda: change_password(empty_site, 1, HERE, current=PASSWORD, new="x", now=NOON)) == "short"
    assert [member_of(empty_site, token) for token in old] == ["ada@example.com"] * 2
    new = change_password(empty_site, member.id, HERE, current=PASSWORD, new=OTHER, now=NOON)
    assert [member_of(empty_site, token) for token in (*old, new)] == [None, None, "ada@example.com"]
    assert find_link(empty_site.database, link, now=NOON) is None
    assert refused(lambda: enter(empty_site)) == "wrong"
    reset = make_reset_link(empty_site, member.id, now=NOON)
    assert member_of(empty_site, new) == "ada@example.com"  # until it is used
    set_password(empty_site, reset, PASSWORD, now=NOON)
    assert member_of(empty_site, new) is None


def test_nobody_comes_in_with_a_disabled_account(empty_site: Site) -> None:
    member = add_member(empty_site)
    token = enter(empty_site)
    disable(empty_site, member.id)
    assert (member_of(empty_site, token), refused(lambda: enter(empty_site))) == (None, "wrong")
    enable(empty_site, member.id)
    assert member_of(empty_site, token) is None
    token = enter(empty_site)
    with empty_site.database.transaction() as connection:  # whatever became of the sessions
        connection.execute(update(User).values(is_disabled=True))
    assert member_of(empty_site, token) is None
    enable(empty_site, member.id)
    assert member_of(empty_site, enter(empty_site)) == "ada@example.com"


def test_the_last_administrator_who_can_sign_in_stays_one(empty_site: Site) -> None:
    ada = add_member(empty_site, "admin")
    invite(empty_site, "bob@example.com", "Bob", Rights(role="admin"), now=NOON)  # has no password yet
    assert refused(lambda: disable(empty_site, ada.id)) == "last_admin"
    assert refused(lambda: change_rights(empty_site, ada.id, EDITOR)) == "last_admin"
    change_rights(empty_site, find_user(empty_site.database, email="bob@example.com").id, EDITOR)
    add_member(empty_site, "admin", "eve@example.com")
    disable(empty_site, ada.id)
    assert [(m.email, m.role, m.is_disabled) for m in list_users(empty_site.database)] == [
        ("ada@example.com", "admin", True),
        ("bob@example.com", "editor", False),
        ("eve@example.com", "admin", False),
    ]


def test_rights_change_from_the_next_request_on(site: Site) -> None:
    member = add_member(site, "editor")
    token = enter(site)
    rights = Rights(role="translator", locales=["de", "ar", "de"], categories=["faq"])
    change_rights(site, member.id, rights)
    found = find_session(site.database, site.settings, token, now=NOON).member
    assert (found.role, found.locales, found.categories) == ("translator", ("ar", "de"), ("faq",))
    assert list_users(site.database) == [find_user(site.database, user_id=member.id)]
    assert may(found, Permission.TRANSLATE)
    assert may(found, Permission.TRANSLATE, locale="de", category="faq")
    assert not may(found, Permission.TRANSLATE, locale="fr")
    assert not may(found, Permission.TRANSLATE, locale="de", category="announcements")
    assert not may(found, Permission.WRITE, locale="de")
    change_rights(site, member.id, EDITOR)
    found = find_session(site.database, site.settings, token, now=NOON).member
    assert (found.locales, found.categories) == ((), ())
    assert may(found, Permission.PUBLISH, locale="fr", category="announcements")


def test_roles_are_the_same_everywhere() -> None:
    assert tuple(permissions.PERMISSIONS) == config.ROLES
    assert permissions.PERMISSIONS["admin"] == frozenset(Permission)


def test_accounts_go_with_the_downgrade_and_nothing_else_does(database: Database) -> None:
    upgrade(database, "0006")
    before = set(inspect(database.engine).get_table_names())
    downgrade(database, "0005")
    team = {"hd_user", "hd_user_scope", "hd_session", "hd_user_link", "hd_recovery_code"}
    assert before - set(inspect(database.engine).get_table_names()) == team


def test_the_readers_site_needs_nothing_of_it(tmp_path: Path) -> None:
    code = (
        "import sys; from helpdesk.factory import create_app; create_app();"
        "unwanted = {'argon2', 'authlib', 'cryptography', 'joserfc', 'pyotp', 'requests', 'segno', 'zxcvbn'};"
        "print(sorted(unwanted & set(sys.modules)))"
    )
    environ = {"HELPDESK_INSTANCE_DIR": str(tmp_path), "PYTHONPATH": str(Path(__file__).parents[2])}
    result = subprocess.run([sys.executable, "-c", code], env=environ, capture_output=True, text=True, check=True)
    assert result.stdout == "[]\n"


@pytest.mark.parametrize(
    ("settings", "sentence"),
    [
        ({"oidc_role": "editor"}, "HELPDESK_OIDC_ROLE needs HELPDESK_OIDC_ISSUER beside it."),
        ({"oidc_only": True}, "HELPDESK_OIDC_ONLY needs HELPDESK_OIDC_ISSUER beside it."),
        ({"oidc_issuer": ISSUER}, "HELPDESK_OIDC_ISSUER needs HELPDESK_OIDC_CLIENT_ID beside it."),
        (CLIENT | {"oidc_role": "king"}, f"HELPDESK_OIDC_ROLE knows {', '.join(config.ROLES)}; not king."),
        (
            CLIENT | {"oidc_only": True, "totp_roles": ("admin",)},
            "HELPDESK_TOTP_ROLES cannot be set with HELPDESK_OIDC_ONLY: codes are asked for besides a password, and "
            "there are none; let the provider ask for them.",
        ),
        *(
            (
                CLIENT | {"oidc_issuer": wrong},
                "HELPDESK_OIDC_ISSUER must be an https address such as https://login.example.com, exactly as the "
                f"provider writes it, not {wrong!r}.",
            )
            for wrong in ("http://login.example.com", "login.example.com", f"{ISSUER}?x", f"{ISSUER}#x", "https://[")
        ),
    ],
)
def test_settings_of_a_provider_that_contradict_each_other(
    tmp_path: Path, settings: dict[str, Any], sentence: str
) -> None:
    with pytest.raises(SystemExit, match=f"^{re.escape(sentence)}$"):
        make_app(tmp_path, **settings)


def test_settings_of_a_provider(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert config.load(tmp_path, {"HELPDESK_OIDC_ONLY": "True"}).oidc_only is True
    with pytest.raises(ConfigurationError, match=r"^HELPDESK_OIDC_ONLY must be true or false, not 'on'\.$"):
        config.load(tmp_path, {"HELPDESK_OIDC_ONLY": "on"})
    for issuer in (ISSUER, f"{ISSUER}/tenant/", "http://localhost:8080/realms/acme", "http://[::1]:8080"):
        provider = find_provider(config.load(tmp_path, {}, **CLIENT | {"oidc_issuer": issuer}))
        assert (provider.issuer, provider.name) == (issuer, urlsplit(issuer).hostname)
    assert find_provider(config.load(tmp_path, {})) is None
    monkeypatch.delitem(sys.modules, "helpdesk.services.openid")
    monkeypatch.setitem(sys.modules, "authlib.oidc.core", None)
    with pytest.raises(ConfigurationError, match=r'needs its libraries; run: pip install "helpdesk\[oidc\]"'):
        find_provider(config.load(tmp_path, {}, **CLIENT))


def test_an_administrator_who_comes_in_with_a_provider_is_one_who_can_sign_in(empty_site: Site) -> None:
    ada = add_member(empty_site, "admin")
    invite(empty_site, "bob@example.com", "Bob", Rights(role="admin"), now=NOON)
    with empty_site.database.transaction() as connection:
        connection.execute(update(User).where(User.id != ada.id).values(identity="https://login.example.com 1"))
    disable(empty_site, ada.id)
    bob = find_user(empty_site.database, email="bob@example.com")
    assert refused(lambda: disable(empty_site, bob.id)) == "last_admin"


def test_without_the_extra_a_sentence_says_what_to_install(empty_site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "zxcvbn", None)
    assert make_first_link(empty_site, now=NOON) is None
    with pytest.raises(UserError) as error:
        check_password(PASSWORD, length=12, personal=())
    assert str(error.value) == 'Accounts need packages that are not installed; run: pip install "helpdesk[team]"'
