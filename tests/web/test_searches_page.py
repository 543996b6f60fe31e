"""/{tag}/team/searches: what readers searched, and what the team does about it."""

# ruff: noqa: F811  fixtures that are imported

from __future__ import annotations

import csv
import io
import json

import pytest
from flask import Flask

from helpdesk.services.site import Site
from tests.support.pages import CheckingClient, Page, text_of
from tests.support.queries import count_queries
from tests.support.searched import done, search
from tests.support.searches_pages import (  # noqa: F401
    ARABIC,
    CHANGES,
    PHONE,
    REPORT,
    act,
    address,
    editor,
    member,
    nothing_searched,
    table,
    told,
)
from tests.support.team import csrf_of, redirect_of

# What its queries find on PostgreSQL is told by the tests of the layers below.
pytestmark = [pytest.mark.on("sqlite"), pytest.mark.usefixtures("noon")]


def test_the_tables(site: Site, editor: CheckingClient) -> None:
    search(site, "pay", 22, clicks=22, article=PHONE)
    search(site, "fees", 21)
    search(site, "fe", 2, correction="fee")
    search(site, "pay pin", 2, refined="pay")
    search(site, "test", 3)
    done(site, "test", "ignored", ago=0)
    page = editor.get(REPORT)
    assert (page.status, page.texts("h1")) == (200, ["Searches"])
    assert table(page) == [
        ["pay", "22", "0", "22", "100%", "3 results"],
        ["fees", "21", "0", "0", "0%", "3 results"],
        ["fe", "2", "2", "0", "0%", "3 results found as “fee”"],
        ["pay pin", "2", "0", "0", "0%", "3 results"],
    ]
    about = {a.get("href").rpartition("=")[2]: a.get("href") for a in page.one("nav", class_="tabs").iter("a")}
    assert [*about] == ["top", "no-result", "few-clicks", "refined", "ignored"]
    assert table(editor.get(about["no-result"])) == [["fe", "2", "2", "0", "0%", "3 results found as “fee”"]]
    assert table(editor.get(about["few-clicks"])) == [["fees", "21", "0", "0%", "100%"]]
    assert table(editor.get(about["refined"])) == [["pay", "22", "2", "pay pin 2"]]
    assert table(editor.get(about["ignored"])) == [["test", "3", "0", "0", "0%", "3 results"]]
    link = page.one("tbody").find("tr/th/a").get("href")
    assert editor.get(link).texts("h1") == ["Searches for “pay”"]
    assert editor.get(f"{REPORT}?about=nope").status == 404
    assert editor.get(f"{REPORT}?page=x").status == 404
    assert editor.get(f"{REPORT}?since=2026-05-09&until=2026-05-01").status == 422


@pytest.mark.parametrize(("number", "sizes"), [(1, [1]), (50, [50]), (120, [50, 50, 20])])
def test_lists_have_pages_of_fifty_at_a_literal_price(
    site: Site, app: Flask, editor: CheckingClient, number: int, sizes: list[int]
) -> None:
    for place in range(number):
        search(site, f"query {place:03}", refined=f"old {place:03}")
    # The member, the links to other pages, the frame, and the table.
    for about, queries in (("top", 4), ("no-result", 4), ("few-clicks", 4), ("refined", 5), ("ignored", 4)):
        with count_queries(app) as statements:
            editor.get(f"{REPORT}?about={about}")
        assert (about, len(statements)) == (about, queries)
    page, found = editor.get(REPORT), []
    while page.status == 200:
        found.append(len(table(page)))
        following = page.all("a", rel="next")
        if not following:
            break
        page = editor.get(following[0].get("href"))
    assert found == sizes
    assert editor.get(f"{REPORT}?page={len(sizes) + 1}").status == 404


