"""GET /{tag}/language: the switch, on every page."""

from __future__ import annotations

import pytest

from tests.support.pages import CheckingClient, Page


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
    "/en/about/views",
]


@pytest.mark.parametrize("path", PAGES)
def test_there_and_back_is_the_same_page(client: CheckingClient, path: str) -> None:
    start = client.get(path)
    assert start.status == 200
    there = switch_to(client, start, "ar")
    assert (there.status, there.root.get("lang"), there.root.get("dir")) == (200, "ar", "rtl")
    back = switch_to(client, there, "en")
    expected = path.replace("&pos=1", "").replace("category=product-documents", "").replace("q=API&", "")
    actual = back.response.request.path + (
        f"?{back.response.request.query_string.decode()}" if back.response.request.query_string else ""
    )
    if "category=" in path:
        assert sorted(actual.partition("?")[2].split("&")) == ["category=product-documents", "q=API"]
    else:
        assert actual == expected


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
