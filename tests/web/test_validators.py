"""Entity tags: they change with what is shown, on every machine alike, and not with figures that move."""

from __future__ import annotations

import gzip
import os
import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import insert, update

from helpdesk import clock
from helpdesk.models import Counter, Notice, Translation
from helpdesk.services.publishing import unpublish
from helpdesk.services.site import Site
from tests.support.pages import READER, CheckingClient

# What its queries find on PostgreSQL is told by the tests of the layers below.
pytestmark = pytest.mark.on("sqlite")

ARTICLE = "/en/articles/16-move-your-authenticator-to-a-new-phone"
PAGES = ("/en/", "/en/categories/faq", "/en/categories/faq/trading", "/en/about/views", "/en/search", ARTICLE)
DOCUMENTS = (
    "/sitemap.xml",
    "/sitemap-1.xml",
    "/llms.txt",
    "/en/llms.txt",
    "/en/feed.xml",
    "/en/categories/faq/feed.xml",
    "/en/opensearch.xml",
    "/en/articles/16.md",
)
ALL = (*PAGES, *DOCUMENTS)


def tag(client: CheckingClient, path: str) -> str:
    value = client.get(path).response.headers["ETag"]
    assert value.startswith('W/"')
    return value


def tags(client: CheckingClient, paths: tuple[str, ...]) -> list[str]:
    return [tag(client, path) for path in paths]


