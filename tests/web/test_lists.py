"""GET /{tag}/categories/{slug}[/{section}]: the captured listing, orders, pages, redirects."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import delete, select

from helpdesk.models import Article
from tests.support.pages import CheckingClient
from tests.support.queries import count_queries

# Facts of the captured listing: tab FAQ, format locale en-SG, first page.
LISTING = [
    ("5 Sept 2023", "24 Apr 2026", "11,563"),
    ("8 Apr 2025", "17 Nov 2025", None),
    ("31 Oct 2025", "9 May 2026", None),
    ("18 Jun 2025", "17 Nov 2025", "2"),
    ("21 Dec 2022", "15 Apr 2026", "393"),
    ("2 May 2024", "9 Feb 2026", "47"),
    ("19 Jan 2023", "12 Feb 2026", "301"),
    ("15 Jan 2026", "13 Feb 2026", "34"),
    ("17 Oct 2024", "12 Feb 2026", "1,923"),
    ("31 Aug 2023", "9 May 2026", "13,882"),
    ("24 Jul 2025", "12 Feb 2026", "279"),
    ("16 Nov 2023", "31 Dec 2025", "1"),
    ("16 Nov 2023", "30 Apr 2026", "365"),
    ("10 Oct 2024", "8 Oct 2025", "60"),
    ("5 Feb 2024", "8 Oct 2025", "132"),
]
FIRST_CARD = {
    "en": ["Published on Sep 5, 2023", "Updated on Apr 24, 2026", "11,563 views"],
    "de": ["5. Sept. 2023", "24. Apr. 2026", "11.563"],
    "ar": ["5 سبتمبر 2023", "24 أبريل 2026", "11,563"],
    "zh-Hans": ["2023年9月5日", "2026年4月24日", "11,563"],
    "zh-Hant": ["2023年9月5日", "2026年4月24日", "11,563"],
}


def test_the_captured_listing_to_the_letter(client: CheckingClient) -> None:
    page = client.get("/en-SG/categories/faq")
    expected = []
    for published, updated, views in LISTING:
        meta = [f"Published on {published}", f"Updated on {updated}"]
        expected.append(meta + ([f"{views} view{'' if views == '1' else 's'}"] if views else []))
    assert [card["meta"] for card in page.cards] == expected
    assert page.cards[11]["title"] == page.cards[12]["title"]
    assert page.cards[11]["url"] != page.cards[12]["url"]
    assert len(client.get("/en-SG/categories/faq?page=2").cards) >= 1


@pytest.mark.parametrize("tag", FIRST_CARD)
def test_dates_and_numbers_of_the_first_card(client: CheckingClient, tag: str) -> None:
    slug = {"en": "faq"}.get(tag) or client.get(f"/{tag}/").all("h3")[0].find("a").get("href").rsplit("/", 1)[1]
    card = client.get(f"/{tag}/categories/{slug}").cards[0]
    assert [text for text, line in zip(FIRST_CARD[tag], card["meta"], strict=True) if text not in line] == []


def test_tabs_are_links_that_mark_the_current_one(client: CheckingClient) -> None:
    tabs = client.get("/en/categories/announcements").one("nav", class_="tabs")
    links = [(a.text, a.get("aria-current")) for a in tabs.iter("a")]
    assert links == [("All", None), ("FAQ", None), ("Announcements", "page"), ("Product documents", None)]


def test_only_the_tab_all_names_the_category(client: CheckingClient) -> None:
    assert client.get("/en/search").cards[0]["meta"][0] == "FAQ"
    assert client.get("/en/categories/faq").cards[0]["meta"][0].startswith("Published on")


def test_orders(client: CheckingClient) -> None:
    by_views = client.get("/en-SG/categories/faq?sort=popular").cards
    assert [card["meta"][-1] for card in by_views[:2]] == ["13,882 views", "11,563 views"]
    by_update = client.get("/en-SG/categories/faq?sort=updated").cards
    assert [card["meta"][1] for card in by_update[:3]] == [
        "Updated on 9 May 2026",
        "Updated on 9 May 2026",
        "Updated on 4 May 2026",
    ]
    assert len(client.get("/en-SG/categories/faq?sort=helpful").cards) == 15


def test_section_list(client: CheckingClient) -> None:
    page = client.get("/en/categories/faq/trading")
    assert page.texts("h1") == ["Trading"]
    assert len(page.cards) == 3


def test_second_page_and_the_links_to_it(client: CheckingClient) -> None:
    first = client.get("/en/categories/faq")
    assert first.one("a", rel="next").get("href") == "/en/categories/faq?page=2"
    second = client.get("/en/categories/faq?page=2")
    assert second.one("a", rel="prev").get("href") == "/en/categories/faq"
    titles = [card["url"] for card in [*first.cards, *second.cards]]
    assert len(titles) == len(set(titles)) == 18


@pytest.mark.parametrize("value", ["0", "-1", "1001", "9" * 30, "x", "", "1e3", "１", "1.5", "\x00"])
def test_garbage_pages_are_404(client: CheckingClient, value: str) -> None:
    assert client.open("GET", "/en/categories/faq", query_string={"page": value}).status == 404


def test_a_page_past_the_end_is_the_last_one(client: CheckingClient) -> None:
    page = client.get("/en/categories/faq?page=900&sort=popular")
    assert (page.status, page.response.headers["Location"]) == (302, "/en/categories/faq?sort=popular&page=2")


@pytest.mark.parametrize("path", ["/en/categories/nope", "/en/categories/faq/nope", "/en/categories/faq?sort=best"])
def test_unknown_lists_are_404(client: CheckingClient, path: str) -> None:
    assert client.get(path).status == 404


def test_the_slug_of_another_language_is_one_hop(client: CheckingClient) -> None:
    german = client.get("/de/").all("h3")[1].find("a").get("href")
    assert german != "/de/categories/announcements"
    page = client.get("/de/categories/announcements?sort=popular")
    assert (page.status, page.response.headers["Location"]) == (308, f"{german}?sort=popular")


def test_german_only_article_is_listed_with_its_label(client: CheckingClient) -> None:
    card = next(c for c in client.get("/en/categories/faq/statements-and-taxes").cards)
    assert (card["lang"], card["meta"][0]) == ("de", "German")


def test_inherited_articles_bear_no_label(client: CheckingClient) -> None:
    card = client.get("/en-SG/categories/faq?page=2").cards[0]
    assert card["lang"] is None
    assert card["meta"][0].startswith("Published on")


@pytest.mark.parametrize("number", [1, 3, 15])
def test_queries(build: Callable[..., Flask], demo_template: Path, number: int) -> None:
    app = build(demo_template)
    site = app.extensions["helpdesk"]
    with site.database.transaction() as connection:
        keep = connection.execute(select(Article.id).order_by(Article.id).limit(number)).scalars().all()
        connection.execute(delete(Article).where(Article.id.not_in(keep)))
    client = CheckingClient(app)
    faq = client.get("/en/").all("h3")[0].find("a").get("href")
    with count_queries(app) as queries:
        page = client.get(faq)
    assert len(page.cards) == number
    assert len(queries) == 5
