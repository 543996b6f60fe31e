"""The team's pages of views: a period in figures and words, the lists, one article, and their files."""

# ruff: noqa: F811  fixtures that are imported

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path

import pytest
from flask import Flask

from helpdesk.services.site import Site
from tests.core.test_helpfulness import DAY, Teller, app, tell  # noqa: F401  the same site
from tests.core.test_reading import add
from tests.support.pages import CheckingClient, Page
from tests.support.planting import plant_articles
from tests.support.queries import count_queries
from tests.support.team import add_member, alerts, come_in
from tests.web.test_helpfulness_pages import rows, today, visit  # noqa: F401

# What its queries find on PostgreSQL is told by the tests of the layers below.
pytestmark = pytest.mark.on("sqlite")

VIEWS, PAY = "/en/team/views", "/en/team/views/1"
# The week of the figures, on a day later than that.
WEEK = f"since={DAY}&until={DAY + timedelta(days=6)}"
BEFORE = DAY - timedelta(days=1)
Visit = Callable[..., CheckingClient]


def tell_much(teller: Teller) -> None:
    add(teller, "pay", "en", views=90, searched=36, listed=18, linked=9, repeats=7, prefetches=6, bots=5, team=4)
    add(teller, "pay", "en", DAY + timedelta(days=2), asked="en-SG", views=10, contacts=4)
    add(teller, "pay", "en", asked="ru", views=8)
    add(teller, "pay", "en", BEFORE, views=300)
    add(teller, "pay", "de", views=40, searched=40, contacts=8)
    add(teller, "pay", "de", BEFORE, views=20)
    add(teller, "fees", "en", views=52)
    add(teller, "fees", "en", BEFORE, views=50)
    add(teller, "keys", "en", asked="ar", views=5)


def first(page: Page) -> list[str]:
    """What the page says of the whole period."""
    return [text for text in page.texts("p") if " views " in text or "went on" in text or "none in the" in text]


def tabs(page: Page) -> list[tuple[str, bool]]:
    nav = page.one("nav", class_="tabs")
    return [("".join(a.itertext()), a.get("aria-current") == "page") for a in nav.iter("a")]


def test_a_period_in_words_and_figures(tell: Teller, visit: Visit) -> None:
    tell_much(tell)
    page = visit().get(f"{VIEWS}?{WEEK}")
    assert (page.status, page.texts("h1")) == (200, ["Views"])
    assert first(page) == [
        "205 views 45% less than in the period before (370).",
        "12 readers went on to ask for help: 5.9% of the views, between 3.4% and 10%.",
    ]
    assert rows(page, "Where readers came from") == [["76 37%", "18 8.8%", "9 4.4%", "102 50%"]]
    assert rows(page, "Views by day") == [
        ["May 4, 2026", "195", "76 39%", "18 9.2%", "9 4.6%", "92 47%", "8"],
        ["May 6, 2026", "10", "0", "0", "0", "10 100%", "4"],
    ]
    assert [svg.get("aria-label") for svg in page.all("{http://www.w3.org/2000/svg}svg", role="img")] == [
        "Views by day"
    ]
    assert "Today is not over yet." not in page.text