def ask(app: Flask, path: str, method: str = "GET", **headers: str) -> tuple[int, dict[str, str], bytes]:
    """Status, headers and bytes as they are sent, compressed or not."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    answer = app.test_client().open(path, method=method, headers={"User-Agent": READER} | named)
    return answer.status_code, dict(answer.headers), answer.get_data()


@pytest.mark.parametrize("method", ["GET", "HEAD"])
@pytest.mark.parametrize("encoding", ["identity", "gzip, br"])
def test_what_the_client_has_is_not_sent_again(app: Flask, method: str, encoding: str) -> None:
    for path in ALL:
        status, full, data = ask(app, path, method, Accept_Encoding=encoding)
        assert (status, bool(data)) == (200, method == "GET"), path
        value = full["ETag"]
        for wanted in (value, value.removeprefix("W/"), f'"other", {value}', "*"):
            status, headers, data = ask(app, path, method, Accept_Encoding=encoding, If_None_Match=wanted)
            assert (status, data) == (304, b""), (path, wanted)
            same = ("ETag", "Vary", "Cache-Control")
            assert [headers[name] for name in same] == [full[name] for name in same], (path, wanted)
        assert ask(app, path, method, Accept_Encoding=encoding, If_None_Match='W/"other"')[0] == 200


def test_encodings_differ_in_bytes_alone(app: Flask) -> None:
    ask(app, ARTICLE)  # a view; the next ones are repeats
    for path in ALL:
        _, plain, whole = ask(app, path, Accept_Encoding="identity")
        _, small, packed = ask(app, path, Accept_Encoding="gzip")
        assert plain["Vary"] == small["Vary"] == "Accept-Encoding"
        assert plain["ETag"] == small["ETag"]
        if "Content-Encoding" in small:
            assert gzip.decompress(packed) == whole


@pytest.mark.parametrize(
    "path",
    [
        "/en/categories/nope",
        "/en/categories/nope/feed.xml",
        "/en/articles/999.md",
        "/en/articles/19.md",
        "/sitemap-9.xml",
    ],
)
def test_a_page_that_is_not_there_is_never_known(client: CheckingClient, path: str) -> None:
    page = client.get(path, headers={"If-None-Match": "*"})
    assert (page.status, page.response.headers.get("ETag")) == (404, None)
    assert client.get("/en/articles/20.md", headers={"If-None-Match": "*"}).status == 410
    assert client.get("/de/categories/announcements", headers={"If-None-Match": "*"}).status == 308


def test_views_move_nothing(site: Site, client: CheckingClient) -> None:
    before = tags(client, ALL)
    with site.database.transaction() as connection:
        connection.execute(update(Counter).values(views=Counter.views + 1000, yes=Counter.yes + 5))
    client.get("/en/articles/17-why-a-withdrawal-is-delayed")
    assert tags(client, ALL) == before


def test_content_moves_all(site: Site, client: CheckingClient) -> None:
    before = tags(client, ALL)
    assert unpublish(site, "tax-report-germany", "de")
    assert [path for path, old, new in zip(ALL, before, tags(client, ALL), strict=True) if old == new] == []


def test_what_comes_due_moves_all(site: Site, client: CheckingClient, monkeypatch: pytest.MonkeyPatch) -> None:
    morning = datetime(2026, 6, 1, 6, tzinfo=UTC)
    with site.database.transaction() as connection:
        due = update(Translation).where(Translation.article_id == 24, Translation.locale == "ar")
        connection.execute(due.values(published_at=morning + timedelta(hours=1)))
    monkeypatch.setattr(clock, "now", lambda: morning)
    before = tags(client, ALL)
    monkeypatch.setattr(clock, "now", lambda: morning + timedelta(minutes=59))
    assert tags(client, ALL) == before
    monkeypatch.setattr(clock, "now", lambda: morning + timedelta(minutes=61))
    assert [path for path, old, new in zip(ALL, before, tags(client, ALL), strict=True) if old == new] == []


def test_a_new_day_and_a_notice_move_pages_not_documents(
    site: Site, client: CheckingClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(clock, "now", lambda: datetime(2026, 6, 1, 12, tzinfo=UTC))
    before = dict(zip(ALL, tags(client, ALL), strict=True))
    monkeypatch.setattr(clock, "now", lambda: datetime(2026, 6, 2, 12, tzinfo=UTC))
    next_day = dict(zip(ALL, tags(client, ALL), strict=True))
    assert {path for path in ALL if next_day[path] == before[path]} == set(DOCUMENTS)
    with site.database.transaction() as connection:
        row = {"locale": "en", "markdown": "Slow.", "html": "<p>Slow.</p>", "token": "t", "set_at": clock.now()}
        connection.execute(insert(Notice).values(row))
    noticed = dict(zip(ALL, tags(client, ALL), strict=True))
    assert {path for path in ALL if noticed[path] == next_day[path]} == set(DOCUMENTS)


def test_a_vote_moves_its_article_for_its_voter(app: Flask, client: CheckingClient) -> None:
    before = tags(client, ALL)
    assert client.post(f"{ARTICLE}/vote", {"answer": "yes"}).status == 303
    after = tags(client, ALL)
    assert [path for path, old, new in zip(ALL, before, after, strict=True) if old != new] == [ARTICLE]
    assert tags(CheckingClient(app), ALL) == before


def test_settings_move_all(build: Callable[..., Flask], demo_template: Path) -> None:
    first = tags(CheckingClient(build(demo_template, name="first")), ALL)
    other = tags(CheckingClient(build(demo_template, name="other", site_name="Other Ltd")), ALL)
    assert [path for path, old, new in zip(ALL, first, other, strict=True) if old == new] == []


ELSEWHERE = """
import sys
from pathlib import Path
from tests.conftest import make_app
from tests.support.pages import READER, CheckingClient
client = CheckingClient(make_app(Path(sys.argv[1])))
print("\\n".join(client.get(path).response.headers["ETag"] for path in sys.argv[2:]))
"""


def test_two_processes_say_the_same(app: Flask, site: Site, client: CheckingClient) -> None:
    here = tags(client, ALL)
    if clock.now().hour == 23 and clock.now().minute == 59:  # the next minute is another day
        pytest.skip("midnight")
    result = subprocess.run(
        [sys.executable, "-c", ELSEWHERE, str(site.settings.instance_dir), *ALL],
        cwd=Path(__file__).parents[2],
        capture_output=True,
        text=True,
        check=True,
        env={**os.environ, "PYTHONHASHSEED": "7"},
    )
    assert result.stdout.split("\n")[:-1] == here


def test_a_search_is_always_made(client: CheckingClient) -> None:
    assert client.get("/en/search?q=api").response.headers.get("ETag") is None


def test_every_localized_answer_says_its_language(client: CheckingClient) -> None:
    for path, language in [
        ("/de/", "de"),
        ("/en-SG/categories/faq", "en-SG"),
        ("/ru/categories/faq", "ru"),
        ("/ar/articles/18", "ar"),  # a fallback: the page is for readers of Arabic, its text is marked German inside
        ("/ar/articles/18.md", "de"),  # nothing but the German text
        ("/en-SG/articles/16", "en-SG"),
        ("/en-SG/feed.xml", "en-SG"),
        ("/ar/opensearch.xml", "ar"),
        ("/llms.txt", "en"),
        ("/de/llms.txt", "de"),
        ("/ar/nope", "ar"),
        ("/zh-Hant/search?q=api", "zh-Hant"),
    ]:
        assert client.get(path, follow=True).response.headers["Content-Language"] == language, path
