"""Sign in and out."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, cast

from flask import Response, current_app, request, url_for

from helpdesk import clock, errors
from helpdesk.services import signing_in
from helpdesk.services.signing_in import Browser
from helpdesk.web.caching import send_to
from helpdesk.web.gettext import gettext as _
from helpdesk.web.localization import current_site
from helpdesk.web.members import NAME, current_member, current_token, here, set_session_cookie, team_address
from helpdesk.web.security import network_hash
from helpdesk.web.team.pages import explain, show, status_of, typed

if TYPE_CHECKING:
    from helpdesk.services.openid import Provider

# Names as they stand in user agents; of several the first is meant.
BROWSERS = {"Edg": "Edge", "OPR": "Opera", "Firefox": "Firefox", "FxiOS": "Firefox", "CriOS": "Chrome"}
BROWSERS |= {"Chrome": "Chrome", "Safari": "Safari"}
SYSTEMS = {"Android": "Android", "iPhone": "iOS", "iPad": "iPadOS", "Windows": "Windows", "Mac OS X": "macOS"}
SYSTEMS |= {"Linux": "Linux"}
RETRY_AFTER = {429: "3600", 503: "60"}


def sign_in() -> Response:
    """The form; who is signed in already goes on to where it leads."""
    if current_member() is not None:
        return send_to(team_address(request.args), 303, "personal")
    return _form(wanted())


def enter() -> Response:
    """Take the form: a new session, and no more of the one before."""
    site, form = current_site(), request.form
    given = {name: form.get(name, "") for name in ("email", "password", "code")}
    try:
        token = signing_in.sign_in(site, this_browser(), **given, now=clock.now())
    except errors.UserError as error:
        return refuse(error, wanted())
    return let_in(token, request.args)


def let_in(token: str, place: Mapping[str, Any]) -> Response:
    """To the page that `place` tells of, with a new session; the one before ends."""
    if old := current_token():
        signing_in.sign_out(current_site(), old)
    response = send_to(team_address(place), 303, "personal")
    set_session_cookie(response, token)
    return response


def refuse(error: errors.UserError, place: Mapping[str, Any]) -> Response:
    """The form again, and why nobody came in."""
    response = _form(place, explain(error), status=status_of(error))
    if response.status_code in RETRY_AFTER:
        response.headers["Retry-After"] = RETRY_AFTER[response.status_code]
    return response


def wanted() -> dict[str, Any]:
    """Where the member wanted to go."""
    place = here(request.args.get("to", ""), request.args.to_dict())
    return {name: value for name, value in place.items() if name != "done" and value}


def _form(place: Mapping[str, Any], error: str = "", *, status: int = 200) -> Response:
    said = {
        "password": _("Your password is set. Sign in with it."),
        "out": _("You are signed out."),
    }
    site, provider = current_site(), current_provider()
    return show(
        "sign_in.html",
        # Translators: heading of a page, and the button below its form
        _("Sign in"),
        status=status,
        place=dict(place),
        error=error,
        done="" if error else said.get(request.args.get("done", ""), ""),
        email=typed("email"),
        action=url_for(f"{NAME}.enter", **place),
        has_passwords=not site.settings.oidc_only,
        provider=provider.name if provider else "",
        begin=url_for(f"{NAME}.oidc", **place),
    )


def sign_out() -> Response:
    """End the session, here and in the database."""
    signing_in.sign_out(current_site(), current_token())
    response = send_to(url_for(f"{NAME}.sign_in", done="out"), 303, "personal")
    set_session_cookie(response, "")
    return response


def current_provider() -> Provider | None:
    """With whose accounts the team may sign in here, besides passwords or instead of them."""
    return cast("Provider | None", current_app.extensions["helpdesk_provider"])


def this_browser() -> Browser:
    """Where the request comes from, as its owner will know it again."""
    agent = request.headers.get("User-Agent", "")[:512]
    names = [
        next((name for mark, name in known.items() if re.search(rf"\b{mark}\b", agent)), "")
        for known in (BROWSERS, SYSTEMS)
    ]
    return Browser(network_hash("sign-in"), ", ".join(filter(None, names)))
