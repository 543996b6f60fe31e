"""What is counted as a view, over HTTP (product rule 5)."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from helpdesk import clock
from helpdesk.models import DailyTally, Reading, ReadingKey, SearchClick
from helpdesk.services.site import Site
from helpdesk.services.views import network_of
from tests.conftest import NOON
from tests.support.pages import READER, CheckingClient
from tests.support.votes import figures, translation_id

ARTICLE = "/en/articles/16-move-your-authenticator-to-a-new-phone"
KEY = "move-authenticator"


def tally(site: Site, locale: str = "en") -> tuple[int, int, int, int]:
    """Today's views, repeats, prefetches and bots of the English text, for one locale asked for."""
    statement = select(DailyTally.views, DailyTally.repeats, DailyTally.prefetches, DailyTally.bots).where(
        DailyTally.translation_id == translation_id(site, KEY, "en"),
        DailyTally.locale == locale,
        DailyTally.day == NOON.date(),
    )
    with site.database.read() as connection:
        row = connection.execute(statement).first()
    return tuple(row) if row else (0, 0, 0, 0)


def clicks(site: Site) -> list[tuple[str, str, int, int, int]]:
    """Locale, query, article, position and number of what was read out of results."""
    columns = SearchClick.locale, SearchClick.query, SearchClick.article_id, SearchClick.position, SearchClick.clicks
    with site.database.read() as connection:
        found = connection.execute(select(*columns).order_by(SearchClick.position))
        return [tuple(row) for row in found]


@pytest.mark.usefixtures("noon")
def test_what_is_read_out_of_results_is_noted_once_for_each_view(site: Site, app: Flask) -> None:
    one, other = (CheckingClient(app, address=f"10.2.0.{number}") for number in (1, 2))
    one.get(f"{ARTICLE}?q=New++Phone&pos=2")
    one.get(f"{ARTICLE}?q=New++Phone&pos=2")
    other.get(f"{ARTICLE}?q=new+phone&pos=2")
    assert clicks(site) == [("en", "new phone", 16, 2, 2)]


@pytest.mark.usefixtures("noon")
@pytest.mark.parametrize(
    ("asked", "headers"),
    [
        ("", {}),
        ("?q=phone", {}),
        ("?pos=1", {}),
        ("?q=+&pos=1", {}),
        ("?q=phone&pos=0", {}),
        ("?q=phone&pos=-1", {}),
        ("?q=phone&pos=١", {}),
        ("?q=phone&pos=1234567", {}),
        ("?q=phone&pos=1", {"User-Agent": "Mozilla/5.0 (compatible; bingbot/2.0)"}),
        ("?q=phone&pos=1", {"Sec-Purpose": "prefetch"}),
    ],
)
def test_nothing_else_is_a_click(site: Site, client: CheckingClient, asked: str, headers: dict[str, str]) -> None:
    assert client.open("GET", f"{ARTICLE}{asked}", headers=headers).status == 200
    assert clicks(site) == []


@pytest.mark.usefixtures("noon")
def test_one_reader_twice_is_one_view(site: Site, client: CheckingClient) -> None:
    before = figures(site, KEY, "en")[0]
    client.get(ARTICLE)
    client.get(ARTICLE)
    assert figures(site, KEY, "en")[0] == before + 1
    assert tally(site) == (1, 1, 0, 0)


def test_after_half_an_hour_it_is_a_new_view(
    site: Site, client: CheckingClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    for minutes, views in ((0, 1), (29, 1), (30, 2), (59, 2), (60, 3)):
        monkeypatch.setattr(clock, "now", lambda minutes=minutes: NOON + timedelta(minutes=minutes))
        client.get(ARTICLE)
        assert tally(site)[0] == views


@pytest.mark.usefixtures("noon")
def test_other_addresses_and_browsers_are_other_readers(site: Site, app: Flask) -> None:
    CheckingClient(app, address="10.0.0.1").get(ARTICLE)
    CheckingClient(app, address="10.0.0.2").get(ARTICLE)
    CheckingClient(app, address="10.0.0.1", user_agent=READER + " Other").get(ARTICLE)
    CheckingClient(app, address="2001:db8::1").get(ARTICLE)
    CheckingClient(app, address="2001:db8::2").get(ARTICLE)
    assert tally(site) == (4, 1, 0, 0)


@pytest.mark.usefixtures("noon")
@pytest.mark.parametrize(
    ("headers", "counted"),
    [
        ({"User-Agent": "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)"}, (0, 0, 0, 1)),
        ({"User-Agent": "curl/8.5.0"}, (0, 0, 0, 1)),
        ({"User-Agent": "python-requests/2.32"}, (0, 0, 0, 1)),
        ({"User-Agent": ""}, (0, 0, 0, 1)),
        ({"Sec-Purpose": "prefetch;prerender"}, (0, 0, 1, 0)),
        ({"Purpose": "prefetch"}, (0, 0, 1, 0)),
    ],
)
def test_bots_and_prefetches_count_nothing(
    site: Site, client: CheckingClient, headers: dict[str, str], counted: tuple[int, ...]
) -> None:
    before = figures(site, KEY, "en")[0]
    assert client.get(ARTICLE, headers=headers).status == 200
    assert tally(site) == counted
    assert figures(site, KEY, "en")[0] == before


@pytest.mark.usefixtures("noon")
def test_head_redirects_and_errors_count_nothing(site: Site, client: CheckingClient) -> None:
    client.open("HEAD", ARTICLE)
    client.get("/en/articles/16")
    client.get("/en/articles/999")
    client.post(f"{ARTICLE}/vote", {"answer": "yes"})
    assert tally(site) == (0, 0, 0, 0)


@pytest.mark.usefixtures("noon")
def test_the_locale_asked_for_is_remembered(site: Site, app: Flask) -> None:
    for number, tag in enumerate(("en-SG", "ru", "en")):
        reader = CheckingClient(app, address=f"10.1.0.{number}")
        reader.get(f"/{tag}/articles/16-move-your-authenticator-to-a-new-phone")
    assert [tally(site, tag)[0] for tag in ("en-SG", "ru", "en")] == [1, 1, 1]


def test_yesterdays_key_and_fingerprints_are_deleted(
    site: Site, client: CheckingClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    def rows() -> tuple[int, list[datetime]]:
        with site.database.read() as connection:
            keys = connection.execute(select(ReadingKey.day)).scalars().all()
            times = connection.execute(select(Reading.read_at)).scalars().all()
        return len(keys), list(times)

    late = datetime(2026, 5, 13, 23, 50, tzinfo=UTC)
    monkeypatch.setattr(clock, "now", lambda: late)
    client.get(ARTICLE)
    assert rows() == (1, [late])
    early = datetime(2026, 5, 14, 0, 5, tzinfo=UTC)
    monkeypatch.setattr(clock, "now", lambda: early)
    client.get(ARTICLE)
    assert rows() == (1, [early])


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("192.0.2.7", "192.0.2.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::"),
        ("::ffff:192.0.2.7", "192.0.2.7"),
        ("unix", "unix"),
    ],
)
def test_network(address: str, network: str) -> None:
    assert network_of(address) == network


def test_the_public_page_says_what_a_view_is(client: CheckingClient) -> None:
    page = client.get("/en/about/views")
    assert "within 30 minutes" in page.text
    assert client.get("/ar/about/views").root.get("dir") == "rtl"
