"""The figures of a period against the one before it, within what a member may see."""

# ruff: noqa: F811  fixtures that are imported

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from helpdesk.models import ContactTally, SearchLog
from helpdesk.queries.overview import Figure, Gap, MissingQuery, Overview, get_overview
from helpdesk.queries.reports import EVERYWHERE, Period, Reach
from tests.core.test_alerts import read
from tests.core.test_helpfulness import WIDTH, Teller, app, tell  # noqa: F401  the same site
from tests.support.votes import translation_id

FIRST = date(2026, 5, 11)
PERIOD, BEFORE = Period(FIRST, FIRST + timedelta(days=7)), Period(FIRST - timedelta(days=7), FIRST)
LAST, PAST, LONG_AGO = FIRST + timedelta(days=6), FIRST - timedelta(days=1), FIRST - timedelta(days=8)


def overview(tell: Teller, reach: Reach = EVERYWHERE) -> Overview:
    site = tell.site
    return get_overview(site.database, site.locales, period=PERIOD, before=BEFORE, reach=reach, width=WIDTH)


def search(tell: Teller, tag: str, query: str, *, day: date = FIRST, times: int = 1, **more: Any) -> None:
    row = {"searched_on": day, "locale": tag, "query": query, "page": 1, "correction": "", "results": 0} | more
    tell.write(SearchLog, [row] * times)


@pytest.fixture
def told(tell: Teller) -> Teller:
    """A week with the days at its ends, and the days around it."""
    for number, day in ((1, LONG_AGO), (10, PAST), (100, FIRST), (1000, LAST), (10_000, LAST + timedelta(days=1))):
        tell.view("pay", "de", number, day=day)
        own = translation_id(tell.site, "pay", "de")
        tell.write(ContactTally, [{"translation_id": own, "locale": "de", "day": day, "contacts": number}])
    tell.view("pay", "en", 7, day=FIRST)
    tell.view("fees", "en", 5, asked="ar", day=FIRST)  # missing in Arabic
    tell.view("keys", "en", 3, asked="de", day=FIRST)  # and in German
    tell.view("keys", "en", 2, asked="en-SG", day=FIRST)  # which takes English texts as its own
    tell.vote("pay", "de", 1, 9, 1, day=LONG_AGO)
    tell.vote("pay", "de", 1, 6, 4, day=PAST)
    read(tell.site)
    tell.vote("pay", "de", 1, 16, 4, day=FIRST)
    tell.vote("pay", "en", 1, 10, 2, day=LAST)
    tell.vote("fees", "en", 1, 3, 4, day=FIRST, status="held")
    search(tell, "de", "verloren", times=3)
    search(tell, "de", "verloren", page=2, times=9)
    search(tell, "de", "gefunden", results=4, times=2)
    search(tell, "en", "mended", results=4, correction="mend", day=LAST)
    search(tell, "en", "past", day=PAST, times=5)
    search(tell, "en", "", times=2)
    return tell


def test_a_week_and_the_one_before_it(told: Teller) -> None:
    found = overview(told)
    assert found.days[0] == (FIRST, 117)
    assert found.days[-1] == (LAST, 1000)
    assert (len(found.days), sum(views for _day, views in found.days)) == (7, 1117)
    assert (found.views, found.contacts) == (Figure(1117, 10), Figure(1100, 10))
    assert (found.score.yes, found.score.no, found.before.yes, found.before.no) == (26, 6, 6, 4)
    assert (round(found.score.share, 4), found.score.is_enough) == (0.8125, True)
    assert (found.unread, found.held) == (6, 7)
    assert (found.searches, found.empty) == (Figure(8, 5), Figure(6, 5))
    assert found.missing == Gap(2, 8)
    assert [(line.key, line.locale, line.views) for line in found.needs] == [("pay", "de", 1100), ("pay", "en", 7)]
    assert found.queries == (MissingQuery("de", "verloren", 3), MissingQuery("en", "mended", 1))


def test_within_what_a_member_may_see(told: Teller) -> None:
    german = overview(told, Reach(("de",)))
    assert (german.views, german.contacts.now, german.score.votes, german.unread, german.held) == (
        Figure(1100, 10),
        1100,
        20,
        4,
        0,
    )
    assert (german.searches, german.empty, german.missing) == (Figure(5, 0), Figure(3, 0), Gap(1, 3))
    assert {line.locale for line in german.needs} == {"de"}
    assert german.queries == (MissingQuery("de", "verloren", 3),)
    nothing = overview(told, Reach((), ("elsewhere",)))
    assert (nothing.views, nothing.contacts, nothing.score.votes) == (Figure(0, 0), Figure(0, 0), 0)
    assert (nothing.unread, nothing.held, nothing.missing, nothing.outdated) == (0, 0, Gap(0, 0), Gap(0, 0))
    assert (nothing.needs, nothing.searches) == ((), Figure(8, 5))
    assert overview(told, Reach((), ("guides",))) == overview(told)


def test_outdated_translations_and_how_often_they_were_read(told: Teller) -> None:
    assert overview(told).outdated == Gap(0, 0)
    told.revise("pay", "en", (2, "typo", FIRST))
    assert overview(told).outdated == Gap(0, 0)
    told.revise("pay", "en", (3, "minor", FIRST))
    assert overview(told).outdated == Gap(3, 1100)
    assert overview(told, Reach(("ar",))).outdated == Gap(1, 0)


def test_nothing_at_all(tell: Teller) -> None:
    found = overview(tell)
    assert (found.views, found.score.share, found.searches, found.needs) == (Figure(0, 0), None, Figure(0, 0), ())
    assert [views for _day, views in found.days] == [0] * 7