def test_most_read_fading_most_contacts_and_wanted(tell: Teller, visit: Visit) -> None:
    tell_much(tell)
    client = visit()
    page = client.get(f"{VIEWS}?{WEEK}")
    names = ["Most read", "Fading", "Most contacts", "Wanted languages", "Outdated translations"]
    assert tabs(page) == [(name, name == "Most read") for name in names]
    assert rows(page, "Most read") == [
        ["Pay", "English", "108", "300", "36 33%", "18 17%", "9 8.3%", "45 42%"],
        ["Pay", "English", "52", "50", "0", "0", "0", "52 100%"],
        ["Zahlen", "German", "40", "20", "40 100%", "0", "0", "0"],
        ["Keys", "English", "5", "0", "0", "0", "0", "5 100%"],
    ]
    links = [(a.get("href"), a.get("lang")) for a in page.all("a") if "/team/views/" in a.get("href", "")]
    assert links == [
        (f"/en/team/views/{number}?{WEEK}", lang) for number, lang in ((1, None), (2, None), (1, "de"), (3, None))
    ]
    page = client.get(f"{VIEWS}?{WEEK}&about=fading")
    assert tabs(page)[1] == ("Fading", True)
    assert [row[:4] for row in rows(page, "Fading")] == [["Pay", "English", "108", "300"]]
    page = client.get(f"{VIEWS}?{WEEK}&about=contacts")
    assert rows(page, "Most contacts") == [
        ["Zahlen", "German", "40", "8", "20%", "10% – 35%"],
        ["Pay", "English", "108", "4", "3.7%", "1.4% – 9.1%"],
    ]
    page = client.get(f"{VIEWS}?{WEEK}&about=wanted")
    assert rows(page, "Wanted languages") == [["Pay", "Russian", "English", "8"], ["Keys", "Arabic", "English", "5"]]
    german = client.get(f"{VIEWS}?{WEEK}&about=wanted&locale=ru")
    assert rows(german, "Wanted languages") == [["Pay", "Russian", "English", "8"]]
    tell.revise("pay", "en", (2, "minor", DAY))
    page = client.get(f"{VIEWS}?{WEEK}&about=outdated")
    assert rows(page, "Outdated translations")[0] == ["Zahlen", "German", "40", "May 4, 2026"]
    arabic = client.get(f"{VIEWS}?{WEEK}&about=outdated&locale=ar")
    assert rows(arabic, "Outdated translations") == [["ادفع", "Arabic", "0", "May 4, 2026"]]


def test_how_a_period_compares(tell: Teller, visit: Visit) -> None:
    client = visit()
    page = client.get(VIEWS)
    assert (first(page), page.texts("p", class_="empty")) == (
        ["0 views There were none in the period before. Today is not over yet."],
        ["There is nothing here in this period."],
    )
    assert page.all("figure") == page.all("table") == []
    add(tell, "pay", "en", views=1000)
    add(tell, "pay", "en", BEFORE, views=100)
    add(tell, "pay", "en", BEFORE - timedelta(days=7), views=1000)
    for days, said in (
        (WEEK, "1,000 views 900% more than in the period before (100)."),
        (f"since={DAY - timedelta(days=7)}&until={BEFORE}", "100 views 90% less than in the period before (1,000)."),
        (
            f"since={BEFORE - timedelta(days=7)}&until={BEFORE - timedelta(days=7)}",
            "1,000 views There were none in the period before.",
        ),
    ):
        assert first(client.get(f"{VIEWS}?{days}"))[0] == said
    add(tell, "fees", "en", DAY + timedelta(days=7), views=1000)
    later = f"since={DAY + timedelta(days=7)}&until={DAY + timedelta(days=13)}"
    assert first(client.get(f"{VIEWS}?{later}"))[0] == "1,000 views About as many as in the period before (1,000)."


def test_one_article(tell: Teller, visit: Visit) -> None:
    tell_much(tell)
    client = visit()
    page = client.get(f"{PAY}?{WEEK}")
    assert (page.status, page.texts("h1"), page.texts("h2")) == (
        200,
        ["Pay"],
        ["By language", "Asked for in another language", "What was not counted"],
    )
    assert first(page) == [
        "148 views 54% less than in the period before (320).",
        "12 readers went on to ask for help: 8.1% of the views, between 4.7% and 14%.",
    ]
    tables = [[["".join(c.itertext()).strip() for c in row] for row in t.find("tbody")] for t in page.all("table")]
    assert [[cell for cell in row if cell] for row in tables[2]] == [
        ["English", "108", "300", "36 33%", "18 17%", "9 8.3%", "45 42%", "4", "3.7%", "1.4% – 9.1%"],
        ["Arabic", "0", "0", "0", "0", "0", "0", "0"],
        ["German", "40", "20", "40 100%", "0", "0", "0", "8", "20%", "10% – 35%"],
        ["Simplified Chinese", "0", "0", "0", "0", "0", "0", "0"],
    ]
    assert tables[3] == [["Russian", "English", "8"]], "Singapore’s readers got what is theirs"
    assert tables[4][0] == ["English", "7", "6", "5", "4"]
    german = client.get(f"/de/team/views/1?{WEEK}&locale=de")
    assert german.texts("h1") == ["Zahlen"]
    (own,) = rows(client.get(f"{PAY}?{WEEK}&locale=de"), "Views by day")
    assert own[:2] == ["May 4, 2026", "40"]


