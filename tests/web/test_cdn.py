"""What a shared cache in front may keep, and that it ends in time (architecture: caching)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import insert, update

from helpdesk import clock
from helpdesk.config import load
from helpdesk.errors import ConfigurationError
from helpdesk.models import Notice, Translation
from helpdesk.services.publishing import unpublish
from helpdesk.services.site import Site
from helpdesk.web import around
from tests.conftest import KEY, NOON
from tests.support.pages import CheckingClient, Page
from tests.support.votes import translation_id

# What its queries find on PostgreSQL is told by the tests of the layers below.
pytestmark = pytest.mark.on("sqlite")

ARTICLE = "/en/articles/16-move-your-authenticator-to-a-new-phone"
SEARCHED = f"{ARTICLE}?q=lost+phone&pos=1"
LISTS = ("/en/", "/de/categories/faq", "/en/categories/faq/trading", "/ar/about/views", "/en/search")
CDN = "public, max-age={}, stale-if-error=86400"


@pytest.fixture
def app(build: Callable[..., Flask], demo_template: Path) -> Flask:
    """The demo site behind a cache that may keep pages for five minutes."""
    return build(demo_template, index_dir=demo_template / "index", cdn_seconds=300)


@pytest.fixture(autouse=True)
def _at_noon(noon: datetime) -> None:
    """Nothing here depends on the day of the test."""


def policy(page: Page) -> tuple[int, str, str | None, str | None]:
    headers = page.response.headers
    return page.status, headers["Cache-Control"], headers.get("CDN-Cache-Control"), headers.get("X-Accel-Expires")


def shared(seconds: int, *, article: bool = False) -> tuple[int, str, str, str]:
    own = "private, no-store" if article else f"public, max-age=0, s-maxage={seconds}, stale-if-error=86400"
    return 200, own, CDN.format(seconds), str(seconds)


def test_pages_may_be_kept_by_caches_and_articles_not_by_browsers(client: CheckingClient) -> None:
    for path in LISTS:
        assert policy(client.get(path)) == shared(300)
    for path in (ARTICLE, SEARCHED):
        assert policy(client.get(path)) == shared(300, article=True)


@pytest.mark.parametrize(
    ("path", "status", "own"),
    [
        ("/", 302, "no-store"),
        ("/articles/16", 302, "no-store"),
        ("/de", 308, "max-age=3600"),
        ("/en/articles/16-x", 308, "max-age=3600"),
        ("/en/search?q=phone", 200, "no-cache"),
        ("/de/language?route=home", 303, "no-store"),
        ("/en/nope", 404, "no-store"),
        ("/en/articles/19-passkeys", 404, "no-store"),
        ("/en/articles/20", 410, "no-store"),
        ("/en/categories/faq?page=0", 404, "no-store"),
        ("/en/categories/faq?page=900", 302, "no-store"),
        ("/healthz", 200, "no-store"),
        ("/readyz", 200, "no-store"),
        (f"{ARTICLE}?feedback=removed", 200, "private, no-store"),
        (f"{ARTICLE}?feedback=change", 200, "private, no-store"),
        (f"{ARTICLE}/vote", 303, "no-store"),
        (f"{ARTICLE}/view", 303, "no-store"),
    ],
)
def test_nothing_else_may_be_kept(client: CheckingClient, path: str, status: int, own: str) -> None:
    assert policy(client.get(path)) == (status, own, None, None)


def test_who_has_a_voters_cookie_gets_pages_that_nobody_keeps(client: CheckingClient) -> None:
    answer = client.post(f"{ARTICLE}/vote", {"answer": "yes"})
    assert policy(answer) == (303, "no-store", None, None)
    for path in (ARTICLE, SEARCHED, "/en/articles/17-why-a-withdrawal-is-delayed"):
        assert policy(client.get(path)) == (200, "private, no-store", None, None)
    client.flask.set_cookie("hd_visitor", "forged")
    assert policy(client.get(ARTICLE)) == (200, "private, no-store", None, None)


def test_a_page_that_may_be_kept_depends_on_no_cookie_and_no_language_of_the_browser(
    app: Flask, client: CheckingClient
) -> None:
    other = CheckingClient(app)
    for name in ("hd_locale", "hd_confirm", "session", "theirs"):
        other.flask.set_cookie(name, "ar")
    for path in (*LISTS, ARTICLE, SEARCHED):
        plain, with_cookies = client.get(path), other.get(path, headers={"Accept-Language": "ar", "Referer": "/?q=x"})
        assert policy(with_cookies) == policy(plain)
        assert with_cookies.data == plain.data
        assert with_cookies.response.headers["Vary"] == plain.response.headers["Vary"] == "Accept-Encoding"


def schedule(site: Site, at: datetime) -> None:
    """The German tax report comes at a time."""
    with site.database.transaction() as connection:
        place = Translation.id == translation_id(site, "tax-report-germany", "de")
        connection.execute(update(Translation).where(place).values(published_at=at))


def announce(site: Site, tag: str, until: datetime | None) -> None:
    with site.database.transaction() as connection:
        row = {"locale": tag, "markdown": "Soon", "html": "<p>Soon</p>", "token": "t", "set_at": NOON, "until": until}
        connection.execute(insert(Notice).values(**row))


@pytest.mark.parametrize(("seconds", "kept"), [(1000, 300), (301, 300), (90, 90), (1.5, 1)])
def test_a_kept_page_ends_when_a_text_comes_due(site: Site, client: CheckingClient, seconds: float, kept: int) -> None:
    schedule(site, NOON + timedelta(seconds=seconds))
    for path in LISTS:
        assert policy(client.get(path)) == shared(kept)
    assert policy(client.get(ARTICLE)) == shared(kept, article=True)


def test_in_the_last_second_nobody_keeps_it_and_then_everybody_again(
    site: Site, client: CheckingClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    due = NOON + timedelta(seconds=60)
    schedule(site, due)
    assert client.get("/de/articles/18").status == 404
    for early in (0.9, 0.001):
        monkeypatch.setattr(clock, "now", lambda early=early: due - timedelta(seconds=early))
        assert policy(client.get("/en/")) == (200, "no-cache", None, None)
        assert policy(client.get(ARTICLE)) == (200, "private, no-store", None, None)
    monkeypatch.setattr(clock, "now", lambda: due)
    assert policy(client.get("/en/")) == shared(300)
    assert client.get("/de/articles/18").status == 308


def test_a_kept_page_ends_with_its_notice(site: Site, client: CheckingClient) -> None:
    announce(site, "en", NOON + timedelta(seconds=40))
    announce(site, "ar", None)
    assert "Soon" in client.get("/en/").text
    assert policy(client.get("/en/")) == shared(40)
    assert policy(client.get("/ar/")) == shared(300)
    schedule(site, NOON + timedelta(seconds=20))
    assert [policy(client.get(path)) for path in ("/en/", "/ar/")] == [shared(20)] * 2


@pytest.mark.parametrize("path", ["/en/", "/de/categories/faq", ARTICLE, SEARCHED])
def test_an_edge_asks_again_with_the_tag_on_any_machine(
    build: Callable[..., Flask], demo_template: Path, app: Flask, client: CheckingClient, path: str
) -> None:
    other = CheckingClient(build(demo_template, index_dir=demo_template / "index", cdn_seconds=300))
    first = client.get(path)
    tag = first.response.headers["ETag"]
    for machine in (client, other):
        again = machine.flask.get(path, headers={"If-None-Match": tag})
        assert (again.status_code, again.data, again.headers["ETag"]) == (304, b"", tag)
        # What it may keep from now on is said anew.
        for name in ("Cache-Control", "CDN-Cache-Control", "X-Accel-Expires"):
            assert again.headers[name] == first.response.headers[name]
        assert machine.get(path, headers={"If-None-Match": 'W/"other"'}).status == 200


def test_a_change_while_an_article_is_made_changes_its_tag(
    build: Callable[..., Flask], demo_template: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Or a cache would keep the old page under the new tag, and be told each time that it holds."""
    app = build(demo_template, cdn_seconds=300)
    site, client = app.extensions["helpdesk"], CheckingClient(app)
    true = around.get_article_page

    def get_and_change(*args, **options):
        page = true(*args, **options)
        unpublish(site, "tax-report-germany", "de")
        return page

    monkeypatch.setattr(around, "get_article_page", get_and_change)
    during = client.get(ARTICLE).response.headers["ETag"]
    monkeypatch.setattr(around, "get_article_page", true)
    assert client.flask.get(ARTICLE, headers={"If-None-Match": during}).status_code == 200


def test_without_a_cache_in_front_nothing_of_this_is_said(build: Callable[..., Flask], demo_template: Path) -> None:
    client = CheckingClient(build(demo_template, index_dir=demo_template / "index"))
    assert [policy(client.get(path)) for path in LISTS] == [(200, "no-cache", None, None)] * len(LISTS)
    assert policy(client.get(ARTICLE)) == (200, "private, no-store", None, None)


def test_a_hosts_layout_and_a_shared_cache_exclude_each_other(tmp_path: Path) -> None:
    environ = {"HELPDESK_CDN_SECONDS": "60", "HELPDESK_LAYOUT": "host/base.html", "HELPDESK_SECRET_KEY": KEY}
    with pytest.raises(ConfigurationError) as error:
        load(tmp_path, environ=environ)
    assert str(error.value) == (
        "HELPDESK_CDN_SECONDS cannot be set with HELPDESK_LAYOUT: a host's layout may show who is signed in, "
        "and a cache would show it to everybody."
    )
