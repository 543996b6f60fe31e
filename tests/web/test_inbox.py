"""The feedback inbox, as each role of the team uses it."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from helpdesk import clock
from helpdesk.queries.inbox import Filters, find_case, list_feedback
from helpdesk.services.site import Site
from helpdesk.services.triage import assign, resolve
from helpdesk.services.users import disable
from tests.conftest import NOON
from tests.support.databases import written_elsewhere
from tests.support.inbox import plant_votes, revise, say, states, take_in_articles
from tests.support.pages import CheckingClient, Page
from tests.support.queries import count_queries
from tests.support.team import add_member, come_in, csrf_of, redirect_of, send

# What its queries find on PostgreSQL is told by the tests of the layers below.
pytestmark = pytest.mark.on("sqlite")

INBOX = "/en/team/feedback"
ADA = "ada@example.com"


@pytest.fixture
def site(empty_site: Site, tmp_path: Path, noon: Any) -> Site:
    take_in_articles(empty_site, tmp_path / "content")
    return empty_site


@pytest.fixture
def sign_in(site: Site, empty_app: Flask) -> Callable[..., CheckingClient]:
    """The browser of a member of the team."""

    def make(role: str = "editor", email: str = ADA, **limits: Any) -> CheckingClient:
        add_member(site, role, email, **limits)
        client = CheckingClient(empty_app)
        come_in(client, email)
        return client

    return make


@pytest.fixture
def editor(sign_in: Callable[..., CheckingClient]) -> CheckingClient:
    return sign_in()


def shown(page: Page) -> list[int]:
    """The entries on a page."""
    return [int(link.get("href").rpartition("/")[2]) for item in page.all("h2") for link in item]


def told(page: Page) -> list[str]:
    return page.texts("p", role="status")


def press(client: CheckingClient, action: str, *votes: int, at: str = INBOX, **more: str) -> Page:
    """Tick entries and press a button below them."""
    page = client.get(at)
    fields = {name: [field.get("value") for field in page.all("input", name=name)] for name in ("shown", "seen_at")}
    return client.post(
        at, {"csrf": csrf_of(page), **fields, "vote": list(votes), "action": action, **more}, follow=True
    )


def nav(page: Page) -> str:
    return page.texts("nav", class_="team-nav")[0]


def test_an_entry_says_all_that_is_known(site: Site, editor: CheckingClient) -> None:
    say(
        site,
        "keys",
        "ar",
        asked="de",
        comment="Le bouton\n<b>manque</b>",
        reasons=("hard", "wrong"),
        query="nouvelle clé",
    )
    page = editor.get(INBOX)
    facts = page.texts("ul", class_="meta")
    assert facts == ["No Unread Arabic Asked for in German Revision 1 May 13, 2026, 12:00"]
    title, comment = page.one("h2")[0], page.one("blockquote")
    assert (title.text, title.get("lang"), title.get("dir")) == ("المفاتيح", "ar", "rtl")
    assert (comment.text, comment.get("lang"), comment.get("dir")) == ("Le bouton\n<b>manque</b>", "de", "auto")
    assert page.texts("ul", class_="reasons") == ["It is hard to understand Something in it is wrong"]
    assert page.texts("p", class_="searched") == ["Searched before: nouvelle clé"]
    assert {time.get("datetime") for time in page.all("time")} == {"2026-05-13T12:00+00:00"}


def test_the_latest_first_and_nothing_but_feedback(site: Site, editor: CheckingClient) -> None:
    votes = [say(site, comment=str(n), at=NOON + timedelta(minutes=n), visitor=f"v{n}") for n in range(3)]
    say(site, yes=True, visitor="pleased")
    plant_votes(site, 1, status="held")
    page = editor.get(INBOX)
    assert shown(page) == votes[::-1]
    assert nav(page).startswith("Team Feedback (3 unread) Helpfulness Views Searches My account")
    assert page.texts("nav", aria_labelledby="unread") == ["English 3"]
    assert page.texts("p", class_="note") == ["1 answer waits for a check"]


def test_nothing_yet(site: Site, editor: CheckingClient) -> None:
    for address, words in (
        (INBOX, "Nothing is left to do here."),
        (f"{INBOX}?state=all", "No reader has said anything yet."),
        (f"{INBOX}?answer=yes", "No answer fits what you chose."),
    ):
        page = editor.get(address)
        assert (page.texts("p", class_="empty"), page.all("form", class_="row")) == ([words], [])
    assert nav(page).startswith("Team Feedback ")
    assert "unread" not in nav(page)
    assert editor.get(f"{INBOX}?form=csv").data == b""


def test_whoever_opens_an_entry_has_read_it(site: Site, editor: CheckingClient) -> None:
    vote = say(site)
    address = f"{INBOX}/{vote}"
    editor.open("HEAD", address)
    editor.get(address, headers={"Sec-Purpose": "prefetch"})
    assert states(site) == {vote: "unread"}
    with written_elsewhere(site):
        assert editor.get(address).status == 200
    assert states(site) == {vote: "unread"}
    assert editor.get(address).status == 200
    assert (states(site), nav(editor.get(INBOX))[:14]) == ({vote: "read"}, "Team Feedback ")
    assert redirect_of(send(editor, address, action="unread")) == (303, INBOX)
    assert states(site) == {vote: "unread"}


def test_one_entry_from_hand_to_hand(site: Site, editor: CheckingClient, tmp_path: Path) -> None:
    vote = say(site, "keys", "ar", visitor="a")
    address = f"{INBOX}/{vote}"
    bob = add_member(site, "translator", "bob@example.com", name="Bob", locales=["ar"])
    eve = add_member(site, "editor", "eve@example.com", name="Eve", locales=["de"])
    gone = add_member(site, "editor", "gone@example.com", name="Gone")
    disable(site, gone.id)
    page = editor.get(address)
    assert page.texts("select", id="assignee") == ["Nobody Me Bob"]
    assert send(editor, address, action="assign", assignee=bob.id).status == 303
    for forged in (eve.id, gone.id, "x", "999999999", "me\x00"):
        assert send(editor, address, action="assign", assignee=forged).status == 400
    assert list(states(site, assignee="bob@example.com")) == [vote]
    assert "Assigned to Bob" in editor.get(INBOX).text
    for number in (2, 3):
        revise(site, tmp_path / "content", "keys", "ar", number)
    page = editor.get(address)
    assert [option.get("value") for option in page.one("select", id="revision")] == ["", "3", "2"]
    seen_at = page.one("input", name="seen_at").get("value")
    for forged in ({"revision": "1"}, {"revision": "x"}, {"seen_at": "x"}, {"seen_at": "2026-05-13"}):
        wrong = {"action": "resolve", "revision": "2", "seen_at": seen_at} | forged
        assert send(editor, address, **wrong).status == 400, forged
    assert states(site) == {vote: "read"}
    assert send(editor, address, action="resolve", revision="2", seen_at=seen_at).status == 303
    page = editor.get(f"{address}?saved=1")
    assert told(page) == ["Saved."]
    assert "Resolved on May 13, 2026, 12:00 by Ada. Revision 2 mends it." in page.text
    assert page.texts("dd") == ["0% of 1 answer", "No answer yet"]
    assert "Not enough votes yet" in page.text
    say(site, "keys", "ar", yes=True, visitor="b", revision=2)
    assert editor.get(address).texts("dd") == ["0% of 1 answer", "100% of 1 answer"]
    assert send(editor, address, action="reopen").status == 303
    assert states(site) == {vote: "read"}
    assert send(editor, address, action="nonsense").status == 400


def test_an_answer_that_is_changed_comes_back(site: Site, editor: CheckingClient) -> None:
    vote = say(site, visitor="a")
    press(editor, "resolve", vote)
    assert shown(editor.get(INBOX)) == []
    say(site, visitor="a", comment="Still wrong", at=NOON + timedelta(minutes=1))
    page = editor.get(INBOX)
    assert (shown(page), "Unread" in page.texts("ul", class_="meta")[0]) == ([vote], True)
    said = "It was resolved on May 13, 2026, 12:00. After that the reader answered anew."
    assert said in editor.get(f"{INBOX}/{vote}").text


def test_several_at_once(site: Site, editor: CheckingClient) -> None:
    one, two, three = plant_votes(site, 3)
    page = press(editor, "read", one, two)
    assert (told(page), states(site)) == (["2 answers were changed."], {three: "unread", two: "read", one: "read"})
    assert told(press(editor, "mine", two)) == ["1 answer was changed."]
    assert list(states(site, assignee=ADA)) == [two]
    assert told(press(editor, "resolve", all="1")) == ["3 answers were changed."]
    assert told(press(editor, "resolve", at=f"{INBOX}?state=all")) == ["Nothing was changed."]
    page = press(editor, "reopen", one, at=f"{INBOX}?state=resolved&article=1")
    assert (told(page), shown(page)) == (["1 answer was changed."], [three, two])
    assert page.texts("a", aria_current="true") == ["English", "Resolved"]  # the language of the page, and the state


@pytest.mark.parametrize(
    "forged",
    [
        {"action": "nonsense"},
        {"action": ""},
        {"vote": "x"},
        {"vote": "-1"},
        {"vote": "9" * 10},
        {"vote": [str(n) for n in range(51)]},
        {"seen_at": "yesterday"},
        {"seen_at": "0001-01-01T00:00:00+14:00"},
    ],
)
def test_forged_forms_change_nothing(site: Site, editor: CheckingClient, forged: dict[str, Any]) -> None:
    votes = plant_votes(site, 1)
    form = {"csrf": csrf_of(editor.get(INBOX)), "vote": votes, "action": "read", "seen_at": NOON.isoformat()} | forged
    assert editor.post(INBOX, form).status == 400
    assert editor.post(INBOX, form | {"csrf": "x"}).status == 403
    assert states(site) == {votes[0]: "unread"}


@pytest.mark.parametrize("role", ["analyst", "author", "translator"])
def test_who_may_not_resolve_reads_and_marks_as_read(site: Site, sign_in: Callable[..., Any], role: str) -> None:
    client = sign_in(role)
    (vote,) = plant_votes(site, 1)
    page = client.get(INBOX)
    assert [button.get("value") for button in page.all("button", name="action")] == ["read"]
    for action in ("resolve", "reopen", "mine"):
        assert press(client, action, vote).status == 403
    entry = client.get(f"{INBOX}/{vote}")
    assert [button.get("value") for button in entry.all("button", name="action")] == ["unread"]
    for action in ("resolve", "reopen", "assign"):
        assert send(client, f"{INBOX}/{vote}", action=action, assignee="me").status == 403
    assert (states(site), list(states(site, assignee=""))) == ({vote: "read"}, [vote])
    assert send(client, f"{INBOX}/{vote}", action="unread").status == 303
    assert told(press(client, "read", vote)) == ["1 answer was changed."]


@pytest.mark.parametrize("role", ["editor", "translator", "analyst"])
def test_members_with_limits_see_and_change_only_theirs(site: Site, sign_in: Callable[..., Any], role: str) -> None:
    arabic, english = say(site, "keys", "ar", comment="قفل"), say(site, "keys", "en", comment="secret words")
    for limits, seen in (
        ({"locales": ["ar"]}, [arabic]),
        ({"locales": ["en", "ar"], "categories": ["guides"]}, [english, arabic]),
        ({"locales": ["de"], "categories": ["guides"]}, []),
    ):
        client = sign_in(role, f"{role}{len(seen)}@example.com", **limits)
        page = client.get(f"{INBOX}?state=all")
        assert shown(page) == seen
        assert ("secret words" in page.text) is (english in seen)
        assert (f"({len(seen)} unread)" in nav(page)) is (len(seen) > 0)
        exported = client.get(f"{INBOX}?state=all&form=json")
        assert [row["id"] for row in json.loads(exported.data or "[]")] == seen
        for vote in {arabic, english} - set(seen):
            assert client.get(f"{INBOX}/{vote}").status == 404
            assert client.post(f"{INBOX}/{vote}", {"csrf": csrf_of(page), "action": "unread"}).status == 404
            before = states(site)
            form = {"csrf": csrf_of(page), "action": "read", "vote": vote, "seen_at": NOON.isoformat()}
            assert told(client.post(INBOX, form, follow=True)) == ["Nothing was changed."]
            assert states(site) == before
        assert client.get(f"{INBOX}?locale=en").status == (200 if "en" in limits["locales"] else 404)


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
def test_however_many_there_are_as_many_queries(
    site: Site, editor: CheckingClient, empty_app: Flask, number: int
) -> None:
    votes = plant_votes(site, number, comment="Text", reasons="hard wrong", query="key")
    assign(site.database, votes[:7], assignee=ADA)
    with count_queries(empty_app) as queries:
        page = editor.get(f"{INBOX}?comment=1")
    assert (len(queries), len(shown(page))) == (10, min(number, 50))
    with count_queries(empty_app) as queries:
        exported = editor.get(f"{INBOX}?form=csv")
    assert (len(queries), exported.data.count(b"\r\n")) == (2, number + 1)
    with count_queries(empty_app) as queries:
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
