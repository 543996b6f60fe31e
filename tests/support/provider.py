"""A small provider of OpenID Connect on a real socket: it lets everybody in at once, as the person whom a test names."""

from __future__ import annotations

import base64
import hashlib
import json
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any
from urllib.parse import parse_qs, parse_qsl, unquote, urlencode, urlsplit

from joserfc import jwt
from joserfc.jwk import ECKey, Key, OctKey, RSAKey

from helpdesk import clock

CLIENT, SECRET = "helpdesk-tests", "a secret, that only the provider & we know"
ADA = {"sub": "248289761001", "email": "ada@example.com", "email_verified": True, "name": "Ada Lovelace"}


@cache
def key_of(kind: str, kid: str) -> Key:
    """A key of the provider's, the same for all tests of this process."""
    parameters: Any = {"kid": kid, "use": "sig"}
    if kind == "RS256":
        return RSAKey.generate_key(2048, parameters)
    return ECKey.generate_key("P-256", parameters)


def secret_as_key() -> Key:
    """What a forger knows of a provider that signs with the shared secret."""
    return OctKey.import_key(SECRET)


@dataclass
class Provider:
    """What it says, to be changed by a test before it is asked; and what it was asked."""

    issuer: str = ""
    person: dict[str, Any] = field(default_factory=lambda: dict(ADA))
    algorithm: str = "ES256"
    # The one that signs, and those that are published.
    signing: Key = field(default_factory=lambda: key_of("ES256", "one"))
    published: list[Key] = field(default_factory=lambda: [key_of("ES256", "one")])
    # In place of what would be right: claims of the id_token, answers by path, the redirect's parameters.
    claims: dict[str, Any] = field(default_factory=dict)
    answers: dict[str, tuple[int, Any]] = field(default_factory=dict)
    redirect: dict[str, str] | None = None
    described: dict[str, Any] = field(default_factory=dict)
    is_userinfo_only: bool = False
    paths: list[str] = field(default_factory=list)
    tokens: list[str] = field(default_factory=list)
    _codes: dict[str, dict[str, str]] = field(default_factory=dict)

    def start_again(self) -> None:
        """As it was at first, but for its address and what it was asked."""
        fresh = Provider()
        for name in ("person", "algorithm", "signing", "published", "claims", "answers", "redirect", "described"):
            setattr(self, name, getattr(fresh, name))

    def description(self) -> dict[str, Any]:
        pages = {"authorization": "authorize", "token": "token", "userinfo": "userinfo"}
        found: dict[str, Any] = {f"{name}_endpoint": f"{self.issuer}/{path}" for name, path in pages.items()}
        return {"issuer": self.issuer, "jwks_uri": f"{self.issuer}/keys", **found, **self.described}

    def authorize(self, asked: dict[str, str]) -> str:
        """Where the browser is sent on to, at once."""
        assert asked["response_type"] == "code"
        assert asked["client_id"] == CLIENT
        assert set(asked["scope"].split()) == {"openid", "email", "profile"}
        assert asked["code_challenge_method"] == "S256"
        code = secrets.token_urlsafe(16)
        self._codes[code] = asked
        told = {"code": code} if self.redirect is None else self.redirect
        return f"{asked['redirect_uri']}?{urlencode({'state': asked['state'], **told})}"

    def codes(self) -> list[str]:
        """Those that were not taken yet."""
        return list(self._codes)

    def token(self, form: dict[str, str], authorization: str) -> tuple[int, Any]:
        """A code is taken once, from who knows the secret and what the challenge was made of."""
        if not self._is_client(form, authorization):
            return 401, {"error": "invalid_client"}
        asked = self._codes.pop(form.get("code", ""), None)
        verifier = hashlib.sha256(form.get("code_verifier", "").encode()).digest()
        challenge = base64.urlsafe_b64encode(verifier).decode().rstrip("=")
        if asked is None or challenge != asked["code_challenge"] or form["redirect_uri"] != asked["redirect_uri"]:
            return 400, {"error": "invalid_grant"}
        access = secrets.token_urlsafe(16)
        self.tokens.append(access)
        return 200, {"access_token": access, "token_type": "Bearer", "id_token": self.id_token(asked["nonce"])}

    def _is_client(self, form: dict[str, str], authorization: str) -> bool:
        if "client_secret" in form:
            return (form["client_id"], form["client_secret"]) == (CLIENT, SECRET)
        pair = base64.b64decode(authorization.removeprefix("Basic ")).decode()
        return [unquote(part) for part in pair.split(":")] == [CLIENT, SECRET]

    def id_token(self, nonce: str) -> str:
        now = int(clock.now().timestamp())
        person = {"sub": self.person["sub"]} if self.is_userinfo_only else self.person
        claims = {
            "iss": self.issuer,
            "aud": CLIENT,
            "iat": now,
            "exp": now + 300,
            "nonce": nonce,
            **person,
            **self.claims,
        }
        claims = {name: value for name, value in claims.items() if value is not None}
        if self.algorithm == "none":
            parts = [json.dumps(part).encode() for part in ({"alg": "none"}, claims)]
            self.tokens.append(".".join([*(base64.urlsafe_b64encode(part).decode().rstrip("=") for part in parts), ""]))
        else:
            header = {"alg": self.algorithm, "kid": self.signing.kid}
            self.tokens.append(jwt.encode(header, claims, self.signing, algorithms=[self.algorithm]))
        return self.tokens[-1]

    def answer(self, method: str, path: str, form: dict[str, str], authorization: str) -> tuple[int, Any]:
        if path in self.answers:
            return self.answers[path]
        if path == "/.well-known/openid-configuration":
            return 200, self.description()
        if path == "/keys":
            return 200, {"keys": [key.as_dict(private=False) for key in self.published]}
        if path == "/authorize":
            return 302, self.authorize(form)
        if path == "/userinfo":
            return (200, self.person) if authorization.removeprefix("Bearer ") in self.tokens else (401, {})
        return self.token(form, authorization) if (method, path) == ("POST", "/token") else (404, {})


@contextmanager
def provided() -> Iterator[Provider]:
    """A provider that answers until the test is over."""
    provider = Provider()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            parts = urlsplit(self.path)
            self._answer("GET", parts.path, dict(parse_qsl(parts.query)))

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"])).decode()
            self._answer("POST", self.path, {name: values[0] for name, values in parse_qs(body).items()})

        def _answer(self, method: str, path: str, form: dict[str, str]) -> None:
            provider.paths.append(path)
            status, told = provider.answer(method, path, form, self.headers.get("Authorization", ""))
            body = told if isinstance(told, bytes) else json.dumps(told).encode()
            self.send_response(status)
            if status == 302:
                self.send_header("Location", told)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_arguments: Any) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    provider.issuer = f"http://127.0.0.1:{server.server_port}"
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield provider
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
