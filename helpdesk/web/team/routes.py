"""The table of routes, each with what a member must be permitted; the gate reads it, and no view asks again."""

from __future__ import annotations

from helpdesk.services.permissions import Permission
from helpdesk.web.team import (
    account,
    held,
    helpfulness,
    inbox,
    links,
    query,
    searches,
    signing,
    start,
    users,
    views,
    vouching,
)
from helpdesk.web.team.gate import Route

ROUTES = (
    Route("/", "start", start.start, Permission.READ_REPORTS),
    Route("/feedback", "feedback", inbox.feedback, Permission.READ_FEEDBACK),
    Route("/feedback", "change_feedback", inbox.change, Permission.READ_FEEDBACK, "POST"),
    Route("/feedback/<int(max=999999999):vote_id>", "feedback_entry", inbox.entry, Permission.READ_FEEDBACK),
    Route(
        "/feedback/<int(max=999999999):vote_id>",
        "change_feedback_entry",
        inbox.change_entry,
        Permission.READ_FEEDBACK,
        "POST",
    ),
    Route("/held", "held", held.held, Permission.READ_FEEDBACK),
    Route("/held/votes", "held_votes", held.votes, Permission.READ_FEEDBACK),
    Route("/held/votes", "settle_held", held.settle, Permission.RESOLVE_FEEDBACK, "POST"),
    Route("/sign-in", "sign_in", signing.sign_in, None, is_of_accounts=True),
    Route("/sign-in", "enter", signing.enter, None, "POST", is_of_accounts=True, is_of_passwords=True),
    Route("/oidc", "oidc", vouching.go, None, is_of_accounts=True),
    Route("/oidc/back", "oidc_back", vouching.come_back, None, is_of_accounts=True),
    Route("/sign-out", "sign_out", signing.sign_out, Permission.USE_ACCOUNT, "POST", is_of_accounts=True),
    Route("/link/<token>", "link", links.link, None, is_of_accounts=True, is_of_passwords=True),
    Route("/link/<token>", "use_link", links.use_link, None, "POST", is_of_accounts=True, is_of_passwords=True),
    Route("/account", "account", account.account, Permission.USE_ACCOUNT, is_of_accounts=True),
    Route("/account", "change_account", account.change, Permission.USE_ACCOUNT, "POST", is_of_accounts=True),
    Route("/helpfulness", "helpfulness", helpfulness.lists, Permission.READ_REPORTS),
    Route(
        "/helpfulness/<int(max=999999999):article_id>",
        "helpfulness_article",
        helpfulness.article,
        Permission.READ_REPORTS,
    ),
    Route("/views", "views", views.views, Permission.READ_REPORTS),
    Route(
        "/views/<int(max=999999999):article_id>",
        "views_article",
        views.article,
        Permission.READ_REPORTS,
    ),
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
    Route("/searches", "searches", searches.searches, Permission.READ_REPORTS),
    Route("/searches/changes", "search_changes", searches.changes, Permission.READ_REPORTS),
    Route("/searches/query", "query", query.query, Permission.READ_REPORTS),
    Route("/searches/query", "change_query", query.change, Permission.READ_REPORTS, "POST"),
)
