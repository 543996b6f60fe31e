"""What translators have left to do: what is wanted and missing, what is outdated, by how often readers met it."""

# ruff: noqa: F811  fixtures that are imported

from __future__ import annotations

from datetime import timedelta
from typing import Any

from sqlalchemy import update

from helpdesk.models import Translation
from helpdesk.queries.gaps import Outdated, Wanted, count_outdated, count_wanted, list_outdated, list_wanted
from helpdesk.queries.reports import Reach
from tests.core.test_helpfulness import Teller, app, moment, tell  # noqa: F401  the same site
from tests.core.test_reading import DAY, WEEK, add
from tests.support.votes import translation_id


def test_wanted_is_what_readers_asked_for_and_did_not_get(tell: Teller) -> None:
    for key, tag, asked, views in (
        ("fees", "en", "ar", 5),
        ("fees", "de", "ar", 3),  # what they got while the English text was away
        ("fees", "en", "ru", 7),
        ("pay", "en", "ru", 9),
        ("pay", "en", "en", 99),
        ("pay", "en", "en-SG", 99),  # inherited
        ("pay", "en", "de", 99),  # there by now
        ("keys", "en", "xx", 99),  # a language that the site gave up
        ("keys", "en", "de", 0),
        ("keys", "en", "zh-Hans", 6),
    ):
        add(tell, key, tag, asked=asked, views=views, bots=50)
    add(tell, "keys", "en", DAY + timedelta(days=7), asked="de", views=99)
    database, locales = tell.site.database, tell.site.locales

    def wanted(**options: Any) -> tuple[int, list[tuple[str, str, str, int]]]:
        number, lines = list_wanted(database, locales, **{"period": WEEK, "limit": 9, **options})
        return number, [(line.key, line.locale, line.wanted, line.views) for line in lines]

    everything = [
        ("pay", "en", "ru", 9),
        ("fees", "en", "ru", 7),
        ("keys", "en", "zh-Hans", 6),
        ("fees", "en", "ar", 5),
        ("fees", "de", "ar", 3),
    ]
    assert wanted() == (5, everything)
    assert count_wanted(database, locales, period=WEEK) == (5, 30)
    assert wanted(limit=2, first=1) == (5, everything[1:3])
    # Whoever translates into Russian sees what is wanted in it, whatever was served.
    assert wanted(reach=Reach(("ru",))) == (2, everything[:2])
    assert wanted(reach=Reach((), ("other",))) == (0, [])
    assert list_wanted(database, locales, period=WEEK, limit=1)[1] == (Wanted(1, "pay", "en", "Pay", "ru", 9),)
    with database.transaction() as connection:
        # A title alone is no text, and who wants an article that was taken away?
        gone = update(Translation).where(Translation.id == translation_id(tell.site, "keys", "en"))
        connection.execute(gone.values(status="archived"))
        title = update(Translation).where(Translation.id == translation_id(tell.site, "pay", "de"))
        connection.execute(title.values(has_body=False))
    assert wanted()[1] == [("pay", "en", "de", 99), *everything[:2], *everything[3:]]


def test_outdated_is_what_readers_see_though_its_source_moved_on(tell: Teller) -> None:
    database = tell.site.database
    next_day = DAY + timedelta(days=1)
    tell.revise("pay", "en", (2, "typo", DAY), (3, "minor", DAY), (4, "major", next_day))
    tell.revise("fees", "en", (2, "typo", DAY), (3, "major", next_day))
    tell.revise("fees", "de", (2, "major", DAY))  # no source of another
    add(tell, "pay", "de", views=3)
    add(tell, "pay", "de", next_day, asked="en", views=4)
    add(tell, "pay", "de", DAY + timedelta(days=7), views=99)
    add(tell, "fees", "de", views=8)
    add(tell, "pay", "en", views=99)

    def outdated(**options: Any) -> list[tuple[str, str, int]]:
        number, lines = list_outdated(database, **{"period": WEEK, "limit": 9, **options})
        assert number == 5 or "reach" in options
        return [(line.key, line.locale, line.views) for line in lines]

    # Those that nobody read stand below, the oldest first.
    everything = [("fees", "de", 8), ("pay", "de", 7), ("pay", "ar", 0), ("pay", "zh-Hans", 0), ("fees", "zh-Hans", 0)]
    assert outdated() == everything
    assert count_outdated(database, period=WEEK) == (5, 15)
    assert outdated(limit=2, first=1) == everything[1:3]
    assert outdated(reach=Reach(("ar",))) == [("pay", "ar", 0)]
    assert outdated(reach=Reach((), ("other",))) == []
    first = Outdated(2, "fees", "de", "Zahlen", moment(next_day), 8)
    assert list_outdated(database, period=WEEK, limit=1)[1] == (first,)
    with database.transaction() as connection:
        for key, tag, values in (
            ("fees", "de", {"based_on": 3}),
            ("pay", "zh-Hans", {"status": "draft"}),
            ("pay", "ar", {"has_body": False}),
        ):
            own = Translation.id == translation_id(tell.site, key, tag)
            connection.execute(update(Translation).where(own).values(**values))
    assert [line[:2] for line in outdated(reach=Reach())] == [("pay", "de"), ("fees", "zh-Hans")]
