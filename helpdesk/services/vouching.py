"""Sign-in with an account elsewhere, as far as it is ours: which browser began it, and whose account it opens."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select, update
from sqlalchemy.engine import Connection

from helpdesk.db import wait_for_turn
from helpdesk.errors import UserError
from helpdesk.models import User
from helpdesk.services.bootstrapping import keyed_hash
from helpdesk.services.feedback import count_request
from helpdesk.services.signing_in import Attempt, Browser, start_session
from helpdesk.services.site import Site
from helpdesk.services.users import Rights, add_user

PATIENCE = timedelta(minutes=10)


@dataclass(frozen=True, slots=True)
class Begun:
    """A sign-in that was begun: 256 random bits that only its browser has, when, and from which network."""

    seed: str
    at: datetime
    network: bytes


@dataclass(frozen=True, slots=True)
class Proof:
    """What the provider gets and gives back, by which it is the same sign-in (OpenID Connect Core 1.0, RFC 7636)."""

    state: str
    nonce: str
    verifier: str


@dataclass(frozen=True, slots=True)
class Person:
    """Whom a provider vouches for; `identity` is issuer and subject, `email` empty where it has not verified any."""

    identity: str
    email: str
    name: str


def begin(site: Site, network: bytes, *, now: datetime) -> Begun:
    """Count it as an attempt, until it succeeds. Raises UserError, Busy."""
    Attempt(site, network, now).count()
    return Begun(secrets.token_urlsafe(32), now, network)


def prove(site: Site, begun: Begun) -> Proof:
    """Made of the seed and the secret key: who sees one of them knows no other."""
    made = [keyed_hash(site.settings, f"oidc {name}", begun.seed, size=32) for name in ("state", "nonce", "verifier")]
    return Proof(*(value.hex() for value in made))


def use_up(site: Site, begun: Begun, state: str, *, now: datetime) -> None:
    """A sign-in is finished once, in time, with the state that it was begun with. Raises UserError, Busy."""
    is_same = secrets.compare_digest(state.encode("utf-8", "replace"), prove(site, begun).state.encode())
    key = keyed_hash(site.settings, "oidc used", begun.seed)
    # Counted in the minute in which it began, so that every process counts in the same row.
    if not is_same or now > begun.at + PATIENCE or count_request(site.database, key, now=begun.at) > 1:
        raise UserError("begun")


def sign_in_as(site: Site, person: Person, begun: Begun, browser: Browser, *, now: datetime) -> str:
    """Start a session for whom the provider vouches for; its token, always a new one. Raises UserError, Busy."""
    with site.database.transaction() as connection:
        wait_for_turn(connection, "users")
        user_id = _admit(site, connection, person, now)
        connection.execute(update(User).where(User.id == user_id).values(signed_in_at=now, identity=person.identity))
        Attempt(site, begun.network, begun.at).forget()
        return start_session(site, connection, user_id, browser.label, now)


def _admit(site: Site, connection: Connection, person: Person, now: datetime) -> int:
    """By the identity, or the first time by the verified e-mail address; else a new account, where one is to be had."""
    known = select(User.id, User.identity, User.is_disabled)
    row = connection.execute(known.where(User.identity == person.identity)).first()
    if row is None:
        if not person.email:
            raise UserError("unverified")
        row = connection.execute(known.where(User.email == person.email)).first()
        if row is not None and row.identity is not None:
            raise UserError("identity")
    if row is not None and row.is_disabled:
        raise UserError("disabled")
    if row is None and not site.settings.oidc_role:
        raise UserError("stranger")
    rights = Rights(role=site.settings.oidc_role)
    return int(row.id) if row else add_user(site, connection, person.email, person.name, rights, now=now)