def test_files(site: Site, editor: CheckingClient) -> None:
    search(site, "=1+1", 3, clicks=1, article=PHONE)
    search(site, "-pay", 2, refined="=1+1")
    done(site, "=1+1", ago=0)
    response = editor.get(f"{REPORT}?form=csv").response
    assert response.headers["Content-Disposition"] == 'attachment; filename="searches-en-top.csv"'
    assert list(csv.reader(io.StringIO(response.text)))[:2] == [
        ["query", "searches", "empty", "clicks", "rate", "results", "correction"],
        ["'=1+1", "3", "0", "1", "0.3333", "3", ""],
    ]
    assert json.loads(editor.get(f"{REPORT}?about=refined&form=json").data) == [
        {"query": "=1+1", "searches": 3, "refined": 2, "instead": [["-pay", 2]]}
    ]
    rows = list(csv.reader(io.StringIO(editor.get(f"{REPORT}?about=refined&form=csv").data.decode())))
    assert rows[1] == ["'=1+1", "3", "2", "'-pay 2"]
    (line,) = json.loads(editor.get(f"{CHANGES}?form=json").data)
    assert (line["query"], line["kind"], line["found"]["verdict"]) == ("=1+1", "synonym", "not enough votes yet")


def test_the_page_of_a_query(site: Site, app: Flask, editor: CheckingClient) -> None:
    search(site, "authenticator", 3, clicks=2, article=PHONE)
    search(site, "authenticator", 1, ago=0, refined="auth", results=0)
    search(site, "new phone", 2, refined="authenticator")
    done(site, "authenticator", ago=1)
    editor.get(address("pay"))  # what search knows of the day is read once
    with count_queries(app) as statements:
        page = editor.get(address("  AUTHENTICATOR "))
    assert len(statements) == 15
    assert page.texts("h1") == ["Searches for “authenticator”"]
    assert [[text_of(cell) for cell in row] for row in page.all("tbody")[0]] == [
        ["May 12, 2026", "3", "0", "2"],
        ["May 13, 2026", "1", "1", "0"],
    ]
    today = page.one("section", aria_labelledby="today")
    assert text_of(next(today.iter("li"))) == "Move your authenticator to a new phone"
    assert [a.get("href") for a in today.iter("a")][-1] == "/en/search?q=authenticator"
    read = page.one("section", aria_labelledby="read")
    assert [text_of(cell) for cell in list(read.iter("tr"))[1]] == [
        "Move your authenticator to a new phone",
        "2",
        "1 (2×)",
    ]
    assert text_of(page.one("section", aria_labelledby="before").find("ul")) == "auth 1"
    assert text_of(page.one("section", aria_labelledby="after").find("ul")) == "new phone 2"
    assert page.one("figure", class_="plot") is not None
    assert page.all("a", href="/en/team/searches?days=28&locale=en") != []
    (switch,) = page.all("a", data_switch="", hreflang="ar")
    there = "/ar/team/searches/query?locale=en&q=++AUTHENTICATOR+"
    assert redirect_of(editor.get(switch.get("href"))) == (303, there)
    assert editor.get(there).texts("bdi")[1] == "authenticator"


def test_what_the_team_searches_is_not_counted(site: Site, app: Flask, editor: CheckingClient) -> None:
    for client in (editor, CheckingClient(app)):
        assert client.get("/en/search?q=authenticator").cards != []
    assert table(editor.get(REPORT))[0][:2] == ["authenticator", "1"]


FORMS = {
    "synonym": {"words": "pay", "means": "money"},
    "keyword": {"keyword": "pay", "number": "17"},
    "article": {"title": "Pay", "section": "faq/trading"},
    "ignore": {},
    "unignore": {},
}


OF_ROLE = {
    "admin": {*FORMS},
    "editor": {*FORMS},
    "author": {"article"},
    "translator": set(),
    "analyst": set(),
}


def offered(page: Page) -> set[str]:
    ids = {section.get("aria-labelledby") for section in page.all("section")}
    found = {
        name
        for name, where in (("synonym", "synonym"), ("keyword", "keyword-title"), ("article", "article-title"))
        if where in ids
    }
    return found | {"ignore", "unignore"} if page.all("button", value="ignore") else found


def allowed(client: CheckingClient, locale: str = "en") -> set[str]:
    """Which forms are taken, forged ones too; the page offers the same."""
    page = client.get(address("pay", locale))
    token = {field.get("value") for field in page.all("input", name="csrf")}.pop()
    found = set()
    for action, form in FORMS.items():
        answer = client.post(address("pay", locale), {"csrf": token, "action": action, **form})
        assert answer.status in (303, 403)
        if answer.status == 303:
            found.add(action)
    tried = client.get(address("pay", locale, words="pay", means="fee"))
    assert tried.status == (200 if "synonym" in found else 403)
    assert offered(page) == found
    return found


