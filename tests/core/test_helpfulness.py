"""Figures of votes: a table worked out by hand, what revisions changed, the lists, their queries and their plans."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import insert, select, update

from helpdesk.errors import TranslationNotFound
from helpdesk.intervals import chance_of_so_few
from helpdesk.models import Article, Counter, DailyTally, Revision, SwitchTally, Translation, Vote
from helpdesk.queries.counters import Drift, list_drifts
from helpdesk.queries.helpfulness import Helpfulness, Score, Verdict, get_helpfulness, list_reasons, score
from helpdesk.queries.reports import Period, Reach
from helpdesk.queries.worklists import Comparison, list_improved, list_needs, list_suspects
from helpdesk.services.checking import mend_counters
from helpdesk.services.site import Site
from tests.support.content import take_in, translation
from tests.support.votes import translation_id

WIDTH = 0.4
DAY = date(2026, 5, 4)  # a Monday
ALL, LATELY = Period(), Period(date(2026, 5, 20))


def moment(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, 22, tzinfo=UTC)  # the next day in the servers' zone of the tests


class Teller:
    """Writes votes, views, switches and revisions, past the limits and the clock."""

    def __init__(self, site: Site) -> None:
        self.site, self.voters = site, 0

    def write(self, model: Any, rows: list[dict[str, Any]]) -> None:
        with self.site.database.transaction() as connection:
            connection.execute(insert(model), rows)

    def vote(self, key: str, tag: str, revision: int, yes: int, no: int, *, day: date = DAY, **more: str) -> None:
        own, at = translation_id(self.site, key, tag), moment(day)
        row = {"translation_id": own, "locale": tag, "revision": revision, "created_at": at, "updated_at": at, **more}
        rows = [row | {"is_helpful": n < yes, "visitor": f"v{self.voters + n}"} for n in range(yes + no)]
        self.voters += yes + no
        self.write(Vote, rows)

    def view(self, key: str, tag: str, views: int, *, asked: str = "", day: date = DAY) -> None:
        own = translation_id(self.site, key, tag)
        self.write(DailyTally, [{"translation_id": own, "locale": asked or tag, "day": day, "views": views}])

    def switch(self, key: str, left: str, chosen: str, switches: int, *, day: date = DAY) -> None:
        with self.site.database.read() as connection:
            article = connection.execute(select(Article.id).where(Article.key == key)).scalar_one()
        pair = {"article_id": article, "from_locale": left, "to_locale": chosen}
        self.write(SwitchTally, [{**pair, "day": day, "switches": switches}])

    def revise(self, key: str, tag: str, *steps: tuple[int, str, date]) -> None:
        """Revisions beside the first, which an import made."""
        own = translation_id(self.site, key, tag)
        texts = {"title": "T", "summary": "", "markdown": "", "author": "", "comment": ""}
        rows = [{"number": n, "significance": s, "created_at": moment(day)} for n, s, day in steps]
        self.write(Revision, [row | texts | {"translation_id": own} for row in rows])


def take_in_articles(site: Site) -> None:
    """Three in English, two of them in German and Chinese as well, `pay` in Arabic too."""
    both = {"en.md": translation("Pay"), "de.md": translation("Zahlen"), "zh-Hans.md": translation("支付")}
    articles = {"pay": both | {"ar.md": translation("ادفع")}, "fees": both, "keys": {"en.md": translation("Keys")}}
    take_in(site, site.settings.instance_dir / "content", articles)


@pytest.fixture
def app(build: Callable[..., Flask], grown: Callable[..., Path], empty_template: Path) -> Flask:
    return build(grown(empty_template, take_in_articles))


@pytest.fixture
def tell(site: Site) -> Teller:
    return Teller(site)


def ends(found: Any) -> tuple[float, float]:
    return round(found.low, 4), round(found.high, 4)


def figures(found: Score) -> tuple[int, int, float, float, float, bool]:
    return found.yes, found.no, round(found.share, 4), *ends(found), found.is_enough


def told(tell: Teller, **options: Any) -> dict[str, Helpfulness]:
    return {item.locale: item for item in get_helpfulness(tell.site.database, "pay", width=WIDTH, **options)}


def tell_three_revisions_in_two_locales(tell: Teller) -> None:
    tell.revise(
        "pay", "en", (2, "minor", date(2026, 5, 11)), (3, "typo", date(2026, 5, 12)), (4, "major", date(2026, 5, 26))
    )
    tell.revise("pay", "de", (2, "major", date(2026, 5, 20)))
    for revision, yes, no, day in (
        (1, 48, 32, date(2026, 5, 5)),
        (2, 40, 10, date(2026, 5, 11)),
        (3, 16, 4, date(2026, 5, 17)),
        (4, 4, 6, date(2026, 5, 27)),
    ):
        tell.vote("pay", "en", revision, yes, no, day=day)
    tell.vote("pay", "de", 1, 15, 133, day=date(2026, 5, 6))
    tell.vote("pay", "de", 2, 81, 182, day=date(2026, 5, 25))
    tell.vote("pay", "en", 1, 0, 50, status="held")
    tell.vote("fees", "en", 1, 50, 0)


def test_a_table_worked_out_by_hand(tell: Teller) -> None:
    """15 of 148 and 81 of 263 are examples of Newcombe's papers of 1998; the others were worked out from the formula.

    With z = 1.959964, z² = 3.841459: for 48 of 80, (0.6 + 0.024009) / 1.048018 = 0.595418 in the middle, and
    1.959964 √(0.24 / 80 + 3.841459 / 25600) / 1.048018 = 0.104959 to both sides: 0.4905 to 0.7004.
    """
    tell_three_revisions_in_two_locales(tell)
    found = told(tell)
    assert list(found) == ["en", "ar", "de", "zh-Hans"]
    assert figures(found["en"].score) == (108, 52, 0.675, 0.5991, 0.7427, True)
    assert [(r.number, r.significance, *figures(r.score)) for r in found["en"].revisions] == [
        (1, "minor", 48, 32, 0.6, 0.4905, 0.7004, True),
        (2, "minor", 40, 10, 0.8, 0.6696, 0.8876, True),
        (3, "typo", 16, 4, 0.8, 0.5840, 0.9193, True),
        (4, "major", 4, 6, 0.4, 0.1682, 0.6873, False),
    ]
    assert [(r.number, r.significance, *figures(r.score)) for r in found["de"].revisions] == [
        (1, "minor", 15, 133, 0.1014, 0.0624, 0.1605, True),
        (2, "major", 81, 182, 0.3080, 0.2553, 0.3662, True),
    ]
    assert (found["zh-Hans"].score, found["zh-Hans"].changes, found["zh-Hans"].weeks[1:]) == (
        score(0, 0, WIDTH),
        (),
        (),
    )


def test_before_and_after_each_minor_or_major_revision(tell: Teller) -> None:
    """56 of 70 against 48 of 80 is the first example of Newcombe's table II; a typo's votes are with the text's."""
    tell_three_revisions_in_two_locales(tell)
    second, fourth = told(tell)["en"].changes
    assert (second.revision, second.made_at) == (2, moment(date(2026, 5, 11)))
    assert (second.before.votes, second.after.votes, second.verdict) == (80, 70, Verdict.BETTER)
    assert (round(second.difference_low, 4), round(second.difference_high, 4)) == (0.0524, 0.3339)
    assert (fourth.before.votes, fourth.after.votes, fourth.verdict) == (70, 10, Verdict.OPEN)
    (german,) = told(tell)["de"].changes
    assert german.verdict is Verdict.BETTER
    # The same the other way round, and too little to tell.
    tell.revise("fees", "en", (2, "minor", DAY), (3, "minor", DAY))
    tell.vote("fees", "en", 2, 20, 20)
    tell.vote("fees", "en", 3, 22, 18)
    changes = get_helpfulness(tell.site.database, "fees", reach=Reach(("en",)), width=WIDTH)[0].changes
    assert [change.verdict for change in changes] == [Verdict.WORSE, Verdict.SAME]


