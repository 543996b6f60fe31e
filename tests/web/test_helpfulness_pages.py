"""The team's pages of helpfulness: the three lists, one article in all its languages, and their files."""

# ruff: noqa: F811  fixtures that are imported

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from helpdesk import clock
from helpdesk.services.site import Site
from tests.core.test_helpfulness import DAY, Teller, app, tell  # noqa: F401  the same site
from tests.support.pages import CheckingClient, Page, text_of
from tests.support.queries import count_queries
from tests.support.team import add_member, alerts, come_in

# What its queries find on PostgreSQL is told by the tests of the layers below.
pytestmark = pytest.mark.on("sqlite")

LISTS, PAY = "/en/team/helpfulness", "/en/team/helpfulness/1"
SVG = "{http://www.w3.org/2000/svg}"
NONE = "None in this period, as far as the votes can tell."
TODAY = DAY + timedelta(days=30)


@pytest.fixture
def today(monkeypatch: pytest.MonkeyPatch) -> date:
    monkeypatch.setattr(clock, "today", lambda: TODAY)
    return TODAY


@pytest.fixture
def visit(site: Site, app: Flask, today: date) -> Callable[..., CheckingClient]:
    """Come in as somebody with a role and limits."""

    def enter(role: str = "analyst", **limits: Any) -> CheckingClient:
        add_member(site, role, **limits)
        client = CheckingClient(app)
        come_in(client)
        return client

    return enter


def tell_much(tell: Teller) -> None:
    tell.revise("pay", "en", (2, "major", DAY + timedelta(days=7)), (3, "typo", DAY + timedelta(days=9)))
    tell.vote("pay", "en", 1, 48, 32, reasons="hard unsolved")
    tell.vote("pay", "en", 2, 50, 10, day=DAY + timedelta(days=8), reasons="hard")
    tell.vote("pay", "en", 3, 6, 4, day=DAY + timedelta(days=21), reasons="gone")
    tell.vote("pay", "de", 1, 15, 133, reasons="outdated")
    tell.vote("pay", "ar", 1, 1, 0)
    tell.vote("pay", "en", 1, 0, 40, status="held", reasons="wrong")
    tell.view("pay", "de", 100)
    tell.view("pay", "en", 1000)
    tell.view("fees", "de", 900)
    tell.switch("pay", "de", "en", 15)


def rows(page: Page, label: str) -> list[list[str]]:
    """The cells of the body of the table with this name; the first of several."""
    region = page.all("div", class_="table", aria_label=label)[0]
    return [[text_of(cell) for cell in row] for row in region.find("table").find("tbody")]


def intervals(page: Page) -> list[tuple[str | None, str | None]]:
    """Where the strips of the languages begin and end, from the left."""
    return [(part.get("x1"), part.get("x2")) for part in page.all(f"{SVG}line", class_="part")]


def test_lists(tell: Teller, visit: Callable[..., CheckingClient]) -> None:
    tell_much(tell)
    page = visit().get(LISTS)
    assert (page.status, page.texts("h1"), page.texts("h2")) == (
        200,
        ["Helpfulness"],
        ["Most in need", "Suspect translations", "Most improved"],
    )
    assert rows(page, "Most in need") == [
        ["Pay", "English", "123", "1,000", "70", "20%", "12%"],
        ["Zahlen", "German", "84", "100", "148", "90%", "84%"],
    ]
    assert rows(page, "Suspect translations") == [
        [
            "Zahlen",
            "German",
            "10% of 148 votes say yes (between 6.2% and 16%); in the article’s other languages 80% do. "
            "15% of 100 views end with a switch to the language of the original (between 9.3% and 23%); "
            "on the site 0% do.",
        ]
    ]
    assert rows(page, "Most improved") == [["Pay", "English", "After revision 2: 60% → 80% (n = 70): better"]]
    links = {a.get("href") for a in page.all("a") if text_of(a) in ("Pay", "Zahlen")}
    assert links == {PAY}
    (title,) = {(a.get("lang"), a.get("dir")) for a in page.all("a") if text_of(a) == "Zahlen"}
    assert title == ("de", "ltr")


def test_lists_without_anything_to_say(tell: Teller, visit: Callable[..., CheckingClient]) -> None:
    page = visit().get(LISTS)
    assert (page.status, page.texts("p", class_="empty"), page.all("table")) == (200, [NONE] * 3, [])
    assert page.texts("p", class_="files") == []


