"""Signing in and out in a browser, links, and the account's page."""

from __future__ import annotations

from flask import Flask

from helpdesk.services.site import Site
from tests.support.pages import CheckingClient
from tests.support.team import add_member, come_in


def test_in_and_out(site: Site, app: Flask, client: CheckingClient) -> None:
    add_member(site, "admin")
    assert client.get("/en/team/").response.headers["Location"] == "/en/team/sign-in?to=start"
    client.get("/ar/team/sign-in?to=start")
    page = come_in(client)
    assert page.response.headers["Location"] == "/en/team/"
    for path in ("", "account", "users", "users/1"):
        page = client.get(f"/en/team/{path}")
        assert page.status == 200, page.html
        print(page.html)