def test_weeks_with_the_revisions_made_in_them(tell: Teller) -> None:
    tell_three_revisions_in_two_locales(tell)
    weeks = {week.monday.isoformat(): week for week in told(tell, period=Period(DAY, None))["en"].weeks}
    assert {monday: (week.revisions, week.score.yes, week.score.no) for monday, week in weeks.items()} == {
        "2026-05-04": ((), 48, 32),
        "2026-05-11": ((2, 3), 56, 14),
        "2026-05-25": ((4,), 4, 6),
    }


def test_a_period_ends_before_its_last_day_in_utc(tell: Teller) -> None:
    tell_three_revisions_in_two_locales(tell)
    found = told(tell, period=Period(date(2026, 5, 11), date(2026, 5, 17)))["en"]
    assert (found.score.yes, found.score.no) == (40, 10)
    assert [(r.number, r.score.votes) for r in found.revisions] == [(1, 0), (2, 50), (3, 0), (4, 0)]
    assert [week.monday for week in found.weeks] == [date(2026, 5, 11)]
    assert len(found.changes) == 2


def test_why_readers_said_no(tell: Teller) -> None:
    tell.vote("pay", "en", 1, 5, 3, reasons="hard wrong")
    tell.vote("pay", "en", 1, 0, 2, day=date(2026, 5, 20), reasons="hard")
    tell.vote("pay", "de", 1, 0, 1, reasons="outdated")
    tell.vote("pay", "de", 1, 0, 9, reasons="outdated", status="held")
    tell.vote("pay", "ar", 1, 0, 1)
    tell.vote("fees", "en", 1, 0, 1, reasons="hard")
    database = tell.site.database
    assert list_reasons(database, 1) == {"en": {"hard": 5, "wrong": 3}, "de": {"outdated": 1}}
    assert list_reasons(database, 1, reach=Reach(("de",))) == {"de": {"outdated": 1}}
    assert list_reasons(database, 1, period=LATELY) == {"en": {"hard": 2}}
    assert list_reasons(database, 1, period=Period(None, date(2026, 5, 20)))["en"] == {"hard": 3, "wrong": 3}


