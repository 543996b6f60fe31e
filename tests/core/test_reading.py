"""What is read: figures worked out by hand, what fades by more than chance, days, one article."""

# ruff: noqa: F811  fixtures that are imported

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import insert, update

from helpdesk.errors import TranslationNotFound
from helpdesk.intervals import chance_of_fall, chance_of_so_few
from helpdesk.models import ContactTally, DailyTally, Translation
from helpdesk.queries.reading import (
    Figures,
    Order,
    Reading,
    Served,
    get_reading,
    list_days,
    list_readings,
    total_of,
)
from helpdesk.queries.reports import Period, Reach
from tests.core.test_helpfulness import Teller, app, tell  # noqa: F401  the same site
from tests.support.votes import translation_id

DAY = date(2026, 5, 4)
WEEK, BEFORE = Period(DAY, DAY + timedelta(days=7)), Period(DAY - timedelta(days=7), DAY)
DAYS: dict[str, Any] = {"period": WEEK, "before": BEFORE}
BOTH = (DAY - timedelta(days=1), DAY)


def add(teller: Teller, key: str, tag: str, day: date = DAY, *, asked: str = "", **numbers: int) -> None:
    """A day's tally of a translation; `contacts` go where they belong."""
    row = {"translation_id": translation_id(teller.site, key, tag), "locale": asked or tag, "day": day}
    contacts = numbers.pop("contacts", 0)
    with teller.site.database.transaction() as connection:
        if numbers:
            connection.execute(insert(DailyTally).values(**row, **numbers))
        if contacts:
            connection.execute(insert(ContactTally).values(**row, contacts=contacts))


def readings(teller: Teller, order: Order, **options: Any) -> tuple[int, tuple[Reading, ...]]:
    return list_readings(teller.site.database, order, **{**DAYS, "limit": 9, **options})


def names(found: tuple[int, tuple[Reading, ...]]) -> list[str]:
    return [f"{line.key}/{line.locale}" for line in found[1]]


def total(teller: Teller, **options: Any) -> Figures:
    """Of both weeks, as the page has it from the days."""
    both = Period(BEFORE.since, WEEK.until)
    return total_of(list_days(teller.site.database, **{"period": both, **options}), WEEK)


def fading(teller: Teller, *falls: tuple[str, str, int, int], **options: Any) -> list[str]:
    """What fades of translations with so many views before and now."""
    for key, tag, before, now in falls:
        for day, views in zip(BOTH, (before, now), strict=True):
            add(teller, key, tag, day, views=views)
    return names(readings(teller, Order.FADING, **options))


def test_figures_worked_out_by_hand(tell: Teller) -> None:
    """15 of 148 is an example of Newcombe's paper: 0.0624 to 0.1605."""
    add(tell, "pay", "en", views=100, searched=40, listed=20, linked=10, repeats=5, prefetches=4, bots=3, team=2)
    add(tell, "pay", "en", DAY + timedelta(days=6), asked="en-SG", views=48, searched=8, contacts=15)
    add(tell, "pay", "en", DAY + timedelta(days=7), views=1000, contacts=1000)  # after the period
    add(tell, "pay", "en", DAY - timedelta(days=1), views=90, searched=90, bots=90, contacts=90)
    add(tell, "pay", "en", DAY - timedelta(days=7), asked="en-SG", views=10)
    add(tell, "pay", "en", DAY - timedelta(days=8), views=1000)  # before the one before
    add(tell, "fees", "de", views=2, listed=2, contacts=3)
    add(tell, "keys", "en", contacts=1)
    found = readings(tell, Order.TOP)
    assert (names(found), found[0]) == (["pay/en", "fees/de"], 2)
    pay, fees = (line.figures for line in found[1])
    assert (pay.views, pay.before, pay.searched, pay.listed, pay.linked, pay.elsewhere) == (148, 100, 48, 20, 10, 70)
    assert (pay.repeats, pay.prefetches, pay.bots, pay.team, pay.contacts) == (5, 4, 3, 2, 15)
    assert [round(n, 4) for n in (pay.contact_share, pay.contact_low, pay.contact_high)] == [0.1014, 0.0624, 0.1605]
    # More contacts than views: those before midnight.
    assert (fees.contacts, fees.contact_share, fees.contact_high, fees.elsewhere) == (3, 1.0, 1.0, 0)
    whole = total(tell)
    assert (whole.views, whole.before, whole.contacts, whole.searched, whole.elsewhere) == (150, 100, 19, 48, 70)
    assert (whole.repeats, whole.bots, round(whole.contact_share, 4)) == (5, 3, 0.1267)
    contacts = readings(tell, Order.CONTACTS)
    assert names(contacts) == ["pay/en", "fees/de", "keys/en"]
    assert contacts[1][2].figures.contact_share is None


