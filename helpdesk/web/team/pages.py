"""What every page of the team has around its content, and what its forms say when they are refused."""

from __future__ import annotations

from typing import Any

from flask import Response, request, url_for
from werkzeug.exceptions import NotFound

from helpdesk import clock
from helpdesk.config import ROLES
from helpdesk.errors import UserError
from helpdesk.queries.categories import list_categories
from helpdesk.queries.inbox import MOST_UNREAD, count_unread
from helpdesk.queries.users import Member, list_category_keys
from helpdesk.services.permissions import Permission, may
from helpdesk.services.users import EMAIL_LENGTH, NAME_LENGTH
from helpdesk.web import pages
from helpdesk.web.filters import number
from helpdesk.web.gettext import gettext as _
from helpdesk.web.gettext import ngettext
from helpdesk.web.localization import current_locale, current_site
from helpdesk.web.members import NAME, csrf_token, current_member, here, is_hosted
from helpdesk.web.pages import Page

STATUSES = {"limited": 429, "missing": 503, "provider": 503}
STATUSES |= dict.fromkeys(("begun", "denied", "stranger", "unverified", "identity", "disabled"), 403)


def show(
    template: str,
    title: str,
    *,
    status: int = 200,
    place: dict[str, Any] | None = None,
    lang: str = "",
    **context: Any,
) -> Response:
    """A page of the team's; `place` is where the switcher leads, where that is not this page, `lang` the title's."""
    member = current_member()
    name = (request.endpoint or "").rpartition(".")[2]
    place = here(name, {**request.args.to_dict(), **(request.view_args or {})}) if place is None else place
    page = Page(title=title, lang=lang, is_indexed=False, here={"route": "team", **place})
    own = {"member": member, "links": links(), "csrf": csrf_token(member) if member else ""}
    return pages.show(
        f"team/{template}", page, policy="personal", status=status, **({"is_saved": False} | own | context)
    )


def typed(name: str) -> str:
    """What a field of the form that is refused held, to be shown in it again."""
    return "".join(char for char in request.form.get(name, "") if char.isprintable())[:EMAIL_LENGTH]


def links() -> list[tuple[str, str, str]]:
    """Name of the route, address and label of what the member may open."""
    member = current_member()
    if member is None:
        return []
    # Translators: link to the first page of those who write, translate and learn from feedback; they are the team
    found = [("start", url_for(f"{NAME}.start"), _("Team"))]
    if may(member, Permission.READ_FEEDBACK):
        found.append(("feedback", url_for(f"{NAME}.feedback"), _feedback_label(member)))
    if may(member, Permission.READ_REPORTS):
        # Translators: link to, and heading of, the reports on how helpful readers find the articles
        found.append(("helpfulness", url_for(f"{NAME}.helpfulness"), _("Helpfulness")))
        found.append(("views", url_for(f"{NAME}.views"), _("Views")))
        found.append(("searches", url_for(f"{NAME}.searches"), _("Searches")))
    if not is_hosted():
        # Translators: link to the page with one’s own name, password and sign-ins
        found.append(("account", url_for(f"{NAME}.account"), _("My account")))
        if may(member, Permission.MANAGE_USERS):
            # Translators: link to the list of the members of the team
            found.append(("users", url_for(f"{NAME}.users"), _("People")))
    return found


def the_member() -> Member:
    """Who asks; the gate has let nobody else in. Raises NotFound."""
    member = current_member()
    if member is None:
        raise NotFound
    return member


def _feedback_label(member: Member) -> str:
    unread = count_unread(current_site().database, member.reach)
    if unread == 0:
        # Translators: link to the list of what readers say of articles, and its heading
        return _("Feedback")
    shown = number(unread) if unread <= MOST_UNREAD else f"{number(MOST_UNREAD)}+"
    # Translators: link to the list of what readers say of articles; unread: by anybody of the team
    return ngettext("Feedback (%(number)s unread)", "Feedback (%(number)s unread)", unread, number=shown)


def category_choices() -> list[tuple[str, str, str]]:
    """All categories as (key, title, lang), in the site's order; one that is empty goes by its key."""
    site = current_site()
    shown = list_categories(site.database, site.locales, current_locale(), now=clock.now())
    titles = {category.key: (category.title, category.lang) for category in shown}
    return [(key, *titles.get(key, (key, ""))) for key in list_category_keys(site.database)]


def role_labels() -> dict[str, str]:
    """What each role is called."""
    labels = {
        # Translators: a role: may do everything
        "admin": _("Administrator"),
        # Translators: a role: publishes what others write
        "editor": _("Editor"),
        # Translators: a role: writes articles
        "author": _("Author"),
        # Translators: a role: translates articles
        "translator": _("Translator"),
        # Translators: a role: reads reports
        "analyst": _("Analyst"),
    }
    return {role: labels[role] for role in ROLES}


def explain(error: UserError) -> str:
    """What a form says of an error; raises it again when no form of ours can bring it about."""
    words = {
        "email": _("This is not a complete e-mail address."),
        "name": _("Write a name of at most %(number)s characters.", number=number(NAME_LENGTH)),
        "taken": _("There is an account with this e-mail address already."),
        # Translators: said when the only administrator would be disabled or get another role
        "last_admin": _("This is the last administrator. Make somebody else one first."),
        "short": _("The password is too short."),
        "common": _("This password is easy to guess. Take several words that have nothing to do with each other."),
        "wrong": _("E-mail address, password or code is wrong."),
        # Translators: a code with which one signs in, from an app
        "code": _("This code is wrong, or was used already."),
        "limited": _("Too many attempts failed within an hour. Try again later."),
        # Translators: codes with which one signs in, from an app
        "sealed": _("Codes of your app cannot be checked any more. Enter a recovery code, or ask an administrator."),
        # Translators: here and below, the sign-in service is another site, with whose account one signs in here
        "provider": _("The sign-in service does not respond as it should. Try again in a few minutes."),
        "begun": _("This sign-in took too long, or was begun in another browser. Try again."),
        "denied": _("The sign-in service did not let you in."),
        "stranger": _("You have no account here yet. Ask an administrator to invite you."),
        "unverified": _("The sign-in service has not verified your e-mail address."),
        # Translators: said to somebody whose e-mail address the account has, but who is another person there
        "identity": _("Your account here belongs to another account of the sign-in service. Ask an administrator."),
        "disabled": _("Your account is disabled. Ask an administrator."),
        "missing": _("Nobody can sign in on this server: packages are missing."),
    }
    if error.reason not in words:
        raise error
    return words[error.reason]


def status_of(error: UserError) -> int:
    """The status of a page that says so."""
    return STATUSES.get(error.reason, 422)
