"""Passwords and tokens: how they are made, kept and compared. What it takes is installed with `helpdesk[team]`."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from functools import lru_cache
from importlib import import_module
from importlib.util import find_spec
from typing import Any

from helpdesk.errors import UserError

# argon2id with 19 MiB, two passes, one lane: the least that OWASP's Password Storage Cheat Sheet asks for.
COST = {"time_cost": 2, "memory_cost": 19_456, "parallelism": 1}
# zxcvbn's scale ends at 4; below 3, a hundred million guesses find the password.
LEAST_SCORE = 3
# Characters that zxcvbn looks at: with its worst, all signs that can stand for letters, 72 take over a second.
LOOKED_AT = 40


def library(name: str) -> Any:
    """A package of the extra, loaded when it is needed first. Raises UserError."""
    try:
        return import_module(name)
    except ImportError:
        raise UserError("missing") from None


def is_installed() -> bool:
    """Whether anybody could sign in here."""
    return all(find_spec(name) for name in ("argon2", "cryptography", "pyotp", "segno", "zxcvbn"))


def check_password(password: str, *, length: int, personal: Sequence[str]) -> None:
    """Refuse what is short or easily guessed, such as `personal` words. Raises UserError."""
    password = _normalized(password)
    if len(password) < length:
        raise UserError("short")
    parts = [part.lower() for word in personal for part in (word, *word.replace("@", " ").replace(".", " ").split())]
    found = library("zxcvbn").zxcvbn(password[:LOOKED_AT], user_inputs=parts)
    if found["score"] < LEAST_SCORE:
        raise UserError("common")


def hash_password(password: str) -> str:
    """The password with a random salt, as argon2id writes it. Raises UserError without the extra."""
    return str(_hasher().hash(_normalized(password)))


def is_password(stored: str | None, password: str) -> bool:
    """Whether it is the password; for None it takes as long as for any other, and is not."""
    hasher, errors = _hasher(), library("argon2.exceptions")
    try:
        hasher.verify(stored or _nobodys(), _normalized(password))
    except (errors.VerificationError, errors.InvalidHashError):
        return False
    return bool(stored)


def is_outdated(stored: str) -> bool:
    """Whether the hash was made with another cost."""
    return bool(_hasher().check_needs_rehash(stored))


@lru_cache(maxsize=1)
def _hasher() -> Any:
    return library("argon2").PasswordHasher(**COST)


@lru_cache(maxsize=1)
def _nobodys() -> str:
    return hash_password("")


def _normalized(password: str) -> str:
    """What is typed on different keyboards is one password (RFC 8265, OpaqueString); no byte of it is impossible."""
    return unicodedata.normalize("NFC", password).encode("utf-8", "replace").decode()
