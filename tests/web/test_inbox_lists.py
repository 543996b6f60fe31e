"""What the inbox lists: filters, pages, files."""

# ruff: noqa: F811  fixtures that are imported

from __future__ import annotations

import csv
import io
import json
from datetime import timedelta

import pytest
from flask import Flask

from helpdesk import clock
from helpdesk.queries.inbox import Filters, find_case, list_feedback
from helpdesk.services.site import Site
from helpdesk.services.triage import assign, resolve
from tests.conftest import NOON
from tests.support.inbox import plant_votes, say
from tests.support.inbox_pages import ADA, INBOX, app, editor, nav, press, shown, sign_in, told  # noqa: F401
from tests.support.pages import CheckingClient
from tests.support.queries import count_queries
from tests.support.team import add_member, redirect_of

# What its queries find on PostgreSQL is told by the tests of the layers below.
pytestmark = pytest.mark.on("sqlite")


def test_every_filter_stands_in_the_address(site: Site, editor: CheckingClient) -> None:
    arabic = say(site, "keys", "ar", reasons=("hard",), comment="ПРИВЕТ из Κύπρος", at=NOON - timedelta(days=3))
    german = say(site, "locks", "de", yes=True, comment="Gut")
    plain = say(site, "locks", "en")
    member = add_member(site, "author", "bob@example.com")
    assign(site.database, [german], assignee=ADA)
    assign(site.database, [plain], assignee="bob@example.com")
    resolve(site.database, [plain], by=ADA, seen_at=NOON, now=NOON)
    for query, expected in {
        "": [german, arabic],
        "state=unread": [german, arabic],
        "state=resolved": [plain],
        "state=all": [plain, german, arabic],
        "locale=ar": [arabic],
        "category=guides": [german, arabic],
        "article=2&state=all": [plain, german],
        "reason=hard": [arabic],
        "answer=yes": [german],
        "answer=no": [arabic],
        "assignee=me": [german],
        "assignee=nobody": [arabic],
        f"assignee={member.id}&state=all": [plain],
        "comment=1&state=all": [german, arabic],
        "words=привет+ИЗ+κύπροσ": [arabic],
        "since=2026-05-13": [german],
        "until=2026-05-10": [arabic],
        "since=2026-05-10&until=2026-05-10": [arabic],
        "locale=&category=&article=&reason=&answer=&assignee=&words=&since=&until=": [german, arabic],
        "locale=de&answer=yes&assignee=me&comment=1&article=2&category=guides&words=GUT": [german],
        "locale=de&answer=no": [],
    }.items():
        assert shown(editor.get(f"{INBOX}?{query}")) == expected, query
    page = editor.get(f"{INBOX}?locale=de&answer=yes&words=g&comment=1&since=2026-05-13")
    assert [option.get("value") for option in page.all("option", selected="")] == ["de", "yes"]
    assert [field.get("value") for field in page.all("input", name="words")] == ["g"]
    assert "open" in page.one("details", class_="filters").attrib
    (tab,) = [link.get("href") for link in page.all("a") if link.text == "Resolved"]
    assert tab == f"{INBOX}?locale=de&answer=yes&comment=1&words=g&since=2026-05-13&state=resolved"


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ("page=0", 404),
        ("page=x", 404),
        ("page=1001", 404),
        ("page=7", 302),
        ("state=nope", 404),
        ("locale=xx", 404),
        ("category=nope", 404),
        ("article=x", 404),
        ("article=99999999999999999999", 404),
        ("article=999", 200),
        ("reason=nope", 404),
        ("answer=maybe", 404),
        ("assignee=999", 404),
        ("assignee=x", 404),
        ("comment=2", 404),
        ("since=x", 422),
        ("since=0001-01-01", 422),
        ("until=9999-12-31", 422),
        ("since=2026-05-14&until=2026-05-13", 422),
        ("since=x&form=csv", 422),
        ("words=%00%ff%5B", 200),
        ("words=" + "%D8%A7" * 3000, 200),
        ("changed=x", 200),
        ("form=xml", 200),
    ],
)
def test_what_cannot_be_asked_for(site: Site, editor: CheckingClient, query: str, status: int) -> None:
    plant_votes(site, 1)
    assert editor.get(f"{INBOX}?{query}").status == status


def test_what_there_is_not(site: Site, editor: CheckingClient) -> None:
    (pleased,) = plant_votes(site, 1, is_helpful=True)
    (held,) = plant_votes(site, 1, status="held")
    for vote in (pleased, held, 0, 999999999, 9999999999):
        assert editor.get(f"{INBOX}/{vote}").status == 404