def test_votes_on_a_revision_that_was_not_kept(tell: Teller) -> None:
    tell.vote("pay", "en", 7, 5, 0)
    assert [(r.number, r.made_at, r.significance) for r in told(tell)["en"].revisions][1:] == [(7, None, None)]


def test_an_article_has_an_id_and_a_key(tell: Teller) -> None:
    database = tell.site.database
    assert get_helpfulness(database, "1", width=WIDTH) == get_helpfulness(database, "pay", width=WIDTH)
    for name in ("99", "none", "٣", "1" * 30):
        with pytest.raises(TranslationNotFound, match=f"There is no article {name}."):
            get_helpfulness(database, name, width=WIDTH)
    with pytest.raises(TranslationNotFound, match="There is no article keys in de\\."):
        get_helpfulness(database, "keys", reach=Reach(("de",)), width=WIDTH)


def test_need_is_the_lower_end_of_no_times_the_views(tell: Teller) -> None:
    """No: 133 of 148, at least 0.8395; 32 of 80, at least 0.2996; 1 of 29, at least 0.0061."""
    tell.revise("fees", "en", (2, "major", DAY), (3, "typo", DAY))
    tell.vote("pay", "de", 1, 15, 133)
    tell.vote("pay", "en", 1, 48, 32)
    tell.vote("fees", "en", 1, 0, 500)  # before it was mended
    tell.vote("fees", "en", 2, 20, 0)
    tell.vote("fees", "en", 3, 8, 1)
    tell.vote("fees", "en", 3, 0, 50, status="held")
    tell.vote("keys", "en", 1, 0, 30)  # nobody reads it
    tell.vote("pay", "zh-Hans", 1, 0, 9)  # not published any more
    for key, tag, views in (("pay", "de", 100), ("pay", "en", 1000), ("fees", "en", 10_000), ("pay", "zh-Hans", 5000)):
        tell.view(key, tag, views)
    tell.view("pay", "de", 100, asked="ar")  # its reader all the same
    tell.view("pay", "de", 1_000_000, day=date(2026, 5, 3))
    with tell.site.database.transaction() as connection:
        connection.execute(update(Translation).where(Translation.locale == "zh-Hans").values(status="archived"))
    found = list_needs(tell.site.database, period=Period(DAY), limit=9)
    assert [(n.key, n.locale, n.no, round(n.no_low, 4), n.views, round(n.readers)) for n in found] == [
        ("pay", "en", 32, 0.2996, 1000, 300),
        ("pay", "de", 133, 0.8395, 200, 168),
        ("fees", "en", 1, 0.0061, 10_000, 61),
    ]
    assert list_needs(tell.site.database, period=Period(DAY), limit=2) == found[:2]
    assert list_needs(tell.site.database, period=Period(DAY), reach=Reach(("de",)), limit=9) == found[1:2]
    assert list_needs(tell.site.database, period=Period(None, date(2026, 5, 3)), limit=9) == []


