"""Codes from an app (TOTP, RFC 6238), and the recovery codes for when it is lost; each is taken once.

An app's secret is stored encrypted. One from before they were is read as it stands, and encrypted when a code of it
is taken.
"""

from __future__ import annotations

import base64
import re
import secrets
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import delete, insert, or_, select, update
from sqlalchemy.engine import Connection

from helpdesk.errors import UserError
from helpdesk.models import RecoveryCode, User
from helpdesk.queries.users import token_hash
from helpdesk.services.bootstrapping import keyed_hash
from helpdesk.services.passwords import library
from helpdesk.services.site import Site
from helpdesk.services.users import forget_totp

RECOVERY_CODES = 10
STEP = 30  # seconds
# Seconds by which the app's clock may differ, for which a step before and after is looked at.
DRIFT = (0, -STEP, STEP)
SEALED, NONCE = "sealed:", 12  # how a stored secret begins that is encrypted, and bytes of its nonce


def begin_totp(site: Site, user_id: int) -> str:
    """A secret for an app, in place of any that was not confirmed; its otpauth address. Raises UserError, Busy."""
    secret = library("pyotp").random_base32()
    with site.database.transaction() as connection:
        waiting = (User.id == user_id, User.totp_confirmed_at.is_(None))
        connection.execute(
            update(User).where(*waiting).values(totp_secret=_seal(site, user_id, secret), totp_step=None)
        )
    address = find_totp_address(site, user_id)
    if address is None:
        raise UserError("code")
    return address


def find_totp_address(site: Site, user_id: int) -> str | None:
    """The otpauth address of a secret that waits to be confirmed."""
    waiting = (User.id == user_id, User.totp_confirmed_at.is_(None))
    with site.database.read() as connection:
        row = connection.execute(select(User.totp_secret, User.email).where(*waiting)).first()
    secret = _open(site, user_id, row.totp_secret) if row and row.totp_secret else None
    if row is None or secret is None:
        return None
    totp = library("pyotp").TOTP(secret)
    return str(totp.provisioning_uri(name=row.email, issuer_name=site.settings.site_name))


def confirm_totp(site: Site, user_id: int, code: str, *, now: datetime) -> list[str]:
    """Ask for codes from now on; the recovery codes, told this once. Raises UserError, Busy."""
    codes = [_new_recovery_code() for _ in range(RECOVERY_CODES)]
    with site.database.transaction() as connection:
        waiting = (User.id == user_id, User.totp_confirmed_at.is_(None))
        stored = connection.execute(select(User.totp_secret).where(*waiting)).scalar()
        if stored is None or not _take_step(site, connection, user_id, stored, code, now):
            raise UserError("code")
        connection.execute(update(User).where(User.id == user_id).values(totp_confirmed_at=now))
        rows = [{"user_id": user_id, "code_hash": token_hash(_plain(code))} for code in codes]
        connection.execute(insert(RecoveryCode), rows)
    return codes


def end_totp(site: Site, user_id: int) -> None:
    """Ask for no more codes. Raises Busy."""
    with site.database.transaction() as connection:
        forget_totp(connection, user_id)


def take_code(site: Site, connection: Connection, user_id: int, stored: str, code: str, now: datetime) -> bool:
    """Whether it is a code of the app or a recovery code, which is then used up.

    Raises UserError for any other code when the secret key is not that of before.
    """
    if _take_step(site, connection, user_id, stored, code, now):
        return True
    spent = delete(RecoveryCode).where(
        RecoveryCode.user_id == user_id, RecoveryCode.code_hash == token_hash(_plain(code))
    )
    is_spent = connection.execute(spent).rowcount == 1
    if not is_spent and _open(site, user_id, stored) is None:
        raise UserError("sealed")
    return is_spent


def _take_step(site: Site, connection: Connection, user_id: int, stored: str, code: str, now: datetime) -> bool:
    """One statement decides for all processes, so that a code that was looked at over a shoulder is worth nothing."""
    secret = _open(site, user_id, stored)
    if secret is None:
        return False
    totp, typed = library("pyotp").TOTP(secret), _plain(code)
    for seconds in DRIFT:
        moment = now + timedelta(seconds=seconds)
        if secrets.compare_digest(totp.at(moment).encode(), typed.encode("utf-8", "replace")):
            step = int(moment.timestamp()) // STEP
            later = or_(User.totp_step.is_(None), User.totp_step < step)
            sealed = stored if stored.startswith(SEALED) else _seal(site, user_id, secret)
            taken = update(User).where(User.id == user_id, User.totp_secret == stored, later)
            return connection.execute(taken.values(totp_step=step, totp_secret=sealed)).rowcount == 1
    return False


def _seal(site: Site, user_id: int, secret: str) -> str:
    """Encrypted, and worth nothing in another account's row."""
    nonce = secrets.token_bytes(NONCE)
    sealed = nonce + _cipher(site).encrypt(nonce, secret.encode(), str(user_id).encode())
    return SEALED + base64.b64encode(sealed).decode()


def _open(site: Site, user_id: int, stored: str) -> str | None:
    """The secret; None: the secret key is not that of before."""
    if not stored.startswith(SEALED):
        return stored
    sealed = base64.b64decode(stored.removeprefix(SEALED))
    try:
        opened = _cipher(site).decrypt(sealed[:NONCE], sealed[NONCE:], str(user_id).encode())
    except library("cryptography.exceptions").InvalidTag:
        return None
    return str(opened, "ascii")


def _cipher(site: Site) -> Any:
    key = keyed_hash(site.settings, "secrets of apps", "", size=32)
    return library("cryptography.hazmat.primitives.ciphers.aead").AESGCM(key)


def _new_recovery_code() -> str:
    """80 random bits, to be typed: such as `JBSW-Y3DP-EHPK-3PXP`."""
    return "-".join(re.findall("....", base64.b32encode(secrets.token_bytes(10)).decode()))


def _plain(code: str) -> str:
    """As typed, without what is there for the eye."""
    return re.sub(r"[\s-]", "", code).upper()
