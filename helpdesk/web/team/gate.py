"""The one place where it is decided who may come in: what a route has not declared is closed."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, NoReturn

from flask import Response, abort, request, url_for
from werkzeug.exceptions import NotFound

from helpdesk.queries.users import Member
from helpdesk.services.permissions import Permission, may
from helpdesk.web.caching import send_to
from helpdesk.web.gettext import gettext as _
from helpdesk.web.localization import current_site
from helpdesk.web.members import NAME, current_member, here, is_hosted, is_own_form
from helpdesk.web.pages import Page, show
from helpdesk.web.security import Verdict, judge_post


@dataclass(frozen=True, slots=True)
class Route:
    """A route below `/{tag}/team`; `permission` None: for everybody, signed in or not.

    `is_of_accounts`: about accounts and sessions of our own, which there are none of where the host has the users.
    `is_of_passwords`: absent where a provider alone lets people in.
    """

    rule: str
    name: str
    view: Callable[..., Response]
    permission: Permission | None
    method: str = "GET"
    is_of_accounts: bool = False
    is_of_passwords: bool = False


class Gate:
    """What every request passes before its view."""

    def __init__(self, routes: Iterable[Route]) -> None:
        self.routes = {f"{NAME}.{route.name}": route for route in routes}

    def __call__(self) -> Response | None:
        """An answer instead of the view's, or None."""
        request.max_content_length = current_site().settings.form_bytes
        route = self.routes.get(request.endpoint or "")
        if route is None:
            return refuse()
        if (route.is_of_accounts and is_hosted()) or (route.is_of_passwords and current_site().settings.oidc_only):
            raise NotFound
        if route.permission is None:
            return refuse_form() if request.method == "POST" and judge_post() is not Verdict.OWN else None
        return self._check_member(route.name, route.permission)

    def _check_member(self, name: str, permission: Permission) -> Response | None:
        member = current_member()
        if member is None:
            return refuse() if is_hosted() else _send_to_sign_in(name)
        if lacks_totp(member) and permission is not Permission.USE_ACCOUNT:
            return send_to(url_for(f"{NAME}.account"), 303, "personal")
        if not may(member, permission):
            return refuse()
        is_refused = request.method == "POST" and (judge_post() is Verdict.FOREIGN or not is_own_form(member))
        return refuse_form() if is_refused else None


def lacks_totp(member: Member) -> bool:
    """Whether the member has to set up codes, which are asked for besides a password, before anything else."""
    is_ours = member.has_password and not is_hosted()
    return is_ours and member.role in current_site().settings.totp_roles and not member.has_totp


def _send_to_sign_in(name: str) -> Response:
    values: dict[str, Any] = {}
    if request.method == "GET":
        values = here(name, {**request.args.to_dict(), **(request.view_args or {})})
    return send_to(url_for(f"{NAME}.sign_in", **values), 303, "personal")


def refuse() -> Response:
    """403 for somebody whose role does not reach so far."""
    # Translators: heading of an error page for members of the team
    title = _("You may not do this")
    return say(title, _("Your role does not include it. An administrator can change that."))


def forbid() -> NoReturn:
    """End a view with it: the locale or category is not the member's."""
    abort(refuse())


def refuse_form() -> Response:
    """403 for a form that another site sent, or a session before this one."""
    # Translators: heading of an error page
    title = _("This form is not valid any more")
    return say(title, _("Open the page again and send the form from there."))


def say(title: str, text: str, status: int = 403) -> Response:
    """A page that says nothing else."""
    page = Page(title=title, is_indexed=False, here={"route": "team"})
    return show("error.html", page, policy="personal", status=status, text=text)
