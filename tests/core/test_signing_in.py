"""Sessions, codes, and limits on attempts, below the web."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import argon2
import pytest
from flask import Flask
from sqlalchemy import func, update

from helpdesk.models import RecoveryCode, RequestTally, Session, User
from helpdesk.queries.users import (
    count_recovery_codes,
    find_session,
    find_user,
    list_sessions,
)
from helpdesk.services.passwords import is_password
from helpdesk.services.second_factor import begin_totp, confirm_totp, end_totp, find_totp_address
from helpdesk.services.signing_in import Browser, change_password, end_sessions, prove_password, sign_out, touch_session
from helpdesk.services.site import Site
from helpdesk.services.users import (
    Rights,
    disable,
    invite,
    make_reset_link,
)
from tests.conftest import NOON
from tests.support.queries import count_queries
from tests.support.team import HERE, OTHER, PASSWORD, add_member, add_totp, enter, member_of, refused, rows

MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)

pytestmark = pytest.mark.usefixtures("noon")


def test_a_session_lets_in_until_it_is_too_old_or_was_left_alone(empty_site: Site) -> None:
    add_member(empty_site)
    token = enter(empty_site)
    assert rows(empty_site, Session.token_hash) == [(hashlib.sha256(token.encode()).digest(),)]
    assert member_of(empty_site, token, NOON + 119 * MINUTE) == "ada@example.com"
    assert member_of(empty_site, token, NOON + 120 * MINUTE) is None
    for hours in range(1, 24):
        touch_session(empty_site, token, now=NOON + hours * HOUR)
    assert member_of(empty_site, token, NOON + 24 * HOUR - MINUTE) == "ada@example.com"
    assert member_of(empty_site, token, NOON + 24 * HOUR) is None
    assert list_sessions(empty_site.database, empty_site.settings, 1, now=NOON + 24 * HOUR) == []
    enter(empty_site, now=NOON + 24 * HOUR)  # sweeps what is over
    assert rows(empty_site, func.count(Session.token_hash)) == [(1,)]


def test_a_session_is_looked_up_by_one_statement_and_touched_once_a_minute(empty_app: Flask, empty_site: Site) -> None:
    add_member(empty_site, locales=["de", "en"])
    token = enter(empty_site)
    with count_queries(empty_app) as statements:
        found = find_session(empty_site.database, empty_site.settings, token, now=NOON + MINUTE)
    assert (len(statements), found.is_to_be_touched, found.member.locales) == (1, True, ("de", "en"))
    touch_session(empty_site, token, now=NOON + MINUTE)
    found = find_session(empty_site.database, empty_site.settings, token, now=NOON + MINUTE * 1.9)
    assert found.is_to_be_touched is False


def test_every_sign_in_has_a_token_of_its_own_and_can_be_ended_alone(empty_site: Site) -> None:
    add_member(empty_site)
    tokens = [enter(empty_site, browser=Browser(b"n", f"Browser {n}"), now=NOON + n * MINUTE) for n in range(3)]
    lines = list_sessions(empty_site.database, empty_site.settings, 1, now=NOON)
    assert [line.browser for line in lines] == ["Browser 2", "Browser 1", "Browser 0"]
    assert end_sessions(empty_site, 2, lines[0].key) == 0
    assert end_sessions(empty_site, 1, lines[0].key) == 1
    assert [member_of(empty_site, token) for token in tokens] == ["ada@example.com", "ada@example.com", None]
    sign_out(empty_site, tokens[0])
    assert [member_of(empty_site, token) for token in tokens] == [None, "ada@example.com", None]
    assert end_sessions(empty_site, 1) == 1
    assert rows(empty_site, Session.token_hash) == []


def test_codes_are_asked_for_once_confirmed_and_taken_once(empty_site: Site) -> None:
    member = add_member(empty_site)
    begin_totp(empty_site, member.id)
    assert member_of(empty_site, enter(empty_site)) == "ada@example.com"  # not confirmed
    assert refused(lambda: confirm_totp(empty_site, member.id, "123456", now=NOON)) == "code"
    totp, codes = add_totp(empty_site, member)
    assert find_user(empty_site.database, user_id=member.id).has_totp
    assert find_totp_address(empty_site, member.id) is None
    assert refused(lambda: begin_totp(empty_site, member.id)) == "code"
    for code in ("", "000000", totp.at(NOON), totp.at(NOON - MINUTE), totp.at(NOON + MINUTE)):
        assert refused(lambda c=code: enter(empty_site, code=c)) == "wrong"
    later = NOON + 10 * MINUTE
    code = totp.at(later)
    assert member_of(empty_site, enter(empty_site, code=f"{code[:3]} {code[3:]}", now=later), later) is not None
    assert refused(lambda: enter(empty_site, code=code, now=later)) == "wrong"
    assert refused(lambda: enter(empty_site, code=totp.at(later - MINUTE / 2), now=later)) == "wrong"  # before it
    assert enter(empty_site, code=totp.at(later + MINUTE / 2), now=later)
    assert len(set(codes)) == 10
    assert enter(empty_site, code=codes[3].lower().replace("-", ""))
    assert refused(lambda: enter(empty_site, code=codes[3])) == "wrong"
    assert refused(lambda: enter(empty_site, code=codes[4], password=OTHER)) == "wrong"  # and not used up
    assert count_recovery_codes(empty_site.database, member.id) == 9
    assert enter(empty_site, code=codes[4])


def test_the_secret_of_an_app_stands_in_no_database(empty_site: Site) -> None:
    member = add_member(empty_site)
    totp, _codes = add_totp(empty_site, member)
    ((stored,),) = rows(empty_site, User.totp_secret)
    assert stored.startswith("sealed:")
    assert totp.secret not in stored
    assert enter(empty_site, code=totp.at(NOON + MINUTE / 2))
    assert rows(empty_site, User.totp_secret) == [(stored,)]
    if not empty_site.database.is_postgres:
        files = [path.read_bytes() for path in empty_site.settings.instance_dir.glob("helpdesk.sqlite*")]
        spellings = (totp.secret.encode(), totp.byte_secret())
        assert [spelling for spelling in spellings for file in files if spelling in file] == []
        assert [stored.encode() in file for file in files].count(True) > 0
    other = add_member(empty_site, email="bob@example.com")
    with empty_site.database.transaction() as connection:  # moved into another account's row
        values = {"totp_secret": stored, "totp_confirmed_at": NOON}
        connection.execute(update(User).where(User.id == other.id).values(**values))
    assert refused(lambda: enter(empty_site, "bob@example.com", code=totp.at(NOON))) == "sealed"


def test_a_secret_from_before_is_encrypted_when_it_is_used(empty_site: Site) -> None:
    member = add_member(empty_site)
    totp, _codes = add_totp(empty_site, member)
    with empty_site.database.transaction() as connection:
        connection.execute(update(User).values(totp_secret=totp.secret))
    assert refused(lambda: enter(empty_site, code="000000")) == "wrong"
    assert rows(empty_site, User.totp_secret) == [(totp.secret,)]
    assert enter(empty_site, code=totp.at(NOON + MINUTE / 2))
    ((stored,),) = rows(empty_site, User.totp_secret)
    assert stored.startswith("sealed:")
    assert enter(empty_site, code=totp.at(NOON + MINUTE * 2), now=NOON + MINUTE * 2)


def test_with_another_secret_key_recovery_codes_and_a_reset_are_left(empty_site: Site) -> None:
    member, waiting = add_member(empty_site), add_member(empty_site, email="bob@example.com")
    totp, codes = add_totp(empty_site, member)
    begin_totp(empty_site, waiting.id)
    object.__setattr__(empty_site.settings, "secret_key", "another key of at least 16 characters")
    for code in ("", "000000", totp.at(NOON + MINUTE / 2)):
        assert refused(lambda c=code: enter(empty_site, code=c)) == "sealed"
    assert refused(lambda: enter(empty_site, password=OTHER)) == "wrong"
    assert enter(empty_site, code=codes[0])
    assert find_totp_address(empty_site, waiting.id) is None
    assert refused(lambda: confirm_totp(empty_site, waiting.id, "000000", now=NOON)) == "code"
    add_totp(empty_site, waiting)
    make_reset_link(empty_site, member.id, without_totp=True, now=NOON)
    assert enter(empty_site)
    totp, _codes = add_totp(empty_site, member)
    assert enter(empty_site, code=totp.at(NOON + MINUTE / 2))


def test_codes_are_given_up_with_the_password_or_a_reset(empty_site: Site) -> None:
    member = add_member(empty_site)
    add_totp(empty_site, member)
    assert refused(lambda: prove_password(empty_site, member.id, HERE, OTHER, now=NOON)) == "wrong"
    assert prove_password(empty_site, member.id, HERE, PASSWORD, now=NOON) == find_user(empty_site.database, user_id=1)
    end_totp(empty_site, member.id)
    assert (rows(empty_site, RecoveryCode.user_id), rows(empty_site, User.totp_secret)) == ([], [(None,)])
    add_totp(empty_site, member)
    make_reset_link(empty_site, member.id, now=NOON)
    assert find_user(empty_site.database, user_id=member.id).has_totp
    make_reset_link(empty_site, member.id, without_totp=True, now=NOON)
    assert not find_user(empty_site.database, user_id=member.id).has_totp
    assert rows(empty_site, RecoveryCode.user_id) == []


@pytest.mark.parametrize("email", ["ada@example.com", "bob@example.com", "eve@example.com", "nobody@example.com"])
def test_a_hash_is_computed_whether_there_is_an_account_or_not(
    empty_site: Site, email: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    add_member(empty_site)
    invite(empty_site, "bob@example.com", "Bob", Rights(role="editor"), now=NOON)
    disable(empty_site, add_member(empty_site, email="eve@example.com").id)
    is_password(None, "")
    verify, computed = argon2.PasswordHasher.verify, []

    def counted(hasher: argon2.PasswordHasher, stored: str, password: str) -> bool:
        computed.append(stored)
        return verify(hasher, stored, password)

    monkeypatch.setattr(argon2.PasswordHasher, "verify", counted)
    assert refused(lambda: enter(empty_site, email, OTHER)) == "wrong"
    assert [stored.split("$")[1:4] for stored in computed] == [["argon2id", "v=19", "m=19456,t=2,p=1"]]


def fail(site: Site, number: int, *, network: bytes = b"n", now=NOON, **options) -> list[str]:
    browser = Browser(network, "x")
    return [refused(lambda: enter(site, password="wrong", browser=browser, now=now, **options)) for _ in range(number)]


@pytest.fixture
def strict(build: Callable[..., Flask], empty_template: Path) -> Site:
    """A site that takes three failures of an account, and five of a network."""
    return build(empty_template, sign_ins_per_account=3, sign_ins_per_network=5).extensions["helpdesk"]


def test_attempts_are_limited_by_account_wherever_they_come_from(strict: Site) -> None:
    add_member(strict)
    for email in ("ada@example.com", "nobody@example.com"):  # the same for whom there is not
        found = [*fail(strict, 2, network=b"a", email=email), *fail(strict, 2, network=b"b", email=email.upper())]
        assert found == ["wrong", "wrong", "wrong", "limited"]
    assert refused(lambda: enter(strict)) == "limited"
    assert refused(lambda: enter(strict, now=NOON + 59 * MINUTE)) == "limited"
    assert enter(strict, now=NOON + HOUR)


def test_attempts_are_limited_by_network_whomever_they_try(strict: Site) -> None:
    add_member(strict)
    found = [fail(strict, 1, email=f"user{n}@example.com")[0] for n in range(6)]
    assert found == ["wrong"] * 5 + ["limited"]
    assert enter(strict, browser=Browser(b"elsewhere", "x"))
    assert refused(lambda: enter(strict, browser=Browser(b"n", "x"))) == "limited"


def test_who_signs_in_is_not_counted_and_no_refusal_prolongs_the_limit(strict: Site) -> None:
    add_member(strict)
    for _ in range(8):
        enter(strict)
    assert set(rows(strict, RequestTally.requests)) == {(0,)}
    fail(strict, 4)
    fail(strict, 9, now=NOON + 50 * MINUTE)
    assert enter(strict, now=NOON + HOUR)


def test_a_password_that_is_asked_for_again_is_limited_as_well(strict: Site) -> None:
    member = add_member(strict)
    found = [
        refused(lambda: change_password(strict, member.id, HERE, current="x", new=OTHER, now=NOON)) for _ in range(4)
    ]
    assert found == ["wrong", "wrong", "wrong", "limited"]