def test_a_translation_below_the_others_is_suspect(tell: Teller) -> None:
    """30 of 60 against 160 of 210: three times what Fisher's test gives, as it is the first of three comparisons."""
    tell.vote("pay", "en", 1, 80, 15)
    tell.vote("pay", "de", 1, 30, 30)
    tell.vote("pay", "zh-Hans", 1, 80, 15)
    tell.vote("pay", "ar", 1, 0, 20)  # as few as 20 are not compared, whatever they say
    tell.vote("pay", "ar", 1, 0, 20, status="held")
    tell.vote("keys", "en", 1, 0, 99)  # in no other language
    tell.vote("fees", "en", 1, 0, 99)
    tell.vote("fees", "de", 1, 20, 0)
    (found,) = list_suspects(tell.site.database, tell.site.locales, period=ALL, limit=9, width=WIDTH)
    assert (found.key, found.locale) == ("pay", "de")
    votes = found.votes
    assert (votes.count, votes.of, *ends(votes), round(votes.usual, 4)) == (30, 60, 0.3774, 0.6226, 0.7619)
    assert votes.chance == pytest.approx(3 * chance_of_so_few(30, 60, 160, 210))
    assert found.switches == Comparison(0, 0, None, None, None, None, 1.0)
    others = list_suspects(
        tell.site.database, tell.site.locales, period=ALL, reach=Reach(("zh-Hans",)), limit=9, width=WIDTH
    )
    assert others == []


def test_what_chance_alone_makes_of_many_is_not_suspect(tell: Teller) -> None:
    tell.vote("pay", "de", 1, 28, 22)
    for tag in ("en", "zh-Hans"):
        tell.vote("pay", tag, 1, 37, 13)
    assert 0.05 / 3 < chance_of_so_few(28, 50, 74, 100) < 0.05
    assert list_suspects(tell.site.database, tell.site.locales, period=ALL, limit=9, width=WIDTH) == []


def test_a_mended_translation_is_not_suspect_any_more(tell: Teller) -> None:
    tell.vote("pay", "en", 1, 80, 15)
    tell.vote("pay", "de", 1, 30, 70)
    assert len(list_suspects(tell.site.database, tell.site.locales, period=ALL, limit=9, width=WIDTH)) == 1
    tell.revise("pay", "de", (2, "minor", DAY))
    tell.vote("pay", "de", 2, 18, 3)
    assert list_suspects(tell.site.database, tell.site.locales, period=ALL, limit=9, width=WIDTH) == []


