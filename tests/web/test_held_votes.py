"""First votes beyond a network's limit: stored and told, in no figure, until the team counts or deletes them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import text

from helpdesk import clock
from helpdesk.queries.feedback import HeldScope
from helpdesk.queries.listing import Scope, list_cards
from helpdesk.services.feedback import drop_votes, release_votes
from helpdesk.services.site import Site
from tests.conftest import NOON
from tests.support.pages import READER, SAME_ORIGIN, CheckingClient, Page
from tests.support.processes import FULL
from tests.support.votes import figures, list_votes

ARTICLE = "/en/articles/16-move-your-authenticator-to-a-new-phone"
VOTE = f"{ARTICLE}/vote"
OTHER = "/en/articles/17-why-a-withdrawal-is-delayed"
KEY, OTHER_KEY = "move-authenticator", "withdrawal-delays"
SCRIPT = SAME_ORIGIN | {"X-Requested-With": "fetch"}
RECEIVED = "We have received your answer. It is counted after a check, because many new answers came from your network."
STORED = (
    "Thank you. Your details have been stored and are read by the people who write these articles."
    " Your answer is counted after a check."
)
FORGED = 10_000 if FULL else 500


@pytest.fixture
def at(monkeypatch: pytest.MonkeyPatch) -> Callable[[float], None]:
    """Set the clock to so many minutes after noon, and to noon before that."""

    def set_clock(minutes: float) -> None:
        monkeypatch.setattr(clock, "now", lambda: NOON + timedelta(minutes=minutes))

    set_clock(0)
    return set_clock


@pytest.fixture
def narrow(build: Callable[..., Flask], demo_template: Path, at: Callable[[float], None]) -> Flask:
    """A site that counts two newcomers an hour of a network, takes in four a minute, and six requests of a voter."""
    return build(demo_template, new_voters_per_hour=2, new_voters_per_minute=4, votes_per_minute=6)


def said(page: Page) -> str:
    return page.texts("p", role="status")[0]


def vote_as_newcomers(app: Flask, answers: Iterable[str], *, address: str = "198.51.100.7") -> Counter[int]:
    """Each answer from a browser of its own; plain posts, whose answers nobody parses."""
    statuses: Counter[int] = Counter()
    for answer in answers:
        response = app.test_client().post(
            VOTE,
            data={"answer": answer},
            headers=SAME_ORIGIN | {"User-Agent": READER},
            environ_base={"REMOTE_ADDR": address},
        )
        statuses[response.status_code] += 1
        response.close()
    return statuses


def statuses_of(site: Site) -> list[str]:
    return [vote["status"] for vote in list_votes(site)]


def filled(app: Flask) -> CheckingClient:
    """A voter from a network whose two newcomers of this hour have voted."""
    vote_as_newcomers(app, ["yes", "yes"], address="127.0.0.1")
    return CheckingClient(app)


def test_a_class_of_two_hundred_loses_no_vote(app: Flask, site: Site, at: Callable[[float], None]) -> None:
    _views, yes, no = figures(site, KEY, "en")
    for number in range(10):
        at(number / 2)
        assert vote_as_newcomers(app, ["no"] * 20) == {303: 20}
    assert Counter(statuses_of(site)) == {"counted": 30, "held": 170}
    assert statuses_of(site)[:30] == ["counted"] * 30
    assert figures(site, KEY, "en")[1:] == (yes, no + 30)
    late = CheckingClient(app, address="198.51.100.7")
    assert late.post(VOTE, {"answer": "no"}).status == 303
    assert said(late.get(ARTICLE)) == RECEIVED
    assert release_votes(site.database, HeldScope()) == 171
    assert figures(site, KEY, "en")[1:] == (yes, no + 201)


@pytest.mark.on("sqlite")
def test_ten_thousand_forged_votes_move_no_figure(app: Flask, site: Site, at: Callable[[float], None]) -> None:
    """Honest newcomers came first, as on any day; the flood comes in the same hour, a few hundred a minute."""
    honest = CheckingClient(app, address="198.51.100.7")
    honest.post(VOTE, {"answer": "yes"})
    vote_as_newcomers(app, ["yes"] * 29)
    before = figures(site, KEY, "en")
    order = [card.article_id for card in cards(site)]
    answers: Counter[int] = Counter()
    for number in range(FORGED // 250):
        at(1 + number)
        answers += vote_as_newcomers(app, ["no"] * 250)
    assert answers == {303: FORGED}
    assert figures(site, KEY, "en") == before
    assert [card.article_id for card in cards(site)] == order
    assert Counter(statuses_of(site)) == {"counted": 30, "held": FORGED}
    # Whoever voted before goes on, and so do other networks.
    assert honest.post(VOTE, {"answer": "no"}).status == 303
    assert CheckingClient(app, address="203.0.113.9").post(VOTE, {"answer": "no"}).status == 303
    assert figures(site, KEY, "en")[1:] == (before[1] - 1, before[2] + 2)
    assert drop_votes(site.database, HeldScope(since=NOON + timedelta(minutes=1))) == FORGED
    assert figures(site, KEY, "en")[1:] == (before[1] - 1, before[2] + 2)


def cards(site: Site) -> tuple:
    locale = site.locales.get("en")
    return list_cards(site.database, site.locales, locale, scope=Scope(), sort="helpful", limit=100, now=NOON)


def test_beyond_the_hour_only_a_hasty_flood_is_refused(narrow: Flask, at: Callable[[float], None]) -> None:
    site = narrow.extensions["helpdesk"]
    assert vote_as_newcomers(narrow, ["no"] * 6) == {303: 4, 429: 2}
    assert statuses_of(site) == ["counted", "counted", "held", "held"]
    at(1)
    assert vote_as_newcomers(narrow, ["no"] * 6) == {303: 4, 429: 2}
    at(60)
    assert vote_as_newcomers(narrow, ["no"]) == {303: 1}
    assert statuses_of(site)[4:] == ["held"] * 5
    at(122)
    assert vote_as_newcomers(narrow, ["no"] * 3) == {303: 3}
    assert statuses_of(site)[9:] == ["counted", "counted", "held"]


def test_networks_do_not_know_each_other(narrow: Flask) -> None:
    site = narrow.extensions["helpdesk"]
    for address in ("2001:db8:1:2::1", "2001:db8:1:2:ffff::9", "2001:db8:1:2::3", "2001:db8:1:3::1", "192.0.2.1"):
        vote_as_newcomers(narrow, ["no"], address=address)
    assert statuses_of(site) == ["counted", "counted", "held", "counted", "counted"]
    with site.database.read() as connection:
        stored = str(connection.exec_driver_sql("SELECT * FROM hd_request_tally").all())
        stored += str(connection.execute(text("SELECT * FROM hd_vote WHERE visitor NOT LIKE 'demo-%'")).all())
    assert [address for address in ("2001:db8", "192.0.2.1", READER) if address in stored] == []


@pytest.mark.parametrize("headers", [SAME_ORIGIN, SCRIPT], ids=["plain", "script"])
def test_a_held_voter_is_told_in_every_state(narrow: Flask, headers: dict[str, str]) -> None:
    client, site = filled(narrow), narrow.extensions["helpdesk"]
    before = figures(site, KEY, "en")[1:]

    def send(data: dict[str, str]) -> Page:
        answer = client.post(VOTE, data, headers=headers)
        return answer if headers is SCRIPT else client.get(answer.response.headers["Location"])

    page = send({"answer": "no"})
    assert (said(page), len(page.all("textarea"))) == (RECEIVED, 1)
    assert page.texts("p", class_="said") == ["You answered: No, it was not helpful."]
    assert len(page.all("p", class_="contact")) == 1
    assert said(client.get(ARTICLE)) == RECEIVED  # a reload and a second tab

    page = send({"answer": "no", "details": "1", "reason": "wrong", "comment": "Step 3"})
    assert (said(page), page.all("textarea")) == (STORED, [])
    assert said(client.get(ARTICLE)) == STORED
    held = [vote for vote in list_votes(site) if vote["status"] == "held"]
    assert [(vote["reasons"], vote["comment"]) for vote in held] == [("wrong", "Step 3")]

    assert client.get(f"{ARTICLE}?feedback=change").one("button", value="no").get("aria-pressed") == "true"
    assert said(send({"answer": "yes"})) == RECEIVED
    assert figures(site, KEY, "en")[1:] == before
    assert said(send({"answer": "remove"})) == "Your answer has been removed."
    assert client.get(ARTICLE).all("p", role="status") == []
    assert figures(site, KEY, "en")[1:] == before
    assert statuses_of(site) == ["counted", "counted"]


def test_a_held_vote_is_not_laundered(narrow: Flask, at: Callable[[float], None]) -> None:
    """Neither by another answer, another article, another network, nor by removing it and voting again."""
    client, site = filled(narrow), narrow.extensions["helpdesk"]
    before, other = figures(site, KEY, "en"), figures(site, OTHER_KEY, "en")
    client.post(VOTE, {"answer": "no"})
    client.post(VOTE, {"answer": "yes"})
    client.post(f"{OTHER}/vote", {"answer": "no"})
    at(1)
    client.post(VOTE, {"answer": "remove"})
    client.post(VOTE, {"answer": "no"})
    client.address = "203.0.113.77"
    client.post("/en/articles/18-x/vote", {"answer": "no"})
    assert statuses_of(site) == ["counted", "counted", "held", "held", "held"]
    assert (figures(site, KEY, "en"), figures(site, OTHER_KEY, "en")) == (before, other)
    # With every vote taken back it is one more newcomer: held where the hour is full.
    for path in (ARTICLE, OTHER, "/en/articles/18-x"):
        at(2)
        client.post(f"{path}/vote", {"answer": "remove"})
    client.address = "127.0.0.1"
    client.post(VOTE, {"answer": "no"})
    assert statuses_of(site) == ["counted", "counted", "held"]


def test_a_counted_voter_stays_counted(narrow: Flask, at: Callable[[float], None]) -> None:
    """In a network that is full by now, on the same article and on others."""
    client, site = CheckingClient(narrow), narrow.extensions["helpdesk"]
    client.post(VOTE, {"answer": "yes"})
    assert vote_as_newcomers(narrow, ["no"] * 3, address="127.0.0.1") == {303: 3}
    at(1)
    client.post(VOTE, {"answer": "no"})
    client.post(f"{OTHER}/vote", {"answer": "yes"})
    assert said(client.get(ARTICLE)) == "Thank you for telling us."
    assert statuses_of(site) == ["counted", "counted", "held", "held", "counted"]


def test_a_vote_sent_again_after_a_lost_answer_is_one_newcomer(narrow: Flask) -> None:
    site = narrow.extensions["helpdesk"]
    for _ in range(4):
        CheckingClient(narrow).post(VOTE, {"answer": "no", "attempt": "0a" * 16}, headers=SCRIPT)
    vote_as_newcomers(narrow, ["no"] * 2, address="127.0.0.1")
    assert statuses_of(site) == ["counted", "counted", "held"]


def test_what_is_refused_keeps_choice_and_words(narrow: Flask, at: Callable[[float], None]) -> None:
    vote_as_newcomers(narrow, ["no"] * 4, address="127.0.0.1")
    client, site = CheckingClient(narrow), narrow.extensions["helpdesk"]
    details = {"answer": "no", "details": "1", "reason": "hard", "comment": "keep me"}
    for headers in (SAME_ORIGIN, SCRIPT):
        page = client.post(VOTE, details, headers=headers)
        assert (page.status, page.response.headers["Retry-After"]) == (429, "60")
        assert page.response.headers.getlist("Set-Cookie") == []
        assert page.texts("p", role="alert")[0].startswith("Too many answers came from you or your network")
        assert page.one("textarea").text == "keep me"
        assert "checked" in page.one("input", value="hard").attrib
        assert page.all("p", role="status") == []
    assert len(list_votes(site)) == 4
    at(1)
    assert client.post(VOTE, details).status == 303
    assert said(client.get(ARTICLE)) == STORED


def test_requests_of_one_voter_are_limited_wherever_they_come_from(narrow: Flask, at: Callable[[float], None]) -> None:
    client, site = CheckingClient(narrow), narrow.extensions["helpdesk"]
    client.post(VOTE, {"answer": "yes"})
    for number in range(6):
        client.address = f"192.0.2.{number}"
        assert client.post(VOTE, {"answer": "no"}).status == 303
    assert client.post(VOTE, {"answer": "yes"}).status == 429
    page = client.post(VOTE, {"answer": "remove"})
    assert (page.status, len(page.all("button", value="remove"))) == (429, 1)
    assert [vote["is_helpful"] for vote in list_votes(site)] == [False]
    neighbour = CheckingClient(narrow, address="192.0.2.1")
    assert neighbour.post(VOTE, {"answer": "yes"}).status == 303
    at(1)
    assert client.post(VOTE, {"answer": "remove"}).status == 303
    assert [vote["is_helpful"] for vote in list_votes(site)] == [True]


def test_to_remove_nothing_costs_nothing(narrow: Flask) -> None:
    assert vote_as_newcomers(narrow, ["remove"] * 8) == {303: 8}
    with narrow.extensions["helpdesk"].database.read() as connection:
        assert connection.exec_driver_sql("SELECT count(*) FROM hd_request_tally").scalar() == 0


def test_tallies_go_after_an_hour(narrow: Flask, at: Callable[[float], None]) -> None:
    def minutes() -> list[int]:
        with narrow.extensions["helpdesk"].database.read() as connection:
            return list(connection.exec_driver_sql("SELECT minute FROM hd_request_tally ORDER BY minute").scalars())

    noon = int(NOON.timestamp()) // 60
    for minute in (0, 30, 60, 61):
        at(minute)
        vote_as_newcomers(narrow, ["no"])
    assert minutes() == [noon + 30, noon + 60, noon + 61]


def test_a_release_counts_what_it_names_and_nothing_else(narrow: Flask, at: Callable[[float], None]) -> None:
    client, site = filled(narrow), narrow.extensions["helpdesk"]
    before, other = figures(site, KEY, "en"), figures(site, OTHER_KEY, "en")
    client.post(VOTE, {"answer": "no"})
    at(5)
    client.post(f"{OTHER}/vote", {"answer": "yes"})
    assert release_votes(site.database, HeldScope(since=later(1), until=later(5))) == 0
    assert release_votes(site.database, HeldScope(article_id=17, since=later(5))) == 1
    assert (figures(site, KEY, "en"), figures(site, OTHER_KEY, "en")) == (before, (other[0], other[1] + 1, other[2]))
    assert said(client.get(ARTICLE)) == RECEIVED
    assert said(client.get(OTHER)) == "Thank you. We are glad it helped."
    assert drop_votes(site.database, HeldScope(article_id=16)) == 1
    assert client.get(ARTICLE).all("p", role="status") == []
    assert statuses_of(site) == ["counted", "counted", "counted"]


def later(minutes: int) -> datetime:
    return NOON + timedelta(minutes=minutes)
