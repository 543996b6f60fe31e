"""GET /{tag}/search."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select

from helpdesk.models import SearchClick, SearchLog
from helpdesk.services.publishing import publish, unpublish
from helpdesk.services.site import Site
from tests.support.content import DEMO_ARTICLES
from tests.support.mounted import Host
from tests.support.pages import CheckingClient, Page, text_of
from tests.support.queries import count_queries

# What its queries find on PostgreSQL is told by the tests of the layers below.
pytestmark = pytest.mark.on("sqlite")


def logged(site: Site) -> list[tuple[str, str, str | None, int]]:
    statement = select(SearchLog.locale, SearchLog.query, SearchLog.category, SearchLog.results)
    with site.database.read() as connection:
        return [tuple(row) for row in connection.execute(statement.order_by(SearchLog.id))]


def titles(client: CheckingClient, tag: str, query: str, **options: str) -> list[str]:
    page = client.open("GET", f"/{tag}/search", query_string={"q": query, **options})
    assert page.status == 200
    return [card["title"] for card in page.cards]


@pytest.mark.parametrize("tag", ["en", "en-SG", "de", "ar", "zh-Hans", "zh-Hant"])
def test_every_title_finds_its_article(visitor: CheckingClient, tag: str) -> None:
    cards = [card for n in (1, 2, 3, 4) for card in visitor.get(f"/{tag}/search?page={n}", follow=True).cards]
    # Some are archived, drafts, scheduled or for other readers, who are tested elsewhere.
    assert DEMO_ARTICLES - 5 <= len({card["url"] for card in cards}) < DEMO_ARTICLES
    wrong = [card["title"] for card in cards if titles(visitor, tag, card["title"])[0] != card["title"]]
    assert wrong == []


def test_same_titled_articles_stand_together(client: CheckingClient) -> None:
    title = "Buying crypto with your cash balance"
    assert titles(client, "en-SG", title)[:2] == [title] * 2


def test_result_page(site: Site, client: CheckingClient) -> None:
    page = client.get("/en/search?q=withdrawal+delayed")
    assert page.texts("h1") == ["Results for “withdrawal delayed”"]
    assert page.one("input", id="q").get("value") == "withdrawal delayed"
    first = page.cards[0]
    assert first["title"] == "Why a withdrawal is delayed"
    assert first["url"] == "/en/articles/17-why-a-withdrawal-is-delayed?q=withdrawal+delayed&pos=1"
    assert first["meta"][0] == "FAQ"
    assert page.texts("mark")[:2] == ["withdrawal", "delayed"]
    assert page.one("meta", name="robots").get("content") == "noindex"
    assert page.hreflang == []
    in_all = next(page.one("nav", class_="tabs").iter("a"))
    assert logged(site) == [("en", "withdrawal delayed", None, int("".join(in_all.itertext()).rsplit(" ", 1)[1]))]


def test_tabs_count_and_keep_the_query(client: CheckingClient) -> None:
    page = client.get("/en/search?q=maintenance")
    tabs = [("".join(a.itertext()), a.get("href")) for a in page.one("nav", class_="tabs").iter("a")]
    counts = [int(text.rsplit(" ", 1)[1]) for text, _url in tabs]
    assert counts[0] == sum(counts[1:]) >= 1
    assert tabs[2][1] == "/en/search?category=announcements&q=maintenance"
    inside = client.get(tabs[2][1])
    assert len(inside.cards) == counts[2]
    assert inside.cards[0]["meta"][0].startswith("Published on")


def main_links(page: Page) -> list[tuple[str, str, str]]:
    """Text, address and rel of the links below the header."""
    return [(text_of(a), a.get("href", ""), a.get("rel", "")) for a in page.one("main").iter("a")]


def test_topics_narrow_the_results_of_a_category(client: CheckingClient) -> None:
    page = client.get("/en/search?q=account&category=faq&sort=updated")
    (everything, address), *topics = [
        ("".join(a.itertext()), a.get("href")) for a in page.one("nav", class_="chips").iter("a")
    ]
    assert address == "/en/search?q=account&category=faq&sort=updated"
    counts = [int(text.rsplit(" ", 1)[1]) for text, _url in topics]
    assert everything == f"All topics {sum(counts)}"
    assert len(counts) > 2
    assert next(text for text in page.texts("p", role="status") if "result" in text).startswith(
        f"{sum(counts)} results"
    )
    text, address = topics[0]
    inside = client.get(address)
    assert len(inside.cards) == counts[0]
    assert [text_of(a) for a in inside.one("main").iter("a") if a.get("aria-current") == "true"] == [
        text,
        "Recently updated",
    ]
    assert client.get("/en/search?q=account").all("nav", class_="chips") == []


def test_orders_keep_the_query(client: CheckingClient) -> None:
    page = client.get("/en/search?q=account&category=faq&exact=1")
    found = [(text_of(a), a.get("href"), a.get("aria-current")) for a in page.one("nav", class_="sorts").iter("a")]
    address = "/en/search?q=account&category=faq"
    assert found == [
        ("Best match", f"{address}&exact=1", "true"),
        ("Recently updated", f"{address}&sort=updated&exact=1", None),
        ("Most viewed", f"{address}&sort=views&exact=1", None),
    ]
    days = [time.get("datetime", "") for time in client.get(found[1][1]).all("time")][1::2]
    assert days == sorted(days, reverse=True)
    assert len(set(days)) > 3


def test_links_of_a_search_are_not_to_be_followed(client: CheckingClient) -> None:
    seen = set[str]()
    for query in ("account", "account&category=faq", "account&page=2", "verifcation", "xyzzyq&category=faq"):
        links = main_links(client.get(f"/en/search?q={query}"))
        searches = {(text, rel) for text, address, rel in links if address.startswith("/en/search")}
        assert [item for item in searches if "nofollow" not in item[1].split()] == []
        seen |= {text.partition(" “")[0] for text, _rel in searches}
    assert {"Next page", "Previous page", "Most viewed", "Search instead for"} <= seen


def test_a_spelling_is_mended_and_there_is_a_way_back(site: Site, client: CheckingClient) -> None:
    page = client.get("/en/search?q=verifcation&sort=views")
    assert page.texts("h1") == ["Results for “verification”"]
    assert page.one("input", id="q").get("value") == "verifcation"
    assert "verification" in [text.lower() for text in page.texts("mark")]
    assert (
        "Search instead for “verifcation”",
        "/en/search?q=verifcation&sort=views&exact=1",
        "nofollow",
    ) in main_links(page)
    literal = client.get("/en/search?q=verifcation&exact=1")
    assert literal.texts("h1") == ["Results for “verifcation”"]
    assert "We found nothing for “verifcation”." in literal.text
    assert "Search instead" not in literal.text


@pytest.mark.parametrize(("tag", "query", "searched"), [("en", "цшервкфцфд", "withdrawal"), ("ar", "hgspf", "السحب")])
def test_another_keyboard_is_mended(client: CheckingClient, tag: str, query: str, searched: str) -> None:
    page = client.open("GET", f"/{tag}/search", query_string={"q": query})
    assert text_of(page.one("p", class_="lead").find("bdi")) == searched
    assert page.one("p", class_="lead").find("a").get("href").endswith("&exact=1")
    assert query in page.texts("h1")[0]
    assert page.texts("mark") != []


def test_words_that_no_article_has_are_named(client: CheckingClient) -> None:
    one = client.get("/en/search?q=withdrawal+xyzzyq")
    assert one.texts("p", class_="lead")[0] == "No article has the word xyzzyq."
    assert 17 in found_ids(client, "en", "withdrawal xyzzyq")
    two = client.get("/en/search?q=why+is+my+withdrawal+delayed+xyzzyq+qwrtplk")
    assert two.texts("p", class_="lead")[0] == "No article has the words xyzzyq or qwrtplk."
    assert two.texts("q") == ["xyzzyq", "qwrtplk"]


def test_where_no_article_has_all_words_that_is_said(client: CheckingClient) -> None:
    said = "No article has all of these words; these have some."
    assert said in client.get("/en/search?q=authenticator+maintenance").text
    assert said not in client.get("/en/search?q=withdrawal+delayed").text


def test_other_languages_follow_below_a_heading_of_their_own(client: CheckingClient) -> None:
    page = client.get("/en/search?q=API+Steuerreport")
    near, far = page.all("ol", class_="list")
    assert [item.find("h2/a").get("lang") for item in near] == [None] * len(near)
    assert [item.find("h3/a").get("lang") for item in far] == ["de"]
    assert "In other languages" in page.texts("h2")
    assert [int(card["url"].rsplit("pos=", 1)[1]) for card in page.cards] == [*range(1, len(page.cards) + 1)]
    # Where all are, the heading comes first; where none is, there is no heading.
    assert client.get("/ru/search?q=authenticator").all("ol", class_="list")[0].find("li/h3") is not None
    assert "In other languages" not in client.get("/en/search?q=authenticator").texts("h2")


def test_while_there_is_no_index_a_simpler_search_answers(
    site: Site, client: CheckingClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(type(site.indexer), "ensure", lambda *_: False)
    page = client.get("/en/search?q=authenticator&category=faq")
    assert page.response.headers["Cache-Control"] == "no-store"
    assert page.texts("p", class_="lead") == ["Search is being prepared. Until then, these come from a simpler search."]
    assert page.cards[0]["title"] == "Move your authenticator to a new phone"
    assert logged(site) == []


def test_what_a_reader_typed_keeps_to_itself_in_every_direction(client: CheckingClient) -> None:
    for tag, query in (("en", "شششش"), ("ar", "qqqq-1234")):
        page = client.open("GET", f"/{tag}/search", query_string={"q": query})
        assert page.texts("bdi") == [query, query]


@pytest.mark.parametrize(
    ("tag", "query", "article"),
    [
        ("en", "verifications", 1),
        ("en", "AUTHENTICATORS", 16),
        ("de", "Steuererklärung", 18),
        ("de", "steuererklarung", 18),
        ("zh-Hans", "提现延迟", 17),
        ("zh-Hant", "出金", 17),
        ("ar", "السحب", 17),
        ("en", "HMAC-SHA256", 26),
    ],
)
def test_words_in_other_forms_are_found(visitor: CheckingClient, tag: str, query: str, article: int) -> None:
    assert article in found_ids(visitor, tag, query)[:5]


def test_fallback_articles_are_found_and_labelled(client: CheckingClient) -> None:
    page = client.get("/en/search?q=Steuererkl%C3%A4rung")
    assert (page.cards[0]["lang"], page.cards[0]["meta"][1]) == ("de", "German")
    assert page.cards[0]["url"].startswith("/en/articles/18-")


@pytest.mark.parametrize("word", ["passkey", "passkeys"])
def test_drafts_are_not_found(client: CheckingClient, word: str) -> None:
    assert 19 not in found_ids(client, "en", word)


def test_nothing_found_is_said_with_a_way_on(site: Site, client: CheckingClient) -> None:
    page = client.get("/en/search?q=xyzzyq")
    assert "We found nothing for “xyzzyq”." in page.text
    assert len(page.cards) == 5
    assert page.one("div", class_="empty").find("p/a").get("href") == "mailto:support@example.com?subject=xyzzyq"
    assert logged(site) == [("en", "xyzzyq", None, 0)]


def test_without_words_all_articles_are_listed(site: Site, client: CheckingClient) -> None:
    page = client.get("/en/search")
    assert page.texts("h1") == ["All articles"]
    assert len(page.cards) == 15
    assert logged(site) == []
    assert client.get("/en/search?category=faq").response.headers["Location"] == "/en/categories/faq"


def found_ids(client: CheckingClient, tag: str, query: str) -> list[int]:
    page = client.open("GET", f"/{tag}/search", query_string={"q": query})
    return [int(card["url"].split("/articles/")[1].split("-")[0]) for card in page.cards if "pos=" in card["url"]]


def test_a_change_is_found_at_the_next_request(site: Site, client: CheckingClient) -> None:
    for tag in ("de", "en", "ar"):
        assert found_ids(client, tag, "Steuererklärung")[0] == 18
    assert unpublish(site, "tax-report-germany", "de")
    for tag in ("de", "en", "ar"):
        assert 18 not in found_ids(client, tag, "Steuererklärung")
    assert publish(site, "tax-report-germany", "de")
    for tag in ("de", "en", "ar"):
        assert found_ids(client, tag, "Steuererklärung")[0] == 18


def test_a_lost_index_is_made_again(site: Site, client: CheckingClient) -> None:
    site.indexer.backend.close()
    shutil.rmtree(site.settings.index_path / "en")
    assert client.get("/readyz").response.get_json() == {"database": "ok", "search": "degraded"}
    assert titles(client, "en", "authenticator")[0] == "Move your authenticator to a new phone"
    assert client.get("/readyz").response.get_json() == {"database": "ok", "search": "ok"}


NAUGHTY = [
    "'", '"', "\\", "*", "?*?*?*", "[a TO z]", "(" * 500, "AND OR NOT", "a:b", "title:x", "~", "^", "+-&|!",
    "%", "%%s", "${7*7}", "<script>alert(1)</script>", "\u202e\u0000\ufeff", "🏴‍☠️", "İ", "ß", "\ud7ff", "ａｂｃ",
    "'; DROP TABLE hd_article; --", "../../etc/passwd", "a " * 2000, "x" * 100_000, "।", "\u0301", "ﷺ", "𝕏", "0", "-",
]  # fmt: skip


@pytest.mark.parametrize("query", NAUGHTY, ids=range(len(NAUGHTY)))
@pytest.mark.parametrize("tag", ["en", "ar", "zh-Hans"])
def test_naughty_queries_get_an_honest_page(visitor: CheckingClient, tag: str, query: str) -> None:
    page = visitor.open("GET", f"/{tag}/search", query_string={"q": query})
    assert page.status == 200
    assert page.all("script", src="") == []


@pytest.mark.parametrize("query_string", [b"q=%ff%fe", b"q=%", b"q=a&q=b&page=%00", b"&&&", b"q=\xe6\x8f"])
def test_broken_encodings_never_fail(visitor: CheckingClient, query_string: bytes) -> None:
    page = visitor.open("GET", "/en/search", query_string=query_string.decode("latin-1"))
    assert page.status in (200, 404)


WRONG = ["page=0", "page=1001", "page=x", "category=nope", "category=faq&section=nope", "section=trading", "sort=nope"]


@pytest.mark.parametrize("options", [*WRONG, "sort=featured", "exact=2"])
def test_garbage_options_are_404(visitor: CheckingClient, options: str) -> None:
    assert visitor.get(f"/en/search?q=a&{options}").status == 404


def test_a_page_past_the_end_is_the_last_one(client: CheckingClient) -> None:
    page = client.get("/en/search?q=account&page=40")
    assert page.status == 302
    assert client.get(page.response.headers["Location"]).cards != []


def test_queries(app: Flask, client: CheckingClient) -> None:
    client.get("/en/search?q=withdrawal")
    with count_queries(app) as queries:
        page = client.get("/en/search?q=withdrawal")
    assert len(page.cards) > 3
    assert len(queries) == 4


def test_index_of_another_place_is_not_needed(site: Site, tmp_path: Path) -> None:
    pointers = sorted(path.parent.name for path in site.settings.index_path.glob("*/current"))
    assert pointers == ["ar", "de", "en", "en-SG", "ru", "zh-Hans", "zh-Hant"]


def typed_instead(site: Site) -> list[tuple[str, str]]:
    statement = select(SearchLog.query, SearchLog.refined).where(SearchLog.refined != "").order_by(SearchLog.id)
    with site.database.read() as connection:
        return [tuple(row) for row in connection.execute(statement)]


HERE = "http://localhost/en/search?q="


@pytest.mark.parametrize(
    ("referer", "query", "before"),
    [
        (f"{HERE}withdraw", "withdrawal", "withdraw"),
        (f"{HERE}Withdraw++&page=2&sort=updated", "withdrawal", "withdraw"),
        (f"{HERE}withdraw&category=faq&exact=1", "withdrawal&category=faq", "withdraw"),
        (f"{HERE}ada%40example.com+4111+1111+1111", "withdrawal", "•••@••• •••"),
        (f"{HERE}%D8%AA%D8%AD%D9%88%D9%8A%D9%84", "withdrawal", "تحويل"),
        (f"{HERE}%ff&q=x", "withdrawal", "�"),
        (f"{HERE}WITHDRAWAL", "withdrawal", None),
        (f"{HERE}withdrawal&category=faq&page=2", "withdrawal", None),
        (f"{HERE}withdraw", "withdrawal&sort=updated", None),
        (f"{HERE}withdraw", "account&page=2", None),
        (f"{HERE}", "withdrawal", None),
        ("http://localhost/en/search", "withdrawal", None),
        ("http://localhost/de/search?q=withdraw", "withdrawal", None),
        ("http://localhost/en/articles/16-x?q=withdraw", "withdrawal", None),
        ("https://example.com/en/search?q=withdraw", "withdrawal", None),
        ("http://localhost:8000/en/search?q=withdraw", "withdrawal", None),
        ("http://[/en/search?q=withdraw", "withdrawal", None),
        ("", "withdrawal", None),
    ],
)
def test_what_was_typed_in_the_place_of_other_words_is_noted(
    site: Site, client: CheckingClient, referer: str, query: str, before: str | None
) -> None:
    assert client.get(f"/en/search?q={query}", headers={"Referer": referer}).status == 200
    assert typed_instead(site) == ([] if before is None else [("withdrawal", before)])


def test_below_a_prefix_as_well(host: Host) -> None:
    site, client = host.app.extensions["helpdesk"], CheckingClient(host.app)
    for referer in ("http://localhost/en/search?q=fe", "http://localhost/support/en/search?q=fee"):
        client.get("/support/en/search?q=withdrawal", headers={"Referer": referer})
    assert typed_instead(site) == [("withdrawal", "fee")]


def test_nothing_personal_is_noted(site: Site, client: CheckingClient) -> None:
    client.get("/en/search?q=card+4111+1111+1111+1111+Withdrawal")
    page = client.get("/en/articles/17-why-a-withdrawal-is-delayed?q=card+4111+1111+1111+1111+Withdrawal&pos=1")
    assert (page.status, logged(site)[0][1]) == (200, "card ••• withdrawal")
    with site.database.read() as connection:
        clicked = connection.execute(select(SearchClick.query).where(SearchClick.query.contains("card"))).scalars()
        assert set(clicked) <= {"card ••• withdrawal"}
        assert connection.execute(select(SearchClick.query).where(SearchClick.query.contains("4111"))).all() == []