def test_a_translation_left_for_the_source_is_suspect(tell: Teller) -> None:
    for key, tag, views in (("pay", "de", 100), ("pay", "zh-Hans", 900), ("fees", "de", 1000), ("pay", "en", 100)):
        tell.view(key, tag, views)
    tell.view("pay", "de", 100, asked="ar")  # in another language than they asked for, they may well leave it
    tell.switch("pay", "de", "en", 12)
    tell.switch("pay", "de", "en-SG", 3)  # the source as well
    tell.switch("pay", "de", "zh-Hans", 50)  # who reads Chinese rather says nothing about the German
    tell.switch("pay", "de", "en", 70, day=date(2026, 5, 3))  # when it was not there yet
    tell.switch("pay", "zh-Hans", "en", 9)
    tell.switch("pay", "en", "de", 40)
    tell.switch("fees", "de", "en", 10)
    (found,) = list_suspects(tell.site.database, tell.site.locales, period=ALL, limit=9, width=WIDTH)
    assert (found.key, found.locale, found.votes.chance) == ("pay", "de", 1.0)
    switches = found.switches
    assert (switches.count, switches.of, round(switches.usual, 4), switches.is_significant) == (15, 100, 0.01, True)
    assert ends(switches) == (0.0931, 0.2328)
    later = Period(date(2026, 5, 5))
    assert list_suspects(tell.site.database, tell.site.locales, period=later, limit=9, width=WIDTH) == []


def test_a_text_is_not_suspect_for_what_the_one_before_it_was_left_for(tell: Teller) -> None:
    for key, tag, switches in (("pay", "de", 15), ("pay", "zh-Hans", 0), ("fees", "de", 1)):
        tell.view(key, tag, 100)
        tell.switch(key, tag, "en", switches)
    with tell.site.database.transaction() as connection:
        mend = update(Translation).where(Translation.id == translation_id(tell.site, "pay", "de"))
        for day, suspects in ((date(2026, 5, 3), 1), (DAY, 0)):
            connection.execute(mend.values(updated_at=moment(day)))
            found = list_suspects(tell.site.database, tell.site.locales, period=ALL, limit=9, width=WIDTH)
            assert len(found) == suspects


def test_improved_by_the_last_revision(tell: Teller) -> None:
    for key in ("pay", "fees", "keys"):
        tell.revise(key, "en", (2, "major", DAY), (3, "typo", DAY))
    tell.vote("pay", "en", 1, 48, 32)
    tell.vote("pay", "en", 2, 28, 7)
    tell.vote("pay", "en", 3, 28, 7)
    tell.vote("fees", "en", 1, 10, 40)
    tell.vote("fees", "en", 2, 40, 10)
    tell.vote("keys", "en", 1, 40, 10)
    tell.vote("keys", "en", 2, 10, 40)
    tell.vote("keys", "en", 2, 500, 0, status="held")
    options: dict[str, Any] = {"limit": 9, "width": WIDTH}
    found = list_improved(tell.site.database, period=Period(DAY), **options)
    assert [(line.key, line.change.revision, round(line.change.difference_low, 4)) for line in found] == [
        ("fees", 2, 0.4156),
        ("pay", 2, 0.0524),
    ]
    assert list_improved(tell.site.database, period=Period(None, DAY), **options) == []
    assert list_improved(tell.site.database, period=ALL, reach=Reach(("de",)), **options) == []
    tell.revise("fees", "en", (4, "minor", DAY))
    assert [line.key for line in list_improved(tell.site.database, period=ALL, **options)] == ["pay"]


def test_counters_that_drift_are_told_and_counted_anew(tell: Teller) -> None:
    tell.vote("pay", "de", 1, 3, 2)
    tell.vote("pay", "de", 1, 9, 9, status="held")
    tell.view("pay", "de", 7)
    own = translation_id(tell.site, "pay", "de")
    drifts = list_drifts(tell.site.database)
    assert drifts == [
        Drift(own, 1, "pay", "de", "views", 0, 7),
        Drift(own, 1, "pay", "de", "yes", 0, 3),
        Drift(own, 1, "pay", "de", "no", 0, 2),
    ]
    mend_counters(tell.site, drifts)
    assert list_drifts(tell.site.database) == []
    other = translation_id(tell.site, "keys", "en")
    with tell.site.database.transaction() as connection:
        connection.execute(update(Counter).where(Counter.translation_id == other).values(no=1))
    assert list_drifts(tell.site.database) == [Drift(other, 3, "keys", "en", "no", 1, 0)]
