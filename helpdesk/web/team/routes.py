"""The table of routes, each with what a member must be permitted; the gate reads it, and no view asks again."""

from __future__ import annotations

from helpdesk.services.permissions import Permission
from helpdesk.web.team import account, links, signing, start, users
from helpdesk.web.team.gate import Route

ROUTES = (
    Route("/", "start", start.start, Permission.READ_REPORTS),
    Route("/sign-in", "sign_in", signing.sign_in, None, is_of_accounts=True),
    Route("/sign-in", "enter", signing.enter, None, "POST", is_of_accounts=True),
    Route("/sign-out", "sign_out", signing.sign_out, Permission.USE_ACCOUNT, "POST", is_of_accounts=True),
    Route("/link/<token>", "link", links.link, None, is_of_accounts=True),
    Route("/link/<token>", "use_link", links.use_link, None, "POST", is_of_accounts=True),
    Route("/account", "account", account.account, Permission.USE_ACCOUNT, is_of_accounts=True),
    Route("/account", "change_account", account.change, Permission.USE_ACCOUNT, "POST", is_of_accounts=True),
    Route("/users", "users", users.users, Permission.MANAGE_USERS, is_of_accounts=True),
    Route("/users", "invite", users.invite, Permission.MANAGE_USERS, "POST", is_of_accounts=True),
    Route("/users/<int(max=999999999):user_id>", "user", users.user, Permission.MANAGE_USERS, is_of_accounts=True),
    Route(
        "/users/<int(max=999999999):user_id>",
        "change_user",
        users.change,
        Permission.MANAGE_USERS,
        "POST",
        is_of_accounts=True,
    ),
)
