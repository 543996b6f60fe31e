"""The locale of a request: out of the path, entered before the view and left after it."""

from __future__ import annotations

from typing import Any, cast

from flask import abort, current_app, g, request
from flask.sansio.app import App
from flask_babel import force_locale
from werkzeug.exceptions import NotFound

from helpdesk.locales import Locale
from helpdesk.services.site import Site
from helpdesk.web.caching import send_to, with_query

LOCALE_COOKIE = "hd_locale"
COOKIE_YEAR = 365 * 24 * 3600


def current_site() -> Site:
    """The help center of the current application."""
    return cast(Site, current_app.extensions["helpdesk"])


def current_locale() -> Locale:
    """The locale that this request is answered in."""
    locale: Locale = g.hd_locale
    return locale


def activate(locale: Locale) -> None:
    """Answer this request in a locale: dates, numbers and messages."""
    leave()
    manager = force_locale(locale.code)
    manager.__enter__()
    g.hd_locale, g.hd_locale_manager = locale, manager


def leave(_error: BaseException | None = None) -> None:
    """Give the host its own language back."""
    manager = g.pop("hd_locale_manager", None)
    if manager is not None:
        manager.__exit__(None, None, None)


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
    target = with_query(request.root_path + request.path.replace(f"/{tag}", f"/{alias.tag}", 1))
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
    prefix = current_app.extensions["helpdesk_prefix"]
    first = request.path.removeprefix(prefix).lstrip("/").partition("/")[0]
    return current_site().locales.find(first) or negotiated()
