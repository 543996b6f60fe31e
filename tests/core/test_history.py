"""The demo's made-up history: the same every time, true to the figures, in the site's languages, and gone with the demo."""

from __future__ import annotations

import csv
from collections import Counter as Tally
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import yaml
from flask import Flask
from sqlalchemy import func, select, update

from helpdesk.cli.reports import in_words
from helpdesk.db import Base
from helpdesk.models import (
    Article,
    Body,
    ContactTally,
    Counter,
    DailyTally,
    Revision,
    SearchClick,
    SearchLog,
    State,
    SwitchTally,
    Translation,
    Vote,
)
from helpdesk.queries.counters import list_drifts
from helpdesk.queries.frame import GENERATION
from helpdesk.queries.helpfulness import get_helpfulness
from helpdesk.queries.reports import Period
from helpdesk.queries.worklists import list_improved, list_suspects
from helpdesk.services.demo import FIGURES, SAMPLEDATA, remove_demo
from helpdesk.services.history import make_history
from helpdesk.services.importing import import_content
from helpdesk.services.site import Site
from helpdesk.services.users import FIRST_LINK
from helpdesk.text.characters import normalized
from tests.conftest import _rename_node, close, make_app
from tests.support.databases import Backend, copy_instance, drop_database
from tests.support.instances import assert_sound
from tests.support.pages import CheckingClient
from tests.support.votes import figures, translation_id
from tests.web.test_lists import (  # noqa: F401  once more, on the site with a history
    test_dates_and_numbers_of_the_first_card,
    test_orders,
    test_the_captured_listing_to_the_letter,
)

# The rows are the same on every database, as the first test says.
pytestmark = pytest.mark.on("sqlite")

UNTIL = date(2026, 5, 13)
HISTORY = yaml.safe_load((SAMPLEDATA / "history.yaml").read_text("utf-8"))
MENDED = [(key, tag, steps) for key, texts in HISTORY["revisions"].items() for tag, steps in texts.items()]
WITHDRAWALS = "withdrawal-delays"
CHANGED = (Counter, Revision, Vote, DailyTally, ContactTally, SwitchTally, SearchLog, SearchClick, State)


