"""The provider with whose accounts the team may sign in, found in the settings."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from helpdesk.config import LOOPBACK_HOSTS, ROLES, Settings
from helpdesk.errors import ConfigurationError

if TYPE_CHECKING:
    from helpdesk.services.openid import Provider

NAMES = ("issuer", "client_id", "client_secret", "name", "role", "only")


def find_provider(settings: Settings) -> Provider | None:
    """None where none is configured; nothing of it is loaded then. Raises ConfigurationError."""
    _check(settings)
    if not settings.oidc_issuer:
        return None
    try:
        from helpdesk.services.openid import Provider  # noqa: PLC0415  # its libraries are an extra
    except ImportError:
        raise ConfigurationError(
            'HELPDESK_OIDC_ISSUER needs its libraries; run: pip install "helpdesk[oidc]"'
        ) from None
    return Provider(settings)


def is_private(url: str) -> bool:
    """Whether what is sent there is kept from the network: HTTPS, or this very machine."""
    try:
        parts = urlsplit(url)
        is_here = parts.scheme == "http" and parts.hostname in (*LOOPBACK_HOSTS, "::1")
        return bool(parts.hostname) and (parts.scheme == "https" or is_here) and not parts.fragment
    except ValueError:
        return False


def _check(settings: Settings) -> None:
    given = [name for name in NAMES if getattr(settings, f"oidc_{name}")]
    for needed in ("issuer", "client_id"):
        if given and needed not in given:
            raise ConfigurationError(
                f"HELPDESK_OIDC_{given[0].upper()} needs HELPDESK_OIDC_{needed.upper()} beside it."
            )
    if settings.oidc_issuer and (not is_private(settings.oidc_issuer) or "?" in settings.oidc_issuer):
        raise ConfigurationError(
            "HELPDESK_OIDC_ISSUER must be an https address such as https://login.example.com, exactly as the provider "
            f"writes it, not {settings.oidc_issuer!r}."
        )
    if settings.oidc_role not in ("", *ROLES):
        raise ConfigurationError(f"HELPDESK_OIDC_ROLE knows {', '.join(ROLES)}; not {settings.oidc_role}.")
    if settings.oidc_only and settings.totp_roles:
        raise ConfigurationError(
            "HELPDESK_TOTP_ROLES cannot be set with HELPDESK_OIDC_ONLY: codes are asked for besides a password, and "
            "there are none; let the provider ask for them."
        )
