"""The team's first page: the week on one screen."""

# ruff: noqa: F811  fixtures that are imported

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from flask import Flask

from helpdesk.services.site import Site
from tests.conftest import NOON
from tests.core.test_helpfulness import Teller, app, tell  # noqa: F401  the same site
from tests.core.test_overview import search
from tests.support.pages import CheckingClient, Page
from tests.support.queries import count_queries
from tests.support.team import add_member, come_in

# What its queries find on PostgreSQL is told by the tests of the layers below.
pytestmark = pytest.mark.on("sqlite")

TODAY = NOON.date()
FIGURES = [
    "Views 1,030 before: 12",
    "Votes that say yes 75% between 60% and 86%",
    "Votes 40 before: 0",
    "Unread feedback 10",
    "Held votes 2",
    "Searches 4 before: 0",
    "Searches without result 3 before: 0",
    "Readers who asked for help 0 before: 0",
    "Outdated translations 0 0 views",
    "Missing translations 0 0 views",
]


@pytest.fixture
def told(tell: Teller, noon: object) -> Teller:
    tell.view("pay", "en", 1000, day=TODAY)
    tell.view("pay", "de", 30, day=TODAY - timedelta(days=6))
    tell.view("pay", "de", 12, day=TODAY - timedelta(days=7))
    tell.vote("pay", "en", 1, 30, 10, day=TODAY - timedelta(days=1))
    tell.vote("pay", "de", 1, 0, 2, day=TODAY, status="held")
    search(tell, "de", "<b>verloren", day=TODAY, times=3)
    search(tell, "en", "pay", day=TODAY, results=2)
    return tell


def enter(app: Flask, role: str = "analyst", **limits: object) -> CheckingClient:
    add_member(app.extensions["helpdesk"], role, **limits)
    client = CheckingClient(app)
    come_in(client)
    return client


def figures(page: Page) -> list[str]:
    return [" ".join("".join(item.itertext()).split()) for item in page.one("ul", class_="tiles")]


def test_the_week_on_one_screen(told: Teller, app: Flask) -> None:
    page = enter(app).get("/en/team/")
    assert (page.status, page.texts("h1"), figures(page)) == (200, ["Overview"], FIGURES)
    assert page.texts("figcaption") == ["Views by day 1,030 in all, 12 in as many days before."]
    days, needs, queries = (
        [" ".join("".join(cell.itertext()).strip() for cell in row) for row in body] for body in page.all("tbody")
    )
    assert (len(days), days[0], days[-1]) == (7, "May 7, 2026 30", "May 13, 2026 1,000")
    assert needs == ["Pay English 142"]
    assert queries == ["<b>verloren German 3"]


def test_by_how_many_queries(told: Teller, app: Flask) -> None:
    client = enter(app)
    client.get("/en/team/")
    with count_queries(app) as statements:
        client.get("/en/team/")
    assert len(statements) == 14  # the member, the frame, unread feedback, and the eleven of the overview


def test_a_member_with_limits_sees_what_lies_within_them(told: Teller, app: Flask) -> None:
    client = enter(app, locales=["de"])
    for path in ("/en/team/", "/en/team/?locale=en"):
        page = client.get(path)
        assert [figures(page)[place] for place in (0, 2, 4, 5)] == [
            "Views 30 before: 12",
            "Votes 0 before: 0",
            "Held votes 2",
            "Searches 3 before: 0",
        ]
        assert "Pay" not in page.text
    rows = json.loads(client.get("/en/team/?form=json&locale=en").data)
    assert next(row["value"] for row in rows if row["figure"] == "views") == 30
    nothing = client.get("/en/team/?since=2020-01-01&until=2020-01-02")
    assert figures(nothing)[:2] == ["Views 0 before: 0", "Votes that say yes – Not enough votes yet"]
    assert nothing.texts("p", class_="empty") == [
        "None in this period, as far as the votes can tell.",
        "There is nothing here in this period.",
    ]


def test_other_days_and_one_language(told: Teller, app: Flask) -> None:
    client = enter(app)
    assert figures(client.get("/en/team/?days=28"))[0] == "Views 1,042 before: 0"
    assert figures(client.get("/en/team/?locale=de"))[0] == "Views 30 before: 12"
    page = client.get("/en/team/?since=2026-05-14&until=2026-05-01")
    assert (page.status, figures(page)) == (422, FIGURES)


def test_files(told: Teller, app: Flask) -> None:
    client = enter(app)
    page = client.get("/en/team/?form=csv")
    assert page.response.headers["Content-Disposition"] == 'attachment; filename="overview.csv"'
    rows = list(csv.DictReader(io.StringIO(page.data.decode(), newline="")))
    assert [(row["figure"], row["value"], row["before"]) for row in rows if not row["day"]] == [
        ("views", "1030", "12"),
        ("votes", "40", "0"),
        ("searches", "4", "0"),
        ("searches_without_result", "3", "0"),
        ("contacts", "0", "0"),
        ("helpful", "0.75", ""),
        ("unread", "10", ""),
        ("held", "2", ""),
        ("outdated", "0", ""),
        ("missing", "0", ""),
    ]
    assert [(row["day"], row["value"]) for row in rows if row["day"]][-1] == ("2026-05-13", "1000")
    found = json.loads(client.get("/en/team/?form=json").data)
    assert found[5] == {
        "figure": "helpful",
        "day": None,
        "value": 0.75,
        "before": None,
        "low": 0.5981,
        "high": 0.8581,
        "views": None,
    }


def test_whoever_needs_an_app_sees_no_figures_before_it(build: Callable[..., Flask], empty_template: Path) -> None:
    client = enter(build(empty_template, totp_roles=("analyst",)))
    assert client.get("/en/team/").response.headers["Location"] == "/en/team/account"


def test_figures_lead_to_pages(app: Flask, site: Site) -> None:
    client = enter(app)
    for link in client.get("/en/team/").one("ul", class_="tiles").iter("a"):
        assert client.get(link.get("href")).status == 200
