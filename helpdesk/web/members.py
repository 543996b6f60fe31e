"""Who of the team asks, out of the session's cookie or told by the host; and addresses in the team's part."""

from __future__ import annotations

import hashlib
import hmac
import logging
import re
from collections.abc import Mapping
from contextlib import suppress
from typing import Any, cast

from flask import Response, current_app, g, request, url_for
from werkzeug.routing import BuildError

from helpdesk import clock
from helpdesk.config import ROLES
from helpdesk.errors import Busy
from helpdesk.queries.users import Member, find_session
from helpdesk.services.bootstrapping import secret_key
from helpdesk.services.signing_in import touch_session
from helpdesk.web.localization import cookie_path, current_site
from helpdesk.web.security import set_cookie

log = logging.getLogger(__name__)

NAME = "helpdesk_team"
COOKIE = "hd_team"
CSRF_FIELD = "csrf"
IN_PATH = re.compile(r"[\w-]+")
# What `url_for` takes for itself, or takes from the path.
RESERVED = {"to", "tag", "route", "endpoint"}


def cookie_name(name: str = COOKIE) -> str:
    """With the prefix that keeps other hosts of a domain from setting it, where its rules can be kept (RFC 6265bis)."""
    return f"__Host-{name}" if request.is_secure and cookie_path() == "/" else name


def current_token() -> str:
    """The token of this browser's session; empty without one."""
    return request.cookies.get(cookie_name(), "")


def is_hosted() -> bool:
    """Whether the host says who belongs to the team, and nobody signs in here."""
    return current_app.extensions["helpdesk_team_user"] is not None


def current_member() -> Member | None:
    """The member of the team who asks; one query, once, and none without the cookie. Raises Busy."""
    if "hd_member" not in g:
        g.hd_member = _of_host() if is_hosted() else _of_session(current_token())
    return cast("Member | None", g.hd_member)


def _of_host() -> Member | None:
    told = current_app.extensions["helpdesk_team_user"]()
    if told is not None and told[2] not in ROLES:
        log.error("`team_user` gave the role %r; the roles are %s.", told[2], ", ".join(ROLES))
        return None
    return None if told is None else Member(email=told[0], name=told[1], role=told[2])


def _of_session(token: str) -> Member | None:
    site, now = current_site(), clock.now()
    found = find_session(site.database, site.settings, token, now=now) if token else None
    if found is not None and found.is_to_be_touched:
        try:
            touch_session(site, token, now=now)
        except Busy as error:
            log.warning("That a session is in use was not noted: %s", error)
    return found.member if found else None


def csrf_token(member: Member) -> str:
    """What every form of a member's carries; worth nothing in another session, or to another user of the host's."""
    secret = secret_key(current_site().settings) if is_hosted() else current_token()
    return hmac.new(secret.encode(), f"form {member.email}".encode(), hashlib.sha256).hexdigest()


def is_own_form(member: Member) -> bool:
    """Whether a post carries that token."""
    sent = request.form.get(CSRF_FIELD, "").encode("utf-8", "replace")
    return hmac.compare_digest(sent, csrf_token(member).encode())


def set_session_cookie(response: Response, token: str) -> None:
    """Give a session's token to the browser, for as long as it can be worth anything; an empty one takes it back."""
    seconds = current_site().settings.session_hours * 3600 if token else 0
    set_cookie(response, cookie_name(), token, seconds, samesite="Lax")


def here(name: str, values: Mapping[str, Any]) -> dict[str, Any]:
    """A page of the team's by the name of its route and what its address holds, for `team_address`."""
    kept = {key: value for key, value in values.items() if key not in RESERVED and not key.startswith("_")}
    return {"to": name, **kept}


def team_address(values: Mapping[str, Any]) -> str:
    """The page that `here` told of, or the team's first; built from a route, so that no other site can be meant."""
    name = f"{NAME}.{values.get('to', '')}"
    rules = current_app.url_map.iter_rules(name) if name in current_app.view_functions else ()
    rule = next((rule for rule in rules if "GET" in (rule.methods or ())), None)
    kept = {key: value for key, value in here("", values).items() if key != "to"}
    # Nothing that stands in the path may lead out of it.
    if rule and all(IN_PATH.fullmatch(str(kept.get(key, "-"))) for key in rule.arguments):
        with suppress(BuildError, ValueError):
            return url_for(name, **kept)
    return url_for(f"{NAME}.start")
