"""GET /{tag}/contact: the way from an article to people, what it carries, and what of it is counted."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
from flask import Flask
from sqlalchemy import select

from helpdesk import clock
from helpdesk.models import Article, ContactTally, Translation
from helpdesk.services.site import Site
from tests.conftest import NOON
from tests.support.databases import written_elsewhere
from tests.support.pages import SAME_ORIGIN, CheckingClient, Page
from tests.support.planted import DRAFT, SECRETS, plant
from tests.support.team import add_member, come_in
from tests.web.test_views import ARTICLE, tally

CONTACT = "/en/contact?article=16"
PLAIN = "mailto:support@example.com"


def contacts(site: Site) -> list[tuple[str, str, str, int]]:
    """Article, locale of the text, locale asked for, and how many contacts, today."""
    columns = Article.key, Translation.locale, ContactTally.locale, ContactTally.contacts
    statement = (
        select(*columns)
        .join(Translation, Translation.id == ContactTally.translation_id)
        .join(Article, Article.id == Translation.article_id)
        .where(ContactTally.day == NOON.date())
        .order_by(ContactTally.locale)
    )
    with site.database.read() as connection:
        return [tuple(row) for row in connection.execute(statement)]


def click(client: CheckingClient, path: str = CONTACT, **headers: str) -> str:
    """Follow the link on a page of ours; where it leads."""
    page = client.get(path, headers=SAME_ORIGIN | headers)
    assert (page.status, page.response.headers["Cache-Control"]) == (303, "no-store")
    assert page.response.headers.getlist("Set-Cookie") == []
    return page.response.headers["Location"]


def links(page: Page) -> list[tuple[str | None, str | None]]:
    """Links to people: below the answer, and at the foot."""
    found = [e for e in page.all("a") if e.get("href", "").startswith(("/en/contact", PLAIN))]
    return [(e.get("href"), e.get("rel")) for e in found]


def lines(target: str) -> list[str]:
    """What the mail that a link begins says already."""
    return parse_qs(urlsplit(target).query)["body"][0].split("\r\n")


def test_an_articles_page_leads_there_and_carries_what_is_known(client: CheckingClient) -> None:
    assert links(client.get(ARTICLE)) == [(CONTACT, "nofollow")]
    client.post(f"{ARTICLE}/vote", {"answer": "no"})
    known = (f"{CONTACT}&q=lost+phone&vote=no", "nofollow")
    assert links(client.get(f"{ARTICLE}?q=lost+phone")) == [known, known]
    client.post(f"{ARTICLE}/vote", {"answer": "yes"})
    assert links(client.get(ARTICLE)) == [(f"{CONTACT}&vote=yes", "nofollow")]
    assert links(client.get("/en/")) == [(PLAIN, None)]


def test_the_mail_says_article_topic_language_search_and_vote(client: CheckingClient) -> None:
    target = click(client, f"{CONTACT}&q=lost+phone&vote=no")
    assert target.startswith(f"{PLAIN}?subject=Move%20your%20authenticator")
    assert lines(target) == [
        "",
        "",
        "article: 16",
        "section: account-security",
        "locale: en",
        "query: lost phone",
        "vote: no",
        "",
    ]
    assert lines(click(client, "/de/contact?article=16&vote=perhaps"))[2:] == [
        "article: 16",
        "section: account-security",
        "locale: de",
        "",
    ]


def test_an_address_gets_the_same(build: Callable[..., Flask], demo_template: Path) -> None:
    client = CheckingClient(build(demo_template, contact_url="https://acme.example/ask?from=help"))
    expected = "https://acme.example/ask?from=help&article=16&section=account-security&locale=en"
    assert click(client) == expected
    assert click(client, f"{CONTACT}&q=a%26b&vote=yes") == f"{expected}&query=a%26b&vote=yes"


@pytest.mark.parametrize(
    "article", ["", "?article=x", "?article=999", "?article=20", "?article=16%0d%0ax:y", "?to=//e"]
)
def test_whoever_asks_for_help_gets_there(client: CheckingClient, article: str) -> None:
    """No such article, an archived one, nonsense: still people, and never another address."""
    assert click(client, f"/en/contact{article}") == PLAIN


def test_what_is_hidden_stays_hidden(empty_site: Site, empty_app: Flask, tmp_path: Path) -> None:
    plant(empty_site, tmp_path / "content")
    client = CheckingClient(empty_app)
    assert click(client, f"/en/contact?article={DRAFT}") == PLAIN
    found = click(client, "/ru/contact?article=101")
    assert [word for word in SECRETS if word in found] == []


@pytest.mark.usefixtures("noon")
def test_a_reader_is_counted_once_in_the_time_of_a_view(
    site: Site, app: Flask, client: CheckingClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    client.get(ARTICLE)
    click(client)
    click(client, f"{CONTACT}&vote=no")
    assert contacts(site) == [("move-authenticator", "en", "en", 1)]
    assert tally(site) == (1, 0, 0, 0), "a contact is no view, and hides none"
    click(CheckingClient(app, address="10.0.0.2"), "/ru/contact?article=16")
    monkeypatch.setattr(clock, "now", lambda: NOON + timedelta(minutes=30))
    click(client)
    assert contacts(site) == [("move-authenticator", "en", "en", 2), ("move-authenticator", "en", "ru", 1)]


@pytest.mark.usefixtures("noon")
@pytest.mark.parametrize(
    "headers",
    [
        {"User-Agent": "Mozilla/5.0 (compatible; bingbot/2.0)"},
        {"Sec-Purpose": "prefetch"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "none"},
    ],
)
def test_others_get_there_and_are_not_counted(site: Site, client: CheckingClient, headers: dict[str, str]) -> None:
    assert click(client, **headers).startswith(f"{PLAIN}?subject=")
    assert client.open("HEAD", CONTACT, headers=SAME_ORIGIN).status == 303
    assert client.open("GET", CONTACT).status == 303
    assert contacts(site) == []


@pytest.mark.usefixtures("noon")
def test_the_team_is_not_counted(empty_site: Site, empty_app: Flask, tmp_path: Path) -> None:
    plant(empty_site, tmp_path / "content")
    add_member(empty_site)
    client = CheckingClient(empty_app)
    come_in(client)
    click(client, "/en/contact?article=101")
    assert contacts(empty_site) == []
    click(CheckingClient(empty_app), "/en/contact?article=101")
    assert contacts(empty_site) == [("open", "en", "en", 1)]


@pytest.mark.usefixtures("noon")
def test_a_busy_database_counts_nothing_and_keeps_nobody_from_help(
    site: Site, client: CheckingClient, caplog: pytest.LogCaptureFixture
) -> None:
    click(client, "/en/contact?article=17")
    with written_elsewhere(site):
        assert click(client).startswith(PLAIN)
    assert "A contact after article 16 was not counted: " in caplog.text
    assert [line[0] for line in contacts(site)] == ["withdrawal-delays"]


@pytest.mark.usefixtures("noon")
def test_behind_a_cache_it_is_counted_all_the_same(build: Callable[..., Flask], demo_template: Path) -> None:
    """The page that caches keep has the link of everybody, and no answer of it is kept."""
    app = build(demo_template, cdn_seconds=60)
    client = CheckingClient(app)
    assert links(client.get(ARTICLE)) == [(CONTACT, "nofollow")]
    click(client)
    assert contacts(app.extensions["helpdesk"]) == [("move-authenticator", "en", "en", 1)]


def test_robots_stay_away(client: CheckingClient) -> None:
    assert "Disallow: /de/contact" in client.get("/robots.txt").data.decode().splitlines()
