"""What search knows beside the documents: synonyms, priors, and queries that helped others."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import event, insert, select, update

from helpdesk.errors import Busy, ContentError, SynonymError
from helpdesk.intervals import wilson
from helpdesk.models import Article, Counter, DailyTally, SearchClick, SearchLog, Synonym, Translation, Vote
from helpdesk.queries.frame import get_frame
from helpdesk.queries.knowledge import (
    Memory,
    SynonymLine,
    days_of,
    get_knowledge,
    get_views,
    list_synonyms,
)
from helpdesk.queries.reports import Period
from helpdesk.queries.searches import Searches, SearchLine, list_latest_queries, list_searches
from helpdesk.queries.suggesting import list_helpful_queries
from helpdesk.queries.visibility import reader_of
from helpdesk.search.backend import Synonym as Pair
from helpdesk.services import synonyms
from helpdesk.services.searches import log_click, log_search
from helpdesk.services.site import Site
from helpdesk.services.synonyms import add_synonyms, clean_synonym, read_synonyms, remove_synonym
from tests.conftest import NOON
from tests.support.planting import plant_articles
from tests.support.queries import count_queries
from tests.support.votes import translation_id

DAY = timedelta(days=1)
FIRST = 10_000  # id of the first planted article


@pytest.fixture
def planted(empty_site: Site) -> Site:
    """A hundred articles in English and German, every tenth English one a draft."""
    plant_articles(empty_site, 100)
    return empty_site


def column(site: Site, statement: Any) -> list[Any]:
    with site.database.read() as connection:
        return [tuple(row) for row in connection.execute(statement)]


def add(site: Site, tag: str, words: str, means: str, *, is_two_way: bool = False) -> int:
    return add_synonyms(site, [clean_synonym(site, tag, words, means, is_two_way=is_two_way)], now=NOON)


def generation(site: Site) -> str:
    return get_frame(site.database, reader_of(site.locales, site.locales.default), now=NOON).generation


def test_a_search_is_noted_without_hour_and_spelling(empty_site: Site) -> None:
    late = datetime(2026, 5, 13, 23, 59, tzinfo=UTC)
    values: dict[str, Any] = {"locale": "en", "category": None, "results": 2, "now": late}
    log_search(empty_site.database, query=" Ｐay\tPIN ", **values)
    log_search(empty_site.database, query="x" * 300, page=2, correction="Y  Z", **values)
    found = select(SearchLog.searched_on, SearchLog.query, SearchLog.results, SearchLog.page, SearchLog.correction)
    assert column(empty_site, found.order_by(SearchLog.id)) == [
        (date(2026, 5, 13), "pay pin", 2, 1, ""),
        (date(2026, 5, 13), "x" * 256, 2, 2, "y z"),
    ]


def test_clicks_add_up_by_day_and_place_and_go_with_their_article(planted: Site) -> None:
    def click(query: str, position: int, now: datetime = NOON, article: int = FIRST) -> None:
        log_click(planted.database, locale="en", query=query, article_id=article, position=position, now=now)

    for query, position in (("Pay", 1), ("pay ", 1), ("pay", 2)):
        click(query, position)
    click("pay", 1, NOON + DAY)
    found = select(SearchClick.query, SearchClick.clicked_on, SearchClick.position, SearchClick.clicks)
    day = NOON.date()
    assert sorted(column(planted, found)) == [("pay", day, 1, 2), ("pay", day, 2, 1), ("pay", day + DAY, 1, 1)]
    with pytest.raises(Busy):
        click("pay", 1, article=1)
    with planted.database.transaction() as connection:
        connection.execute(Article.__table__.delete().where(Article.id == FIRST))
    assert column(planted, found) == []


def test_synonyms_are_kept_once_and_change_what_readers_see(empty_site: Site) -> None:
    seen = generation(empty_site)
    assert add(empty_site, "en", " 2ＦＡ ", "authenticator   app") == 1
    assert generation(empty_site) != seen
    seen = generation(empty_site)
    assert add(empty_site, "en", "2FA", "authenticator app") == 0
    assert generation(empty_site) == seen
    assert add(empty_site, "en", "2FA", "authenticator app", is_two_way=True) == 1
    assert add(empty_site, "de", "Geld", "Guthaben") == 1
    assert list_synonyms(empty_site.database) == (
        SynonymLine("de", "Geld", "Guthaben", False),
        SynonymLine("en", "2FA", "authenticator app", True),
    )
    seen = generation(empty_site)
    assert remove_synonym(empty_site, "en", "2fa", "Authenticator App")
    assert generation(empty_site) != seen
    assert not remove_synonym(empty_site, "en", "2fa", "authenticator app")
    assert [line.locale for line in list_synonyms(empty_site.database)] == ["de"]


@pytest.mark.parametrize(
    ("tag", "words", "means", "reason"),
    [
        ("xx", "a", "b", "xx is not one of the locales: en, "),
        ("en", " ", "b", "A synonym needs words on both sides."),
        ("en", "a", "?!", "A synonym needs words on both sides."),
        ("en", "a", "b c d e f g", "Each side of a synonym has at most 5 words and 100 characters: b c d e f g"),
        ("en", "a" * 101, "b", "Each side of a synonym has at most 5 words and 100 characters: aaa"),
        ("en", "Café", "ｃafe", "Search takes these for the same already: Café, cafe."),
    ],
)
def test_a_synonym_that_says_nothing_is_refused(
    empty_site: Site, tag: str, words: str, means: str, reason: str
) -> None:
    with pytest.raises(SynonymError) as error:
        clean_synonym(empty_site, tag, words, means)
    assert str(error.value).startswith(reason)


def test_a_locale_has_so_many_synonyms_and_an_import_is_all_or_nothing(
    empty_site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(synonyms, "MOST", 2)
    content = "\ufeff# ours\n\nbank card, debit card, two-way\r\n2FA\tauthenticator\n".encode()
    lines = read_synonyms(empty_site, "en", content, "words.csv")
    assert lines == [
        SynonymLine("en", "bank card", "debit card", True),
        SynonymLine("en", "2FA", "authenticator", False),
    ]
    assert add_synonyms(empty_site, lines, now=NOON) == 2
    more = [clean_synonym(empty_site, tag, "new", "words") for tag in ("de", "en")]
    with pytest.raises(SynonymError, match=r"^en would have 3 synonyms, and a locale has at most 2\.$"):
        add_synonyms(empty_site, more, now=NOON)
    assert len(column(empty_site, select(Synonym.id))) == 2
    assert add_synonyms(empty_site, more[:1], now=NOON) == 1


@pytest.mark.on("sqlite")
@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"a", "2: a line is: words, means, and perhaps one-way or two-way"),
        (b"a,b,c", "2: a line is: words, means, and perhaps one-way or two-way"),
        (b"a,b,two-way,d", "2: a line is: words, means, and perhaps one-way or two-way"),
        (b'a,"b', "2: a line is: words, means, and perhaps one-way or two-way"),
        (b"a,A", "2: Search takes these for the same already: a, A."),
        (b"a,\xff", "2: the line is not UTF-8"),
    ],
)
def test_a_wrong_line_is_named(empty_site: Site, content: bytes, reason: str) -> None:
    with pytest.raises(ContentError) as error:
        read_synonyms(empty_site, "en", b"fine,good\n" + content, "words.csv")
    assert str(error.value) == f"words.csv:{reason}"


def test_a_locale_has_the_synonyms_of_those_it_inherits_from(empty_site: Site) -> None:
    add(empty_site, "en", "phone", "mobile", is_two_way=True)
    add(empty_site, "en-SG", "handphone", "mobile")
    add(empty_site, "de", "Handy", "Telefon")

    def known(tag: str) -> set[Pair]:
        locale = empty_site.locales.get(tag)
        return set(get_knowledge(empty_site.database, empty_site.locales, locale, news="", now=NOON).synonyms)

    both = {Pair("phone", "mobile"), Pair("mobile", "phone")}
    assert known("en") == both
    assert known("en-SG") == {*both, Pair("handphone", "mobile")}
    assert known("de") == {Pair("Handy", "Telefon")}


def priors(site: Site, tag: str, now: datetime = NOON) -> dict[int, float]:
    return dict(get_knowledge(site.database, site.locales, site.locales.get(tag), news="", now=now).priors)


def set_figures(site: Site, figures: dict[int, tuple[int, int, int]]) -> None:
    with site.database.transaction() as connection:
        connection.execute(update(Counter).values(views=0, yes=0, no=0))
        for key, (views, yes, no) in figures.items():
            statement = update(Counter).where(Counter.translation_id == key)
            connection.execute(statement.values(views=views, yes=yes, no=no))


def test_priors_compare_a_text_with_those_in_its_language(planted: Site) -> None:
    read, liked, disliked, unsure, german = 100_002, 100_004, 100_006, 100_008, 100_003
    set_figures(
        planted,
        {read: (1023, 0, 0), liked: (0, 95, 5), disliked: (0, 10, 90), unsure: (0, 0, 1), german: (2**30, 999, 0)},
    )
    english = priors(planted, "en")
    usual = 10 / 90  # a tenth of the hundred articles are drafts
    assert english[read] == round(1 + 0.01 * (10 - usual), 3)
    share = (105 + 1) / (105 + 96 + 2)
    assert english[liked] == round(1 - 0.01 * usual + 0.3 * (wilson(95, 100).low - share), 3) > 1.1
    assert english[disliked] == 0.9
    assert english[unsure] == english[100_012] == round(1 - 0.01 * usual, 3)
    assert (german in english, 100_000 in english) == (False, False)
    assert priors(planted, "de")[german] == 1.15
    assert {key: priors(planted, "de")[key] for key in english} == english


def test_priors_stand_as_the_day_began(planted: Site) -> None:
    key = 100_002
    morning, evening = (datetime(2026, 5, 13, hour, tzinfo=UTC) for hour in (0, 23))
    set_figures(planted, {key: (100, 40, 2), 100_004: (0, 50, 50)})
    before = priors(planted, "en", morning)
    vote = {"translation_id": key, "locale": "en", "revision": 1, "created_at": NOON, "updated_at": NOON}
    votes = [vote | {"visitor": f"v{n}", "is_helpful": n < 5, "status": "counted"} for n in range(25)]
    held = vote | {"visitor": "held", "is_helpful": True, "status": "held"}
    with planted.database.transaction() as connection:
        connection.execute(insert(Vote), [*votes, held])
        connection.execute(insert(DailyTally).values(translation_id=key, locale="en", day=NOON.date(), views=50))
        connection.execute(insert(DailyTally).values(translation_id=key, locale="de", day=NOON.date(), views=50))
        connection.execute(update(Counter).where(Counter.translation_id == key).values(views=200, yes=45, no=22))
        # Published today: it was no text yet when the day began.
        fresh = update(Translation).where(Translation.id == 100_000)
        connection.execute(fresh.values(status="published", published_at=morning))
    assert priors(planted, "en", evening) == before
    assert priors(planted, "en", evening + DAY) != before


def test_views_are_those_of_the_translations_served(site: Site) -> None:
    both = [translation_id(site, "tax-report-germany", "de"), translation_id(site, "move-authenticator", "en")]
    with site.database.transaction() as connection:
        connection.execute(update(Counter).values(views=0))
        connection.execute(update(Counter).where(Counter.translation_id.in_(both)).values(views=7))
    english = get_views(site.database, site.locales, site.locales.get("en"), now=NOON)
    assert english[both[1]] == 7
    german = get_views(site.database, site.locales, site.locales.get("de"), now=NOON)
    assert (both[0] in german, both[1] in german) == (True, False)


def test_knowledge_is_remembered_for_the_day_and_synonyms_until_they_change(empty_app: Flask, planted: Site) -> None:
    memory = Memory()

    def get(now: datetime = NOON) -> Any:
        known = generation(planted)
        with count_queries(empty_app) as queries:
            found = memory.get(
                planted.database, planted.locales, planted.locales.get("en"), news="n", generation=known, now=now
            )
        return found, len(queries)

    first, asked = get()
    assert (asked, first.news, first.synonyms) == (4, "n", ())
    assert get() == (first, 0)
    assert get()[0] is first
    add(planted, "en", "phone", "mobile")
    second, asked = get()
    assert (asked, second.synonyms) == (1, (Pair("phone", "mobile"),))
    assert second.priors is first.priors
    assert get(NOON + DAY)[1] == 4


def test_days_of_search() -> None:
    assert [days_of(date(1970, 1, 1)), days_of(date(2026, 5, 13))] == [0, 20_586]


def plant_searches(site: Site, query: str, days: list[int], clicks: int = 1, **values: Any) -> None:
    """A query searched on each of the days (so many before noon's), and read from on the first of them."""
    row = {"locale": "en", "query": query, "category": None, "results": 3, "page": 1, "correction": ""} | values
    with site.database.transaction() as connection:
        rows = [row | {"searched_on": NOON.date() - n * DAY} for n in days]
        connection.execute(insert(SearchLog), rows)
        if clicks:
            click = {"locale": row["locale"], "query": query, "article_id": FIRST, "position": 1}
            day = NOON.date() - days[0] * DAY
            connection.execute(insert(SearchClick).values(**click, clicks=clicks, clicked_on=day))


def helpful(site: Site, prefix: str, *, tag: str = "en", limit: int = 9, now: datetime = NOON) -> tuple[str, ...]:
    return list_helpful_queries(site.database, site.locales.get(tag), prefix, limit=limit, now=now)


def test_what_helped_others_is_suggested(planted: Site) -> None:
    good: dict[str, int] = {"pay pin": 1, "pay": 5, "payé": 3, "pay_pin": 2, "Ünder": 1, "支付": 1, "支付密码": 2}
    for query, clicks in good.items():
        plant_searches(planted, query.lower(), [1, 1, 90], clicks)
    for query, days, values in (
        ("pay once", [1, 2], {}),
        ("pay in a day", [1, 1, 1], {}),
        ("pay unread", [1, 2, 3], {"clicks": 0}),
        ("pay long ago", [91, 92, 93], {}),
        ("pay today", [0, 0, 0, 1, 1], {}),
        ("pay nothing", [1, 2, 3], {"results": 0}),
        ("pay misspeled", [1, 2, 3], {"correction": "pay misspelled"}),
        ("pay more pages", [1, 2, 3], {"page": 2}),
        ("pay me@example.com", [1, 2, 3], {}),
        ("pay 123456", [1, 2, 3], {}),
        ("pay +49 151-23 45", [1, 2, 3], {}),
        ("pay ١٢٣٤٥٦", [1, 2, 3], {}),
        ("pay auf deutsch", [1, 2, 3], {"locale": "de"}),
    ):
        plant_searches(planted, query, days, **values)
    plant_searches(planted, "pay 2026", [1, 2, 3], 4)
    assert helpful(planted, " PAY") == ("pay", "pay 2026", "payé", "pay_pin", "pay pin")
    assert helpful(planted, "pay", limit=2) == ("pay", "pay 2026")
    assert helpful(planted, "pay p") == ("pay pin",)
    assert helpful(planted, "PAY_") == ("pay_pin",)
    assert helpful(planted, "ü") == ("ünder",)
    assert helpful(planted, "支") == ("支付密码", "支付")
    assert helpful(planted, "pay", tag="de") == ("pay auf deutsch",)
    assert (helpful(planted, " "), helpful(planted, "%"), helpful(planted, "y")) == ((), (), ())


def test_suggestions_are_read_once_a_day(empty_app: Flask, planted: Site) -> None:
    plant_searches(planted, "pay", [0, 1, 1])
    for now, found, asked in ((NOON, (), 1), (NOON, (), 0), (NOON + DAY, ("pay",), 1), (NOON + DAY, ("pay",), 0)):
        with count_queries(empty_app) as queries:
            assert helpful(planted, "p", now=now) == found
        assert len(queries) == asked


def test_suggestions_are_read_off_their_index(planted: Site) -> None:
    """Not a row of the log is read: the index holds all that is asked."""
    for number in range(300):
        plant_searches(planted, f"query {number}", [1, 2, 3, 4])
    with planted.database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.exec_driver_sql("VACUUM ANALYZE" if planted.database.is_postgres else "ANALYZE")
    seen: list[tuple[str, Any]] = []
    event.listen(
        planted.database.engine,
        "before_cursor_execute",
        lambda _connection, _cursor, statement, values, *_: seen.append((statement, values)),
    )
    assert len(helpful(planted, "q")) == 9
    ((statement, values),) = [item for item in seen if "hd_search_log" in item[0]]
    with planted.database.engine.connect() as connection:
        if planted.database.is_postgres:
            connection.exec_driver_sql("SET LOCAL enable_seqscan = off")
            plan = "\n".join(connection.exec_driver_sql(f"EXPLAIN {statement}", values).scalars())
            assert "Index Only Scan using ix_hd_search_log_locale_searched_on on hd_search_log" in plan
            assert "pk_hd_search_click" in plan
        else:
            rows = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", values)
            plan = "\n".join(row[3] for row in rows)
            assert (
                "SEARCH hd_search_log USING COVERING INDEX ix_hd_search_log_locale_searched_on (locale=? AND searched_on>? AND searched_on<?)"
                in plan
            )
            assert "SCAN hd_search" not in plan


def test_the_log_is_summed_up(planted: Site) -> None:
    plant_searches(planted, "pay", [0, 1, 2], 2)
    plant_searches(planted, "pay", [3], 0, correction="play")
    plant_searches(planted, "nothing", [5, 4], 0, results=0)
    plant_searches(planted, "second page", [1], 0, page=2)
    plant_searches(planted, "bezahlen", [1], 0, locale="de")
    plant_searches(planted, "old", [30], 0)
    asked = Searches("en", Period(NOON.date() - 29 * DAY))
    lines = (SearchLine("pay", 4, 1, 2, 0.5, 3, ""), SearchLine("nothing", 2, 2, 0, 0.0, 0, ""))
    assert list_searches(planted.database, asked, limit=9) == (lines, 2)
    assert list_searches(planted.database, asked, limit=1) == (lines[:1], 2)
    assert list_latest_queries(planted.database, "en", limit=9) == ("pay", "nothing", "old")
    assert list_latest_queries(planted.database, "en", limit=1) == ("pay",)