def test_a_long_list_says_that_its_file_holds_more(
    tell: Teller,
    visit: Callable[..., CheckingClient],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    tell_much(tell)
    monkeypatch.setattr("helpdesk.web.team.helpfulness.SHOWN", 1)
    client = visit()
    page = client.get(LISTS)
    assert [row[0] for row in rows(page, "Most in need")] == ["Pay"]
    assert page.texts("p", class_="hint") == ["The first 1 is shown; the files hold more."]
    (address,) = [a.get("href") for a in page.all("a") if "list=need&form=csv" in a.get("href", "")]
    assert client.get(address).data.decode().count("\n1,pay,") == 2


def test_one_article_in_all_its_languages(tell: Teller, visit: Callable[..., CheckingClient]) -> None:
    tell_much(tell)
    client = visit()
    page = client.get(PAY)
    assert (page.status, page.texts("h1"), page.texts("h2")) == (200, ["Pay"], ["English", "Arabic", "German"])
    assert rows(page, "Helpfulness") == [
        ["English", "69% of 150 votes say yes, between 62% and 76%"],
        ["Arabic", "Not enough votes yet"],
        ["German", "10% of 148 votes say yes, between 6.2% and 16%"],
        ["Simplified Chinese", "Not enough votes yet"],
    ]
    assert rows(page, "Reasons") == [
        ["It is hard to understand", "42"],
        ["I did as it says, and it did not help", "32"],
        ["gone", "4"],
    ]
    assert [text for text in page.texts("li") if "revision" in text] == ["After revision 2: 60% → 80% (n = 70): better"]
    assert rows(page, "Revisions") == [
        ["1", "Mar 4, 2026 · Minor", "80", "60%", "49% – 70%"],
        ["2", "May 11, 2026 · Major", "60", "83%", "72% – 91%"],
        ["3", "May 13, 2026 · Typo", "10", "Not enough votes yet"],
    ]
    assert rows(page, "Weeks") == [
        ["Mar 2, 2026", "1", "0", ""],
        ["May 4, 2026", "", "80", "60%", "49% – 70%"],
        ["May 11, 2026", "2 and 3", "60", "83%", "72% – 91%"],
        ["May 25, 2026", "", "10", "Not enough votes yet"],
    ]
    # The week between without a vote is a gap.
    assert len(page.all(f"{SVG}polyline", class_="line")) == 2
    assert [text for text in page.texts(f"{SVG}text") if "Revision" in text] == ["Revision 2–3", "Revision 1"]
    assert intervals(page) == [("61.55%", "76.15%"), ("6.24%", "16.05%")]
    assert intervals(client.get(PAY.replace("/en/", "/ar/"))) == [("23.85%", "38.45%"), ("83.95%", "93.76%")]
    assert [svg.get("aria-label") for svg in page.all(f"{SVG}svg", role="img")] == ["Share of yes over time"]


def test_where_weeks_have_few_votes_a_point_stands_for_more(
    tell: Teller,
    visit: Callable[..., CheckingClient],
) -> None:
    for week in range(4):
        tell.vote("pay", "de", 1, 6, 6, day=DAY + timedelta(weeks=week))
    client = visit()
    page = client.get(f"{PAY}?since=2026-05-04&until=2026-06-01")
    (caption,) = page.texts("figcaption")
    assert caption == (
        "Share of yes over time A point stands for 2 weeks. 19 times of 20 the share among all readers lies in the band."
    )
    assert [row[:3] for row in rows(page, "Weeks")] == [["May 4, 2026", "", "24"], ["May 18, 2026", "", "24"]]
    page = client.get(f"{PAY}?since=2026-05-04&until=2026-05-10")
    assert (page.all("figure"), [row[0] for row in rows(page, "Weeks")]) == ([], ["May 4, 2026"])


def test_the_same_in_german(tell: Teller, visit: Callable[..., CheckingClient]) -> None:
    tell_much(tell)
    client = visit()
    page = client.get(PAY.replace("/en/", "/de/"))
    assert (page.texts("h1"), page.texts("h2")) == (["Zahlen"], ["Englisch", "Arabisch", "Deutsch"])
    assert re.findall(r"[\d,]+ %", rows(page, "Nützlichkeit")[2][1]) == ["10 %", "6,2 %", "16 %"]
    assert "Schwer verständlich" in page.text
    # Where the article is not in the page's language its title says in which it is.
    (title,) = client.get("/de/team/helpfulness/3").all("h1")
    assert (text_of(title), title.get("lang")) == ("Keys", "en")


def test_queries(
    tell: Teller,
    visit: Callable[..., CheckingClient],
    app: Flask,
) -> None:
    """Of all, one is for the member and one for what stands around every page."""
    tell_much(tell)
    client = visit()
    for path, queries in ((LISTS, 13), (f"{LISTS}?list=need&form=csv", 4), (PAY, 7), (f"{PAY}?form=csv", 4)):
        with count_queries(app) as statements:
            assert client.get(path).status == 200
        assert (path, len(statements)) == (path, queries)


def test_members_see_their_languages_only(tell: Teller, visit: Callable[..., CheckingClient]) -> None:
    tell_much(tell)
    client = visit("translator", locales=["de", "ar"])
    page = client.get(LISTS)
    assert [row[0] for row in rows(page, "Most in need") + rows(page, "Suspect translations")] == ["Zahlen", "Zahlen"]
    assert page.texts("p", class_="empty") == [NONE]
    for path in (PAY, f"{PAY}?locale=en"):
        page = client.get(path)
        assert [row[0] for row in rows(page, "Helpfulness")] == ["Arabic", "German"]
        assert "Pay" not in page.text
    assert [row[0] for row in rows(client.get(f"{PAY}?locale=de"), "Helpfulness")] == ["German"]
    assert client.get(f"{PAY}?locale=en&form=json").data.decode().count('"locale": "en"') == 0
    assert client.get("/en/team/helpfulness/3").status == 404  # in English only


def test_members_see_their_categories_only(build: Callable[..., Flask], demo_template: Path) -> None:
    demo = build(demo_template)
    add_member(demo.extensions["helpdesk"], "analyst", categories=["announcements"])
    client = CheckingClient(demo)
    come_in(client)
    found = {client.get(f"/en/team/helpfulness/{number}").status for number in (1, 17)}
    assert found == {404}
    assert client.get("/en/team/helpfulness/21").status == 200


def test_bad_input(tell: Teller, visit: Callable[..., CheckingClient]) -> None:
    tell_much(tell)
    client = visit()
    for path in (LISTS, PAY):
        for form in ("", "&form=csv&list=need"):
            page = client.get(f"{path}?since=2026-05-02&until=2026-05-01{form}")
            assert (page.status, alerts(page)) == (422, ["The first day cannot be after the last one."])
    for path in ("99", "999999999", "0", "1000000000", "x", "-1"):
        assert client.get(f"{LISTS}/{path}").status == 404
    assert client.get(f"{PAY}?form=xml").status == 200
    assert client.get(f"{LISTS}?form=csv").status == 404
    assert client.get(f"{LISTS}?form=csv&list=users").status == 404
    assert client.get(f"{PAY}?locale=xx").texts("h2") == ["English", "Arabic", "German"]
    page = client.get("/en/team/helpfulness/3?locale=de")
    assert page.texts("p", class_="empty") == ["There is no translation in this language."]


def test_files_are_what_the_command_prints(
    tell: Teller,
    visit: Callable[..., CheckingClient],
    app: Flask,
) -> None:
    tell_much(tell)
    client, runner = visit(), app.test_cli_runner()
    days = ["--since", "2026-05-04", "--until", "2026-06-02"]
    for path, command, name in (
        (f"{PAY}?", ["helpfulness", "pay"], "helpfulness-1"),
        (f"{LISTS}?list=need&", ["need"], "helpfulness-need"),
        (f"{LISTS}?list=suspects&", ["suspects"], "helpfulness-suspects"),
        (f"{LISTS}?list=improved&", ["improved"], "helpfulness-improved"),
    ):
        for form in ("csv", "json"):
            page = client.get(f"{path}since=2026-05-04&until=2026-06-01&form={form}")
            assert page.data == runner.invoke(args=["helpdesk", "report", *command, *days, f"--{form}"]).output_bytes
            assert page.response.headers["Content-Disposition"] == f'attachment; filename="{name}.{form}"'
            assert page.response.headers["Cache-Control"] == "private, no-store"
