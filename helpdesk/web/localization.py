"""The locale of a request: out of the path, kept beside the host's own and forgotten afterwards."""

from __future__ import annotations

from typing import Any, cast

from flask import abort, current_app, g, request
from flask.sansio.app import App
from werkzeug.exceptions import NotFound

from helpdesk.locales import Locale
from helpdesk.services.site import Site
from helpdesk.web.caching import send_to, with_query

LOCALE_COOKIE = "hd_locale"
COOKIE_YEAR = 365 * 24 * 3600


def current_site() -> Site:
    """The help center of the current application."""
    return cast(Site, current_app.extensions["helpdesk"])


def mount_path() -> str:
    """Where we stand in the host, `/support`; empty for the standalone app."""
    return cast(str, current_app.extensions["helpdesk_prefix"])


def is_below_mount() -> bool:
    """Whether the address is one of ours, known or not."""
    return f"{request.path}/".startswith(f"{mount_path()}/")


def cookie_path() -> str:
    """Our cookies are sent to us and to nobody else on the host."""
    return f"{request.root_path}{mount_path()}/"


def current_locale() -> Locale:
    """The locale that this request is answered in."""
    locale: Locale = g.hd_locale
    return locale


def activate(locale: Locale) -> None:
    """Answer this request in a locale: dates, numbers and messages of ours; the host's speak as they did."""
    g.hd_locale = locale


def leave(_error: BaseException | None = None) -> None:
    """Forget the request: in an application context of the host's own making the next one meets the same `g`."""
    for name in [name for name in g if name.startswith("hd_")]:
        g.pop(name)


def pull_locale(_endpoint: str | None, values: dict[str, Any] | None) -> None:
    """Take the tag out of the path. Raises NotFound for a foreign tag, a redirect for an alias."""
    if not values or "tag" not in values:
        activate(negotiated())
        return
    tag = values.pop("tag")
    locales = current_site().locales
    locale = locales.find(tag)
    if locale is not None:
        activate(locale)
        return
    alias = locales.find_alias(tag)
    if alias is None:
        activate(negotiated())
        raise NotFound
    activate(alias)
    rest = request.path.removeprefix(mount_path()).removeprefix(f"/{tag}")
    target = with_query(f"{request.root_path}{mount_path()}/{alias.tag}{rest}")
    abort(send_to(target, 308, "moved"))


def push_locale(app: App, endpoint: str, values: dict[str, Any]) -> None:
    """Links stay in the reader's locale unless they say otherwise."""
    if "hd_locale" in g and app.url_map.is_endpoint_expecting(endpoint, "tag"):
        values.setdefault("tag", g.hd_locale.tag)


def chosen() -> Locale | None:
    """The locale that this reader once chose in the switcher."""
    return current_site().locales.find(request.cookies.get(LOCALE_COOKIE, ""))


def negotiated() -> Locale:
    """The explicit choice, then Accept-Language, then the default."""
    return chosen() or current_site().locales.negotiate(request.headers.get("Accept-Language"))


def asked() -> Locale:
    """What a request to the API asks for: `?locale=`, then Accept-Language; it knows no cookies."""
    locales = current_site().locales
    return locales.find(request.args.get("locale", "")) or locales.negotiate(request.headers.get("Accept-Language"))


def locale_of_path() -> Locale:
    """The locale of an address that no route knows: a 404 below /de/ is German."""
    first = request.path.removeprefix(mount_path()).lstrip("/").partition("/")[0]
    return current_site().locales.find(first) or negotiated()
