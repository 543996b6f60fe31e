"""The table of routes: no route without a line. Audience, method, cache policy, limit."""

from __future__ import annotations

import pytest
from flask import Flask

from tests.support.pages import CheckingClient

READER, MACHINE = "reader", "machine"
PAGE, PERSONAL, NEVER = "no-cache", "private, no-store", "no-store"
HOUR, MOVED, FOREVER = "public, max-age=3600", "max-age=3600", "public, max-age=31536000, immutable"
# endpoint: (rule, method, audience, cache policy, limit, an address that shows the policy)
ROUTES = {
    "root": ("/", "GET", READER, NEVER, None, "/"),
    "article_by_id": ("/articles/<int(max=999999999):article_id>", "GET", READER, NEVER, None, "/articles/16"),
    "healthz": ("/healthz", "GET", MACHINE, NEVER, None, "/healthz"),
    "readyz": ("/readyz", "GET", MACHINE, NEVER, None, "/readyz"),
    "robots": ("/robots.txt", "GET", MACHINE, HOUR, None, "/robots.txt"),
    "media": ("/media/<name>", "GET", READER, FOREVER, None, "(media)"),
    "static": ("/static/<path:filename>", "GET", READER, FOREVER, None, "(static)"),
    "home_without_slash": ("/<tag>", "GET", READER, MOVED, None, "/de"),
    "home": ("/<tag>/", "GET", READER, PAGE, None, "/de/"),
    "category": ("/<tag>/categories/<slug>", "GET", READER, PAGE, None, "/en/categories/faq"),
    "section": ("/<tag>/categories/<slug>/<section_slug>", "GET", READER, PAGE, None, "/en/categories/faq/trading"),
    "article": (
        "/<tag>/articles/<ref>",
        "GET",
        READER,
        PERSONAL,
        None,
        "/en/articles/16-move-your-authenticator-to-a-new-phone",
    ),
    "vote": ("/<tag>/articles/<ref>/vote", "POST", READER, NEVER, "60 a minute and network", None),
    "view": ("/<tag>/articles/<ref>/view", "POST", READER, NEVER, "600 a minute and network", None),
    "view_page": ("/<tag>/articles/<ref>/view", "GET", READER, NEVER, None, "/en/articles/16-x/view"),
    "vote_page": ("/<tag>/articles/<ref>/vote", "GET", READER, NEVER, None, "/en/articles/16-x/vote"),
    "search": ("/<tag>/search", "GET", READER, PAGE, None, "/en/search?q=authenticator"),
    "language": ("/<tag>/language", "GET", READER, NEVER, None, "/de/language?route=home"),
    "about_views": ("/<tag>/about/views", "GET", READER, PAGE, None, "/de/about/views"),
    "not_found": ("/<path:rest>", "GET", READER, NEVER, None, "/nope"),
}


def test_no_route_without_a_line(app: Flask) -> None:
    found = {
        rule.endpoint.removeprefix("helpdesk."): (rule.rule, *sorted(rule.methods - {"HEAD", "OPTIONS"}))
        for rule in app.url_map.iter_rules()
    }
    assert found == {name: line[:2] for name, line in ROUTES.items()}


@pytest.mark.parametrize("name", [name for name, line in ROUTES.items() if line[5]])
def test_cache_policy(client: CheckingClient, name: str) -> None:
    policy, address = ROUTES[name][3], ROUTES[name][5]
    if address == "(media)":
        address = client.get("/en/articles/26-sign-api-requests").one("img").get("src")
    if address == "(static)":
        address = client.get("/en/").one("link", rel="stylesheet").get("href")
    assert client.get(address).response.headers["Cache-Control"] == policy


def test_health(client: CheckingClient) -> None:
    assert client.get("/healthz").data == b"ok\n"
    assert client.get("/readyz").response.get_json() == {"database": "ok", "search": "ok"}
