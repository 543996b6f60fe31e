"""GET /{tag}/language: the switch, on every page."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import date

import pytest
from flask import Flask

from helpdesk.queries.views import SwitchLine, list_switches
from helpdesk.services.site import Site
from tests.support.databases import written_elsewhere
from tests.support.pages import READER, CheckingClient, Page

# Nothing here asks the database what tests of lists, articles and votes do not ask on PostgreSQL as well.
pytestmark = pytest.mark.on("sqlite")

ARTICLE = "/en/articles/16-move-your-authenticator-to-a-new-phone"
# A click in the menu of our own page.
CLICK = {"Sec-Fetch-Site": "same-origin", "Referer": f"http://localhost{ARTICLE}"}
FROM_ENGLISH = "/de/language?route=article&id=16&from=en"


def switch_to(client: CheckingClient, page: Page, tag: str) -> Page:
    """Click the language in the page's own menu and follow it."""
    (link,) = [a for a in page.all("a", data_switch="") if a.get("lang") == tag]
    answer = client.get(link.get("href", ""))
    assert answer.status == 303
    assert answer.response.headers["Cache-Control"] == "no-store"
    return client.get(answer.response.headers["Location"], follow=True)


PAGES = [
    "/en/",
    "/en/categories/faq",
    "/en/categories/faq?page=2",
    "/en/categories/faq?sort=popular&page=2",
    "/en/categories/faq/trading",
    "/en/articles/16-move-your-authenticator-to-a-new-phone",
    "/en/articles/16-move-your-authenticator-to-a-new-phone?q=phone&pos=1",
    "/en/search",
    "/en/search?page=2",
    "/en/search?q=USDT",
    "/en/search?q=API&category=product-documents",
    "/en/search?q=API&category=product-documents&section=this-help-center&sort=views&exact=1",
    "/en/suggest?q=API",
    "/en/about/views",
]


@pytest.mark.parametrize("path", PAGES)
def test_there_and_back_is_the_same_page(visitor: CheckingClient, path: str) -> None:
    start = visitor.get(path)
    assert start.status == 200
    there = switch_to(visitor, start, "ar")
    assert (there.status, there.root.get("lang"), there.root.get("dir")) == (200, "ar", "rtl")
    back = switch_to(visitor, there, "en")
    address, _, query = path.replace("&pos=1", "").partition("?")
    request = back.response.request
    assert request.path == address
    assert sorted(request.query_string.decode().split("&")) == sorted(query.split("&"))


def test_each_language_is_listed_in_its_own_name(client: CheckingClient) -> None:
    menu = [
        (a.text, a.get("lang"), a.get("dir"), a.get("aria-current"))
        for a in client.get("/de/").all("a", data_switch="")
    ]
    assert menu == [
        ("English", "en", "ltr", None),
        ("English (Singapore)", "en-SG", "ltr", None),
        ("Deutsch", "de", "ltr", "true"),
        ("Русский", "ru", "ltr", None),
        ("العربية", "ar", "rtl", None),
        ("简体中文", "zh-Hans", "ltr", None),
        ("繁體中文", "zh-Hant", "ltr", None),
    ]


def test_choice_is_remembered_for_a_year(client: CheckingClient) -> None:
    cookie = client.get("/de/language?route=home").response.headers["Set-Cookie"]
    assert cookie.startswith("hd_locale=de; ")
    assert "Max-Age=31536000" in cookie
    assert client.get("/", headers={"Accept-Language": "ar"}).response.headers["Location"] == "/de/"


@pytest.mark.parametrize("header", ["Sec-Purpose", "Purpose"])
def test_a_prefetch_chooses_nothing(client: CheckingClient, header: str) -> None:
    page = client.get("/de/language?route=home", headers={header: "prefetch;prerender"})
    assert page.response.headers.getlist("Set-Cookie") == []


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ("route=https://evil.example", 404),
        ("route=article&id=16&next=//evil.example", 303),
        ("route=article&id=//evil.example", 404),
        ("route=article&id=999", 404),
        ("route=article&id=19", 404),
        ("route=article&id=20", 410),
        ("route=article", 404),
        ("route=category&id=99", 404),
        ("route=section&id=x", 404),
        ("route=search&q=//evil.example", 303),
        ("route=search&page=x", 303),
        ("", 303),
    ],
)
def test_there_is_no_free_target(client: CheckingClient, query: str, status: int) -> None:
    page = client.get(f"/de/language?{query}")
    assert page.status == status
    assert page.response.headers.get("Location", "/de/").startswith("/de/")


def test_robots_are_told_to_keep_off(client: CheckingClient) -> None:
    assert "Disallow: /en/language" in client.get("/robots.txt").html


