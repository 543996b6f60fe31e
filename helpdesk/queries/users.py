"""Members of the team, their sessions, and whom a link is for."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.engine import Connection

from helpdesk.config import Settings
from helpdesk.db import Database
from helpdesk.models import Category, RecoveryCode, Session, User, UserLink, UserScope
from helpdesk.queries.reports import Reach
from helpdesk.sql import by_code

# All that is told of an account: no secret is among it.
COLUMNS = (
    User.id,
    User.email,
    User.name,
    User.role,
    User.is_disabled,
    User.signed_in_at,
    User.password_hash.is_not(None).label("has_password"),
    User.totp_confirmed_at.is_not(None).label("has_totp"),
    User.identity.is_not(None).label("has_identity"),
    UserScope.kind,
    UserScope.value,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """Who is signed in, or listed; `locales` and `categories` are empty for somebody who works everywhere.

    `id` 0: the host's own user, of whom nothing is stored here.
    """

    id: int = 0
    email: str
    name: str
    role: str
    locales: tuple[str, ...] = ()
    categories: tuple[str, ...] = ()
    has_password: bool = True
    has_totp: bool = False
    has_identity: bool = False
    is_disabled: bool = False
    signed_in_at: datetime | None = None

    @property
    def reach(self) -> Reach:
        """The translations that a member may see and work on."""
        return Reach(self.locales, self.categories)


@dataclass(frozen=True, slots=True)
class SessionLine:
    """A browser in which somebody is signed in; `key` tells it from the others and opens nothing."""

    key: str
    browser: str
    created_at: datetime
    seen_at: datetime


@dataclass(frozen=True, slots=True)
class Found:
    """The session of a request, and whether its last use lies over a minute back."""

    member: Member
    is_to_be_touched: bool


@dataclass(frozen=True, slots=True)
class Link:
    """What a link is for (`first`, `invitation` or `reset`), and for whom; nobody yet for the first administrator."""

    purpose: str
    user_id: int | None
    email: str
    name: str


def token_hash(token: str) -> bytes:
    """What is stored of a token: with 256 random bits in it, it needs no salt and no slow hash."""
    return hashlib.sha256(token.encode("utf-8", "replace")).digest()


def find_session(database: Database, settings: Settings, token: str, *, now: datetime) -> Found | None:
    """The member whom a session's token lets in now; one statement."""
    statement = (
        select(*COLUMNS, Session.seen_at)
        .select_from(User)
        .join(Session, Session.user_id == User.id)
        .outerjoin(UserScope, UserScope.user_id == User.id)
        .where(Session.token_hash == token_hash(token), *is_open(settings, now), User.is_disabled.is_(False))
        .order_by(by_code(UserScope.value))
    )
    with database.read() as connection:
        rows = connection.execute(statement).all()
    if not rows:
        return None
    return Found(_member(rows), is_to_be_touched=rows[0].seen_at <= now - timedelta(minutes=1))


def is_open(settings: Settings, now: datetime) -> tuple[Any, Any]:
    """What a session has to fulfil to let anybody in: neither too old nor unused for too long."""
    return (
        Session.created_at > now - timedelta(hours=settings.session_hours),
        Session.seen_at > now - timedelta(minutes=settings.session_idle_minutes),
    )


def list_users(database: Database) -> list[Member]:
    """All accounts, the disabled and the merely invited ones too, by e-mail address."""
    with database.read() as connection:
        return _members(connection)


def find_user(database: Database, *, user_id: int | None = None, email: str | None = None) -> Member | None:
    """One account, by its id or its address as `folded` writes it."""
    where = User.email == email if user_id is None else User.id == user_id
    with database.read() as connection:
        return next(iter(_members(connection, where)), None)


def list_sessions(database: Database, settings: Settings, user_id: int, *, now: datetime) -> list[SessionLine]:
    """Where a member is signed in now, the last used first."""
    statement = (
        select(Session.token_hash, Session.browser, Session.created_at, Session.seen_at)
        .where(Session.user_id == user_id, *is_open(settings, now))
        .order_by(Session.seen_at.desc(), Session.created_at.desc(), Session.token_hash)
    )
    with database.read() as connection:
        rows = connection.execute(statement).all()
    return [SessionLine(session_key(bytes(row.token_hash)), *row[1:]) for row in rows]


def session_key(hashed: bytes) -> str:
    """How a session is named in lists."""
    return hashed.hex()[:16]


def find_link(database: Database, token: str, *, now: datetime) -> Link | None:
    """What a link's token is good for; None: it was used, has expired, or never was.

    That of the first administrator is good for nothing once there is any account.
    """
    statement = (
        select(UserLink.purpose, UserLink.user_id, User.email, User.name)
        .outerjoin(User, User.id == UserLink.user_id)
        .where(UserLink.token_hash == token_hash(token), UserLink.expires_at > now, User.is_disabled.is_not(True))
    )
    with database.read() as connection:
        row = connection.execute(statement).first()
        if row is None or (row.user_id is None and has_users(connection)):
            return None
    return Link(row.purpose, row.user_id, row.email or "", row.name or "")


def has_users(connection: Connection) -> bool:
    """Whether there is any account."""
    return connection.execute(select(User.id).limit(1)).first() is not None


def count_recovery_codes(database: Database, user_id: int) -> int:
    """How many codes a member has left."""
    statement = select(func.count()).select_from(RecoveryCode).where(RecoveryCode.user_id == user_id)
    with database.read() as connection:
        return connection.execute(statement).scalar_one()


def list_category_keys(database: Database) -> list[str]:
    """Keys of all categories, empty ones too, in the site's order."""
    with database.read() as connection:
        return list(connection.execute(select(Category.key).order_by(Category.position, Category.id)).scalars())


def _members(connection: Connection, *where: Any) -> list[Member]:
    statement = (
        select(*COLUMNS)
        .select_from(User)
        .outerjoin(UserScope, UserScope.user_id == User.id)
        .where(*where)
        .order_by(by_code(User.email), by_code(UserScope.value))
    )
    by_user: dict[int, list[Any]] = {}
    for row in connection.execute(statement):
        by_user.setdefault(row.id, []).append(row)
    return [_member(rows) for rows in by_user.values()]


def _member(rows: Sequence[Any]) -> Member:
    """A member out of one row for each limit, or one row without any."""
    first = rows[0]
    return Member(
        id=first.id,
        email=first.email,
        name=first.name,
        role=first.role,
        locales=tuple(row.value for row in rows if row.kind == "locale"),
        categories=tuple(row.value for row in rows if row.kind == "category"),
        has_password=bool(first.has_password),
        has_totp=bool(first.has_totp),
        has_identity=bool(first.has_identity),
        is_disabled=bool(first.is_disabled),
        signed_in_at=first.signed_in_at,
    )
