"""What can be done about a query."""

# ruff: noqa: F811  fixtures that are imported

from __future__ import annotations

from typing import Any
from urllib.parse import quote

import pytest
from flask import Flask
from sqlalchemy import select

from helpdesk.models import Article, Body, Revision, Translation
from helpdesk.queries.knowledge import list_synonyms
from helpdesk.services.publishing import publish
from helpdesk.services.site import Site
from tests.support.pages import CheckingClient, text_of
from tests.support.searched import TODAY, search
from tests.support.searches_pages import ARABIC, DELAYED, REPORT, act, address, editor, nothing_searched, table, told  # noqa: F401
from tests.support.team import alerts, redirect_of

# What its queries find on PostgreSQL is told by the tests of the layers below.
pytestmark = [pytest.mark.on("sqlite"), pytest.mark.usefixtures("noon")]


def test_a_synonym_is_tried_before_it_is_kept(site: Site, app: Flask, editor: CheckingClient) -> None:
    search(site, "xyzzyq", 2, results=0)
    form = editor.get(address("xyzzyq")).one("section", aria_labelledby="synonym")
    assert [(field.get("name"), field.get("value")) for field in form.iter("input")] == [
        ("locale", "en"),
        ("q", "xyzzyq"),
        ("words", "xyzzyq"),
        ("means", ""),
        ("two_way", "1"),
    ]
    tried = editor.get(address("xyzzyq", words="xyzzyq", means="Authenticator"))
    assert tried.texts("p", role="status") == ["With it, 1 of the last 100 queries has other first results."]
    row = next(tried.one("section", aria_labelledby="synonym").find(".//tbody").iter("tr"))
    assert [len(list(cell.iter("li"))) for cell in row] == [0, 0, 3]
    assert (list_synonyms(site.database), told(site)) == ((), [])
    kept = {
        field.get("name"): field.get("value") for field in tried.one("section", aria_labelledby="synonym").iter("input")
    }
    assert redirect_of(act(editor, "xyzzyq", action="synonym", words=kept["words"], means="Authenticator"))[0] == 303
    assert told(site) == [("en", "xyzzyq", "synonym", "xyzzyq → Authenticator", None, TODAY, "ada@example.com")]
    page = editor.get(address("xyzzyq", saved="1"))
    assert page.texts("p", role="status") == ["Saved."]
    assert page.texts("q") == ["Authenticator"]
    assert text_of(next(page.one("section", aria_labelledby="today").iter("li"))).startswith("Move your authenticator")
    assert CheckingClient(app).get("/en/search?q=xyzzyq").cards != []
    assert alerts(act(editor, "xyzzyq", action="synonym", words="xyzzyq", means="Authenticator")) == [
        "It is there already."
    ]
    assert len(told(site)) == 1


WRONG_SYNONYMS = [
    ("", "x", "Write words on both sides."),
    ("\0\ufdd0", "x", "Write words on both sides."),
    ("pay", "—", "Write words on both sides."),
    ("a b c d e f", "x", "Each side has at most 5 words and 100 characters."),
    ("Pay", "pay", "Search takes these words for the same already."),
]


def test_the_navigation_marks_what_it_belongs_to(editor: CheckingClient) -> None:
    marked = {
        path: [(a.text, a.get("aria-current")) for a in editor.get(path).one("nav", class_="team-nav").iter("a")][4:5]
        for path in (address("pay"), "/en/team/searches", "/en/team/views")
    }
    assert list(marked.values()) == [[("Searches", mark)] for mark in ("true", "page", None)]


def test_wrong_synonyms(site: Site, editor: CheckingClient) -> None:
    for words, means, said in WRONG_SYNONYMS:
        page = editor.get(address("pay", words=words, means=means))
        assert (page.status, alerts(page)) == (422, [said])
        page = act(editor, "pay", action="synonym", words=words, means=means)
        assert (page.status, alerts(page)) == (422, [said])
    assert (list_synonyms(site.database), told(site)) == ((), [])


def text_row(site: Site, article_id: int, locale: str) -> Any:
    statement = (
        select(Translation.__table__, Body.markdown, Article.key)
        .join(Body, Body.translation_id == Translation.id)
        .join(Article)
        .where(Translation.article_id == article_id, Translation.locale == locale)
    )
    with site.database.read() as connection:
        return connection.execute(statement).one()


@pytest.mark.parametrize(("locale", "keyword"), [("en", "Yubikey"), ("ar", "مفتاح المرور السريع")])
def test_a_keyword_is_a_revision_that_is_found_at_once(
    site: Site, app: Flask, editor: CheckingClient, locale: str, keyword: str
) -> None:
    before = text_row(site, DELAYED, locale)
    page = act(editor, keyword, locale, locale, action="keyword", keyword=f" {keyword} ", number=str(DELAYED))
    target = f"/{locale}/team/searches/query?locale={locale}&q={quote(keyword.lower()).replace('%20', '+')}&saved=1"
    assert redirect_of(page) == (303, target)
    after = text_row(site, DELAYED, locale)
    assert after.keywords == ", ".join(filter(None, (before.keywords, keyword)))
    assert after.revision == before.revision + 1
    same = ("title", "markdown", "summary", "slug", "status", "published_at", "updated_at", "based_on", "has_body")
    assert [getattr(after, name) for name in same] == [getattr(before, name) for name in same]
    with site.database.read() as connection:
        revision = connection.execute(
            select(Revision.significance, Revision.author, Revision.keywords, Revision.based_on).where(
                Revision.translation_id == after.id, Revision.number == after.revision
            )
        ).one()
    assert tuple(revision) == ("typo", "Ada", after.keywords, before.based_on)
    cards = CheckingClient(app).get(f"/{locale}/search?q={quote(keyword)}").cards
    assert cards[0]["title"] == before.title
    assert told(site) == [(locale, keyword.lower(), "keyword", keyword, DELAYED, TODAY, "ada@example.com")]
    assert before.title in editor.get(target).one("section", aria_labelledby="done").find(".//tbody").itertext()
    again = act(editor, keyword, locale, locale, action="keyword", keyword=keyword.upper(), article=str(DELAYED))
    assert (again.status, len(told(site))) == (422, 1)