def test_an_untranslated_article_says_so(client: CheckingClient) -> None:
    german = client.get("/articles/18", headers={"Accept-Language": "de"}, follow=True)
    there = switch_to(client, german, "zh-Hant")
    assert there.status == 200
    assert there.one("aside").find("p") is not None


def switches(site: Site) -> list[tuple[str, str, int]]:
    return [(line.from_locale, line.to_locale, line.switches) for line in list_switches(site.database, 16)]


def test_switches_on_an_article_are_tallied_by_pair_and_day_without_a_person(
    site: Site, client: CheckingClient, noon: object
) -> None:
    page = client.get(ARTICLE)
    for tag in ("de", "ar", "de", "en"):
        (link,) = [a for a in page.all("a", data_switch="") if a.get("lang") == tag]
        assert client.get(link.get("href", ""), headers=CLICK).status == 303
    german = client.get("/de/articles/16", follow=True)
    (link,) = [a for a in german.all("a", data_switch="") if a.get("lang") == "en"]
    client.get(link.get("href", ""), headers=CLICK)
    assert switches(site) == [("en", "de", 2), ("de", "en", 1), ("en", "ar", 1)]
    assert list_switches(site.database, 16, since=date(2026, 5, 13))[0] == SwitchLine("en", "de", 2)
    assert list_switches(site.database, 16, since=date(2026, 5, 14)) == []
    with site.database.read() as connection:
        rows = connection.exec_driver_sql("SELECT * FROM hd_switch_tally").mappings().all()
    assert {tuple(row) for row in rows} == {("article_id", "from_locale", "to_locale", "day", "switches")}


def test_only_article_pages_say_what_is_left(client: CheckingClient) -> None:
    for path in PAGES:
        links = [a.get("href", "") for a in client.get(path).all("a", data_switch="")]
        assert {"from=en" in link for link in links} == {"/articles/" in path}


@pytest.mark.parametrize(
    "address",
    [
        "/de/language?route=article&id=16",
        "/de/language?route=article&id=16&from=",
        "/de/language?route=article&id=16&from=fr",
        "/de/language?route=article&id=16&from=EN",
        "/de/language?route=article&id=16&from=en%00",
        "/de/language?route=article&id=16&from=de",
        "/de/language?route=article&id=999&from=en",
        "/de/language?route=article&id=20&from=en",
        "/de/language?route=category&id=1&from=en",
        "/de/language?route=home&id=16&from=en",
    ],
)
def test_what_is_no_switch_between_two_languages_of_an_article(
    site: Site, client: CheckingClient, address: str
) -> None:
    client.get(address, headers=CLICK)
    with site.database.read() as connection:
        assert connection.exec_driver_sql("SELECT count(*) FROM hd_switch_tally").scalar() == 0


@pytest.mark.parametrize(
    "headers",
    [
        {"User-Agent": "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)"},
        {"User-Agent": "curl/8.5.0"},
        {"User-Agent": ""},
        {"Sec-Purpose": "prefetch;prerender"},
        {"Purpose": "prefetch"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "none"},
        {"Sec-Fetch-Site": "same-site"},
    ],
)
def test_programs_prefetches_and_other_sites_switch_nothing(
    site: Site, client: CheckingClient, headers: dict[str, str]
) -> None:
    assert client.get(FROM_ENGLISH, headers=CLICK | headers).status == 303
    client.open("HEAD", FROM_ENGLISH, headers=CLICK)
    client.get(FROM_ENGLISH)  # an address that somebody sent on: nothing says that our page was left
    assert switches(site) == []
    client.get(FROM_ENGLISH, headers={"Referer": f"http://localhost{ARTICLE}"})
    assert switches(site) == [("en", "de", 1)]


def test_switches_at_once_are_all_counted(app: Flask, site: Site) -> None:
    def click(_number: int) -> int:
        return app.test_client().get(FROM_ENGLISH, headers=CLICK | {"User-Agent": READER}).status_code

    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(click, range(24))) == [303] * 24
    assert switches(site) == [("en", "de", 24)]


def test_the_switch_works_while_the_database_takes_no_writes(
    site: Site, client: CheckingClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("helpdesk.db.NOTE_TIMEOUT", 50)
    with written_elsewhere(site):
        page = client.get(FROM_ENGLISH, headers=CLICK)
        assert (page.status, page.response.headers["Location"][:4]) == (303, "/de/")
        assert page.response.headers["Set-Cookie"].startswith("hd_locale=de; ")
    assert switches(site) == []
    client.get(FROM_ENGLISH, headers=CLICK)
    assert switches(site) == [("en", "de", 1)]
