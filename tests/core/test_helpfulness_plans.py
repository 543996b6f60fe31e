"""How the reports of helpfulness are read from a large site: by how many queries, and along which indexes."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event

from helpdesk.queries.alerts import list_alarms
from helpdesk.queries.counters import list_drifts
from helpdesk.queries.gaps import list_outdated, list_wanted
from helpdesk.queries.helpfulness import get_helpfulness, list_reasons
from helpdesk.queries.inbox import Filters, count_unread, count_unread_by_locale, get_inbox_page
from helpdesk.queries.overview import get_overview
from helpdesk.queries.reading import Order, get_reading, list_days, list_readings
from helpdesk.queries.reports import EVERYWHERE, Period, Reach
from helpdesk.queries.search_changes import list_changes
from helpdesk.queries.searches import Searches, get_query, list_refined, list_searches, list_seldom_read
from helpdesk.queries.worklists import list_improved, list_needs, list_suspects
from helpdesk.services.site import Site
from tests.conftest import NOON, close, make_app
from tests.support.databases import Backend, copy_instance, drop_database
from tests.support.planting import plant_articles

WIDTH = 0.4
ALL, LATELY = Period(), Period(date(2026, 5, 20))
RECENT: dict[str, Any] = {"period": Period(date(2026, 5, 15)), "before": Period(date(2026, 5, 1), date(2026, 5, 15))}

WEEK = Period(date(2026, 5, 20), date(2026, 5, 27))
LATEST, SEARCHED = "ix_hd_vote_updated_at", "ix_hd_search_log_locale_searched_on only"
STEPS, FIGURES, DAYS = "ix_hd_revision_steps only", "ix_hd_vote_figures only", "ix_hd_daily_tally_day"
FEEDBACK, UNREAD = "ix_hd_vote_feedback", "ix_hd_vote_unread"
CLICKS, SEARCHES = "hd_search_click key", Searches("en", Period(date(2026, 5, 8), date(2026, 5, 10)), 5)
CONTACTS = "ix_hd_contact_tally_day"
OWN = ("hd_daily_tally key", "hd_contact_tally key")
# How many queries each report takes, and by which indexes what grows with readers and texts is read.
REPORTS: dict[str, tuple[Callable[[Site], Any], int, set[str]]] = {
    "helpfulness": (
        lambda site: get_helpfulness(site.database, "article-1", width=WIDTH),
        3,
        {STEPS, "ix_hd_vote_figures"},  # the days stand in the rows, which are one article's
    ),
    "reasons": (lambda site: list_reasons(site.database, 100_001), 1, {"ix_hd_vote_figures"}),
    "need": (lambda site: list_needs(site.database, period=LATELY, limit=20), 3, {STEPS, FIGURES, DAYS}),
    "suspects": (
        lambda site: list_suspects(site.database, site.locales, period=LATELY, limit=20, width=WIDTH),
        4,
        {STEPS, FIGURES, "hd_daily_tally key", "hd_switch_tally key"},
    ),
    "improved": (
        lambda site: list_improved(site.database, period=LATELY, limit=20, width=WIDTH),
        3,
        {STEPS, FIGURES},
    ),
    "overview": (
        lambda site: get_overview(
            site.database,
            site.locales,
            period=WEEK,
            before=Period(date(2026, 5, 13), date(2026, 5, 20)),
            reach=EVERYWHERE,
            width=WIDTH,
        ),
        11,
        {STEPS, FIGURES, DAYS, CONTACTS, UNREAD, "ix_hd_vote_held", LATEST, SEARCHED},
    ),
    "alarms": (
        lambda site: list_alarms(site.database, site.settings, now=datetime(2026, 1, 5, tzinfo=UTC)),
        3,
        {LATEST, FEEDBACK, SEARCHED},
    ),
    "inbox": (
        lambda site: get_inbox_page(site.database, Filters(state="open"), page=1, size=50),
        2,
        {FEEDBACK},
    ),
    "unread": (lambda site: count_unread(site.database), 1, {UNREAD}),
    "unread by locale": (lambda site: count_unread_by_locale(site.database), 1, {UNREAD}),
    "searches": (
        lambda site: list_searches(site.database, SEARCHES, limit=50),
        1,
        {SEARCHED, "ix_hd_search_log_query only", CLICKS},
    ),
    "searches without result": (
        lambda site: list_searches(site.database, SEARCHES, limit=50, is_empty=True),
        1,
        {SEARCHED, "ix_hd_search_log_query only", CLICKS},
    ),
    "seldom read": (
        lambda site: list_seldom_read(site.database, SEARCHES, width=WIDTH),
        1,
        {SEARCHED, CLICKS},
    ),
    "refined": (
        lambda site: list_refined(site.database, SEARCHES, limit=50),
        2,
        {"ix_hd_search_log_refined only", "ix_hd_search_log_query only"},
    ),
    "query": (
        lambda site: get_query(site.database, SEARCHES, "query 1"),
        4,
        {"ix_hd_search_log_query only", "ix_hd_search_log_refined only", CLICKS},
    ),
    "changes": (
        lambda site: list_changes(site.database, "en", width=WIDTH, now=NOON, limit=50),
        4,
        {"ix_hd_search_log_query only", CLICKS},
    ),
    "top": (lambda site: list_readings(site.database, Order.TOP, **RECENT, limit=2), 4, {DAYS, *OWN}),
    "most contacts": (
        lambda site: list_readings(site.database, Order.CONTACTS, **RECENT, limit=2),
        4,
        {CONTACTS, *OWN},
    ),
    "fading": (lambda site: list_readings(site.database, Order.FADING, **RECENT, limit=2), 5, {DAYS, *OWN}),
    "top in German": (
        lambda site: list_readings(site.database, Order.TOP, **RECENT, reach=Reach(("de",)), limit=2),
        4,
        {DAYS, *OWN},
    ),
    "days": (lambda site: list_days(site.database, period=LATELY), 2, {DAYS, CONTACTS}),
    "days of an article": (
        lambda site: list_days(site.database, period=LATELY, article_id=10007),
        2,
        set(OWN),
    ),
    "views of an article": (lambda site: get_reading(site.database, 10007, **RECENT), 3, set(OWN)),
    "wanted": (lambda site: list_wanted(site.database, site.locales, period=LATELY, limit=20), 2, {DAYS}),
    "outdated": (lambda site: list_outdated(site.database, period=LATELY, limit=20), 2, {DAYS, STEPS}),
    "check": (lambda site: list_drifts(site.database), 1, {FIGURES, "hd_daily_tally key"}),
}
READ = ("hd_daily_tally", "hd_contact_tally", "hd_switch_tally")
GROWING = (*READ, "hd_search_log", "hd_search_click", "hd_vote", "hd_revision")


class Seen(list[tuple[str, Any]]):
    """The SELECTs that run while it is open, with their values."""

    def __init__(self, site: Site) -> None:
        super().__init__()
        self.engine = site.database.engine

    def note(self, _connection: Any, _cursor: Any, statement: str, values: Any, *_rest: Any) -> None:
        if statement.startswith("SELECT"):
            self.append((statement, values))

    def __enter__(self) -> Seen:
        event.listen(self.engine, "before_cursor_execute", self.note)
        return self

    def __exit__(self, *_error: object) -> None:
        event.remove(self.engine, "before_cursor_execute", self.note)


@pytest.fixture(scope="module")
def large(templates: Callable[..., Path], backend: Backend, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """2,000 articles in two languages with two revisions each, 2,000 votes, and four weeks of tallies for 500."""
    instance = copy_instance(templates(backend, "empty"), tmp_path_factory.mktemp("many") / "instance")
    app = make_app(instance)
    site: Site = app.extensions["helpdesk"]
    day = "DATE '2026-05-01' + n" if site.database.is_postgres else "date('2026-05-01', '+' || n || ' days')"
    numbers = "WITH RECURSIVE numbers(n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM numbers WHERE n < 27)"
    plant_articles(site, 2_000)
    with site.database.transaction() as connection:
        for number in (1, 2):
            connection.exec_driver_sql(
                "INSERT INTO hd_revision"
                " (translation_id, number, title, summary, markdown, author, comment, significance, created_at)"
                f" SELECT id, {number}, '', '', 'text', '', '', 'major', published_at FROM hd_translation"
            )
        connection.exec_driver_sql(
            f"INSERT INTO hd_daily_tally (translation_id, locale, day, views) {numbers}"
            f" SELECT id, locale, {day}, CASE WHEN id = 100015 AND n < 14 THEN 30 ELSE 3 END"
            " FROM hd_translation, numbers WHERE id < 101000"
        )
        connection.exec_driver_sql(
            "INSERT INTO hd_contact_tally (translation_id, locale, day, contacts)"
            " SELECT translation_id, locale, day, 1 FROM hd_daily_tally"
        )
        connection.exec_driver_sql(
            f"INSERT INTO hd_switch_tally (article_id, from_locale, to_locale, day, switches) {numbers}"
            f" SELECT article_id, locale, 'en', {day}, 1 FROM hd_translation, numbers WHERE id < 101000 AND locale = 'de'"
        )
        plant_searches(connection, numbers, day)
    with site.database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.exec_driver_sql("VACUUM ANALYZE" if site.database.is_postgres else "ANALYZE")
    yield site
    close(app)
    drop_database(instance)


def plant_searches(connection: Any, numbers: str, day: str) -> None:
    """Each of 300 queries in two languages on every day, read from as often, and refined on the first nine."""
    query = "'query ' || (t.id / 2 - 50000)"
    texts = "hd_translation t, numbers WHERE t.id < 100600"
    connection.exec_driver_sql(
        "INSERT INTO hd_search_log (locale, query, searched_on, results, page, correction, refined)"
        f" {numbers} SELECT t.locale, {query}, {day}, n, 1, '', CASE WHEN n < 9 THEN 'query 1' ELSE '' END FROM {texts}"
    )
    connection.exec_driver_sql(
        "INSERT INTO hd_search_click (locale, query, clicked_on, article_id, position, clicks)"
        f" {numbers} SELECT t.locale, {query}, {day}, t.article_id, 1, 1 FROM {texts}"
    )
    connection.exec_driver_sql(
        "INSERT INTO hd_search_change (locale, query, kind, detail, made_on, made_by)"
        f" SELECT t.locale, {query}, 'synonym', '', '2026-05-10', '' FROM hd_translation t WHERE t.id < 100100"
    )


def plan(site: Site, statement: str, values: Any) -> list[str]:
    """The steps; on PostgreSQL, with what would serve where a table is as quick to read."""
    with site.database.read() as connection:
        if not site.database.is_postgres:
            return [row[3] for row in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", values)]
        for way in ("seqscan", "bitmapscan"):
            connection.exec_driver_sql(f"SET LOCAL enable_{way} = off")
        return list(connection.exec_driver_sql(f"EXPLAIN (COSTS OFF) {statement}", values).scalars())


def ways(steps: list[str]) -> set[str]:
    """By which index each table that grows with readers and texts is read; only: without its rows."""
    found = set()
    for step in steps:
        if match := re.search(r"(?:SCAN|SEARCH) (\w+)(?: USING (COVERING )?INDEX (\w+))?", step):  # SQLite
            table, only, index = match.groups()
        elif match := re.search(r"(Index Only Scan|Index Scan|Scan)(?: Backward)?(?: using (\w+))? on (\w+)", step):
            only, index, table = match[1] == "Index Only Scan", match[2], match[3]
        else:
            continue
        if table in GROWING:
            is_key = index in (f"sqlite_autoindex_{table}_1", f"pk_{table}")
            found.add(f"{table} key" if is_key else f"{index}{' only' if only else ''}")
    return found


@pytest.mark.parametrize("name", REPORTS)
def test_reports_go_along_indexes(large: Site, name: str) -> None:
    """So many queries, and of each what it reads of the tables that grow with the readers."""
    report, number, expected = REPORTS[name]
    with Seen(large) as seen:
        report(large)
    assert len(seen) == number
    found = ways([step for statement, values in seen for step in plan(large, statement, values)])
    if large.database.is_postgres:  # which reads short texts as quickly as what stands beside them
        found = {STEPS if way == "uq_hd_revision_translation_id_number" else way for way in found}
        found -= {DAYS} - expected
        # Of a log of a few rows it may take either.
        found = {SEARCHED if way == "ix_hd_search_log_query only" and name == "alarms" else way for way in found}
        # SQLite looks into the rows for what the index says of itself.
        found = {
            way.removesuffix(" only") if way.split()[0] in (FEEDBACK, UNREAD, "ix_hd_vote_held") else way
            for way in found
        }
    assert found == expected
