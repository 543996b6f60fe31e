"""A member's own account: name, password, codes from an app, and where one is signed in."""

from __future__ import annotations

from typing import Any

from flask import Response, request, url_for
from werkzeug.exceptions import BadRequest

from helpdesk import clock
from helpdesk.errors import UserError
from helpdesk.queries.users import Member, count_recovery_codes, list_sessions, session_key, token_hash
from helpdesk.services.passwords import library
from helpdesk.services.second_factor import begin_totp, confirm_totp, end_totp, find_totp_address
from helpdesk.services.signing_in import change_password, end_sessions, prove_password
from helpdesk.services.users import rename
from helpdesk.web.caching import send_to
from helpdesk.web.gettext import gettext as _
from helpdesk.web.localization import current_site
from helpdesk.web.members import NAME, current_token, set_session_cookie
from helpdesk.web.team.gate import lacks_totp
from helpdesk.web.team.pages import explain, role_labels, show, status_of, the_member
from helpdesk.web.team.signing import this_browser


def account() -> Response:
    """All forms of the page."""
    return _page()


def change() -> Response:
    """Take one of the forms; `action` tells which."""
    action = ACTIONS.get(request.form.get("action", ""))
    if action is None or (action in WITH_PASSWORD and current_site().settings.oidc_only):
        raise BadRequest
    try:
        return action(the_member())
    except UserError as error:
        is_password = error.reason == "wrong"
        # Translators: said of the current password, which has to be entered to change something
        text = _("This is not your password.") if is_password else explain(error)
        return _page(status=status_of(error), error=text, failed=request.form["action"])


def _rename(member: Member) -> Response:
    rename(current_site(), member.id, request.form.get("name", ""))
    return _saved()


def _change_password(member: Member) -> Response:
    given = {name: request.form.get(name, "") for name in ("current", "new")}
    token = change_password(current_site(), member.id, this_browser(), **given, now=clock.now())
    response = _saved()
    set_session_cookie(response, token)
    return response


def _begin(member: Member) -> Response:
    _prove(member)
    begin_totp(current_site(), member.id)
    return send_to(url_for(f"{NAME}.account", _anchor="codes"), 303, "personal")


def _confirm(member: Member) -> Response:
    codes = confirm_totp(current_site(), member.id, request.form.get("code", ""), now=clock.now())
    return show("codes.html", _("Your recovery codes"), place={"to": "account"}, codes=codes)


def _give_up(member: Member) -> Response:
    _prove(member)
    end_totp(current_site(), member.id)
    return _saved()


def _prove(member: Member) -> None:
    password = request.form.get("current", "")
    prove_password(current_site(), member.id, this_browser(), password, now=clock.now())


def _end_session(member: Member) -> Response:
    end_sessions(current_site(), member.id, request.form.get("session", ""))
    return _saved()


ACTIONS = {
    "name": _rename,
    "password": _change_password,
    "begin": _begin,
    "confirm": _confirm,
    "give_up": _give_up,
    "session": _end_session,
}
WITH_PASSWORD = (_change_password, _begin, _confirm, _give_up)


def _saved() -> Response:
    return send_to(url_for(f"{NAME}.account", saved=1), 303, "personal")


def _page(*, status: int = 200, error: str = "", failed: str = "") -> Response:
    site, member, now = current_site(), the_member(), clock.now()
    address = None if member.has_totp else find_totp_address(site, member.id)
    context: dict[str, Any] = {"error": error, "failed": failed, "is_saved": "saved" in request.args and not error}
    return show(
        "account.html",
        # Translators: heading of the page with one’s own name, password and sign-ins
        _("My account"),
        status=status,
        place={"to": "account"},
        role=role_labels()[member.role],
        has_password=member.has_password and not site.settings.oidc_only,
        length=site.settings.password_length,
        is_missing_totp=lacks_totp(member),
        totp_address=address,
        totp_picture=_picture(address) if address else "",
        codes_left=count_recovery_codes(site.database, member.id),
        sessions=list_sessions(site.database, site.settings, member.id, now=now),
        own_session=session_key(token_hash(current_token())),
        **context,
    )


def _picture(address: str) -> str:
    """The address as a QR code, an SVG without a script or style in it; dark on light in dark mode as well."""
    return str(library("segno").make(address, micro=False).svg_data_uri(border=4, dark="#000", light="#fff"))
