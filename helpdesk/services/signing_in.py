"""Sessions of the team: rows of ours, by the hash of a token that only the browser has.

Failed attempts are counted by account and by network, whatever cookies come along; those that succeed are taken off
again, so that a whole office can sign in from one address.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import and_, delete, func, insert, not_, select, update
from sqlalchemy.engine import Connection

from helpdesk.errors import UserError
from helpdesk.models import RequestTally, Session, User
from helpdesk.queries.users import Member, find_user, is_open, session_key, token_hash
from helpdesk.services.bootstrapping import keyed_hash
from helpdesk.services.feedback import HOUR, count_request
from helpdesk.services.passwords import check_password, hash_password, is_outdated, is_password
from helpdesk.services.second_factor import take_code
from helpdesk.services.site import Site
from helpdesk.services.users import folded, store_password


@dataclass(frozen=True, slots=True)
class Browser:
    """From where somebody signs in: a keyed hash of the network, and a coarse name of the browser."""

    network: bytes
    label: str


def sign_in(site: Site, browser: Browser, *, email: str, password: str, code: str, now: datetime) -> str:
    """Start a session; its token. Raises UserError, after the same time whether there is the account or not, and Busy.

    The token is always a new one: whatever the browser sent before is worth no more than it was.
    """
    try:
        email = folded(email)
    except UserError:
        raise UserError("wrong") from None
    attempt = Attempt(site, browser.network, now, email)
    attempt.count()
    with site.database.read() as connection:
        columns = User.id, User.password_hash, User.totp_secret, User.totp_confirmed_at
        row = connection.execute(select(*columns).where(User.email == email, User.is_disabled.is_(False))).first()
    is_right = is_password(row.password_hash if row else None, password)
    if row is None or not is_right:
        raise UserError("wrong")
    again = hash_password(password) if is_outdated(row.password_hash) else row.password_hash
    with site.database.transaction() as connection:
        if row.totp_confirmed_at and not take_code(site, connection, row.id, row.totp_secret, code, now):
            raise UserError("wrong")
        # Whoever changed the password meanwhile has the last word.
        same = (User.id == row.id, User.password_hash == row.password_hash, User.is_disabled.is_(False))
        if connection.execute(update(User).where(*same).values(signed_in_at=now, password_hash=again)).rowcount != 1:
            raise UserError("wrong")
        attempt.forget()
        return start_session(site, connection, row.id, browser.label, now)


def start_session(site: Site, connection: Connection, user_id: int, label: str, now: datetime) -> str:
    """The token of a new session, always another one; those that are over are swept."""
    connection.execute(delete(Session).where(not_(and_(*is_open(site.settings, now)))))
    token = secrets.token_urlsafe(32)
    row = {"token_hash": token_hash(token), "user_id": user_id, "created_at": now, "seen_at": now, "browser": label}
    connection.execute(insert(Session).values(**row))
    return token


def touch_session(site: Site, token: str, *, now: datetime) -> None:
    """Note that a session is in use. Raises Busy: then it was not noted."""
    with site.database.transaction(is_brief=True) as connection:
        connection.execute(update(Session).where(Session.token_hash == token_hash(token)).values(seen_at=now))


def sign_out(site: Site, token: str) -> None:
    """End a session. Raises Busy."""
    with site.database.transaction() as connection:
        connection.execute(delete(Session).where(Session.token_hash == token_hash(token)))


def end_sessions(site: Site, user_id: int, key: str | None = None) -> int:
    """End all sessions of a member, or the one of that key; how many. Raises Busy."""
    with site.database.transaction() as connection:
        hashes = connection.execute(select(Session.token_hash).where(Session.user_id == user_id)).scalars().all()
        chosen = [hashed for hashed in hashes if key is None or session_key(bytes(hashed)) == key]
        return connection.execute(delete(Session).where(Session.token_hash.in_(chosen))).rowcount


def change_password(site: Site, user_id: int, browser: Browser, *, current: str, new: str, now: datetime) -> str:
    """Another password, and the token of the one session that is left, a new one. Raises UserError, Busy."""
    member = prove_password(site, user_id, browser, current, now=now)
    personal = (member.email, member.name, site.settings.site_name)
    check_password(new, length=site.settings.password_length, personal=personal)
    hashed = hash_password(new)
    with site.database.transaction() as connection:
        store_password(connection, user_id, hashed)
        return start_session(site, connection, user_id, browser.label, now)


def prove_password(site: Site, user_id: int, browser: Browser, password: str, *, now: datetime) -> Member:
    """Who found a browser open does not know the password, and has no more attempts than at the sign-in.

    Raises UserError, Busy.
    """
    member = find_user(site.database, user_id=user_id)
    if member is None:
        raise UserError("unknown")
    attempt = Attempt(site, browser.network, now, member.email)
    attempt.count()
    with site.database.read() as connection:
        stored = connection.execute(select(User.password_hash).where(User.id == user_id)).scalar()
    if not is_password(stored, password):
        raise UserError("wrong")
    attempt.forget()
    return member


class Attempt:
    """One try to come in, at an account's password or code where one is named."""

    def __init__(self, site: Site, network: bytes, now: datetime, email: str = "") -> None:
        self.site, self.now = site, now
        self.limits = {network: site.settings.sign_ins_per_network}
        if email:
            account = keyed_hash(site.settings, "account", email)
            self.limits = {account: site.settings.sign_ins_per_account} | self.limits

    def count(self) -> None:
        """One more, before anything is compared, so that parallel tries see each other. Raises UserError, Busy.

        What is refused is not counted: the limit ends by itself, however long somebody goes on.
        """
        with self.site.database.transaction() as connection:
            for key, most in self.limits.items():
                count_request(self.site.database, key, now=self.now)
                minute = int(self.now.timestamp()) // 60
                recent = (RequestTally.network == key, RequestTally.minute > minute - HOUR)
                if connection.execute(select(func.sum(RequestTally.requests)).where(*recent)).scalar_one() > most:
                    raise UserError("limited")

    def forget(self) -> None:
        """It succeeded, and counts no more. Raises Busy."""
        with self.site.database.transaction():
            for key in self.limits:
                count_request(self.site.database, key, now=self.now, number=-1)