def lines(name: str) -> list[dict[str, str]]:
    with (SAMPLEDATA / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@pytest.fixture(scope="module")
def app(demo_template: Path, backend: Backend, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flask]:
    """In this module, the demo with a history, made once; who changes it takes a copy."""
    instance = copy_instance(demo_template, tmp_path_factory.mktemp("told") / "instance")
    app = make_app(instance)
    _rename_node(app.extensions["helpdesk"])
    make_history(app.extensions["helpdesk"], until=UNTIL)
    yield app
    close(app)
    drop_database(instance)


@pytest.fixture(scope="module")
def site(app: Flask) -> Site:
    return app.extensions["helpdesk"]


@pytest.fixture
def copy(build: Callable[..., Flask], site: Site) -> Callable[..., Flask]:
    """Apps on a copy of the site with the history."""
    site.database.engine.dispose()  # PostgreSQL copies a database that nobody uses
    return lambda **settings: build(site.settings.instance_dir, "copy", **settings)


def rows(site: Site) -> dict[str, list[tuple[Any, ...]]]:
    """Everything that the database holds about the content, times as well."""
    with site.database.read() as connection:
        return {
            table.name: [
                tuple(row)
                for row in connection.execute(select(table).order_by(*table.primary_key))
                if row[0] not in (GENERATION, FIRST_LINK)
            ]
            for table in Base.metadata.sorted_tables
            if table.name not in ("hd_search_node", "hd_outbox", "hd_user_link")
        }


def column(site: Site, statement: Any) -> list[Any]:
    with site.database.read() as connection:
        return list(connection.execute(statement).scalars())


@pytest.mark.on("sqlite", "postgresql")
def test_the_same_day_and_seed_make_the_same_rows(build: Callable[..., Flask], demo_template: Path, site: Site) -> None:
    other = build(demo_template, "other").extensions["helpdesk"]
    before = rows(other)
    made = make_history(other, until=UNTIL)
    after = rows(other)
    assert after == rows(site)
    changed = {model.__tablename__ for model in CHANGED}
    assert {name for name in after if after[name] != before[name]} == changed
    assert made["votes"] == len(after["hd_vote"])
    assert made["searches"] == len(after["hd_search_log"])
    assert made["clicks"] == sum(row[-1] for row in after["hd_search_click"])
    assert made["earlier revisions"] == len(after["hd_revision"]) - len(before["hd_revision"])


def test_every_counter_is_the_sum_of_its_rows(site: Site) -> None:
    assert_sound(site.settings.instance_dir)


def test_views_that_the_figures_give_are_spread_and_not_added_to(site: Site) -> None:
    expected: Tally[tuple[str, str]] = Tally()
    for line in lines(FIGURES):
        expected[line["article"], line["locale"]] += int(line["views"])
    texts = (
        select(Article.key, Translation.locale, Counter.views)
        .join(Translation, Translation.article_id == Article.id)
        .join(Counter, Counter.translation_id == Translation.id)
    )
    with site.database.read() as connection:
        views = {(key, tag): number for key, tag, number in connection.execute(texts)}
    given = {text: number for text, number in expected.items() if text in views}
    assert {text: views[text] for text in given} == given
    assert [text for text in views if text[1] == "en-SG" and views[text] and text not in given] == []
    assert views["margin-and-liquidation", "en"] > 1000
    tallies = select(DailyTally.day).where(
        DailyTally.translation_id == translation_id(site, "authorize-new-device", "en-SG")
    )
    assert len(set(column(site, tallies))) > 250


def test_readers_ask_for_other_locales_than_they_get(site: Site) -> None:
    with site.database.read() as connection:
        asked = select(DailyTally.locale, Translation.locale).join(Translation).distinct()
        pairs = set(map(tuple, connection.execute(asked)))
    assert {("en-SG", "en"), ("ru", "en"), ("en", "de"), ("en-SG", "en-SG"), ("ar", "ar")} <= pairs
    for name in HISTORY["beside"]:
        assert column(site, select(func.sum(getattr(DailyTally, name))))[0] > 100


def test_a_week_has_its_rhythm_and_an_incident_its_peak(site: Site) -> None:
    days: Tally[date] = Tally()
    statement = select(DailyTally.day, DailyTally.views).join(Translation).join(Article)
    with site.database.read() as connection:
        for day, views in connection.execute(statement.where(Article.key == WITHDRAWALS)):
            days[day] += views
    weekdays: Tally[int] = Tally()
    for day, views in days.items():
        weekdays[day.weekday()] += views
    assert max(weekdays[5], weekdays[6]) < min(weekdays[n] for n in range(5))
    assert days.most_common(1)[0][0] == date(2026, 4, 2)  # 41 days before the end


def test_votes_before_and_after_each_revision(site: Site) -> None:
    told = [(key, tag, steps) for key, tag, steps in MENDED if site.locales.find(tag)]
    for key, tag, steps in told:
        own = translation_id(site, key, tag)
        with site.database.read() as connection:
            revisions = select(Revision.__table__).where(Revision.translation_id == own).order_by(Revision.number)
            found = connection.execute(revisions).all()
            votes = connection.execute(
                select(Vote.revision, Vote.is_helpful, Vote.created_at).where(
                    Vote.translation_id == own, Vote.status == "counted"
                )
            ).all()
            current = select(Translation.revision, Body.markdown).join(Body, Body.translation_id == Translation.id)
            assert tuple(connection.execute(current.where(Translation.id == own)).one()) == (
                len(steps),
                found[-1].markdown,
            )
        assert [(row.number, row.author, row.comment) for row in found] == [
            (number, step["author"], step["comment"]) for number, step in enumerate(steps, start=1)
        ]
        assert len({row.markdown for row in found}) == len(found)
        ends = [*(row.created_at.date() for row in found[1:]), UNTIL]
        for row, step, end in zip(found, steps, ends, strict=True):
            judged = [vote for vote in votes if vote.revision == row.number]
            yes = sum(vote.is_helpful for vote in judged)
            assert [len(judged), yes] == [step["votes"][0], round(step["votes"][0] * step["votes"][1] / 100)]
            assert [vote for vote in judged if not row.created_at.date() <= vote.created_at.date() < end] == []
    assert len(told) == 8


@pytest.mark.on("sqlite", "postgresql")
def test_reports_find_what_is_told(site: Site) -> None:
    """Of what was mended, all but those with too few votes before (19), or with a difference that chance may make."""
    period = Period(date(2025, 7, 1), UNTIL)
    suspects = list_suspects(site.database, site.locales, period=period, limit=20, width=0.4)
    assert [(line.key, line.locale, line.votes.is_significant, line.switches.is_significant) for line in suspects] == [
        (WITHDRAWALS, "ar", True, True),
    ]
    improved = list_improved(site.database, period=Period(), limit=20, width=0.4)
    assert [(line.key, line.locale) for line in improved] == [
        ("paynow-deposits", "en"),
        (WITHDRAWALS, "en"),
        ("margin-and-liquidation", "en"),
        ("staking-rewards", "en"),
        (WITHDRAWALS, "zh-Hans"),
    ]
    found = {line.locale: line for line in get_helpfulness(site.database, WITHDRAWALS, width=0.4)}
    assert [in_words(change) for tag in ("en", "de", "zh-Hant") for change in found[tag].changes] == [
        "after revision 2: 58 % -> 83 % (n = 41), better",
        "after revision 2: 56 % -> 80 % (n = 30), no difference seen",
        "after revision 2: 53 % -> 77 % (n = 22), not enough votes yet",
    ]
    assert list_drifts(site.database) == []


def test_forged_votes_of_one_night_are_held(site: Site) -> None:
    held = select(func.min(Vote.created_at), func.max(Vote.created_at), func.count()).where(Vote.status == "held")
    with site.database.read() as connection:
        first, last, number = connection.execute(held).one()
    assert number == HISTORY["articles"]["staking-rewards"]["flood"]["votes"]
    assert (last - first).total_seconds() < 3600


def test_comments_of_the_sites_languages_are_told(site: Site) -> None:
    said = set(column(site, select(Vote.comment)))
    expected = {
        line["comment"]: line["article"] for line in lines("history-comments.csv") if site.locales.find(line["locale"])
    }
    # The product's own manual appeared on the last day.
    manual = {"settings", "write-and-import-content", "start-the-help-center"}
    assert {article for comment, article in expected.items() if comment not in said} <= manual
    assert len(said & set(expected)) > 90


def test_searches_are_told_with_and_without_results(site: Site) -> None:
    searches = select(SearchLog.query, func.count(), func.max(SearchLog.results)).group_by(SearchLog.query)
    with site.database.read() as connection:
        found = {query: (number, results) for query, number, results in connection.execute(searches)}
    told = [line for line in lines("history-searches.csv") if site.locales.find(line["locale"])]
    assert found == {
        normalized(line["query"]): (round(float(line["weekly"]) * int(line["days"] or 300) / 7), int(line["results"]))
        for line in told
    }
    assert len([results for _number, results in found.values() if results == 0]) > 10
    assert max(column(site, select(SearchLog.id))) < 0
    refined = select(SearchLog.refined, SearchLog.query, func.count()).where(SearchLog.refined != "")
    with site.database.read() as connection:
        rows = connection.execute(refined.group_by(SearchLog.refined, SearchLog.query)).all()
    assert {(before, query) for before, query, _number in rows} == {
        (normalized(line["typed after"]), normalized(line["query"])) for line in told if line["typed after"]
    }
    assert all(0.05 < number / found[query][0] < 0.4 for _before, query, number in rows)


def test_what_was_searched_for_was_read(site: Site) -> None:
    clicks = column(site, select(func.sum(SearchClick.clicks)))[0]
    assert 0.4 < clicks / len(column(site, select(SearchLog.id).where(SearchLog.results > 0))) < 0.6
    assert set(column(site, select(SearchClick.position))) == {-1, -2, -3}
    first = select(Article.id, func.min(Translation.published_at)).join(Translation).group_by(Article.id)
    with site.database.read() as connection:
        published = {article: moment.date() for article, moment in connection.execute(first) if moment}
        read = connection.execute(select(SearchClick.article_id, SearchClick.clicked_on)).all()
    assert [article for article, day in read if day < published[article]] == []


def test_pages_show_it(copy: Callable[..., Flask]) -> None:
    client = CheckingClient(copy())
    assert client.get("/en/").status == 200
    assert "7,933 views" in client.get("/en/articles/17-why-a-withdrawal-is-delayed").text


def test_commands_show_it_as_made_up(app: Flask) -> None:
    runner = app.test_cli_runner()

    def run(*args: str) -> str:
        return runner.invoke(args=["helpdesk", *args]).output

    listed = run("feedback", "list", "--article", "17", "--locale", "ar")
    votes = [line for line in listed.splitlines() if line.startswith("20")]
    assert [line for line in votes if not line.endswith("  (made up)")] == []
    assert len(votes) == 29
    assert "117 held, in no figure" in listed
    assert "\nar        en" in run("views", "switches", "17")
    assert "history   made up until 2026-05-13 with the seed 1\n" in run("doctor")
    assert run("demo", "history") == (
        "Error: There is a history already, made up until 2026-05-13 with the seed 1."
        " It goes with the demo: flask helpdesk demo remove\n"
    )


def test_the_demo_taken_in_afterwards_changes_nothing(copy: Callable[..., Flask]) -> None:
    summary = import_content(copy().extensions["helpdesk"], SAMPLEDATA, is_demo=True)
    # Of Russian, which came to the tests' site after the demo, everything is new.
    assert {name.rpartition("/")[2] for name in summary.new} == {"ru"}
    assert (summary.changed, summary.notes) == ([], [])


def take_over(site: Site, key: str) -> None:
    """Make an article of the demo the company's own, as an import under its key does."""
    with site.database.transaction() as connection:
        connection.execute(update(Article).where(Article.key == key).values(is_demo=False))


def test_votes_go_from_an_article_that_was_taken_over(copy: Callable[..., Flask]) -> None:
    site = copy(locales=("en", "de")).extensions["helpdesk"]
    take_over(site, "move-authenticator")
    remove_demo(site)
    assert figures(site, "move-authenticator", "en") == (9027, 0, 0)
    assert column(site, select(Vote.id)) == column(site, select(SearchLog.id)) == []
    assert column(site, select(SearchClick.clicks)) == []
