"""A provider of OpenID Connect and what it tells of a person: the code flow with PKCE, through Authlib.

Imported where a provider is configured, and nowhere else (`services.providers`).
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

import msgspec
from authlib.common.errors import AuthlibBaseError
from authlib.integrations.requests_client import OAuth2Session
from authlib.oidc.core import CodeIDToken
from joserfc import jwt
from joserfc.errors import InvalidKeyIdError, JoseError
from joserfc.jwk import KeySet
from joserfc.jws import JWSRegistry
from requests import RequestException

from helpdesk.config import Settings
from helpdesk.errors import UserError, printable
from helpdesk.services.providers import is_private
from helpdesk.services.users import NAME_LENGTH, folded
from helpdesk.services.vouching import Person, Proof

log = logging.getLogger(__name__)

SCOPE = "openid email profile"
# Seconds that each answer of the provider's may let us wait, and by which its clock may differ.
TIMEOUT, LEEWAY = 5, 60
KEPT = timedelta(hours=1)
SUBJECT_LENGTH = 255
# Signatures that nobody but the provider can make: none with a secret that is shared, and never `none`.
ALGORITHMS = ["RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA"]
# Whatever a provider answers: what our libraries say of it, and what they stumble over.
WRONG: tuple[type[Exception], ...] = (RequestException, AuthlibBaseError, JoseError, msgspec.MsgspecError)
WRONG += (ValueError, TypeError, KeyError, AttributeError, RecursionError)


class Described(msgspec.Struct):
    """What we need of the provider's own description (OpenID Connect Discovery 1.0)."""

    issuer: str
    authorization_endpoint: str
    token_endpoint: str
    jwks_uri: str
    userinfo_endpoint: str = ""
    token_endpoint_auth_methods_supported: tuple[str, ...] = ("client_secret_basic",)


class Published(msgspec.Struct):
    """The keys that it signs with."""

    keys: list[dict[str, Any]]


class Provider:
    """The provider of the settings, and what this process has read of it within the hour."""

    def __init__(self, settings: Settings) -> None:
        self.issuer, self.client_id = settings.oidc_issuer, settings.oidc_client_id
        self.name = settings.oidc_name or str(urlsplit(self.issuer).hostname)
        self._secret = settings.oidc_client_secret or None
        self._known: tuple[datetime, Described, KeySet] | None = None

    def address(self, proof: Proof, back: str, tag: str, *, now: datetime) -> str:
        """Where a browser goes to sign in and come `back`, in the language of the tag. Raises UserError."""
        with self._asking(back) as session:
            target = self._read(session, now)[0].authorization_endpoint
            asked = {"nonce": proof.nonce, "code_verifier": proof.verifier, "ui_locales": tag}
            return str(session.create_authorization_url(target, proof.state, **asked)[0])

    def identify(self, code: str, proof: Proof, back: str, *, now: datetime) -> Person:
        """Whom the code stands for. Raises UserError."""
        with self._asking(back) as session:
            described, _keys = self._read(session, now)
            if self._secret and "client_secret_basic" not in described.token_endpoint_auth_methods_supported:
                session.token_endpoint_auth_method = "client_secret_post"  # noqa: S105  a method's name
            asked = {"code": code, "code_verifier": proof.verifier, "grant_type": "authorization_code"}
            token = session.fetch_token(described.token_endpoint, **asked)
            claims = self._verified(session, token, proof.nonce, now)
            subject = claims["sub"]
            if not subject.isprintable() or len(subject) > SUBJECT_LENGTH:
                raise ValueError("a subject that no provider gives")
            if "email" not in claims and described.userinfo_endpoint:
                claims = _decoded(session.get(described.userinfo_endpoint), dict[str, Any])
                if claims.get("sub") != subject:
                    raise ValueError("userinfo of somebody else")
            return _person(f"{self.issuer} {subject}", claims)

    @contextmanager
    def _asking(self, back: str) -> Iterator[Any]:
        """A few questions to the provider. What it does wrong is noted, and no token or secret with it."""
        options = {"scope": SCOPE, "redirect_uri": back, "code_challenge_method": "S256"}
        session = OAuth2Session(self.client_id, self._secret, **options, default_timeout=TIMEOUT, max_redirects=0)
        try:
            with session:
                yield session
        except WRONG as error:
            # What a provider says of an error may repeat what it was sent.
            reason = error.error if isinstance(error, AuthlibBaseError) else error
            log.warning("%s: %s", self.issuer, printable(f"{type(error).__name__}: {reason}")[:300])
            raise UserError("provider") from None

    def _read(self, session: Any, now: datetime, *, is_again: bool = False) -> tuple[Described, KeySet]:
        """How the provider describes itself, and its keys."""
        if is_again or self._known is None or now - self._known[0] > KEPT:
            url = f"{self.issuer.rstrip('/')}/.well-known/openid-configuration"
            found = _decoded(session.get(url, withhold_token=True), Described)
            if found.issuer != self.issuer:
                raise ValueError(f"it calls itself {found.issuer!r}")
            used = (found.authorization_endpoint, found.token_endpoint, found.jwks_uri, found.userinfo_endpoint)
            if not all(is_private(address) for address in used if address):
                raise ValueError("addresses without https")
            published = _decoded(session.get(found.jwks_uri, withhold_token=True), Published)
            signing: Any = [key for key in published.keys if key.get("use", "sig") == "sig"]
            self._known = (now, found, KeySet.import_key_set({"keys": signing}))
        return self._known[1:]

    def _verified(self, session: Any, token: Any, nonce: str, now: datetime) -> dict[str, Any]:
        """The claims of the token's id_token, checked as OpenID Connect Core 1.0, 3.1.3.7 wants it."""
        signed, registry = token["id_token"], JWSRegistry(algorithms=ALGORITHMS, strict_check_header=False)
        try:
            decoded = jwt.decode(signed, self._read(session, now)[1], registry=registry)
        except InvalidKeyIdError:  # it may sign with another key since
            decoded = jwt.decode(signed, self._read(session, now, is_again=True)[1], registry=registry)
        wanted = {"iss": [self.issuer], "aud": [self.client_id], "sub": []}
        options: Any = {name: {"essential": True, "values": values} for name, values in wanted.items()}
        asked = {"nonce": nonce, "client_id": self.client_id, "access_token": token.get("access_token")}
        claims = CodeIDToken(decoded.claims, decoded.header, options, asked)
        claims.validate(now=int(now.timestamp()), leeway=LEEWAY)
        return dict(claims)


def _decoded(response: Any, kind: Any) -> Any:
    response.raise_for_status()
    return msgspec.json.decode(response.content, type=kind)


def _person(identity: str, claims: dict[str, Any]) -> Person:
    email, is_verified = "", claims.get("email_verified")
    if is_verified is True or is_verified == "true":  # some providers write it as text
        with suppress(UserError):
            email = folded(str(claims.get("email")))
    name = "".join(char if char.isprintable() else " " for char in str(claims.get("name") or ""))
    name = " ".join(name.split())[:NAME_LENGTH].strip()
    return Person(identity, email, name or email.partition("@")[0][:NAME_LENGTH])
