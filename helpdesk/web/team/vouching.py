"""Sign in with an account elsewhere: to the provider, and back from it with a code.

A link begins it, no form: the policy `form-action 'self'` holds for every address that a form is sent on to as well.
"""

from __future__ import annotations

import logging
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from flask import Response, request, url_for
from itsdangerous import BadSignature, URLSafeSerializer
from werkzeug.exceptions import NotFound

from helpdesk import clock
from helpdesk.errors import UserError, printable
from helpdesk.services.bootstrapping import secret_key
from helpdesk.services.vouching import PATIENCE, Begun, begin, prove, sign_in_as, use_up
from helpdesk.web.caching import send_to
from helpdesk.web.localization import activate, current_locale, current_site
from helpdesk.web.members import NAME, cookie_name
from helpdesk.web.pages import absolute
from helpdesk.web.security import Verdict, judge_post, set_cookie
from helpdesk.web.team.signing import current_provider, let_in, refuse, this_browser, wanted

if TYPE_CHECKING:
    from helpdesk.services.openid import Provider

log = logging.getLogger(__name__)

COOKIE = "hd_oidc"
# A cookie takes 4,096 bytes; of a longer way back only the start is left.
PLACE_LENGTH = 1500


def go() -> Response:
    """Send the browser to the provider; one that no page of ours sent here gets the form first."""
    provider, site, now, place = _provider(), current_site(), clock.now(), wanted()
    if judge_post() is Verdict.FOREIGN:
        return send_to(url_for(f"{NAME}.sign_in", **place), 303, "personal")
    try:
        begun = begin(site, this_browser().network, now=now)
        address = provider.address(prove(site, begun), _back(), current_locale().tag, now=now)
    except UserError as error:
        return refuse(error, place)
    response = send_to(address, 303, "personal")
    place = place if len(repr(place)) <= PLACE_LENGTH else {}
    kept = [begun.seed, int(begun.at.timestamp()), begun.network.hex(), current_locale().tag, place]
    _set_cookie(response, str(_signer().dumps(kept)), int(PATIENCE.total_seconds()))
    return response


def come_back() -> Response:
    """Take what the provider sent the browser back with; every sign-in is finished once."""
    provider = _provider()
    begun, place = _read_cookie()
    try:
        token = _finish(provider, begun)
    except UserError as error:
        response = refuse(error, place)
    else:
        response = let_in(token, place)
    if request.cookies.get(cookie_name(COOKIE)):
        _set_cookie(response, "", 0)
    return response


def _finish(provider: Provider, begun: Begun | None) -> str:
    site, now, told = current_site(), clock.now(), request.args
    if begun is None:
        raise UserError("begun")
    use_up(site, begun, told.get("state", ""), now=now)
    if "error" in told or not told.get("code"):
        log.warning("%s let nobody in: %s", provider.issuer, printable(told.get("error", "no code")[:100]))
        raise UserError("denied")
    person = provider.identify(told["code"], prove(site, begun), _back(), now=now)
    return sign_in_as(site, person, begun, this_browser(), now=now)


def _provider() -> Provider:
    provider = current_provider()
    if provider is None:
        raise NotFound
    return provider


def _back() -> str:
    """The one address that the provider has to know, whatever the member's language."""
    return absolute(url_for(f"{NAME}.oidc_back", tag=current_site().locales.default.tag))


def _read_cookie() -> tuple[Begun | None, dict[str, Any]]:
    """What was begun in this browser, and where it wanted to go; from here on in the language of then."""
    try:
        seed, at, network, tag, place = _signer().loads(request.cookies.get(cookie_name(COOKIE), ""))
    except BadSignature:
        return None, {}
    activate(current_site().locales.find(tag) or current_locale())
    return Begun(seed, datetime.fromtimestamp(at, UTC), bytes.fromhex(network)), place


def _set_cookie(response: Response, value: str, seconds: int) -> None:
    """Lax: it has to come along when the provider sends the browser back."""
    set_cookie(response, cookie_name(COOKIE), value, seconds, samesite="Lax")


def _signer() -> URLSafeSerializer:
    return URLSafeSerializer(secret_key(current_site().settings), salt="helpdesk.oidc")
