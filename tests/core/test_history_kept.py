"""The demo's made-up history beside what is real: nobody's votes, views and articles are touched by it, nor by its end."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import insert, select, update

from helpdesk.errors import HistoryError
from helpdesk.models import Article, Counter, DailyTally, SearchLog, SwitchTally, Translation, Vote
from helpdesk.services.demo import remove_demo
from helpdesk.services.history import make_history
from helpdesk.services.importing import import_content
from helpdesk.services.searches import log_search
from helpdesk.services.site import Site
from tests.core.test_history import HISTORY, UNTIL, WITHDRAWALS, column, rows, take_over
from tests.core.test_importing import FOLDER, write
from tests.support.instances import assert_sound
from tests.support.votes import figures, list_votes, translation_id

# The rows are the same on every database, as the first test of the history says.
pytestmark = pytest.mark.on("sqlite")


@pytest.fixture
def plain_app(build: Callable[..., Flask], demo_template: Path) -> Flask:
    """The demo without one, in two of its languages only, so that few indexes have to follow."""
    return build(demo_template, "plain", locales=("en", "de"))


@pytest.fixture
def plain(plain_app: Flask) -> Site:
    return plain_app.extensions["helpdesk"]


def leave_traces(site: Site, key: str, tag: str, day: date = date(2026, 5, 2)) -> None:
    """A vote, a view, a switch and a search of somebody who was really there."""
    moment = datetime(day.year, day.month, day.day, 12, tzinfo=UTC)
    own = translation_id(site, key, tag)
    vote = {"visitor": "a1b2", "translation_id": own, "locale": tag, "is_helpful": True, "revision": 1}
    switch = {"from_locale": tag, "to_locale": "fr", "day": day, "switches": 1}
    with site.database.transaction() as connection:
        article = connection.execute(select(Translation.article_id).where(Translation.id == own)).scalar_one()
        connection.execute(insert(Vote).values(**vote, created_at=moment, updated_at=moment))
        connection.execute(insert(DailyTally).values(translation_id=own, locale=tag, day=day, views=1, bots=7))
        connection.execute(insert(SwitchTally).values(article_id=article, **switch))
        one_more = {"views": Counter.views + 1, "yes": Counter.yes + 1}
        connection.execute(update(Counter).where(Counter.translation_id == own).values(**one_more))
    log_search(site.database, locale=tag, query="really", category=None, results=1, now=moment)


def test_what_is_real_or_yours_stays_and_nothing_doubles(plain_app: Flask, plain: Site, tmp_path: Path) -> None:
    import_content(plain, write(tmp_path / "content", FOLDER))
    take_over(plain, WITHDRAWALS)
    leave_traces(plain, "tax-report-germany", "de")
    yours = select(Translation.id).join(Article).where(Article.key.in_(("pay", WITHDRAWALS)))
    ids = set(column(plain, yours))
    places = {"hd_daily_tally": 0, "hd_vote": 2, "hd_revision": 1, "hd_counter": 0}

    def own() -> list[tuple[Any, ...]]:
        return [row for name, place in places.items() for row in rows(plain)[name] if row[place] in ids]

    before = own()
    made = plain_app.test_cli_runner().invoke(
        args=["helpdesk", "demo", "history", "--until", "2026-05-13", "--seed", "2"]
    )
    assert (made.exit_code, made.stdout[:26]) == (0, "Made up until 2026-05-13: ")
    assert made.stdout.endswith(" switches, 6 earlier revisions.\n")
    assert own() == before
    (vote,) = list_votes(plain)
    assert vote["revision"] == 1
    eras = [step["votes"] for step in HISTORY["revisions"]["tax-report-germany"]["de"]]
    yes = sum(round(votes * helpful / 100) for votes, helpful in eras)
    assert figures(plain, "tax-report-germany", "de") == (641, yes + 1, sum(votes for votes, _ in eras) - yes)
    assert column(plain, select(SearchLog.query).where(SearchLog.id >= 0)) == ["really"]
    assert set(column(plain, select(DailyTally.locale).where(DailyTally.repeats > 0))) == {"de", "en"}
    assert_sound(plain.settings.instance_dir)
    everything = rows(plain)
    with pytest.raises(HistoryError, match="already, made up until 2026-05-13 with the seed 2"):
        make_history(plain, until=UNTIL)
    assert rows(plain) == everything


def test_it_goes_with_the_demo_and_leaves_what_is_yours(
    build: Callable[..., Flask], demo_template: Path, plain: Site, noon: datetime, tmp_path: Path
) -> None:
    told = build(demo_template, "told", locales=("en", "de")).extensions["helpdesk"]
    root = write(tmp_path / "content", FOLDER)
    for site in (plain, told):
        import_content(site, root)
        leave_traces(site, "pay", "en")
    make_history(told, until=UNTIL)
    for site in (plain, told):
        remove_demo(site)
    assert rows(told) == rows(plain)
    assert [len(rows(told)[name]) for name in ("hd_vote", "hd_search_log", "hd_daily_tally", "hd_article")] == [1] * 4


def test_days_and_sites_that_have_no_history(plain: Site, empty_site: Site, noon: datetime) -> None:
    for until in (date(1, 1, 1), date(2022, 6, 1), date(2026, 5, 14), date(9999, 12, 31)):
        with pytest.raises(HistoryError, match="after 2022-06-01, the first day of the demo, and not after today"):
            make_history(plain, until=until)
    with pytest.raises(HistoryError, match="There is no demo on this site"):
        make_history(empty_site, until=UNTIL)