@pytest.mark.parametrize("number", [1, 3, 60])
def test_however_many_there_are_as_many_queries(site: Site, editor: CheckingClient, app: Flask, number: int) -> None:
    votes = plant_votes(site, number, comment="Text", reasons="hard wrong", query="key")
    assign(site.database, votes[:7], assignee=ADA)
    with count_queries(app) as queries:
        page = editor.get(f"{INBOX}?comment=1")
    assert (len(queries), len(shown(page))) == (10, min(number, 50))
    with count_queries(app) as queries:
        exported = editor.get(f"{INBOX}?form=csv")
    assert (len(queries), exported.data.count(b"\r\n")) == (2, number + 1)
    with count_queries(app) as queries:
        editor.get("/en/team/account")
    assert len([query for query in queries if "hd_vote" in query]) == 1


def test_pages_of_fifty(site: Site, editor: CheckingClient) -> None:
    votes = plant_votes(site, 60, comment="Text")[::-1]
    first, second = editor.get(f"{INBOX}?comment=1"), editor.get(f"{INBOX}?comment=1&page=2")
    assert (shown(first), shown(second)) == (votes[:50], votes[50:])
    assert first.one("a", rel="next").get("href") == f"{INBOX}?comment=1&page=2"
    page = press(editor, "resolve", all="1", at=f"{INBOX}?comment=1&page=2")
    assert (told(page), shown(page)) == (["10 answers were changed."], votes[:50])


def test_more_than_are_counted(site: Site, editor: CheckingClient, monkeypatch: pytest.MonkeyPatch) -> None:
    for module in ("helpdesk.queries.inbox", "helpdesk.web.team.inbox"):
        monkeypatch.setattr(f"{module}.MOST", 52)
    for module in ("helpdesk.queries.inbox", "helpdesk.web.team.pages"):
        monkeypatch.setattr(f"{module}.MOST_UNREAD", 52)
    plant_votes(site, 60)
    page = editor.get(f"{INBOX}?page=2")
    assert "Feedback (52+ unread)" in nav(page)
    assert page.texts("p", class_="range")[-1:] == ["More than 52: choose more closely to see the others."]
    assert len(shown(page)) == 10
    assert redirect_of(editor.get(f"{INBOX}?page=3")) == (302, f"{INBOX}?page=2")


HARD = {
    "=1+1": "'=1+1",
    "\t@SUM(A1)": "'\t@SUM(A1)",
    '"quoted", and\nover lines': '"quoted", and\nover lines',
    "لا أجد الزر، 123": "لا أجد الزر، 123",
    "-5 stars": "'-5 stars",
}


def test_files_open_unharmed(site: Site, editor: CheckingClient) -> None:
    for place, comment in enumerate(HARD):
        say(site, "keys", "ar", comment=comment, visitor=f"v{place}", reasons=("hard", "wrong"), query="=2+2")
    last = say(site, "keys", "ar", comment="=1+1", visitor="v0", at=NOON + timedelta(minutes=1))
    resolve(site.database, [last], by=ADA, seen_at=clock.now() + timedelta(hours=1), now=NOON)
    response = editor.get(f"{INBOX}?state=all&locale=ar&form=csv").response
    assert response.headers["Content-Disposition"] == 'attachment; filename="feedback.csv"'
    rows = list(csv.DictReader(io.StringIO(response.get_data(as_text=True), newline="")))
    assert sorted(row["comment"] for row in rows) == sorted(HARD.values())
    assert {(row["query"], row["locale"], row["revision"]) for row in rows} == {("'=2+2", "ar", "1")}
    assert (rows[0]["state"], rows[0]["resolved_by"], rows[0]["resolved_at"]) == (
        "resolved",
        ADA,
        "2026-05-13T12:00:00+00:00",
    )
    page = editor.get(f"{INBOX}?state=all&locale=ar&form=json")
    assert sorted(row["comment"] for row in json.loads(page.data)) == sorted(HARD)
    links = [link.get("href") for link in editor.get(f"{INBOX}?locale=ar&words=stars").all("a", download="")]
    assert links == [f"{INBOX}?locale=ar&words=stars&form={form}" for form in ("csv", "json")]
    assert [entry.comment for entry in list_feedback(site.database, Filters(words='"QUOTED"'))] == [list(HARD)[2]]


def test_a_file_has_an_end(site: Site, editor: CheckingClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("helpdesk.web.team.inbox.MOST_EXPORTED", 2)
    plant_votes(site, 3)
    assert len(json.loads(editor.get(f"{INBOX}?form=json").data)) == 2


def test_the_switch_keeps_what_was_asked_for(site: Site, editor: CheckingClient) -> None:
    plant_votes(site, 60, "keys", "ar")
    page = editor.get(f"{INBOX}?locale=ar&page=2&changed=3")
    (link,) = [link.get("href") for link in page.all("a", data_switch="") if link.get("hreflang") == "ar"]
    assert redirect_of(editor.get(link)) == (303, "/ar/team/feedback?locale=ar&page=2")


def test_personal_data_was_masked_before(site: Site, editor: CheckingClient) -> None:
    vote = say(site, comment="Write to eve@example.com")
    assert "eve@example.com" not in editor.get(INBOX).text
    assert "eve@example.com" not in find_case(site.database, vote).entry.comment