def test_queries(tell: Teller, visit: Visit, app: Flask) -> None:
    """Of all, one is for the member, one for the notice above and one for what is unread, on every page."""
    tell_much(tell)
    client = visit()
    for path, queries in (
        (f"{VIEWS}?{WEEK}", 9),
        (f"{VIEWS}?{WEEK}&about=fading", 10),
        (f"{VIEWS}?{WEEK}&about=wanted", 7),
        (f"{VIEWS}?{WEEK}&about=outdated", 7),
        (f"{VIEWS}?{WEEK}&form=csv", 5),
        (f"{VIEWS}?{WEEK}&list=days&form=csv", 3),
        (f"{PAY}?{WEEK}", 8),
    ):
        with count_queries(app) as statements:
            assert client.get(path).status == 200
        assert (path, len(statements)) == (path, queries)


def test_members_see_their_languages_only(tell: Teller, visit: Visit) -> None:
    tell_much(tell)
    client = visit("translator", locales=["de", "ru"])
    page = client.get(f"{VIEWS}?{WEEK}")
    assert first(page)[0] == "40 views 100% more than in the period before (20)."
    assert [row[0] for row in rows(page, "Most read")] == ["Zahlen"]
    # What they could translate, with the title that its readers saw.
    wanted = rows(client.get(f"{VIEWS}?{WEEK}&about=wanted"), "Wanted languages")
    assert wanted == [["Pay", "Russian", "English", "8"]]
    for path in (PAY, f"{PAY}?locale=en"):
        page = client.get(f"{path}{'&' if '?' in path else '?'}{WEEK}")
        assert (page.texts("h1"), first(page)[0][:8]) == (["Zahlen"], "40 views")
        assert "Pay" not in page.text
    assert client.get("/en/team/views/3").status == 404
    for form in ("csv", "json"):
        assert b"Pay" not in client.get(f"{PAY}?{WEEK}&form={form}&locale=en").data


def test_a_member_of_a_language_that_the_site_gave_up_sees_no_other(
    tell: Teller,
    visit: Visit,
    build: Callable[..., Flask],
    empty_template: Path,
) -> None:
    tell_much(tell)
    visit("analyst", locales=["de"])
    client = CheckingClient(build(empty_template, locales=("en", "ar")))
    come_in(client)
    assert first(client.get(f"{VIEWS}?{WEEK}"))[0].startswith("40 views")
    page = client.get(f"{PAY}?{WEEK}")
    assert (page.texts("h1"), first(page)[0][:8]) == (["Zahlen"], "40 views")


def test_members_see_their_categories_only(build: Callable[..., Flask], demo_template: Path) -> None:
    demo = build(demo_template)
    add_member(demo.extensions["helpdesk"], "analyst", categories=["announcements"])
    client = CheckingClient(demo)
    come_in(client)
    assert {client.get(f"/en/team/views/{number}").status for number in (1, 17)} == {404}
    assert client.get("/en/team/views/21").status == 200


def test_bad_input(tell: Teller, visit: Visit) -> None:
    tell_much(tell)
    client = visit()
    for path in (VIEWS, PAY):
        for form in ("", "&form=csv", "&form=csv&list=days"):
            page = client.get(f"{path}?since=2026-05-02&until=2026-05-01{form}")
            assert (page.status, alerts(page)) == (422, ["The first day cannot be after the last one."])
    for query in ("about=x", "about=", "page=0", "page=2", "page=x", "page=1001"):
        assert client.get(f"{VIEWS}?{WEEK}&{query}").status == 404
    for path in ("99", "999999999", "0", "1000000000", "x", "-1"):
        assert client.get(f"{VIEWS}/{path}").status == 404
    assert client.get(f"{PAY}?form=xml&list=none").status == 200
    page = client.get("/en/team/views/3?locale=de")
    assert page.texts("p", class_="empty") == ["There is no translation in this language."]


