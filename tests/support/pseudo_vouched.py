"""Signing in with a provider, in the language that is none: the button, and everything that may keep somebody out."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

import requests
from sqlalchemy import update

from helpdesk.models import User
from helpdesk.queries.users import find_user
from helpdesk.services.users import disable
from tests.support.provider import CLIENT, SECRET, Provider
from tests.support.pseudo_team import BOB, SIGN_IN
from tests.support.team import PASSWORD

NAVIGATED = {"Sec-Fetch-Site": "same-origin"}


def settings_of(provider: Provider) -> dict[str, Any]:
    known = {"oidc_issuer": provider.issuer, "oidc_client_id": CLIENT, "oidc_client_secret": SECRET}
    return known | {"oidc_name": "Ωμέγα"}


def vouch(visitor: Any, provider: Provider) -> None:
    """On the site of `pseudo_team.work`: Bob has an account with a password and an app."""
    site = visitor.app.extensions["helpdesk"]
    visitor.get(SIGN_IN)
    visitor.get("/{tag}/team/oidc/back", 403)
    _pass(visitor, provider, 403, email="ξένος@παράδειγμα.δοκιμή")
    _pass(visitor, provider, 403, email=BOB, email_verified=False)
    provider.redirect = {"error": "access_denied"}
    _pass(visitor, provider, 403)
    provider.redirect, provider.answers = None, {"/token": (500, {})}
    _pass(visitor, provider, 503)
    provider.answers = {}
    _pass(visitor, provider, 303, email=BOB, email_verified=True)
    _pass(visitor, provider, 403, sub="2")
    bob = find_user(site.database, email=BOB)
    with site.database.transaction() as connection:  # as after another secret key
        connection.execute(update(User).where(User.id == bob.id).values(totp_secret=f"sealed:{'A' * 80}"))
    visitor.post(SIGN_IN, 422, email=BOB, password=PASSWORD)
    disable(site, bob.id)
    _pass(visitor, provider, 403, sub="1")


def _pass(visitor: Any, provider: Provider, status: int, **person: Any) -> None:
    """Through the provider as this person; back on a page of ours, in the language of before."""
    provider.person |= {"sub": "1"} | person
    page = visitor.client.get(f"/{visitor.tag}/team/oidc", headers=NAVIGATED)
    back = requests.get(page.response.headers["Location"], allow_redirects=False, timeout=60).headers["Location"]
    parts = urlsplit(back)
    if status == 303:
        assert visitor.client.get(f"{parts.path}?{parts.query}").status == 303
        visitor.client.flask.delete_cookie("hd_team")
    else:
        visitor.get(f"{parts.path}?{parts.query}", status)