@pytest.mark.parametrize("role", OF_ROLE)
def test_who_may_do_what(site: Site, app: Flask, role: str) -> None:
    assert allowed(member(site, app, role)) == OF_ROLE[role]
    assert len(told(site)) == len(OF_ROLE[role] - {"ignore", "unignore"})


def test_whoever_is_limited_to_a_language_sees_and_does_nothing_in_others(site: Site, app: Flask) -> None:
    search(site, "pay", 2)
    search(site, "zahlen", 2, locale="de")
    limited = member(site, app, locales=["de"])
    for path in (REPORT, f"{REPORT}?locale=en"):
        assert table(limited.get(path)) == [["zahlen", "2", "0", "0", "0%", "3 results"]]
    assert limited.get(address("pay", "en")).status == 403
    token = csrf_of(limited.get(address("zahlen", "de")))
    for action, form in FORMS.items():
        assert limited.post(address("pay", "en"), {"csrf": token, "action": action, **form}).status == 403
    assert told(site) == []
    assert allowed(limited, "de") == {*FORMS}


def test_whoever_is_limited_to_a_category_changes_no_other(site: Site, app: Flask) -> None:
    """Synonyms change all categories, and what is ignored is none's."""
    limited = member(site, app, categories=["announcements"])
    page = limited.get(address("withdrawal"))
    assert offered(page) == {"keyword", "article", "ignore", "unignore"}
    assert {option.get("value").partition("/")[0] for option in page.one("select", id="section").iter("option")} == {
        "announcements"
    }
    own = {"faq/trading": 403, page.one("select", id="section").find(".//option").get("value"): 303}
    for section, status in own.items():
        assert act(limited, "pay", action="article", title="Pay", section=section).status == status
    for form in (FORMS["keyword"] | {"action": "keyword"}, FORMS["synonym"] | {"action": "synonym"}):
        assert act(limited, "pay", **form).status == 403
    chosen = page.all("input", type="radio")
    assert 0 < len(chosen) < len(page.one("section", aria_labelledby="today").findall("ol/li"))
    assert act(limited, "pay", action="keyword", keyword="x", article=chosen[0].get("value")).status == 303


HOSTILE = ['"><script>alert(1)</script>', "<b>&amp;</b>", "' onload='x", "‮evil‬", ARABIC]


def test_what_readers_typed_stays_text(site: Site, editor: CheckingClient) -> None:
    for query in HOSTILE:
        search(site, query.lower(), 2, refined="a<i>", correction="<u>x")
        done(site, query.lower(), ago=0)
        for path in (
            REPORT,
            f"{REPORT}?about=refined",
            CHANGES,
            address(query),
            address(query, page="ar"),
            "/ar/team/searches?locale=en",
        ):
            page = editor.get(path)
            assert page.status == 200
            shown = page.all("bdi")
            assert shown != []
            assert [element for bdi in shown for element in bdi] == []


def test_an_address_without_a_query_is_none(site: Site, editor: CheckingClient) -> None:
    for path in ("/en/team/searches/query", "/en/team/searches/query?q=+", "/en/team/searches/query?q=%00"):
        assert editor.get(path).status == 404
    assert editor.get(address("pay", "xx")).status == 403
    assert editor.post(address("pay"), {"csrf": csrf_of(editor.get(address("pay"))), "action": "nope"}).status == 400


def test_whether_it_helped_is_said_in_words(site: Site, app: Flask, editor: CheckingClient) -> None:
    search(site, "pay", 30, ago=9, results=0)
    search(site, "pay", 30, ago=3, clicks=15, article=PHONE)
    search(site, "fee", 30, ago=9)
    search(site, "fee", 30, ago=3, results=0)
    done(site, "pay", ago=5)
    done(site, "fee", ago=5)
    done(site, "new", ago=1)
    with count_queries(app) as statements:
        page = editor.get(CHANGES)
    assert len(statements) == 7
    assert [row[1:4] for row in table(page)] == [
        ["new", "Synonym x", "There are not enough searches yet to tell whether it helped."],
        [
            "fee",
            "Synonym x",
            "Fewer searches find something: 100% then, 0% now; by 84 to 100 percentage points."
            " No difference seen in how many searches are read from: 0% then, 0% now.",
        ],
        [
            "pay",
            "Synonym x",
            "More searches find something: 0% then, 100% now; 84 to 100 percentage points more."
            " More searches are read from: 0% then, 50% now; 30 to 67 percentage points more.",
        ],
    ]
