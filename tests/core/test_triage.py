"""What the team makes of feedback, and what of it each question finds."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from helpdesk import clock
from helpdesk.errors import RevisionNotFound
from helpdesk.queries.feedback import Effect, HeldScope, count_held, list_effects, list_held
from helpdesk.queries.inbox import (
    Filters,
    count_unread,
    count_unread_by_locale,
    find_case,
    get_inbox_page,
    list_feedback,
)
from helpdesk.queries.reports import EVERYWHERE, Reach
from helpdesk.services.feedback import drop_votes, release_votes
from helpdesk.services.site import Site
from helpdesk.services.triage import assign, mark_read, mark_unread, reopen, resolve
from tests.conftest import NOON
from tests.support.inbox import plant_votes, revise, say, states, take_in_articles

LATER = NOON + timedelta(hours=1)
ADA, BOB = "ada@example.com", "bob@example.com"
ARABIC, GUIDES, ELSEWHERE = Reach(("ar",)), Reach((), ("guides",)), Reach((), ("news",))


@pytest.fixture
def app(build: Callable[..., Flask], grown: Callable[..., Path], empty_template: Path, noon: Any) -> Flask:
    return build(grown(empty_template, take_in_articles))


def settle(site: Site, *votes: int, **options: Any) -> int:
    reach = options.pop("reach", Reach())
    return resolve(site.database, votes, reach, **{"by": ADA, "seen_at": LATER, "now": LATER} | options)


def read(site: Site, *votes: int, reach: Reach = EVERYWHERE) -> int:
    return mark_read(site.database, votes, reach, seen_at=LATER)


def test_every_no_and_every_comment_is_feedback(site: Site) -> None:
    no = say(site, visitor="a")
    comment = say(site, yes=True, comment="Thanks", visitor="b")
    say(site, yes=True, visitor="c")
    (held,) = plant_votes(site, 1, status="held")
    assert states(site) == {no: "unread", comment: "unread"}
    assert states(site, status="held") == {held: "unread"}
    assert count_unread(site.database) == 2
    assert (read(site, held), settle(site, held)) == (0, 0)


def test_from_unread_to_resolved_and_back(site: Site) -> None:
    vote = say(site)
    assert (read(site, vote), read(site, vote), states(site)) == (1, 0, {vote: "read"})
    assert (mark_unread(site.database, [vote]), states(site)) == (1, {vote: "unread"})
    assert (settle(site, vote), settle(site, vote, by=BOB), states(site)) == (1, 0, {vote: "resolved"})
    entry = find_case(site.database, vote).entry
    assert (entry.resolved_at, entry.resolved_by, entry.mended_in) == (LATER, ADA, None)
    assert (mark_unread(site.database, [vote]), count_unread(site.database)) == (0, 0)
    assert (reopen(site.database, [vote]), reopen(site.database, [vote]), states(site)) == (1, 0, {vote: "read"})
    entry = find_case(site.database, vote).entry
    assert (entry.resolved_at, entry.resolved_by, entry.mended_in) == (None, "", None)


def test_an_answer_that_is_changed_is_unread_and_open_again(site: Site) -> None:
    vote = say(site, visitor="a")
    assign(site.database, [vote], assignee=BOB)
    settle(site, vote)
    assert say(site, visitor="a", comment="Something else", at=LATER + timedelta(minutes=1)) == vote
    entry = find_case(site.database, vote).entry
    assert (entry.state, entry.assignee, entry.resolved_at, entry.comment) == ("unread", BOB, LATER, "Something else")
    assert count_unread(site.database) == 1


def test_what_nobody_has_seen_is_not_settled(site: Site) -> None:
    """The list was shown, then the visitor answered anew, then the form came."""
    vote = say(site, visitor="a", comment="One")
    say(site, visitor="a", comment="Another", at=LATER)
    seen_at = LATER - timedelta(seconds=1)
    assert (mark_read(site.database, [vote], seen_at=seen_at), settle(site, vote, seen_at=seen_at)) == (0, 0)
    assert states(site) == {vote: "unread"}


def test_the_revision_that_mends_it_is_one_that_came_after(site: Site) -> None:
    vote = say(site, "keys", "ar")
    for revision in (1, 2, 99):
        with pytest.raises(RevisionNotFound):
            settle(site, vote, revision=revision)
    revise(site, "keys", "ar", 2)
    revise(site, "keys", "en", 3)
    with pytest.raises(RevisionNotFound):
        settle(site, vote, revision=3)  # the English text's
    assert states(site) == {vote: "unread"}
    assert settle(site, vote, revision=2) == 1
    case = find_case(site.database, vote)
    assert (case.entry.mended_in, [(step.number, step.significance) for step in case.steps]) == (2, [(2, "major")])


def test_who_looks_after_it(site: Site) -> None:
    one, two = say(site, visitor="a"), say(site, visitor="b")
    assert assign(site.database, [one, two], assignee=ADA) == 2
    assert assign(site.database, [one, two], assignee=ADA) == 0
    assert (assign(site.database, [one], assignee=BOB), assign(site.database, [two], assignee="")) == (1, 1)
    assert assign(site.database, [two], assignee="") == 0
    assert [states(site, assignee=who) for who in (BOB, ADA, "")] == [{one: "unread"}, {}, {two: "unread"}]


@pytest.mark.parametrize(
    "change",
    [
        lambda site, votes, reach: read(site, *votes, reach=reach),
        lambda site, votes, reach: settle(site, *votes, reach=reach),
        lambda site, votes, reach: assign(site.database, votes, reach, assignee=ADA),
        lambda site, votes, reach: mark_unread(site.database, votes, reach),
        lambda site, votes, reach: reopen(site.database, votes, reach),
    ],
    ids=["read", "resolve", "assign", "unread", "reopen"],
)
def test_only_what_is_in_reach_is_touched(site: Site, change: Callable[..., int], request: Any) -> None:
    arabic, english = say(site, "keys", "ar"), say(site, "keys", "en")
    if "reopen" in request.node.name:
        settle(site, arabic, english)
    if "unread" in request.node.name:
        read(site, arabic, english)
    votes = [arabic, english, 999]
    before = states(site)
    assert change(site, votes, ELSEWHERE) == 0
    assert change(site, [], Reach()) == 0
    assert states(site) == before
    assert change(site, votes, ARABIC) == 1
    assert states(site)[english] == before[english]
    assert change(site, votes, GUIDES) == 1
    found = [find_case(site.database, arabic, reach) is not None for reach in (ARABIC, GUIDES, ELSEWHERE)]
    assert (found, find_case(site.database, english, ARABIC)) == ([True, True, False], None)


def test_every_question_alone_and_with_others(site: Site) -> None:
    arabic = say(site, "keys", "ar", asked="fr", reasons=("hard", "wrong"), query="key", at=NOON - timedelta(days=2))
    german = say(site, "locks", "de", comment="Über Schlösser 100%_?[x]", reasons=("outdated",), visitor="b")
    praise = say(site, "locks", "en", yes=True, comment="Nice")
    assign(site.database, [german], assignee=ADA)
    settle(site, praise)
    for filters, expected in (
        ({}, [praise, german, arabic]),
        ({"state": "open"}, [german, arabic]),
        ({"state": "unread"}, [german, arabic]),
        ({"state": "resolved"}, [praise]),
        ({"reach": ARABIC}, [arabic]),
        ({"reach": GUIDES}, [praise, german, arabic]),
        ({"article_id": 2}, [praise, german]),
        ({"reason": "hard"}, [arabic]),
        ({"reason": "har"}, []),
        ({"is_helpful": True}, [praise]),
        ({"is_helpful": False}, [german, arabic]),
        ({"assignee": ADA}, [german]),
        ({"assignee": ""}, [praise, arabic]),
        ({"has_comment": True}, [praise, german]),
        ({"words": "100%_?[x]"}, [german]),
        ({"words": "100%_?[y]"}, []),
        ({"since": NOON - timedelta(days=1)}, [praise, german]),
        ({"until": NOON - timedelta(days=1)}, [arabic]),
        ({"state": "open", "article_id": 2, "words": "über", "is_helpful": False}, [german]),
        ({"state": "open", "article_id": 2, "words": "über", "is_helpful": True}, []),
    ):
        assert [entry.id for entry in list_feedback(site.database, Filters(**filters))] == expected, filters
    entry = find_case(site.database, arabic).entry
    said = (entry.article_id, entry.locale, entry.asked_locale, entry.reasons, entry.query, entry.revision)
    assert said == (1, "ar", "fr", ("hard", "wrong"), "key", 1)


@pytest.mark.parametrize(
    ("comment", "words"),
    [
        ("Кнопка ПРОПАЛА из меню", "пРопала ИЗ"),
        ("Ο ΟΔΟΣ χάθηκε", "οδος"),
        ("ο οδος χαθηκε", "ΟΔΟΣ"),
        ("ÜBER die Straße", "über DIE straße"),
        ("İPTAL düğmesi", "iptal DÜĞMESİ"),
        ("a\\b ^c$ (d|e) {2} x-y", "A\\B ^C$ (D|E) {2} X-Y"),
        ("[one] *two* ?", "[ONE] *TWO* ?"),
        ("提现到钱包", "钱包"),
        ("لا أجد الزر", "أجد"),
        ("ǅ and ǆ", "Ǆ AND Ǆ"),
    ],
)
def test_words_are_found_in_any_case_of_any_script(site: Site, comment: str, words: str) -> None:
    vote = say(site, comment=comment)
    say(site, comment="abc x")
    assert list(states(site, words=words)) == [vote]


def test_a_page_and_how_much_there_is(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    votes = plant_votes(site, 7)
    pages = [get_inbox_page(site.database, Filters(), page=page, size=3) for page in (1, 3, 9)]
    assert [[entry.id for entry in page.entries] for page in pages] == [votes[:-4:-1], votes[:1], votes[:1]]
    assert {page.total for page in pages} == {7}
    monkeypatch.setattr("helpdesk.queries.inbox.MOST", 4)
    monkeypatch.setattr("helpdesk.queries.inbox.MOST_UNREAD", 5)
    page = get_inbox_page(site.database, Filters(), page=9, size=3)
    assert ([entry.id for entry in page.entries], page.total) == ([votes[3], votes[2], votes[1]], 5)
    assert count_unread(site.database) == 6


def test_what_is_unread_by_language(site: Site) -> None:
    plant_votes(site, 3, "keys", "ar")
    plant_votes(site, 2, "locks", "en")
    votes = plant_votes(site, 1, "keys", "en")
    read(site, *votes)
    assert count_unread_by_locale(site.database) == {"ar": 3, "en": 2}
    assert count_unread_by_locale(site.database, ARABIC) == {"ar": 3}
    assert count_unread_by_locale(site.database, ELSEWHERE) == {}
    assert [count_unread(site.database, reach) for reach in (Reach(), ARABIC, ELSEWHERE)] == [5, 3, 0]


def test_held_votes_by_article_and_day_or_hour(site: Site) -> None:
    plant_votes(site, 2, "keys", "en", status="held", is_helpful=True)
    plant_votes(site, 3, "keys", "ar", status="held", created_at=NOON - timedelta(hours=1))
    plant_votes(site, 1, "locks", "de", status="held", created_at=NOON - timedelta(days=1))
    plant_votes(site, 1, "keys", "en")

    def told(by: str, **options: Any) -> list[tuple[Any, ...]]:
        groups, total = list_held(site.database, by, **{"limit": 10} | options)
        assert total == len(groups) or "limit" in options
        return [(group.article_id, group.title, f"{group.begins_at:%d %H}", group.yes, group.no) for group in groups]

    assert told("day") == [(1, "Keys", "13 00", 2, 3), (2, "Locks", "12 00", 0, 1)]
    assert told("hour") == [(1, "Keys", "13 12", 2, 0), (1, "Keys", "13 11", 0, 3), (2, "Locks", "12 12", 0, 1)]
    assert told("hour", limit=1, offset=1) == [(1, "Keys", "13 11", 0, 3)]
    assert told("day", reach=ARABIC) == [(1, "Keys", "13 00", 0, 3)]
    assert told("day", reach=ELSEWHERE) == []
    (group, _other), _total = list_held(site.database, "day", limit=10)
    assert (group.first_at, group.last_at) == (NOON - timedelta(hours=1), NOON)
    assert group.ends_at - group.begins_at == timedelta(days=1)


def test_what_counting_held_votes_would_do_is_what_it_does(site: Site) -> None:
    say(site, "keys", "en", yes=True)
    plant_votes(site, 2, "keys", "en", status="held", is_helpful=True)
    plant_votes(site, 1, "keys", "en", status="held")
    plant_votes(site, 4, "keys", "ar", status="held")
    scope = HeldScope(article_id=1, reach=Reach(("en",)))
    assert list_effects(site.database, scope, limit=5) == [Effect(1, "Keys", "en", 1, 0, 2, 1)]
    assert (release_votes(site.database, scope), count_held(site.database).votes) == (3, 4)
    assert list_effects(site.database, scope, limit=5) == []
    assert list_effects(site.database, HeldScope(), limit=5) == [Effect(1, "المفاتيح", "ar", 0, 0, 0, 4)]
    assert drop_votes(site.database, HeldScope(reach=ELSEWHERE)) == 0
    assert drop_votes(site.database, HeldScope(reach=ARABIC)) == 4
    assert count_unread_by_locale(site.database) == {"en": 1}  # released, and said no
    assert clock.now() == NOON
