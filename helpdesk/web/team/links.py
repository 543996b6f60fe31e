"""The page behind an invitation's or reset's link. Opening it uses nothing up: programs that read mail do that, too."""

from __future__ import annotations

from flask import Response, request, url_for

from helpdesk import clock
from helpdesk.errors import UserError
from helpdesk.queries.users import Link, find_link
from helpdesk.services.users import set_password
from helpdesk.web.caching import send_to
from helpdesk.web.gettext import gettext as _
from helpdesk.web.localization import current_site
from helpdesk.web.members import NAME
from helpdesk.web.team.gate import say
from helpdesk.web.team.pages import explain, show, status_of, typed


def link(token: str) -> Response:
    """The form for a password, and for the first administrator's address and name."""
    found = find_link(current_site().database, token, now=clock.now())
    return _form(found) if found else _refuse()


def use_link(token: str) -> Response:
    """Set the password; then it has to be entered once, with a code where one is asked for."""
    site, form = current_site(), request.form
    given = {name: form.get(name, "") for name in ("password", "email", "name")}
    try:
        set_password(site, token, **given, now=clock.now())
    except UserError as error:
        found = find_link(site.database, token, now=clock.now())
        return _form(found, error) if found and error.reason != "link" else _refuse()
    return send_to(url_for(f"{NAME}.sign_in", done="password"), 303, "personal")


def _form(found: Link, error: UserError | None = None) -> Response:
    return show(
        "link.html",
        # Translators: heading of a page that a member of the team opens by a link
        _("Choose your password"),
        status=status_of(error) if error else 200,
        error=explain(error) if error else "",
        link=found,
        email=typed("email"),
        name=typed("name"),
        length=current_site().settings.password_length,
    )


def _refuse() -> Response:
    # Translators: heading of an error page; the link sets a member’s password
    title = _("This link does not work")
    return say(title, _("It was used already, or is too old. Ask an administrator for a new one."), 404)


def hide_token(response: Response) -> Response:
    """No Referer tells an address with a token or code in it, and yet the form's own Origin is told."""
    if request.endpoint in (f"{NAME}.link", f"{NAME}.use_link", f"{NAME}.oidc_back"):
        response.headers["Referrer-Policy"] = "strict-origin"
    return response
