"""What reports tell of searches: every figure here was counted by hand."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from math import comb
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from helpdesk.models import SearchLog
from helpdesk.queries.helpfulness import Verdict
from helpdesk.queries.reports import Period
from helpdesk.queries.search_changes import list_changes
from helpdesk.queries.searches import (
    QueryDay,
    RefinedLine,
    Searches,
    SearchLine,
    get_query,
    list_lines,
    list_refined,
    list_searches,
    list_seldom_read,
)
from helpdesk.queries.users import Member
from helpdesk.services.answering import Cause, start_article
from helpdesk.services.exporting import export_content
from helpdesk.services.importing import import_content
from helpdesk.services.publishing import delete_article, publish
from helpdesk.services.searches import log_search
from helpdesk.services.site import Site
from tests.conftest import NOON
from tests.support.content import take_in, translation
from tests.support.searched import day, done, search
from tests.support.team import rows

WIDTH = 0.4  # with which 21 searches are enough
ASKED = Searches("en", Period(day(27), day(-1)), masked_from=5)


def take_in_articles(site: Site) -> None:
    """Two, the second a draft."""
    articles = {"first": {"en.md": translation("First")}, "second": {"en.md": translation("Second", status="draft")}}
    take_in(site, site.settings.instance_dir / "content", articles)


@pytest.fixture
def app(build: Callable[..., Flask], grown: Callable[..., Path], empty_template: Path) -> Flask:
    return build(grown(empty_template, take_in_articles))


def listed(site: Site, asked: Searches = ASKED, **options: Any) -> tuple[list[tuple[Any, ...]], int]:
    lines, number = list_searches(site.database, asked, **{"limit": 50, **options})
    return [(line.query, line.searches, line.empty, line.clicks) for line in lines], number


def test_the_most_searched_queries(site: Site) -> None:
    search(site, "pay", 3, clicks=2)
    search(site, "pay", 1, ago=0, results=7)
    search(site, "fee", 2, clicks=5)
    search(site, "fee", 1, page=2)
    search(site, "fee", 1, locale="de", clicks=1)
    search(site, "old", 9, ago=28, clicks=9)
    assert listed(site) == ([("pay", 4, 0, 2), ("fee", 2, 0, 5)], 2)
    assert list_searches(site.database, ASKED, limit=1, offset=1) == ((SearchLine("fee", 2, 0, 5, 1.0, 3, ""),), 2)
    assert list_searches(site.database, ASKED, limit=1)[0] == (SearchLine("pay", 4, 0, 2, 0.5, 7, ""),)
    assert listed(site, replace(ASKED, period=Period(day(28), day(27)))) == ([("old", 9, 0, 9)], 1)
    assert listed(site, replace(ASKED, tag="de")) == ([("fee", 1, 0, 1)], 1)
    assert listed(site, replace(ASKED, tag="ar")) == ([], 0)


def test_queries_that_found_nothing_and_those_found_by_a_correction_only(site: Site) -> None:
    search(site, "pay", 9)
    search(site, "xyzzy", 2, results=0)
    search(site, "fe", 3, results=4, correction="fee")
    search(site, "mended", 4, ago=2, results=0)
    search(site, "mended", 1, ago=1, results=6)
    lines, number = list_searches(site.database, ASKED, limit=9, is_empty=True)
    assert number == 3
    assert lines == (
        SearchLine("mended", 5, 4, 0, 0.0, 6, ""),
        SearchLine("fe", 3, 3, 0, 0.0, 4, "fee"),
        SearchLine("xyzzy", 2, 2, 0, 0.0, 0, ""),
    )


def test_the_last_search_of_a_day_is_the_one_that_was_noted_last(site: Site) -> None:
    for results in (0, 5, 2):
        search(site, "pay", results=results)
    assert list_searches(site.database, ASKED, limit=9)[0][0].results == 2


def test_what_is_seldom_read_is_told_where_chance_does_not_explain_it(site: Site) -> None:
    search(site, "usual", 21, clicks=21)
    search(site, "never", 21)
    search(site, "seldom", 40, clicks=15)
    search(site, "busy", 40, clicks=90)  # several results of one search
    search(site, "too few", 20)
    search(site, "nothing found", 90, results=0)
    found = list_seldom_read(site.database, ASKED, width=WIDTH)
    assert [(line.query, line.searches, line.clicks) for line in found] == [("never", 21, 0), ("seldom", 40, 15)]
    assert [(line.rate, round(line.usual, 4)) for line in found] == [(0.0, 0.7525), (0.375, 0.7439)]  # 76/101, 61/82
    # Of 122 searches 76 are read from; the least likely of four counts four times, the next one three times.
    never = comb(46, 21) / comb(122, 21)
    seldom = sum(comb(76, read) * comb(46, 40 - read) for read in range(16)) / comb(122, 40)
    assert [line.chance for line in found] == pytest.approx([4 * never, 3 * seldom], rel=1e-9)
    assert [line.query for line in list_lines(site.database, ASKED, "few-clicks", width=WIDTH, limit=1)[0]] == ["never"]


def test_one_query_is_compared_with_nothing(site: Site) -> None:
    search(site, "only", 90)
    assert list_seldom_read(site.database, ASKED, width=WIDTH) == []


def test_what_was_typed_instead(site: Site) -> None:
    search(site, "pay", 10)
    for query, times in (("pay pin", 3), ("fee", 2), ("card", 1), ("a", 1)):
        search(site, query, times, refined="pay")
    search(site, "fee cash", 2, refined="fee")
    search(site, "fee old", 9, ago=28, refined="fee")
    instead = (("pay pin", 3), ("fee", 2), ("a", 1))
    first, second = RefinedLine("pay", 10, 7, instead), RefinedLine("fee", 2, 2, (("fee cash", 2),))
    assert list_refined(site.database, ASKED, limit=9) == ((first, second), 2)
    assert list_refined(site.database, ASKED, limit=1, offset=1) == ((second,), 2)
    assert list_refined(site.database, replace(ASKED, tag="de"), limit=9) == ((), 0)


def test_one_query(site: Site) -> None:
    search(site, "pay", 3, ago=3, clicks=2)
    search(site, "pay", 1, ago=2, results=0)
    search(site, "pay", 0, ago=1, clicks=1)
    search(site, "pay", 2, ago=2, refined="money")
    search(site, "pay pin", 4, refined="pay")
    figures = get_query(site.database, ASKED, "pay")
    assert figures.days == (QueryDay(day(3), 3, 0, 2), QueryDay(day(2), 3, 1, 0), QueryDay(day(1), 0, 0, 1))
    assert (figures.searches, figures.read) == (6, ((1, 3, ((1, 3),)),))
    assert (figures.before, figures.after) == ((("money", 2),), (("pay pin", 4),))


def test_what_is_masked_is_told_from_the_fifth_search_on(site: Site) -> None:
    """Counted are the first pages of results in the locale within the period, for each list as it counts."""
    for number in range(9):
        log_search(site.database, locale="en", query=f"Call 123 456 78{number}", category=None, results=1, now=NOON)
    assert {row for (row,) in rows(site, SearchLog.query)} == {"call •••"}
    search(site, "•••@•••", 4, refined="pay")
    search(site, "pay", 1, refined="•••@•••")
    search(site, "••• old", 4, ago=1)
    search(site, "••• old", 4, ago=28)
    assert listed(site)[0] == [("call •••", 9, 0, 0), ("pay", 1, 0, 0)]
    assert list_refined(site.database, ASKED, limit=9)[0] == (RefinedLine("pay", 1, 4, ()),)
    assert get_query(site.database, ASKED, "•••@•••").days == ()
    assert get_query(site.database, ASKED, "pay").after == get_query(site.database, ASKED, "pay").before == ()
    assert get_query(site.database, ASKED, "call •••").searches == 9
    assert listed(site, replace(ASKED, masked_from=4))[0][1:3] == [("••• old", 4, 0, 0), ("•••@•••", 4, 0, 0)]


def test_ignored_queries_are_told_only_when_asked_for(site: Site) -> None:
    for query in ("pay", "test"):
        search(site, query, 30, results=0 if query == "test" else 1)
        search(site, f"{query} 2", 2, refined=query)
    done(site, "test", "ignored", ago=0)
    done(site, "pay", "ignored", ago=0, locale="de")
    done(site, "pay", "synonym", ago=0)
    assert [line[0] for line in listed(site)[0]] == ["pay", "pay 2", "test 2"]
    assert listed(site, is_empty=True) == ([], 0)
    assert [line.query for line in list_refined(site.database, ASKED, limit=9)[0]] == ["pay"]
    lines, number = list_lines(site.database, ASKED, "ignored", width=WIDTH, limit=9)
    assert ([line.query for line in lines], number) == (["test"], 1)


def test_whether_a_change_helped(site: Site) -> None:
    """Before: 30 searches, 3 with a result, 0 read. After: 30, 27 and 15. The day itself is in neither."""
    search(site, "pay", 27, ago=9, results=0)
    search(site, "pay", 3, ago=8)
    search(site, "pay", 50, ago=5, results=0)
    search(site, "pay", 27, ago=4, clicks=15)
    search(site, "pay", 3, ago=3, results=0)
    done(site, "pay", ago=5)
    (line,), number = list_changes(site.database, "en", width=WIDTH, now=NOON, limit=9)
    assert (number, line.query, line.since, line.made_by) == (1, "pay", day(5), "ada@example.com")
    assert line.found is not None
    assert line.read is not None
    assert [(e.before.share, e.after.share, e.verdict) for e in (line.found, line.read)] == [
        (0.1, 0.9, Verdict.BETTER),
        (0.0, 0.5, Verdict.BETTER),
    ]
    # Newcombe's method 10 on Wilson's (0.0346, 0.2562) and (0.7438, 0.9654).
    assert line.found.difference_low == pytest.approx(0.5791, abs=1e-4)
    assert line.found.difference_high == pytest.approx(0.8925, abs=1e-4)


def test_until_there_are_enough_searches_nothing_is_said(site: Site) -> None:
    search(site, "pay", 30, ago=9, results=0)
    search(site, "pay", 3, ago=1)
    done(site, "pay", ago=5)
    done(site, "pay", "ignored", ago=4)
    ignored, line = list_changes(site.database, "en", query="pay", width=WIDTH, now=NOON, limit=9)[0]
    assert line.found is not None
    assert line.found.verdict is Verdict.OPEN
    assert (ignored.since, ignored.found, ignored.read) == (None, None, None)


def test_each_change_is_told_from_the_one_before_to_the_next(site: Site) -> None:
    """Two of one day share it; an article counts from its publication on."""
    for ago, times, results in ((9, 30, 0), (7, 40, 0), (5, 50, 2), (1, 60, 2)):
        search(site, "pay", times, ago=ago, results=results)
    for ago, kind in ((8, "synonym"), (6, "synonym"), (6, "keyword")):
        done(site, "pay", kind, ago=ago)
    done(site, "pay", "article", ago=9, article=2)
    done(site, "fee", ago=7)

    def votes() -> dict[tuple[str, Any], tuple[int, int]]:
        lines, number = list_changes(site.database, "en", query="pay", width=WIDTH, now=NOON, limit=9)
        assert number == 4
        return {(x.kind, x.since): (x.found.before.votes, x.found.after.votes) for x in lines if x.found}

    unchanged = {("synonym", day(8)): (30, 40), ("keyword", day(6)): (40, 110), ("synonym", day(6)): (40, 110)}
    assert votes() == unchanged
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("helpdesk.clock.now", lambda: NOON)
        publish(site, "second", "en")
    lines, _number = list_changes(site.database, "en", query="pay", width=WIDTH, now=NOON, limit=9)
    assert [(x.key, x.title) for x in lines if x.kind == "article"] == [("second", "Second")]
    delete_article(site, "second")
    lines, _number = list_changes(site.database, "en", query="pay", width=WIDTH, now=NOON, limit=9)
    assert [(x.key, x.title, x.since) for x in lines if x.kind == "article"] == [(None, None, None)]
    assert votes() == unchanged


def test_an_article_is_begun_written_in_a_folder_and_published(site: Site, tmp_path: Path) -> None:
    """Keys that are taken, by an article or in a folder that is taken in later, are no obstacle."""
    cause = Cause("en", "first", Member(email="ada@example.com", name="Ada", role="author"), NOON)
    for key in ("first-2", "first-3"):
        assert start_article(site, cause, " First ", category="guides", section="basics") == key
    export_content(site, tmp_path / "out")
    file = tmp_path / "out" / "guides" / "basics" / "first-2" / "en.md"
    assert file.read_text("utf-8").endswith("---\nFirst\n")
    file.write_text(file.read_text("utf-8").replace("---\nFirst\n", "---\nA text of its own.\n"), "utf-8")
    assert import_content(site, tmp_path / "out").changed == ["first-2/en"]
    assert publish(site, "first-2", "en")
    lines, _number = list_changes(site.database, "en", width=WIDTH, now=NOON, limit=9)
    assert [(line.key, line.kind, line.detail, line.made_on) for line in lines] == [
        ("first-3", "article", "First", day(0)),
        ("first-2", "article", "First", day(0)),
    ]


def test_a_log_row_keeps_what_was_typed_before(site: Site) -> None:
    values: dict[str, Any] = {"locale": "en", "category": None, "results": 2, "now": NOON}
    log_search(site.database, query="Pay PIN", refined=" Ｐay ", **values)
    log_search(site.database, query="pay", refined="PAY", **values)
    log_search(site.database, query="fee", refined="pay", page=2, **values)
    log_search(site.database, query="fee", refined="ada@example.com", **values)
    statement = select(SearchLog.query, SearchLog.refined).order_by(SearchLog.id)
    with site.database.read() as connection:
        found = [tuple(row) for row in connection.execute(statement)]
    assert found == [("pay pin", "pay"), ("pay", ""), ("fee", ""), ("fee", "•••@•••")]
