"""The members of the team, for administrators."""

from __future__ import annotations

from typing import Any

from flask import Response, request, url_for
from werkzeug.exceptions import BadRequest, NotFound

from helpdesk import clock
from helpdesk.errors import NotSent, UserError
from helpdesk.queries.users import Member, find_user, list_sessions, list_users
from helpdesk.services import users as accounts
from helpdesk.services.mailing import send
from helpdesk.services.signing_in import end_sessions
from helpdesk.services.users import Rights
from helpdesk.web.caching import send_to
from helpdesk.web.gettext import gettext as _
from helpdesk.web.localization import current_locale, current_site
from helpdesk.web.members import NAME
from helpdesk.web.pages import absolute
from helpdesk.web.team import letters
from helpdesk.web.team.pages import category_choices, explain, role_labels, show, status_of, typed


def users() -> Response:
    """Everybody, and the form that invites."""
    return _list()


def invite() -> Response:
    """Make an account; its link is sent, or shown once."""
    form = request.form
    try:
        token = accounts.invite(current_site(), form.get("email", ""), form.get("name", ""), _rights(), now=clock.now())
    except UserError as error:
        return _list(status=status_of(error), error=_explain(error))
    if current_site().settings.oidc_only:
        return send_to(url_for(f"{NAME}.users", saved=1), 303, "personal")
    return _hand_over(accounts.folded(form["email"]), token)


def user(user_id: int) -> Response:
    """One member, with all that can be changed. Raises NotFound."""
    return _one(user_id)


def change(user_id: int) -> Response:
    """Take one of the forms; `action` tells which. Raises NotFound."""
    site, member, action = current_site(), _find(user_id), request.form.get("action", "")
    try:
        if action == "rights":
            accounts.change_rights(site, user_id, _rights())
        elif action == "disable":
            accounts.disable(site, user_id)
        elif action == "enable":
            accounts.enable(site, user_id)
        elif action == "sessions":
            end_sessions(site, user_id)
        elif action == "reset":
            without_totp = "without_app" in request.form
            token = accounts.make_reset_link(site, user_id, without_totp=without_totp, now=clock.now())
            return _hand_over(member.email, token)
        else:
            raise BadRequest
    except UserError as error:
        return _one(user_id, status=status_of(error), error=_explain(error))
    return send_to(url_for(f"{NAME}.user", user_id=user_id, saved=1), 303, "personal")


def _rights() -> Rights:
    form = request.form
    return Rights(role=form.get("role", ""), locales=form.getlist("locale"), categories=form.getlist("category"))


def _explain(error: UserError) -> str:
    """What no form of ours offers is not explained. Raises BadRequest."""
    if error.reason in ("role", "limits", "disabled", "off"):
        raise BadRequest
    return explain(error)


def _find(user_id: int) -> Member:
    member = find_user(current_site().database, user_id=user_id)
    if member is None:
        raise NotFound
    return member


def _choices() -> dict[str, Any]:
    """What forms offer; limits as (value, label, lang)."""
    site = current_site()
    return {
        "can_send": bool(site.settings.smtp_url) and not site.settings.oidc_only,
        "is_to_be_sent": request.method == "GET" or "send" in request.form,
        "roles": role_labels(),
        "locales": [(locale.tag, locale.name, locale.tag) for locale in site.locales.all],
        "categories": category_choices(),
    }


def _list(*, status: int = 200, error: str = "") -> Response:
    return show(
        "users.html",
        # Translators: heading of the list of the members of the team
        _("People"),
        status=status,
        place={"to": "users"},
        error=error,
        is_saved="saved" in request.args and not error,
        users=list_users(current_site().database),
        email=typed("email"),
        name=typed("name"),
        tried=_rights(),
        **_choices(),
    )


def _one(user_id: int, *, status: int = 200, error: str = "") -> Response:
    site, member = current_site(), _find(user_id)
    return show(
        "user.html",
        member.name,
        status=status,
        place={"to": "user", "user_id": user_id},
        error=error,
        is_saved="saved" in request.args and not error,
        user=member,
        has_passwords=not site.settings.oidc_only,
        sessions=list_sessions(site.database, site.settings, user_id, now=clock.now()),
        **_choices(),
    )


def _hand_over(email: str, token: str) -> Response:
    """The page after a link was made: it was sent to the account's own address, or it is shown to be sent."""
    settings, address, failure = current_site().settings, absolute(url_for(f"{NAME}.link", token=token)), ""
    is_sent = bool(settings.smtp_url) and "send" in request.form
    try:
        if is_sent:
            send(settings, [email], letters.link(current_locale(), email, address))
    except NotSent as error:
        is_sent, failure = False, str(error)
    # Translators: heading of a page; the link is for a member of the team, who sets a password with it
    sent = _("The link was sent by mail")
    return show(
        "link_made.html",
        # Translators: heading of a page with a link for a member of the team, who sets a password with it
        sent if is_sent else _("Send this link"),
        place={"to": "users"},
        email=email,
        address="" if is_sent else address,
        failure=failure,
        hours=settings.link_hours,
    )