def test_lists_have_parts_and_reaches(tell: Teller) -> None:
    for number, key in enumerate(("pay", "fees"), start=1):
        for tag in ("en", "de"):
            add(tell, key, tag, views=10 * number, contacts=number)
    assert names(readings(tell, Order.TOP)) == ["fees/en", "fees/de", "pay/en", "pay/de"]
    part = readings(tell, Order.TOP, limit=2, first=1)
    assert (names(part), part[0], total(tell).views) == (["fees/de", "pay/en"], 4, 60)
    german = readings(tell, Order.CONTACTS, reach=Reach(("de",)))
    whole = total(tell, reach=Reach(("de",)))
    assert (names(german), whole.views, whole.contacts) == (["fees/de", "pay/de"], 30, 3)
    assert readings(tell, Order.TOP, reach=Reach((), ("other",))) == (0, ())
    assert total(tell, reach=Reach((), ("other",))) == total_of((), WEEK)
    assert readings(tell, Order.TOP, reach=Reach((), ("guides",)))[0] == 4
    assert [readings(tell, order, first=9) for order in Order] == [(4, ()), (0, ()), (4, ())]


def test_what_fell_by_more_than_chance_and_more_than_the_rest(tell: Teller) -> None:
    found = fading(
        tell, ("pay", "en", 100, 40), ("pay", "de", 300, 200), ("fees", "en", 900, 910), ("keys", "en", 28, 1)
    )
    assert found == ["pay/de", "pay/en"], "29 views are not compared"
    worst = max(chance_of_fall(200, 300), chance_of_so_few(200, 500, 951, 951 + 1028))
    assert 1e-3 < 3 * worst < 0.05
    assert names(readings(tell, Order.FADING, limit=1, first=1)) == ["pay/en"]
    with tell.site.database.transaction() as connection:
        connection.execute(update(Translation).where(Translation.locale == "de").values(status="archived"))
    assert names(readings(tell, Order.FADING)) == ["pay/en"]


def test_a_quiet_week_of_the_whole_site_makes_nothing_fade(tell: Teller) -> None:
    assert fading(tell, ("pay", "en", 400, 200), ("pay", "de", 200, 100), ("fees", "en", 900, 450)) == []
    assert chance_of_fall(200, 400) < 1e-9


def test_nor_does_the_rise_of_another(tell: Teller) -> None:
    assert fading(tell, ("pay", "en", 100, 95), ("pay", "de", 200, 200), ("fees", "en", 900, 90_000)) == []
    assert chance_of_so_few(95, 195, 90_200, 91_300) < 1e-9


def test_nor_what_chance_alone_makes_of_many(tell: Teller) -> None:
    """40 after 60 is rarer than 5 %, but not the rarest of four."""
    assert 0.05 / 4 < chance_of_fall(40, 60) < 0.05
    falls = [("pay", "en", 60, 40), ("pay", "de", 500, 510), ("fees", "en", 500, 505), ("fees", "de", 500, 505)]
    assert fading(tell, *falls) == []


def test_days(tell: Teller) -> None:
    last = DAY + timedelta(days=6)
    add(tell, "pay", "en", views=5, searched=1, listed=1, linked=1)
    add(tell, "pay", "de", asked="ar", views=2, linked=2)
    add(tell, "fees", "de", views=1, contacts=1)
    add(tell, "pay", "de", last, contacts=2)
    add(tell, "pay", "de", last + timedelta(days=1), views=9, contacts=9)
    database = tell.site.database
    quiet = (last, 0, 0, 0, 0, 0, 2)

    def days(**options: Any) -> list[tuple[Any, ...]]:
        names = ("views", "searched", "listed", "linked", "elsewhere", "contacts")
        found = list_days(database, **{"period": WEEK, **options})
        return [(day.day, *(getattr(day.figures, name) for name in names)) for day in found]

    assert days() == [(DAY, 8, 1, 1, 3, 3, 1), quiet]
    assert days(article_id=1) == [(DAY, 7, 1, 1, 3, 2, 0), quiet]
    german = Reach(("de",))
    assert days(article_id=1, reach=german) == [(DAY, 2, 0, 0, 2, 0, 0), quiet]
    assert days(reach=german) == [(DAY, 3, 0, 0, 2, 1, 1), quiet]
    assert days(period=BEFORE) == []


def test_one_article(tell: Teller) -> None:
    add(tell, "pay", "en", views=5, searched=1, bots=7)
    add(tell, "pay", "en", asked="ru", views=4, contacts=1)
    add(tell, "pay", "en", BOTH[0], asked="ru", views=3)
    add(tell, "pay", "de", views=6, contacts=2)
    add(tell, "pay", "de", asked="en", bots=9)
    add(tell, "fees", "en", views=99)
    database = tell.site.database
    texts, served = get_reading(database, 1, **DAYS)
    assert [(t.locale, t.title, t.figures.views, t.figures.contacts) for t in texts] == [
        ("en", "Pay", 9, 1),
        ("ar", "ادفع", 0, 0),
        ("de", "Zahlen", 6, 2),
        ("zh-Hans", "支付", 0, 0),
    ]
    whole = total(tell, article_id=1)
    assert (whole.views, whole.before, whole.searched, whole.bots, whole.contacts) == (15, 3, 1, 16, 3)
    assert served == (Served("de", "de", 6), Served("en", "en", 5), Served("ru", "en", 4))
    texts, served = get_reading(database, 1, reach=Reach(("de",)), **DAYS)
    assert ([text.locale for text in texts], len(served)) == (["de"], 1)
    for article_id, reach in ((99, Reach()), (3, Reach(("de",))), (1, Reach((), ("other",)))):
        with pytest.raises(TranslationNotFound, match=f"There is no article {article_id}\\."):
            get_reading(database, article_id, reach=reach, **DAYS)
