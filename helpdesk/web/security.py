"""Headers on every answer, trusted hosts, the guard of reader posts, and the voter's cookie."""

from __future__ import annotations

import hashlib
import re
import secrets
from enum import Enum
from functools import lru_cache
from urllib.parse import urlsplit

from flask import Response, g, request
from itsdangerous import BadSignature, Signer
from werkzeug.exceptions import BadRequest

from helpdesk.services.bootstrapping import keyed_hash, secret_key
from helpdesk.services.views import network_of
from helpdesk.web.localization import COOKIE_YEAR, cookie_path, current_site

VISITOR_COOKIE = "hd_visitor"
CONFIRM_COOKIE = "hd_confirm"
CONFIRM_FIELD = "confirm"
ATTEMPT_FIELD = "attempt"
ATTEMPT = re.compile(r"[0-9a-f]{32}")
CONTENT_SECURITY_POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' data:",
        "connect-src 'self'",
        "form-action 'self'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
    )
)
HEADERS = {
    "Content-Security-Policy": CONTENT_SECURITY_POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    # Not no-referrer: it would make form posts send `Origin: null`.
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
}
# Inside a host's layout the page loads and opens what the host's does: the policy for that is the host's.
LAYOUT_HEADERS = {name: HEADERS[name] for name in ("X-Content-Type-Options", "X-Frame-Options", "Referrer-Policy")}


def add_headers(response: Response) -> Response:
    """The usual headers; what a view set itself stays."""
    for name, value in (LAYOUT_HEADERS if "hd_in_layout" in g else HEADERS).items():
        response.headers.setdefault(name, value)
    return response


def add_transport_security(response: Response) -> Response:
    """For the standalone app only: it speaks for everything on its host name."""
    if request.is_secure:
        response.headers.setdefault("Strict-Transport-Security", "max-age=31536000")
    return response


def check_host() -> None:
    """Refuse hosts that are not ours; raises BadRequest."""
    try:
        host = urlsplit(f"//{request.headers.get('Host', '')}").hostname or ""
    except ValueError:
        raise BadRequest("host") from None
    name = f"[{host}]" if ":" in host else host
    if name.lower() not in current_site().settings.hosts:
        raise BadRequest("host")


class Verdict(Enum):
    """Whether a post came from our own page."""

    OWN = "own"
    FOREIGN = "foreign"
    UNKNOWN = "unknown"


def judge_post() -> Verdict:
    """Sec-Fetch-Site decides; without it Origin, without that or `null` the Referer (product rule 4)."""
    site = request.headers.get("Sec-Fetch-Site")
    if site is not None:
        return Verdict.OWN if site == "same-origin" else Verdict.FOREIGN
    origin = request.headers.get("Origin", "null")
    source = origin if origin != "null" else request.headers.get("Referer", "")
    if not source:
        return Verdict.UNKNOWN
    return Verdict.OWN if is_ours(source) else Verdict.FOREIGN


def is_ours(address: str) -> bool:
    """Whether an address is on the host that was asked, or on the public one that a proxy speaks TLS for."""
    try:
        theirs = _origin(address)
        return theirs[1] is not None and theirs in (
            _origin(request.host_url),
            _origin(current_site().settings.site_url),
        )
    except ValueError:
        return False


def _origin(address: str) -> tuple[str, str | None, int | None]:
    """Scheme, host and port (RFC 6454); raises ValueError."""
    parts = urlsplit(address)
    return parts.scheme, parts.hostname, parts.port or {"http": 80, "https": 443}.get(parts.scheme)


def is_prefetch() -> bool:
    """Whether a browser asks ahead, before anybody opens the page."""
    return "prefetch" in f"{request.headers.get('Sec-Purpose', '')} {request.headers.get('Purpose', '')}"


def is_confirmed() -> bool:
    """Whether the post carries the token of a confirmation page that this very browser was shown."""
    shown, sent = request.cookies.get(CONFIRM_COOKIE, ""), request.form.get(CONFIRM_FIELD, "")
    return len(shown) >= 32 and secrets.compare_digest(shown.encode(), sent.encode())


def set_confirm_cookie(response: Response, token: str) -> None:
    """Remember for ten minutes which confirmation page was shown."""
    set_cookie(response, CONFIRM_COOKIE, token, 600, samesite="Strict")


@lru_cache(maxsize=8)
def _signer(key: str) -> Signer:
    return Signer(key, salt="helpdesk.visitor", digest_method=hashlib.sha256)


def find_visitor() -> str | None:
    """The visitor that this browser's cookie names; None: no cookie, or a forged one."""
    value = request.cookies.get(VISITOR_COOKIE)
    if value is None:
        return None
    try:
        return _signer(secret_key(current_site().settings)).unsign(value).decode("ascii")
    except (BadSignature, UnicodeDecodeError):
        return None


def new_visitor() -> str:
    """A visitor who was never here: 128 random bits.

    The script sends random bits of its own with every try, so that a first vote whose answer got lost, and with it
    the cookie, is the same visitor's when it is sent again.
    """
    attempt = request.form.get(ATTEMPT_FIELD, "")
    if not ATTEMPT.fullmatch(attempt):
        return secrets.token_hex(16)
    return keyed_hash(current_site().settings, "", attempt).hex()


def set_visitor_cookie(response: Response, visitor: str) -> None:
    """Give the visitor's cookie, for a year; only ever done on voting."""
    value = _signer(secret_key(current_site().settings)).sign(visitor).decode("ascii")
    set_cookie(response, VISITOR_COOKIE, value, COOKIE_YEAR, samesite="Lax")


def set_cookie(response: Response, name: str, value: str, max_age: int, *, samesite: str) -> None:
    """Give a cookie that no script reads; with 0 seconds, take it back."""
    response.set_cookie(
        name,
        value,
        max_age=max_age,
        httponly=True,
        secure=request.is_secure,
        samesite=samesite,
        path=cookie_path(),
    )


def network_hash(limit: str = "") -> bytes:
    """A keyed hash of the network that asks, another one for each limit; the address itself is never stored."""
    return keyed_hash(current_site().settings, limit, network_of(request.remote_addr or ""))
