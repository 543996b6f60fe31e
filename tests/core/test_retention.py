"""What is forgotten, and when."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import delete, func, insert, select

from helpdesk.models import Article, SearchChange, SearchClick, SearchLog, SwitchTally, Vote
from helpdesk.services.feedback import Ballot, cast_vote
from helpdesk.services.retention import Forgotten, erase_visitor, forget_old
from helpdesk.services.searches import log_click, log_search
from helpdesk.services.site import Site
from tests.support.pages import CheckingClient
from tests.support.searched import done, search
from tests.support.votes import figures, list_votes, translation_id

VOTE = "/en/articles/16-move-your-authenticator-to-a-new-phone/vote"


def vote(site: Site, visitor: str, key: str, *, now: datetime, is_helpful: bool = False) -> None:
    where = translation_id(site, key, "en")
    ballot = Ballot(visitor, where, "en", 1, is_helpful, ("wrong",), "my words", "searched")
    cast_vote(site, ballot, network=visitor.encode(), now=now)


def rows_of(site: Site) -> tuple[int, ...]:
    with site.database.read() as connection:
        return tuple(
            connection.execute(select(func.count()).select_from(table)).scalar_one()
            for table in (SearchLog, SearchClick, SwitchTally)
        )


@pytest.fixture
def filled(build: Callable[..., Flask], demo_template: Path, noon: datetime) -> Callable[..., Site]:
    """A site with two days of each kind of data: 10 days ago, and 11 days ago."""

    def make(**settings: int) -> Site:
        site: Site = build(demo_template, **settings).extensions["helpdesk"]
        with site.database.transaction() as connection:
            for table in (SearchLog, SearchClick, SwitchTally):
                connection.execute(delete(table))
            article_id = connection.execute(select(func.min(Article.id))).scalar_one()
            for days in (10, 11):
                day = (noon - timedelta(days=days)).date()
                row = {"article_id": article_id, "from_locale": "de", "to_locale": "en", "day": day, "switches": 2}
                connection.execute(insert(SwitchTally).values(**row))
        for days in (10, 11):
            now = noon - timedelta(days=days)
            log_search(site.database, locale="en", query="fee", category=None, results=3, now=now)
            log_click(site.database, locale="en", query="fee", article_id=article_id, position=1, now=now)
            vote(site, f"visitor-{days}", "withdrawal-delays", now=now)
        return site

    return make


def test_what_is_older_is_forgotten_and_figures_stay(filled: Callable[..., Site], noon: datetime) -> None:
    site = filled(searches_days=10, comments_days=10, switches_days=10)
    before = figures(site, "withdrawal-delays", "en")
    assert forget_old(site, now=noon + timedelta(seconds=1)) == Forgotten(1, 1, 2, 1)
    assert rows_of(site) == (1, 1, 1)
    assert [(row["comment"], row["query"], row["reasons"]) for row in list_votes(site)] == [("", "", "wrong")] * 2
    assert figures(site, "withdrawal-delays", "en") == before
    assert forget_old(site, now=noon) == Forgotten(0, 0, 0, 0)


def test_what_was_typed_instead_goes_with_its_search_and_what_was_done_stays(
    filled: Callable[..., Site], noon: datetime
) -> None:
    site = filled(searches_days=10)
    search(site, "fees", ago=11, refined="fee")
    done(site, "fee", ago=11)
    assert forget_old(site, now=noon).searches == 2
    with site.database.read() as connection:
        assert set(connection.execute(select(SearchLog.refined)).scalars()) == {""}
        assert connection.execute(select(SearchChange.query)).scalars().all() == ["fee"]


def test_what_is_kept_for_ever_is_not(filled: Callable[..., Site], noon: datetime) -> None:
    site = filled(searches_days=0, comments_days=0, switches_days=0)
    assert forget_old(site, now=noon + timedelta(days=9999)) == Forgotten(0, 0, 0, 0)
    assert rows_of(site) == (2, 2, 2)
    assert [row["comment"] for row in list_votes(site)] == ["my words"] * 2


def test_by_default_a_year_and_two_are_kept(filled: Callable[..., Site], noon: datetime) -> None:
    site = filled()
    assert forget_old(site, now=noon + timedelta(days=389)) == Forgotten(0, 0, 0, 0)
    assert forget_old(site, now=noon + timedelta(days=391)) == Forgotten(2, 2, 0, 2)
    assert forget_old(site, now=noon + timedelta(days=721)).comments == 2


def test_a_visitor_is_erased_by_the_cookie_and_figures_follow(
    site: Site, client: CheckingClient, noon: datetime
) -> None:
    before = figures(site, "move-authenticator", "en"), figures(site, "withdrawal-delays", "en")
    client.post(VOTE, {"answer": "no", "details": "1", "comment": "mine"})
    cookie = client.flask.get_cookie("hd_visitor", path="/")
    assert cookie is not None
    visitor = cookie.decoded_value.partition(".")[0]
    vote(site, visitor, "withdrawal-delays", now=noon, is_helpful=True)
    vote(site, "another", "withdrawal-delays", now=noon, is_helpful=True)
    assert erase_visitor(site, "") == erase_visitor(site, visitor[:-1]) == erase_visitor(site, "' OR 1") == 0
    assert erase_visitor(site, f" {cookie.decoded_value}\n") == 2
    assert [row["visitor"] for row in list_votes(site)] == ["another"]
    assert figures(site, "move-authenticator", "en") == before[0]
    (views, yes, no) = before[1]
    assert figures(site, "withdrawal-delays", "en") == (views, yes + 1, no)
    with site.database.read() as connection:
        assert connection.execute(select(func.count()).where(Vote.visitor == visitor)).scalar_one() == 0
