"""Accounts of the team: invited, changed, disabled, and the links that set their passwords."""

from __future__ import annotations

import secrets
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

from sqlalchemy import delete, exists, insert, or_, select, update
from sqlalchemy.engine import Connection

from helpdesk.config import ROLES
from helpdesk.db import new_id, wait_for_turn
from helpdesk.errors import UserError
from helpdesk.models import RecoveryCode, Session, State, User, UserLink, UserScope
from helpdesk.queries.users import Member, find_link, find_user, has_users, list_category_keys, token_hash
from helpdesk.services.passwords import check_password, hash_password, is_installed
from helpdesk.services.site import Site

NAME_LENGTH, EMAIL_LENGTH = 100, 254
FIRST_LINK = "first_link"
HERE = "http://127.0.0.1:5000"
ABLE = (
    User.role == "admin",
    User.is_disabled.is_(False),
    or_(User.password_hash.is_not(None), User.identity.is_not(None)),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Rights:
    """A role, and the locales (tags) and categories (keys) that it is limited to; none of a kind: everywhere."""

    role: str
    locales: Sequence[str] = ()
    categories: Sequence[str] = ()


def folded(email: str) -> str:
    """The one spelling of an e-mail address under which its account is known. Raises UserError."""
    email = unicodedata.normalize("NFC", email.strip()).lower()
    name, at, host = email.rpartition("@")
    is_plain = email.isprintable() and not set(' "(),:;<>[\\]@').intersection(name + host)
    if not (name and at and host and is_plain) or len(email) > EMAIL_LENGTH:
        raise UserError("email")
    return email


def invite(site: Site, email: str, name: str, rights: Rights, *, now: datetime) -> str:
    """Make an account without a password; the token of the link that sets one. Raises UserError, Busy."""
    with site.database.transaction() as connection:
        wait_for_turn(connection, "users")
        user_id = add_user(site, connection, email, name, rights, now=now)
        return _make_link(site, connection, "invitation", user_id, now=now)


def add_user(site: Site, connection: Connection, email: str, name: str, rights: Rights, *, now: datetime) -> int:
    """Make an account that nothing opens yet; its id. Raises UserError."""
    email, name = folded(email), _clean(name)
    if connection.execute(select(User.id).where(User.email == email)).first():
        raise UserError("taken")
    row = {"email": email, "name": name, "role": rights.role, "is_disabled": False, "created_at": now}
    _check(site, rights)
    user_id = new_id(connection, insert(User).values(**row))
    _limit(connection, user_id, rights)
    return user_id


def get_by_email(site: Site, email: str) -> Member:
    """The account with that address. Raises UserError."""
    user = find_user(site.database, email=folded(email))
    if user is None:
        raise UserError("unknown")
    return user


def make_reset_link(site: Site, user_id: int, *, without_totp: bool = False, now: datetime) -> str:
    """The token of a link that sets another password; those made before are worth nothing. Raises UserError, Busy.

    Until it is used the old password stands. `without_totp`: the app and its recovery codes are lost, forget them.
    """
    if site.settings.oidc_only:
        raise UserError("off")
    with site.database.transaction() as connection:
        user = find_user(site.database, user_id=user_id)
        if user is None or user.is_disabled:
            raise UserError("unknown" if user is None else "disabled")
        if without_totp:
            forget_totp(connection, user_id)
        return _make_link(site, connection, "reset" if user.has_password else "invitation", user_id, now=now)


def _make_link(site: Site, connection: Connection, purpose: str, user_id: int | None, *, now: datetime) -> str:
    token = secrets.token_urlsafe(32)
    is_old = UserLink.user_id.is_(None) if user_id is None else UserLink.user_id == user_id
    connection.execute(delete(UserLink).where(is_old | (UserLink.expires_at <= now)))
    row = {"token_hash": token_hash(token), "user_id": user_id, "purpose": purpose}
    connection.execute(insert(UserLink).values(**row, expires_at=now + timedelta(hours=site.settings.link_hours)))
    return token


def make_first_link(site: Site, *, now: datetime, is_brief: bool = False) -> str | None:
    """The token of a link that makes the first administrator, once in the life of a database; None: not now.

    Raises Busy, sooner with `is_brief`: a page waits for it.
    """
    if site.settings.oidc_only or not is_installed() or _is_begun(site):
        return None
    with site.database.transaction(is_brief=is_brief) as connection:
        wait_for_turn(connection, "users")
        if _is_begun(site):
            return None
        connection.execute(insert(State).values(name=FIRST_LINK, value=now.isoformat()))
        return _make_link(site, connection, "first", None, now=now)


def link_address(site: Site, token: str, *, mount: str, base: str = HERE) -> str:
    """The address to open; `mount` is the path in a host, `base` where a site without SITE_URL is served."""
    public = urlsplit(site.settings.site_url)
    # Mounted, our path is known already, and SITE_URL may end with it.
    base = (f"{public.scheme}://{public.netloc}" if mount else site.settings.site_url) if public.netloc else base
    return f"{base}{mount}/{site.locales.default.tag}/team/link/{token}"


def _is_begun(site: Site) -> bool:
    with site.database.read() as connection:
        was_made = connection.execute(select(State.name).where(State.name == FIRST_LINK)).first()
        return was_made is not None or has_users(connection)


def set_password(site: Site, token: str, password: str, *, now: datetime, email: str = "", name: str = "") -> None:
    """Use a link up; wherever the member was signed in, that ends. Raises UserError, Busy.

    `email` and `name` are those of the first administrator, who is made by it.
    """
    link = find_link(site.database, token, now=now)
    if link is None:
        raise UserError("link")
    is_first = link.user_id is None
    email, name = (folded(email), _clean(name)) if is_first else (link.email, link.name)
    check_password(password, length=site.settings.password_length, personal=(email, name, site.settings.site_name))
    hashed = hash_password(password)  # takes its time: before the database is locked
    with site.database.transaction() as connection:
        wait_for_turn(connection, "users")
        link = find_link(site.database, token, now=now)
        if link is None:
            raise UserError("link")
        user_id = link.user_id or add_user(site, connection, email, name, Rights(role="admin"), now=now)
        connection.execute(delete(UserLink).where(UserLink.token_hash == token_hash(token)))
        store_password(connection, user_id, hashed)


def store_password(connection: Connection, user_id: int, hashed: str) -> None:
    """Another password; every session and link of the old one ends."""
    connection.execute(update(User).where(User.id == user_id).values(password_hash=hashed))
    connection.execute(delete(UserLink).where(UserLink.user_id == user_id))
    connection.execute(delete(Session).where(Session.user_id == user_id))


def rename(site: Site, user_id: int, name: str) -> None:
    """Give a member another name. Raises UserError, Busy."""
    with site.database.transaction() as connection:
        connection.execute(update(User).where(User.id == user_id).values(name=_clean(name)))


def change_rights(site: Site, user_id: int, rights: Rights) -> None:
    """Give a member another role and other limits, from the next request on. Raises UserError, Busy."""
    _check(site, rights)
    with site.database.transaction() as connection:
        if rights.role != "admin":
            _spare_last_admin(connection, user_id)
        connection.execute(update(User).where(User.id == user_id).values(role=rights.role))
        connection.execute(delete(UserScope).where(UserScope.user_id == user_id))
        _limit(connection, user_id, rights)


def disable(site: Site, user_id: int) -> None:
    """Sign a member out everywhere and let nobody in again. Raises UserError, Busy."""
    with site.database.transaction() as connection:
        _spare_last_admin(connection, user_id)
        connection.execute(update(User).where(User.id == user_id).values(is_disabled=True))
        for table in (Session, UserLink):
            connection.execute(delete(table).where(table.user_id == user_id))


def enable(site: Site, user_id: int) -> None:
    """Let a member in again, with the password of before. Raises Busy."""
    with site.database.transaction() as connection:
        connection.execute(update(User).where(User.id == user_id).values(is_disabled=False))


def forget_identity(site: Site, user_id: int) -> None:
    """Sign a member out everywhere; the next identity with the account's e-mail address takes it. Raises Busy."""
    with site.database.transaction() as connection:
        connection.execute(update(User).where(User.id == user_id).values(identity=None))
        connection.execute(delete(Session).where(Session.user_id == user_id))


def forget_totp(connection: Connection, user_id: int) -> None:
    """No code is asked for any more."""
    nothing: dict[str, Any] = {"totp_secret": None, "totp_confirmed_at": None, "totp_step": None}
    connection.execute(update(User).where(User.id == user_id).values(**nothing))
    connection.execute(delete(RecoveryCode).where(RecoveryCode.user_id == user_id))


def _spare_last_admin(connection: Connection, user_id: int) -> None:
    """Two administrators who disable each other at once do it one after the other."""
    wait_for_turn(connection, "users")
    is_able = connection.execute(select(User.id).where(User.id == user_id, *ABLE)).first()
    if is_able and not connection.execute(select(exists().where(User.id != user_id, *ABLE))).scalar():
        raise UserError("last_admin")


def _limit(connection: Connection, user_id: int, rights: Rights) -> None:
    kinds = {"locale": rights.locales, "category": rights.categories}
    rows = [
        {"user_id": user_id, "kind": kind, "value": value} for kind, values in kinds.items() for value in set(values)
    ]
    if rows:
        connection.execute(insert(UserScope), rows)


def _check(site: Site, rights: Rights) -> None:
    if rights.role not in ROLES:
        raise UserError("role")
    tags = {locale.tag for locale in site.locales.all}
    if not (tags.issuperset(rights.locales) and set(list_category_keys(site.database)).issuperset(rights.categories)):
        raise UserError("limits")


def _clean(name: str) -> str:
    """A name in one line. Raises UserError."""
    name = " ".join("".join(char if char.isprintable() else " " for char in name).split())
    if not 0 < len(name) <= NAME_LENGTH:
        raise UserError("name")
    return name
