"""The page of held votes: looked at, then counted or deleted, by whom may do so."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest
from flask import Flask

from helpdesk import clock
from helpdesk.services.site import Site
from tests.conftest import NOON
from tests.support.inbox import plant_votes, say, take_in_articles
from tests.support.pages import CheckingClient, Page, text_of
from tests.support.queries import count_queries
from tests.support.team import add_member, come_in, csrf_of, redirect_of
from tests.support.votes import figures, list_votes

# What its queries find on PostgreSQL is told by the tests of the layers below.
pytestmark = pytest.mark.on("sqlite")

HELD, VOTES = "/en/team/held", "/en/team/held/votes"
TUESDAY = NOON - timedelta(days=1)


@pytest.fixture
def app(
    build: Callable[..., Flask], grown: Callable[..., Path], empty_template: Path, monkeypatch: pytest.MonkeyPatch
) -> Flask:
    monkeypatch.setattr(clock, "now", lambda: NOON + timedelta(minutes=1))
    return build(grown(empty_template, plant))


def plant(site: Site) -> None:
    """Five held votes yesterday, of which two say yes, on two translations of an article; one today on another."""
    take_in_articles(site)
    old = {"status": "held", "created_at": TUESDAY, "updated_at": TUESDAY}
    plant_votes(site, 2, "keys", "en", is_helpful=True, comment="Buy <b>now</b>", **old)
    plant_votes(site, 3, "keys", "ar", **old | {"created_at": TUESDAY + timedelta(minutes=90)})
    plant_votes(site, 1, "locks", "de", status="held", created_at=NOON, updated_at=NOON)
    say(site, at=NOON)


@pytest.fixture
def sign_in(site: Site, app: Flask) -> Callable[..., CheckingClient]:
    def make(role: str = "editor", **limits: Any) -> CheckingClient:
        email = f"{role}{len(limits)}@example.com"
        add_member(site, role, email, **limits)
        client = CheckingClient(app)
        come_in(client, email)
        return client

    return make


def lines(page: Page) -> list[list[str]]:
    return [[text_of(cell) for cell in row] for body in page.all("tbody") for row in body]


def press(client: CheckingClient, action: str, query: str = "", **forged: str) -> Page:
    """The button of the page that such an address shows."""
    form = client.get(f"{VOTES}?{query}").one("form", class_="after")
    fields = {field.get("name"): field.get("value") for field in form.iter("input")}
    return client.post(VOTES, fields | {"action": action} | forged)


def moments(since: datetime, until: datetime) -> str:
    return urlencode({"since": since.isoformat(), "until": until.isoformat()})


def statuses(site: Site) -> list[tuple[str, str]]:
    return [(vote["locale"], vote["status"]) for vote in list_votes(site)]


def test_groups_by_day_and_by_hour(sign_in: Callable[..., CheckingClient]) -> None:
    client = sign_in()
    page = client.get(HELD)
    first, last = "May 12, 2026, 12:00", "May 12, 2026, 13:30"
    noon = "May 13, 2026, 12:00"
    assert lines(page) == [["Locks", "0", "1", noon, noon], ["Keys", "2", "3", first, last]]
    page = client.get(f"{HELD}?by=hour")
    assert lines(page)[1:] == [["Keys", "0", "3", last, last], ["Keys", "2", "0", first, first]]
    (address,) = [link.get("href") for link in page.one("tbody")[2].iter("a")]
    shown = client.get(address)
    assert lines(shown) == [["Keys", "English", "0% of 1 answer", "67% of 3 answers"]]
    assert shown.texts("p", class_="lead") == [f"2 answers, 2 yes and 0 no, from {first} to {first}."]
    assert [comment.text for comment in shown.all("blockquote")] == ["Buy <b>now</b>"] * 2
    assert [button.text for button in shown.one("form", class_="after").iter("button")] == [
        "Count 2 answers",
        "Delete 2 answers",
    ]


def test_a_group_is_counted_and_another_deleted(site: Site, sign_in: Callable[..., CheckingClient]) -> None:
    client = sign_in()
    day = moments(TUESDAY.replace(hour=0), NOON.replace(hour=0))
    page = client.get(f"{VOTES}?article=1&{day}")
    assert lines(page) == [
        ["المفاتيح", "Arabic", "No answer yet", "0% of 3 answers"],
        ["Keys", "English", "0% of 1 answer", "67% of 3 answers"],
    ]
    assert redirect_of(press(client, "count", f"article=1&{day}")) == (303, f"{HELD}?counted=5")
    assert figures(site, "keys", "en")[1:] == (2, 1)
    assert figures(site, "keys", "ar")[1:] == (0, 3)
    page = client.get(f"{HELD}?counted=5")
    assert (page.texts("p", role="status"), len(lines(page))) == (["5 answers are counted now."], 1)
    assert redirect_of(press(client, "drop")) == (303, f"{HELD}?dropped=1")
    page = client.get(f"{HELD}?dropped=1")
    assert page.texts("p", role="status") == ["1 answer was deleted."]
    assert page.texts("p", class_="empty") == ["No answer waits for a check."]
    assert statuses(site) == [("en", "counted")] * 2 + [("ar", "counted")] * 3 + [("en", "counted")]
    assert client.get(VOTES).texts("p", class_="empty") == ["No answer waits for a check."]


def test_what_comes_while_somebody_looks_is_not_decided_on(site: Site, sign_in: Callable[..., CheckingClient]) -> None:
    client = sign_in()
    form = client.get(VOTES).one("form", class_="after")
    fields = {field.get("name"): field.get("value") for field in form.iter("input")}
    plant_votes(site, 2, "keys", "en", status="held", query="late")
    assert redirect_of(client.post(VOTES, fields | {"action": "drop"})) == (303, f"{HELD}?dropped=6")
    assert statuses(site) == [("en", "counted"), ("en", "held"), ("en", "held")]


@pytest.mark.parametrize("role", ["analyst", "author", "translator"])
def test_who_may_not_resolve_only_looks(site: Site, sign_in: Callable[..., CheckingClient], role: str) -> None:
    client = sign_in(role)
    before = statuses(site)
    page = client.get(VOTES)
    assert (len(lines(page)), page.all("form", class_="after")) == (3, [])
    form = {"csrf": csrf_of(page), "action": "drop", "until": NOON.isoformat()}
    assert client.post(VOTES, form).status == 403
    assert statuses(site) == before


def test_members_with_limits_see_and_decide_on_theirs(site: Site, sign_in: Callable[..., CheckingClient]) -> None:
    client = sign_in("editor", locales=["ar"])
    assert [line[:3] for line in lines(client.get(HELD))] == [["Keys", "0", "3"]]
    assert lines(client.get(f"{VOTES}?article=1")) == [["المفاتيح", "Arabic", "No answer yet", "0% of 3 answers"]]
    assert client.get(VOTES).all("blockquote") == []
    assert client.get("/en/team/feedback").texts("p", class_="note") == ["3 answers wait for a check"]
    assert redirect_of(press(client, "drop")) == (303, f"{HELD}?dropped=3")
    assert statuses(site) == [("en", "held")] * 2 + [("de", "held"), ("en", "counted")]
    stranger = sign_in("admin", locales=["ar"], categories=["guides"])
    assert lines(stranger.get(HELD)) == []


@pytest.mark.parametrize(
    ("address", "status"),
    [
        (f"{HELD}?by=week", 404),
        (f"{HELD}?page=0", 404),
        (f"{HELD}?page=7", 302),
        (f"{HELD}?counted=x", 200),
        (f"{VOTES}?article=x", 404),
        (f"{VOTES}?article=99999999999", 404),
        (f"{VOTES}?article=999", 200),
        (f"{VOTES}?since=x", 404),
        (f"{VOTES}?since=2026-05-13", 404),
        (f"{VOTES}?until=0001-01-01T00:00:00%2B14:00", 404),
        (f"{VOTES}?until=9999-12-31T23:59:59-14:00", 404),
    ],
)
def test_what_cannot_be_asked_for(sign_in: Callable[..., CheckingClient], address: str, status: int) -> None:
    assert sign_in().get(address).status == status


@pytest.mark.parametrize("forged", [{"action": "x"}, {"until": ""}, {"until": "x"}, {"article": "x"}, {"since": "x"}])
def test_forged_forms_change_nothing(site: Site, sign_in: Callable[..., Any], forged: dict[str, str]) -> None:
    before = statuses(site)
    assert press(sign_in(), **{"action": "drop"} | forged).status == 400
    assert statuses(site) == before


@pytest.mark.parametrize("number", [1, 3, 60])
def test_however_many_there_are_as_many_queries(
    site: Site, sign_in: Callable[..., Any], app: Flask, number: int
) -> None:
    client = sign_in()
    for hour in range(number):
        plant_votes(site, 1, status="held", created_at=NOON - timedelta(days=9, hours=hour), comment="Text")
    for address, queries in ((f"{HELD}?by=hour", 5), (VOTES, 6)):
        with count_queries(app) as seen:
            page = client.get(address)
        assert (page.status, len(seen)) == (200, queries), address
    assert len(lines(client.get(f"{HELD}?by=hour"))) == min(number + 3, 50)
