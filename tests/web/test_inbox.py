"""The feedback inbox, as each role of the team uses it."""

# ruff: noqa: F811  fixtures that are imported

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from helpdesk.services.site import Site
from helpdesk.services.users import disable
from tests.conftest import NOON
from tests.support.databases import written_elsewhere
from tests.support.inbox import plant_votes, revise, say, states
from tests.support.inbox_pages import ADA, INBOX, app, editor, nav, press, shown, sign_in, told  # noqa: F401
from tests.support.pages import CheckingClient
from tests.support.team import add_member, csrf_of, redirect_of, send

# What its queries find on PostgreSQL is told by the tests of the layers below.
pytestmark = pytest.mark.on("sqlite")


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


def test_one_entry_from_hand_to_hand(site: Site, editor: CheckingClient) -> None:
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
        revise(site, "keys", "ar", number)
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
