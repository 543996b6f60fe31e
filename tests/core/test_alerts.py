"""What the team is told of, once while it lasts, by mail and to a program; as real servers get it."""

# ruff: noqa: F811  fixtures that are imported

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import delete, insert, select, update

from helpdesk.errors import NotSent, TellingError
from helpdesk.models import Alert, SearchChange, SearchLog, Vote
from helpdesk.queries.alerts import Alarm, list_alarms
from helpdesk.services import posting
from helpdesk.services.alerting import Told, tell_alarms
from helpdesk.services.counting import recount
from helpdesk.services.mailing import Letter
from helpdesk.services.posting import post
from helpdesk.services.site import Site
from tests.conftest import NOON
from tests.core.test_helpfulness import Teller, app, tell  # noqa: F401  the same site
from tests.support.receivers import Hook, Postbox, hook_server, mail_server
from tests.support.team import add_member
from tests.support.votes import translation_id

KEY = "k" * 32
TODAY = NOON.date()
BEFORE = TODAY - timedelta(days=30)


@pytest.fixture(autouse=True)
def no_pause(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(posting, "PAUSE", 0.0)


def alarms(site: Site, **settings: Any) -> list[Alarm]:
    return list_alarms(site.database, replace(site.settings, **settings), now=NOON)


def say(tell: Teller, key: str, tag: str, yes: int, no: int, *, day: date = TODAY) -> None:
    """Votes that are read already and counted."""
    tell.vote(key, tag, 1, yes, no, day=day)
    with tell.site.database.transaction() as connection:
        recount(connection, {translation_id(tell.site, key, tag)})
    read(tell.site)


def read(site: Site) -> None:
    with site.database.transaction() as connection:
        connection.execute(update(Vote).values(is_read=True))


def search(site: Site, query: str, *results: int, tag: str = "en", day: date = TODAY, **more: Any) -> None:
    row = {"searched_on": day, "locale": tag, "query": query, "page": 1, "correction": ""} | more
    with site.database.transaction() as connection:
        for number in results:  # one by one: the order of the log is that of the searches
            connection.execute(insert(SearchLog), [row | {"results": number}])


def test_nothing_to_tell_of(site: Site) -> None:
    assert alarms(site) == []


def test_more_no_than_before_and_than_chance_explains(tell: Teller) -> None:
    """16 no of 24 after 8 of 80: 67 % after 10 %. The others have fewer votes, or no more no than before."""
    for key, tag, before, lately in (
        ("pay", "en", (72, 8), (8, 16)),
        ("pay", "de", (72, 8), (0, 20)),  # one vote too few lately
        ("pay", "ar", (20, 0), (8, 16)),  # and before
        ("fees", "en", (40, 40), (12, 12)),
        ("fees", "de", (8, 72), (24, 0)),
        ("keys", "en", (0, 0), (0, 40)),
    ):
        if sum(before):
            say(tell, key, tag, *before, day=BEFORE)
        say(tell, key, tag, *lately)
    (found,) = alarms(tell.site)
    assert (found.kind, found.locale, found.about, found.article_id) == ("no", "en", "Pay", 1)
    assert (found.count, found.of, found.before, found.is_fading) == (16, 24, 0.1, False)
    assert round(found.more, 4) == 0.3497  # the lower end of Newcombe's interval, as statsmodels has it
    assert alarms(tell.site, alert_days=60) == []


def test_the_more_is_compared_the_surer_it_has_to_be(tell: Teller) -> None:
    """9 no of 25 after 8 of 80: by chance once in 250 cases. Alone it is told, as one of three it is not."""
    say(tell, "pay", "en", 72, 8, day=BEFORE)
    say(tell, "pay", "en", 16, 9)
    (found,) = alarms(tell.site)
    assert not found.is_fading
    for tag in ("de", "ar"):
        say(tell, "pay", tag, 72, 8, day=BEFORE)
        say(tell, "pay", tag, 23, 2)
    (found,) = alarms(tell.site)
    assert found.is_fading  # told before, it would not be over yet


def test_what_is_held_says_nothing(tell: Teller) -> None:
    say(tell, "pay", "en", 72, 8, day=BEFORE)
    tell.vote("pay", "en", 1, 0, 40, day=TODAY, status="held")
    assert alarms(tell.site, alert_hours=1) == []


def test_feedback_that_lies_unread(tell: Teller) -> None:
    """By the language of the text; a mere yes says nothing."""
    tell.vote("pay", "en", 1, 5, 2, day=TODAY - timedelta(days=4))
    tell.vote("pay", "de", 1, 1, 0, day=TODAY - timedelta(days=3), comment="Gut")
    tell.vote("fees", "de", 1, 0, 1, day=TODAY - timedelta(days=2))
    tell.vote("keys", "en", 1, 0, 1, day=TODAY)
    found = alarms(tell.site, alert_hours=36)
    assert [(item.kind, item.subject, item.count, item.since.date()) for item in found] == [
        ("unread", "en", 2, TODAY - timedelta(days=4)),
        ("unread", "de", 2, TODAY - timedelta(days=3)),
    ]
    assert [(item.subject, item.count) for item in alarms(tell.site)] == [("en", 2), ("de", 1)]
    read(tell.site)
    assert alarms(tell.site) == []
    with tell.site.database.transaction() as connection:
        connection.execute(update(Vote).where(Vote.comment == "Gut").values(is_read=False))
    assert [(item.subject, item.count) for item in alarms(tell.site)] == [("de", 1)]


def test_a_query_that_was_found_and_is_not_any_more(site: Site) -> None:
    for query, results in {
        "lost": (3, 3, 0, 0, 0, 0, 0),
        "found again": (3, 0, 0, 0, 0, 0, 1),
        "too few": (3, 0, 0, 0, 0),
        "never": (0,) * 9,
        "ignored": (3, 0, 0, 0, 0, 0),
        "•••@••• in it": (3, 0, 0, 0, 0, 0),
    }.items():
        search(site, query, *results)
    search(site, "lost", *(0,) * 9, tag="de")  # where it never was found
    search(site, "before", 3, day=TODAY - timedelta(days=8))
    search(site, "before", *(0,) * 6)
    search(site, "long ago", 3, day=TODAY - timedelta(days=40))
    search(site, "long ago", *(0,) * 6)
    search(site, "corrected", 3)
    search(site, "corrected", *(2,) * 5, correction="correct")
    search(site, "second page", 3)
    search(site, "second page", *(0,) * 9, page=2)
    ignored = {"locale": "en", "query": "ignored", "kind": "ignored", "made_on": TODAY, "made_by": "ada@example.com"}
    with site.database.transaction() as connection:
        connection.execute(insert(SearchChange), [ignored])
    found = alarms(site)
    assert [(item.kind, item.subject, item.about, item.count, item.since) for item in found] == [
        ("search", "en before", "before", 6, TODAY - timedelta(days=8)),
        ("search", "en corrected", "corrected", 5, TODAY),
        ("search", "en lost", "lost", 5, TODAY),
    ]


def compose(found: list[Alarm], more: int) -> Letter:
    text = ", ".join(f"{item.kind} {item.subject}" for item in found) + f" +{more}"
    return Letter("en", "Alerts", text, f"<p>{text}</p>")


@pytest.fixture
def box() -> Iterator[Postbox]:
    with mail_server() as box:
        yield box


@pytest.fixture
def hook() -> Iterator[Hook]:
    with hook_server() as hook:
        yield hook


@pytest.fixture
def telling(build: Callable[..., Any], empty_template: Path, box: Postbox, hook: Hook) -> Site:
    """A site that tells of alerts by mail and to a program."""
    app = build(
        empty_template,
        smtp_url=f"smtp://localhost:{box.port}",
        mail_from="help@example.com",
        site_url="http://localhost:5000",
        alert_to=("Ada@Example.com",),
        alert_url=f"{hook.address}/hooks/1?key=x",
        alert_secret=KEY,
    )
    add_member(app.extensions["helpdesk"], "admin")
    return app.extensions["helpdesk"]


def lose(site: Site, *queries: str) -> None:
    for query in queries:
        search(site, query, 1, 0, 0, 0, 0, 0)


def told(site: Site) -> list[tuple[str, int]]:
    return [(item.receiver, item.alarms) for item in tell_alarms(site, compose, now=NOON)]


def texts(box: Postbox) -> list[str]:
    return [message.get_body(("plain",)).get_content().strip() for _to, message in box.taken]


def test_told_once_while_it_lasts_and_again_when_it_came_back(telling: Site, box: Postbox, hook: Hook) -> None:
    assert (told(telling), box.taken, hook.posts) == ([], [], [])
    lose(telling, "one", "two")
    assert told(telling) == [("mail", 2), ("hook", 2)]
    assert told(telling) == []
    lose(telling, "three")
    assert told(telling) == [("mail", 1), ("hook", 1)]
    search(telling, "two", 4)
    assert told(telling) == []
    search(telling, "two", *(0,) * 5)
    assert told(telling) == [("mail", 1), ("hook", 1)]
    assert texts(box) == ["search en one, search en two +0", "search en three +0", "search en two +0"]
    assert [to for to, _message in box.taken] == [["ada@example.com"]] * 3
    assert [json.loads(body)["text"].strip() for _headers, body in hook.posts] == texts(box)


def test_a_flood_is_one_message(telling: Site, box: Postbox, hook: Hook) -> None:
    lose(telling, *(f"query {number:02}" for number in range(22)))
    assert told(telling) == [("mail", 22), ("hook", 22)]
    assert (len(box.taken), len(hook.posts)) == (1, 1)
    body = json.loads(hook.posts[0][1])
    assert (len(body["alerts"]), body["more"], texts(box)[0][-4:]) == (10, 12, " +12")
    assert told(telling) == []


def test_what_is_posted_is_signed_and_says_when(telling: Site, hook: Hook) -> None:
    lose(telling, "один")
    tell_alarms(telling, compose, now=NOON)
    ((headers, raw),) = hook.posts
    signature = hmac.new(KEY.encode(), raw, hashlib.sha256).hexdigest()
    assert headers["X-Helpdesk-Signature"] == f"sha256={signature}"
    assert headers["Content-Type"] == "application/json"
    assert json.loads(raw) == {
        "text": "search en один +0",
        "site": "http://localhost:5000",
        "sent_at": "2026-05-13T12:00:00+00:00",
        "alerts": [
            {
                "kind": "search",
                "subject": "en один",
                "locale": "en",
                "count": 5,
                "about": "один",
                "article_id": None,
                "of": None,
                "before": None,
                "more": None,
                "since": "2026-05-13",
                "is_fading": False,
            }
        ],
        "more": 0,
    }


@pytest.mark.parametrize(
    ("answers", "posts", "failure"),
    [
        ([500, 429], 3, ""),
        ([500, 503, 502], 3, "it answered 502 Bad Gateway"),
        ([404], 1, "it answered 404 Not Found"),
        ([302], 1, "it answered 302 Found"),
        ([307], 1, "it answered 307 Temporary Redirect"),
    ],
)
def test_another_try_where_it_may_help(hook: Hook, answers: list[int], posts: int, failure: str) -> None:
    hook.answers = answers
    if failure:
        with pytest.raises(NotSent) as error:
            post(hook.address, KEY, b"{}")
        assert str(error.value) == f"HELPDESK_ALERT_URL did not take the alerts: {failure}."
    else:
        post(hook.address, KEY, b"{}")
    assert [body for _headers, body in hook.posts] == [b"{}"] * posts


def test_no_proxy_stands_before_this_machine(hook: Hook, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("http_proxy", "HTTP_PROXY", "all_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:1")
    post(hook.address, KEY, b"{}")
    assert len(hook.posts) == 1


def test_each_receiver_is_told_until_it_took_it(telling: Site, box: Postbox, hook: Hook) -> None:
    lose(telling, "one")
    box.refusing["RCPT"] = "451 later"
    hook.answers = [500] * 3
    assert tell_alarms(telling, compose, now=NOON) == [
        Told("mail", 0, "The mail server takes no mail for this address: 451 later."),
        Told("hook", 0, "HELPDESK_ALERT_URL did not take the alerts: it answered 500 Internal Server Error."),
    ]
    box.refusing.clear()
    hook.answers = [500] * 3
    lose(telling, "two")
    assert told(telling) == [("mail", 2), ("hook", 0)]
    assert told(telling) == [("hook", 2)]
    assert told(telling) == []
    assert texts(box) == ["search en one, search en two +0"]


def test_a_program_that_is_down(telling: Site) -> None:
    lose(telling, "one")
    down = replace(telling, settings=replace(telling.settings, alert_url="http://127.0.0.1:1/", alert_to=()))
    (item,) = tell_alarms(down, compose, now=NOON)
    assert (item.alarms, "Connection refused" in item.failure) == (0, True)


def test_death_between_sending_and_noting_tells_it_twice(
    telling: Site, box: Postbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    lose(telling, "one")
    with monkeypatch.context() as patch:
        patch.setattr("helpdesk.services.alerting._mark", lambda *_args, **_options: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            told(telling)
    assert told(telling) == [("mail", 1), ("hook", 1)]
    assert len(box.taken) == 2


def test_nothing_is_sent_in_a_transaction(telling: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    lose(telling, "one")
    opened = []

    def look(found: list[Alarm], more: int) -> Letter:
        opened.append(telling.database._open.get())
        return compose(found, more)

    tell_alarms(telling, look, now=NOON)
    assert opened == [None, None]


@pytest.mark.parametrize(
    ("member", "sentence"),
    [
        ({}, "names eve@example.com, which is no member's address, or a disabled one's."),
        ({"is_disabled": True}, "names eve@example.com, which is no member's address, or a disabled one's."),
        ({"locales": ["de"]}, "names eve@example.com, who may not see all that alerts tell of."),
    ],
)
def test_only_members_who_may_see_all_get_alerts(
    telling: Site, box: Postbox, hook: Hook, member: dict[str, Any], sentence: str
) -> None:
    from helpdesk.services.users import disable

    if member:
        eve = add_member(telling, "editor", "eve@example.com", locales=member.get("locales", ()))
        if "is_disabled" in member:
            disable(telling, eve.id)
    lose(telling, "one")
    settings = replace(telling.settings, alert_to=("ada@example.com", "eve@example.com"))
    with pytest.raises(TellingError) as error:
        tell_alarms(replace(telling, settings=settings), compose, now=NOON)
    assert str(error.value) == f"HELPDESK_ALERT_TO {sentence}"
    assert (box.taken, hook.posts) == ([], [])


def test_nobody_to_tell(site: Site) -> None:
    with pytest.raises(TellingError, match="Nobody gets alerts: set HELPDESK_ALERT_TO or"):
        tell_alarms(site, compose, now=NOON)


def test_what_fades_is_not_told_anew(tell: Teller, telling: Site) -> None:
    """Known, it stays known; unknown, it does not become so."""
    say(tell, "pay", "en", 72, 8, day=BEFORE)
    say(tell, "pay", "en", 16, 9)
    site = replace(tell.site, settings=replace(telling.settings, alert_to=()))
    assert told(site) == [("hook", 1)]
    say(tell, "pay", "en", 5, 0)
    assert [item.is_fading for item in list_alarms(site.database, site.settings, now=NOON)] == [True]
    assert told(site) == []
    with site.database.read() as connection:
        assert connection.execute(select(Alert.posted_at)).scalars().all() == [datetime(2026, 5, 13, 12, tzinfo=UTC)]
    with site.database.transaction() as connection:
        connection.execute(delete(Alert))
    assert told(site) == []
