"""Codes from an app (TOTP, RFC 6238), and the recovery codes for when it is lost; each is taken once."""

from __future__ import annotations

import base64
import re
import secrets
from datetime import datetime, timedelta

from sqlalchemy import delete, insert, or_, select, update
from sqlalchemy.engine import Connection

from helpdesk.errors import UserError
from helpdesk.models import RecoveryCode, User
from helpdesk.queries.users import token_hash
from helpdesk.services.passwords import library
from helpdesk.services.site import Site
from helpdesk.services.users import forget_totp

RECOVERY_CODES = 10
STEP = 30  # seconds
# Seconds by which the app's clock may differ, for which a step before and after is looked at.
DRIFT = (0, -STEP, STEP)


def begin_totp(site: Site, user_id: int) -> str:
    """A secret for an app, in place of any that was not confirmed; its otpauth address. Raises UserError, Busy."""
    secret = library("pyotp").random_base32()
    with site.database.transaction() as connection:
        waiting = (User.id == user_id, User.totp_confirmed_at.is_(None))
        connection.execute(update(User).where(*waiting).values(totp_secret=secret, totp_step=None))
    address = find_totp_address(site, user_id)
    if address is None:
        raise UserError("code")
    return address


def find_totp_address(site: Site, user_id: int) -> str | None:
    """The otpauth address of a secret that waits to be confirmed."""
    waiting = (User.id == user_id, User.totp_confirmed_at.is_(None))
    with site.database.read() as connection:
        row = connection.execute(select(User.totp_secret, User.email).where(*waiting)).first()
    if row is None or row.totp_secret is None:
        return None
    totp = library("pyotp").TOTP(row.totp_secret)
    return str(totp.provisioning_uri(name=row.email, issuer_name=site.settings.site_name))


def confirm_totp(site: Site, user_id: int, code: str, *, now: datetime) -> list[str]:
    """Ask for codes from now on; the recovery codes, told this once. Raises UserError, Busy."""
    codes = [_new_recovery_code() for _ in range(RECOVERY_CODES)]
    with site.database.transaction() as connection:
        waiting = (User.id == user_id, User.totp_confirmed_at.is_(None))
        secret = connection.execute(select(User.totp_secret).where(*waiting)).scalar()
        if secret is None or not _take_step(connection, user_id, secret, code, now):
            raise UserError("code")
        connection.execute(update(User).where(User.id == user_id).values(totp_confirmed_at=now))
        rows = [{"user_id": user_id, "code_hash": token_hash(_plain(code))} for code in codes]
        connection.execute(insert(RecoveryCode), rows)
    return codes


def end_totp(site: Site, user_id: int) -> None:
    """Ask for no more codes. Raises Busy."""
    with site.database.transaction() as connection:
        forget_totp(connection, user_id)


def take_code(connection: Connection, user_id: int, secret: str, code: str, now: datetime) -> bool:
    """Whether it is a code of the app or a recovery code, which is then used up."""
    if _take_step(connection, user_id, secret, code, now):
        return True
    spent = delete(RecoveryCode).where(
        RecoveryCode.user_id == user_id, RecoveryCode.code_hash == token_hash(_plain(code))
    )
    return connection.execute(spent).rowcount == 1


def _take_step(connection: Connection, user_id: int, secret: str, code: str, now: datetime) -> bool:
    """One statement decides for all processes, so that a code that was looked at over a shoulder is worth nothing."""
    totp, typed = library("pyotp").TOTP(secret), _plain(code)
    for seconds in DRIFT:
        moment = now + timedelta(seconds=seconds)
        if secrets.compare_digest(totp.at(moment).encode(), typed.encode("utf-8", "replace")):
            step = int(moment.timestamp()) // STEP
            later = or_(User.totp_step.is_(None), User.totp_step < step)
            taken = update(User).where(User.id == user_id, User.totp_secret == secret, later).values(totp_step=step)
            return connection.execute(taken).rowcount == 1
    return False


def _new_recovery_code() -> str:
    """80 random bits, to be typed: such as `JBSW-Y3DP-EHPK-3PXP`."""
    return "-".join(re.findall("....", base64.b32encode(secrets.token_bytes(10)).decode()))


def _plain(code: str) -> str:
    """As typed, without what is there for the eye."""
    return re.sub(r"[\s-]", "", code).upper()