WRONG_KEYWORDS = [
    ("en", {"keyword": "", "article": "17"}, "Write a keyword of at most 100 characters, without a comma."),
    ("en", {"keyword": "a, b", "article": "17"}, "Write a keyword of at most 100 characters, without a comma."),
    ("en", {"keyword": "x" * 101, "article": "17"}, "Write a keyword of at most 100 characters, without a comma."),
    ("en", {"keyword": "x"}, "Choose an article that readers of this language see."),
    ("en", {"keyword": "x", "number": "١٧"}, "Choose an article that readers of this language see."),
    ("en", {"keyword": "x", "number": "19"}, "Choose an article that readers of this language see."),  # a draft
    ("en", {"keyword": "x", "number": "9" * 30}, "Choose an article that readers of this language see."),
    ("ru", {"keyword": "x", "article": "17"}, "This article is not written in this language, so it cannot have a keyword in it."),
]  # fmt: skip


def test_wrong_keywords(site: Site, editor: CheckingClient) -> None:
    for locale, form, said in WRONG_KEYWORDS:
        page = act(editor, "pay", locale, action="keyword", **form)
        assert (page.status, alerts(page), told(site)) == (422, [said], [])


def test_a_regional_language_takes_its_keywords_from_where_it_takes_its_titles(
    site: Site, editor: CheckingClient
) -> None:
    assert act(editor, "yubikey", "en-SG", action="keyword", keyword="yubikey", number=str(DELAYED)).status == 303
    assert text_row(site, DELAYED, "en").keywords.endswith("yubikey")
    assert told(site)[0][:5] == ("en-SG", "yubikey", "keyword", "yubikey", DELAYED)


@pytest.mark.parametrize(
    ("locale", "query", "title", "key"),
    [("en", "gift card", "Gift card", "gift-card"), ("ar", ARABIC, ARABIC, "article")],
)
def test_the_missing_article_is_begun(
    site: Site, app: Flask, editor: CheckingClient, locale: str, query: str, title: str, key: str
) -> None:
    form = editor.get(address(query, locale, locale)).one("section", aria_labelledby="article-title")
    assert [field.get("value") for field in form.iter("input") if field.get("name") == "title"] == [title]
    sections = [option.get("value") for option in form.iter("option")]
    assert "faq/trading" in sections
    for _ in (1, 2):
        values = {"title": title, "section": "faq/trading"}
        assert act(editor, query, locale, locale, action="article", **values).status == 303
    ids = [row[4] for row in told(site)]
    made = [text_row(site, article_id, locale) for article_id in ids]
    assert [(row.key, row.title, row.status, row.published_at) for row in made] == [
        (key, title, "draft", None),
        (f"{key}-2", title, "draft", None),
    ]
    page = editor.get(address(query, locale, locale))
    assert f"flask helpdesk content publish {key} --locale {locale}" in page.texts("pre")[1]
    assert CheckingClient(app).get(f"/{locale}/articles/{ids[0]}").status == 404
    assert publish(site, key, locale)
    assert CheckingClient(app).get(f"/{locale}/search?q={quote(query)}").cards[0]["title"] == title
    assert len(editor.get(address(query, locale, locale)).texts("pre")) == 1  # the second is a draft still


WRONG_ARTICLES = [
    {"title": "", "section": "faq/trading"},
    {"title": "x" * 301, "section": "faq/trading"},
    {"title": "x", "section": "faq/nope"},
    {"title": "x", "section": "nope"},
    {"title": "x"},
]


def test_wrong_articles(site: Site, editor: CheckingClient) -> None:
    for form in WRONG_ARTICLES:
        page = act(editor, "pay", action="article", **form)
        assert (page.status, len(alerts(page)), told(site)) == (422, 1, [])


def test_a_query_is_ignored_and_told_of_again(site: Site, editor: CheckingClient) -> None:
    search(site, "pay", 2)
    for _ in range(2):
        assert act(editor, "pay", action="ignore").status == 303
    assert told(site) == [("en", "pay", "ignored", "", None, TODAY, "ada@example.com")]
    assert editor.get(REPORT).all("tbody") == []
    assert "Do not ignore it any more" in editor.get(address("pay")).texts("button")
    assert act(editor, "pay", action="unignore").status == 303
    assert (told(site), table(editor.get(REPORT))[0][0]) == ([], "pay")