@pytest.mark.parametrize(("number", "pages"), [(1, [1]), (3, [3]), (51, [50, 1])])
def test_lists_have_pages(
    site: Site,
    visit: Visit,
    app: Flask,
    number: int,
    pages: list[int],
) -> None:
    plant_articles(site, number)
    with site.database.transaction() as connection:
        connection.exec_driver_sql(
            f"INSERT INTO hd_daily_tally (translation_id, locale, day, views)"
            f" SELECT id, 'en', '{DAY}', id - 100000 + 1 FROM hd_translation WHERE locale = 'en'"
        )
    client = visit()
    for place, lines in enumerate(pages, start=1):
        with count_queries(app) as statements:
            page = client.get(f"{VIEWS}?{WEEK}&page={place}")
        assert (len(rows(page, "Most read")), len(statements)) == (lines, 9)
    assert client.get(f"{VIEWS}?{WEEK}&page={len(pages) + 1}").status == 404
    text = client.get(f"{VIEWS}?{WEEK}&form=csv").data.decode()
    assert len(text.splitlines()) == number + 1


def test_files_are_what_the_commands_print(tell: Teller, visit: Visit, app: Flask) -> None:
    tell_much(tell)
    tell.revise("pay", "en", (2, "minor", DAY))
    client, runner = visit(), app.test_cli_runner()
    days = ["--since", str(DAY), "--until", str(DAY + timedelta(days=7))]
    for about, command in (
        ("top", ["views"]),
        ("fading", ["views", "--about", "fading"]),
        ("wanted", ["views", "--about", "wanted"]),
        ("outdated", ["views", "--about", "outdated"]),
        ("contacts", ["contacts"]),
    ):
        for form in ("csv", "json"):
            page = client.get(f"{VIEWS}?{WEEK}&about={about}&form={form}")
            printed = runner.invoke(args=["helpdesk", "report", *command, *days, f"--{form}"])
            assert (about, page.data) == (about, printed.output_bytes)
            assert page.response.headers["Content-Disposition"] == f'attachment; filename="views-{about}.{form}"'
            assert page.response.headers["Cache-Control"] == "private, no-store"


def test_files_of_days_and_of_one_article(tell: Teller, visit: Visit) -> None:
    tell_much(tell)
    client = visit()
    found = json.loads(client.get(f"{VIEWS}?{WEEK}&list=days&form=json").data)
    assert [(row["day"], row["views"], row["elsewhere"], row["contacts"]) for row in found] == [
        ("2026-05-04", 195, 92, 8),
        ("2026-05-06", 10, 10, 4),
    ]
    found = list(csv.DictReader(io.StringIO(client.get(f"{PAY}?{WEEK}&list=days&form=csv").data.decode())))
    assert [(row["day"], row["views"], row["bots"]) for row in found] == [
        ("2026-05-04", "138", "5"),
        ("2026-05-06", "10", "0"),
    ]
    found = list(csv.DictReader(io.StringIO(client.get(f"{PAY}?{WEEK}&form=csv").data.decode())))
    assert [(row["key"], row["locale"], row["views"], row["contact_share"]) for row in found] == [
        ("pay", "en", "108", "0.03704"),
        ("pay", "ar", "0", ""),
        ("pay", "de", "40", "0.2"),
        ("pay", "zh-Hans", "0", ""),
    ]


def test_todays_end_is_open(tell: Teller, visit: Visit, today: date) -> None:
    add(tell, "pay", "en", today, views=3)
    page = visit().get(f"{VIEWS}?since={today - timedelta(days=1)}&until={today + timedelta(days=1)}")
    assert first(page)[0] == "3 views There were none in the period before. Today is not over yet."
    # Yesterday; neither tomorrow nor today, which would look like a fall.
    (drawn,) = page.all("{http://www.w3.org/2000/svg}polyline", class_="line")
    assert len(drawn.get("points").split()) == 1
