"""The table of routes: no route without a line. Audience, method, cache policy, limit."""

from __future__ import annotations

import pytest
from flask import Flask

from tests.support.pages import CheckingClient

# Nothing here asks the database what tests of lists, articles and votes do not ask on PostgreSQL as well.
pytestmark = pytest.mark.on("sqlite")

READER, MACHINE, SCRIPT, TEAM = "reader", "machine", "script", "team"
MINUTE = "120 a minute and network"
ATTEMPTS = "30 failures an hour and account, 100 an hour and network"
FAILURES = "100 failures an hour and network"
PAGE, PERSONAL, NEVER = "no-cache", "private, no-store", "no-store"
HOUR, MOVED, FOREVER = "public, max-age=3600", "max-age=3600", "public, max-age=31536000, immutable"
# endpoint: (rule, method, audience, cache policy, limit, an address that shows the policy)
ROUTES = {
    "root": ("/", "GET", READER, NEVER, None, "/"),
    "article_by_id": ("/articles/<int(max=999999999):article_id>", "GET", READER, NEVER, None, "/articles/16"),
    "healthz": ("/healthz", "GET", MACHINE, NEVER, None, "/healthz"),
    "readyz": ("/readyz", "GET", MACHINE, NEVER, None, "/readyz"),
    "robots": ("/robots.txt", "GET", MACHINE, HOUR, None, "/robots.txt"),
    "sitemap": ("/sitemap.xml", "GET", MACHINE, PAGE, None, "/sitemap.xml"),
    "sitemap_part": (
        "/sitemap-<int(min=1, max=99999):number>.xml",
        "GET",
        MACHINE,
        PAGE,
        None,
        "/sitemap-1.xml",
    ),
    "llms_of_default": ("/llms.txt", "GET", MACHINE, PAGE, None, "/llms.txt"),
    "media": ("/media/<name>", "GET", READER, FOREVER, None, "(media)"),
    "static": ("/static/<path:filename>", "GET", READER, FOREVER, None, "(static)"),
    "hosted_style": ("/static/hosted.css", "GET", READER, FOREVER, None, "/static/hosted.css?v=1"),
    "home_without_slash": ("/<tag>", "GET", READER, MOVED, None, "/de"),
    "home": ("/<tag>/", "GET", READER, PAGE, None, "/de/"),
    "category": ("/<tag>/categories/<slug>", "GET", READER, PAGE, None, "/en/categories/faq"),
    "section": ("/<tag>/categories/<slug>/<section_slug>", "GET", READER, PAGE, None, "/en/categories/faq/trading"),
    "category_feed": (
        "/<tag>/categories/<slug>/feed.xml",
        "GET",
        MACHINE,
        PAGE,
        None,
        "/en/categories/faq/feed.xml",
    ),
    "markdown": (
        "/<tag>/articles/<int(min=1, max=999999999):article_id>.md",
        "GET",
        MACHINE,
        PAGE,
        None,
        "/en/articles/16.md",
    ),
    "article": (
        "/<tag>/articles/<ref>",
        "GET",
        READER,
        PERSONAL,
        None,
        "/en/articles/16-move-your-authenticator-to-a-new-phone",
    ),
    "vote": ("/<tag>/articles/<ref>/vote", "POST", READER, NEVER, "60 a minute and voter", None),
    "view": ("/<tag>/articles/<ref>/view", "POST", READER, NEVER, "600 a minute and network", None),
    "view_page": ("/<tag>/articles/<ref>/view", "GET", READER, NEVER, None, "/en/articles/16-x/view"),
    "vote_page": ("/<tag>/articles/<ref>/vote", "GET", READER, NEVER, None, "/en/articles/16-x/vote"),
    "search": ("/<tag>/search", "GET", READER, PAGE, None, "/en/search?q=authenticator"),
    "suggest": ("/<tag>/suggest", "GET", READER, PAGE, "600 a minute and network", "/en/suggest?q=authenticator"),
    "feed": ("/<tag>/feed.xml", "GET", MACHINE, PAGE, None, "/de/feed.xml"),
    "opensearch": ("/<tag>/opensearch.xml", "GET", MACHINE, PAGE, None, "/de/opensearch.xml"),
    "llms": ("/<tag>/llms.txt", "GET", MACHINE, PAGE, None, "/de/llms.txt"),
    "language": ("/<tag>/language", "GET", READER, NEVER, None, "/de/language?route=home"),
    "contact": ("/<tag>/contact", "GET", READER, NEVER, None, "/de/contact?article=16"),
    "about_views": ("/<tag>/about/views", "GET", READER, PAGE, None, "/de/about/views"),
    "team.start": ("/<tag>/team/", "GET", TEAM, PERSONAL, None, "/en/team/"),
    "team.feedback": ("/<tag>/team/feedback", "GET", TEAM, PERSONAL, None, "/en/team/feedback"),
    "team.change_feedback": ("/<tag>/team/feedback", "POST", TEAM, PERSONAL, None, None),
    "team.feedback_entry": (
        "/<tag>/team/feedback/<int(max=999999999):vote_id>",
        "GET",
        TEAM,
        PERSONAL,
        None,
        "/en/team/feedback/1",
    ),
    "team.change_feedback_entry": (
        "/<tag>/team/feedback/<int(max=999999999):vote_id>",
        "POST",
        TEAM,
        PERSONAL,
        None,
        None,
    ),
    "team.held": ("/<tag>/team/held", "GET", TEAM, PERSONAL, None, "/en/team/held"),
    "team.held_votes": ("/<tag>/team/held/votes", "GET", TEAM, PERSONAL, None, "/en/team/held/votes"),
    "team.settle_held": ("/<tag>/team/held/votes", "POST", TEAM, PERSONAL, None, None),
    "team.sign_in": ("/<tag>/team/sign-in", "GET", TEAM, PERSONAL, None, "/en/team/sign-in"),
    "team.enter": ("/<tag>/team/sign-in", "POST", TEAM, PERSONAL, ATTEMPTS, None),
    "team.oidc": ("/<tag>/team/oidc", "GET", TEAM, PERSONAL, FAILURES, None),
    "team.oidc_back": ("/<tag>/team/oidc/back", "GET", TEAM, PERSONAL, None, None),
    "team.sign_out": ("/<tag>/team/sign-out", "POST", TEAM, PERSONAL, None, None),
    "team.link": ("/<tag>/team/link/<token>", "GET", TEAM, PERSONAL, None, "/en/team/link/nope"),
    "team.use_link": ("/<tag>/team/link/<token>", "POST", TEAM, PERSONAL, None, None),
    "team.account": ("/<tag>/team/account", "GET", TEAM, PERSONAL, None, "/en/team/account"),
    "team.change_account": ("/<tag>/team/account", "POST", TEAM, PERSONAL, ATTEMPTS, None),
    "team.helpfulness": ("/<tag>/team/helpfulness", "GET", TEAM, PERSONAL, None, "/en/team/helpfulness"),
    "team.helpfulness_article": (
        "/<tag>/team/helpfulness/<int(max=999999999):article_id>",
        "GET",
        TEAM,
        PERSONAL,
        None,
        "/en/team/helpfulness/16",
    ),
    "team.views": ("/<tag>/team/views", "GET", TEAM, PERSONAL, None, "/en/team/views"),
    "team.views_article": (
        "/<tag>/team/views/<int(max=999999999):article_id>",
        "GET",
        TEAM,
        PERSONAL,
        None,
        "/en/team/views/16",
    ),
    "team.users": ("/<tag>/team/users", "GET", TEAM, PERSONAL, None, "/en/team/users"),
    "team.invite": ("/<tag>/team/users", "POST", TEAM, PERSONAL, None, None),
    "team.user": ("/<tag>/team/users/<int(max=999999999):user_id>", "GET", TEAM, PERSONAL, None, "/en/team/users/1"),
    "team.change_user": ("/<tag>/team/users/<int(max=999999999):user_id>", "POST", TEAM, PERSONAL, None, None),
    "team.searches": ("/<tag>/team/searches", "GET", TEAM, PERSONAL, None, "/en/team/searches"),
    "team.search_changes": ("/<tag>/team/searches/changes", "GET", TEAM, PERSONAL, None, "/en/team/searches/changes"),
    "team.query": ("/<tag>/team/searches/query", "GET", TEAM, PERSONAL, None, "/en/team/searches/query?q=pay"),
    "team.change_query": ("/<tag>/team/searches/query", "POST", TEAM, PERSONAL, None, None),
    "not_found": ("/<path:rest>", "GET", READER, NEVER, None, "/nope"),
    "api.status": ("/api/v1/status", "GET", SCRIPT, NEVER, MINUTE, "/api/v1/status"),
    "api.locales": ("/api/v1/locales", "GET", SCRIPT, PAGE, MINUTE, "/api/v1/locales"),
    "api.categories": ("/api/v1/categories", "GET", SCRIPT, PAGE, MINUTE, "/api/v1/categories"),
    "api.articles": ("/api/v1/articles", "GET", SCRIPT, PAGE, MINUTE, "/api/v1/articles"),
    "api.article": ("/api/v1/articles/<article_id>", "GET", SCRIPT, PAGE, MINUTE, "/api/v1/articles/16"),
    "api.translations": (
        "/api/v1/articles/<article_id>/translations",
        "GET",
        SCRIPT,
        PAGE,
        MINUTE,
        "/api/v1/articles/16/translations",
    ),
    "api.search": ("/api/v1/search", "GET", SCRIPT, NEVER, MINUTE, "/api/v1/search?q=authenticator"),
    "api.search_json": ("/<tag>/search.json", "GET", SCRIPT, NEVER, MINUTE, "/en/search.json?q=authenticator"),
    "api.suggest": ("/api/v1/suggest", "GET", SCRIPT, PAGE, MINUTE, "/api/v1/suggest?q=authenticator"),
    "api.openapi": ("/api/v1/openapi.json", "GET", SCRIPT, PAGE, MINUTE, "/api/v1/openapi.json"),
    "api.unknown": ("/api/v1/<path:rest>", "GET", SCRIPT, NEVER, MINUTE, "/api/v1/nope"),
}
WRITING = {"POST", "PUT", "PATCH", "DELETE", "TRACE", "CONNECT"}


