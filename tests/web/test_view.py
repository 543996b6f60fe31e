"""POST /{tag}/articles/{ref}/view: a page's own word that it is read, where a cache answers for the app."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from flask import Flask

from helpdesk import clock
from helpdesk.services.site import Site
from tests.conftest import NOON
from tests.support.databases import written_elsewhere
from tests.support.pages import SAME_ORIGIN, CheckingClient
from tests.support.votes import figures
from tests.web.test_views import ARTICLE, KEY, clicks, tally

VIEW = f"{ARTICLE}/view"
FOREIGN = {"Sec-Fetch-Site": "cross-site", "Origin": "https://evil.example"}


@pytest.fixture
def app(build: Callable[..., Flask], demo_template: Path) -> Flask:
    """The demo site behind a cache."""
    return build(demo_template, index_dir=demo_template / "index", cdn_seconds=60, new_voters_per_minute=5)


def tell(reader: CheckingClient, path: str = VIEW, **headers: str) -> int:
    page = reader.open("POST", path, headers=SAME_ORIGIN | headers)
    assert (page.data, page.response.headers["Cache-Control"]) == (b"", "no-store")
    assert page.response.headers.getlist("Set-Cookie") == []
    return page.status


@pytest.mark.usefixtures("noon")
def test_the_page_is_not_counted_and_its_word_is(site: Site, client: CheckingClient) -> None:
    before = figures(site, KEY, "en")[0]
    page = client.get(ARTICLE)
    assert [e.get("data-view") for e in page.all("div", class_="article")] == [VIEW]
    assert tally(site) == (0, 0, 0, 0)
    assert [tell(client), tell(client)] == [204, 204]
    assert tally(site) == (1, 1, 0, 0)
    assert figures(site, KEY, "en")[0] == before + 1


@pytest.mark.usefixtures("noon")
def test_its_word_carries_the_search_that_led_there(site: Site, client: CheckingClient) -> None:
    page = client.get(f"{ARTICLE}?q=New+phone&pos=3")
    (path,) = [e.get("data-view") for e in page.all("div", class_="article")]
    assert path == f"{VIEW}?q=New+phone&pos=3"
    assert clicks(site) == []
    assert [tell(client, path), tell(client, path)] == [204, 204]
    assert clicks(site) == [("en", "new phone", 16, 3, 1)]


def test_after_half_an_hour_it_is_a_new_view(
    site: Site, client: CheckingClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    for minutes, views in ((0, 1), (29, 1), (30, 2)):
        monkeypatch.setattr(clock, "now", lambda minutes=minutes: NOON + timedelta(minutes=minutes))
        tell(client)
        assert tally(site)[0] == views


@pytest.mark.usefixtures("noon")
def test_the_same_rules_as_for_a_page(site: Site, app: Flask, client: CheckingClient) -> None:
    tell(client, **{"User-Agent": "Mozilla/5.0 (compatible; bingbot/2.0)"})
    tell(client, **{"Sec-Purpose": "prefetch;prerender"})
    assert tally(site) == (0, 0, 1, 1)
    for number, tag in enumerate(("en-SG", "ru", "en")):
        tell(CheckingClient(app, address=f"10.1.0.{number}"), f"/{tag}/articles/16-whatever/view")
    assert [tally(site, tag)[0] for tag in ("en-SG", "ru", "en")] == [1, 1, 1]


@pytest.mark.usefixtures("noon")
@pytest.mark.parametrize(
    "headers", [FOREIGN, {"Sec-Fetch-Site": "none"}, {}, {"Origin": "null"}, {"Origin": "https://evil.example"}]
)
def test_others_are_answered_and_not_counted(site: Site, client: CheckingClient, headers: dict[str, str]) -> None:
    page = client.open("POST", VIEW, headers=headers, data={"answer": "yes"})
    assert (page.status, page.data) == (204, b"")
    assert tally(site) == (0, 0, 0, 0)


@pytest.mark.usefixtures("noon")
def test_a_flood_of_one_network_is_not_counted_and_takes_no_vote_away(
    site: Site, app: Flask, client: CheckingClient
) -> None:
    for number in range(12):
        assert tell(client, **{"User-Agent": f"Mozilla/5.0 Firefox/{number}"}) == 204
    assert tally(site) == (5, 0, 0, 0)
    assert client.post(f"{ARTICLE}/vote", {"answer": "yes"}).status == 303
    tell(CheckingClient(app, address="10.0.0.2"))
    assert tally(site) == (6, 0, 0, 0)


@pytest.mark.usefixtures("noon")
def test_a_busy_database_counts_nothing_and_says_so_in_the_log(
    site: Site, client: CheckingClient, caplog: pytest.LogCaptureFixture
) -> None:
    tell(client)
    with written_elsewhere(site):
        assert tell(client, **{"User-Agent": "Mozilla/5.0 Firefox/1"}) == 204
    assert "A view of article 16 was not counted: " in caplog.text
    assert tally(site) == (1, 0, 0, 0)


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/en/articles/999/view", 404),
        ("/en/articles/x/view", 404),
        ("/en/articles/20/view", 410),
        ("/xx/articles/16/view", 404),
    ],
)
def test_no_article_no_view(client: CheckingClient, path: str, status: int) -> None:
    assert client.open("POST", path, headers=SAME_ORIGIN).status == status


def test_opened_by_hand_it_leads_to_the_article(client: CheckingClient) -> None:
    page = client.get(VIEW)
    assert (page.status, page.response.headers["Location"]) == (303, ARTICLE)
    assert client.open("HEAD", VIEW).status == 303
    assert client.open("PUT", VIEW, headers=SAME_ORIGIN).status == 405


@pytest.mark.usefixtures("noon")
def test_without_a_cache_in_front_only_the_page_counts(build: Callable[..., Flask], demo_template: Path) -> None:
    app = build(demo_template, index_dir=demo_template / "index")
    site, client = app.extensions["helpdesk"], CheckingClient(app)
    assert tell(client) == 204
    assert tally(site) == (0, 0, 0, 0)
    page = client.get(ARTICLE)
    assert "data-view" not in page.html
    assert tally(site) == (1, 0, 0, 0)


def test_the_public_page_says_that_scripts_count_only_where_they_do(
    build: Callable[..., Flask], demo_template: Path, client: CheckingClient
) -> None:
    plain = CheckingClient(build(demo_template, name="plain", index_dir=demo_template / "index"))
    assert "runs no scripts" in client.get("/en/about/views").text
    assert "runs no scripts" not in plain.get("/en/about/views").text