def _name(endpoint: str) -> str:
    return endpoint.removeprefix("helpdesk.").replace("helpdesk_api.", "api.").replace("helpdesk_team.", "team.")


def _refused(endpoint: str) -> set[str]:
    """Methods that the API's last route takes only to answer 405."""
    return WRITING if endpoint == "helpdesk_api.unknown" else set()


def test_no_route_without_a_line(app: Flask) -> None:
    found = {
        _name(rule.endpoint): (rule.rule, *sorted(rule.methods - {"HEAD", "OPTIONS"} - _refused(rule.endpoint)))
        for rule in app.url_map.iter_rules()
    }
    assert found == {name: line[:2] for name, line in ROUTES.items()}


@pytest.mark.parametrize("name", [name for name, line in ROUTES.items() if line[5]])
def test_cache_policy(visitor: CheckingClient, name: str) -> None:
    policy, address = ROUTES[name][3], ROUTES[name][5]
    if address == "(media)":
        address = visitor.get("/en/articles/26-sign-api-requests").one("img").get("src")
    if address == "(static)":
        address = visitor.get("/en/").one("link", rel="stylesheet").get("href")
    assert visitor.get(address).response.headers["Cache-Control"] == policy


def test_health(client: CheckingClient) -> None:
    assert client.get("/healthz").data == b"ok\n"
    assert client.get("/readyz").response.get_json() == {"database": "ok", "search": "ok"}
