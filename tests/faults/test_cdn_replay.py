"""Readers through a real nginx with the rules that the product prints, in front of a real server."""

from __future__ import annotations

import http.client
import re
import time
from collections import Counter as Tally
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlencode

import pytest
from flask import Flask
from sqlalchemy import func, select

from helpdesk.cli.nginx import rules
from helpdesk.config import load
from helpdesk.models import Article, DailyTally, SearchLog, Translation
from helpdesk.services.site import Site
from tests.conftest import KEY
from tests.faults.conftest import Nginx
from tests.support.pages import READER
from tests.support.server import serve
from tests.support.votes import list_votes

ARTICLE = "/en/articles/16-move-your-authenticator-to-a-new-phone"
OTHER = "/en/articles/17-why-a-withdrawal-is-delayed"
TAGS = ("en", "de", "ar", "zh-Hans")
SAID = re.compile(r'<p class="said">([^<]+)</p>')
LINK = re.compile(r'href="(/[^"?#]+/(?:categories|articles)/[^"#]+)"')
YES, NO = "You answered: Yes, it was helpful.", "You answered: No, it was not helpful."


@dataclass(frozen=True)
class Answer:
    status: int
    headers: http.client.HTTPMessage
    body: bytes

    @property
    def kept(self) -> str:
        """What the cache had to do with it."""
        return self.headers["X-Cache-Status"] or ""

    @property
    def said(self) -> list[str]:
        """What the page says that its reader answered."""
        return SAID.findall(self.body.decode())


class Visitor:
    """A browser of its own, at an address of its own."""

    def __init__(self, nginx: Nginx, number: int = 1, *, agent: str = READER, prefix: str = "") -> None:
        self.port, self.place, self.agent, self.prefix = nginx.port, f"127.0.0.{number}", agent, prefix
        self.cookies: dict[str, str] = {}

    def get(self, path: str, **headers: str) -> Answer:
        return self.send("GET", path, **headers)

    def post(self, path: str, *, script: bool = False, **fields: str) -> Answer:
        sent = {"Content-Type": "application/x-www-form-urlencoded", "Sec-Fetch-Site": "same-origin"}
        if script:
            sent["X-Requested-With"] = "fetch"
        return self.send("POST", path, urlencode(fields), **sent)

    def tell(self, path: str, **headers: str) -> Answer:
        """The beacon of a page."""
        return self.send("POST", f"{path}/view", **({"Sec-Fetch-Site": "same-origin"} | headers))

    def send(self, method: str, path: str, body: str = "", **headers: str) -> Answer:
        headers = {"User-Agent": self.agent} | {name.replace("_", "-"): value for name, value in headers.items()}
        if self.cookies:
            headers["Cookie"] = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30, source_address=(self.place, 0))
        connection.request(method, self.prefix + path, body or None, headers)
        response = connection.getresponse()
        answer = Answer(response.status, response.headers, response.read())
        connection.close()
        for cookie in answer.headers.get_all("Set-Cookie", []):
            # Never in what the cache gives, nor in what it may have taken.
            assert answer.kept in ("", "MISS", "BYPASS")
            assert "no-store" in answer.headers["Cache-Control"]
            name, _equals, value = cookie.partition(";")[0].partition("=")
            self.cookies[name] = value
        return answer


def start(
    stack: ExitStack, build: Callable[..., Flask], template: Path, nginx: Nginx, **settings: object
) -> tuple[Flask, ExitStack]:
    """The app, and what stops its server; nginx in front of both."""
    app = build(template, trusted_proxies=1, **settings)
    server = stack.enter_context(ExitStack())
    address = server.enter_context(serve(app)).address
    upstream = address.removeprefix("http://")
    site: Site = app.extensions["helpdesk"]
    nginx.start(rules(site.settings, listen=nginx.listen, upstream=upstream, cache=nginx.cache))
    return app, server


def from_app(app: Flask, nginx: Nginx, path: str) -> bytes:
    """The page as the app itself gives it to somebody who was never here."""
    response = app.test_client().get(
        path, base_url=f"http://127.0.0.1:{nginx.port}", headers={"User-Agent": READER, "X-Forwarded-Proto": "http"}
    )
    assert response.status_code == 200
    return response.data


def views(site: Site) -> dict[tuple[int, str], tuple[int, int, int]]:
    """Views, repeats and bots, by article and locale asked for."""
    columns = [func.sum(column) for column in (DailyTally.views, DailyTally.repeats, DailyTally.bots)]
    statement = (
        select(Translation.article_id, DailyTally.locale, *columns)
        .join(Translation, Translation.id == DailyTally.translation_id)
        .join(Article, Article.id == Translation.article_id)
        .group_by(Translation.article_id, DailyTally.locale)
    )
    with site.database.read() as connection:
        return {(row[0], row[1]): tuple(map(int, row[2:])) for row in connection.execute(statement)}


def told(site: Site, before: dict[tuple[int, str], tuple[int, int, int]]) -> dict[tuple[int, str], tuple[int, ...]]:
    """What was counted since."""
    grown = {place: tuple(map(int.__sub__, row, before.get(place, (0, 0, 0)))) for place, row in views(site).items()}
    return {place: row for place, row in grown.items() if any(row)}


@dataclass
class Day:
    """What happens behind one cache, one group of readers after the other."""

    app: Flask
    nginx: Nginx
    expected: dict[str, bytes]

    def visitor(self, number: int = 1, **options: str) -> Visitor:
        return Visitor(self.nginx, number, **options)

    def read(self, number: int, kept: str) -> None:
        """Without a cookie: the same bytes as from the app."""
        answers = {page: self.visitor(number).get(page) for page in self.expected}
        assert Tally(answer.kept for answer in answers.values()) == {kept: len(self.expected)}
        assert {page: answer.body for page, answer in answers.items()} == self.expected
        for name in ("Set-Cookie", "X-Accel-Expires"):
            assert {answer.headers[name] for answer in answers.values()} == {None}

    def search(self) -> None:
        """Never out of the cache, so that every search is in the report."""
        for number in (4, 5):
            found = self.visitor(number).get("/en/search?q=authenticator")
            assert (found.status, found.kept) == (200, "MISS")
        with self.app.extensions["helpdesk"].database.read() as connection:
            assert connection.execute(select(func.count()).select_from(SearchLog)).scalar_one() == 2

    def switch(self) -> None:
        """Who switches takes a cookie along that changes no page, only where the way in leads."""
        switcher = self.visitor(6)
        for tag in ("de", "ar", "en", "de"):
            switched = switcher.get(f"/{tag}/language?route=article&id=16")
            assert (switched.status, switched.kept, switcher.cookies["hd_locale"]) == (303, "MISS", tag)
            page = switcher.get(switched.headers["Location"])
            assert (page.status, page.kept) == (200, "HIT")
            assert page.body == self.expected[switched.headers["Location"]]
        assert switcher.get("/", Accept_Language="ar").headers["Location"] == "/de/"
        assert self.visitor(7).get("/", Accept_Language="ar").headers["Location"] == "/ar/"

    def vote(self, number: int, *, script: bool) -> Visitor:
        """A voter's own state at every step; nobody else's page changes."""
        voter = self.visitor(number)
        first = voter.get(OTHER)
        assert (first.kept, first.said, first.body) == ("HIT", [], self.expected[OTHER])
        for fields, said in (
            ({"answer": "yes"}, [YES]),
            ({"answer": "no"}, [NO]),
            ({"answer": "no", "details": "1", "reason": "hard", "comment": f"From {number}"}, [NO]),
            ({"answer": "remove"}, []),
            ({"answer": "no"}, [NO]),
        ):
            answer = voter.post(f"{OTHER}/vote", script=script, **fields)
            assert (answer.status, answer.said) == ((200, said) if script else (303, []))
            target = OTHER if script else answer.headers["Location"].partition("#")[0]
            for path in (target, OTHER, OTHER):  # where the post led, and then twice again
                page = voter.get(path)
                assert (page.status, page.kept, page.said) == (200, "BYPASS", said)
                assert page.headers["Cache-Control"] == "private, no-store"
            stranger = self.visitor().get(OTHER)
            assert (stranger.kept, stranger.body) == ("HIT", self.expected[OTHER])
        changing = voter.get(f"{OTHER}?feedback=change")
        assert (changing.kept, b'aria-pressed="true"' in changing.body) == ("BYPASS", True)
        return voter

    def tell(self) -> dict[tuple[int, str], tuple[int, int, int]]:
        """The pages' own word counts, each reader once in half an hour; what must have been counted."""
        paths = {(16, "en"): ARTICLE, (17, "en"): OTHER}
        for tag in ("de", "ar", "zh-Hans"):
            paths[16, tag] = self.visitor().get(f"/{tag}/articles/16").headers["Location"]
        for number in (11, 12, 13):
            for path in paths.values():
                assert f'data-view="{path}/view"'.encode() in self.visitor(number).get(path).body
                for _time in (1, 2):
                    answer = self.visitor(number).tell(path)
                    assert (answer.status, answer.body, answer.headers["Set-Cookie"]) == (204, b"", None)
        self.visitor(14, agent="Mozilla/5.0 (compatible; bingbot/2.0)").tell(ARTICLE)
        for site in ("cross-site", "same-site", "none"):
            assert self.visitor(15).tell(ARTICLE, Sec_Fetch_Site=site).status == 204
        self.visitor(15).send("HEAD", ARTICLE)
        return {place: (3, 3, 0) for place in paths} | {(16, "en"): (3, 3, 1)}

    def look_around(self) -> None:
        """Health, errors and hints are never kept; encodings are pages of their own."""
        for path, body in (("/healthz", b"ok\n"), ("/readyz", b'{"database":"ok","search":"ok"}\n')):
            health = self.visitor().get(path)
            assert (health.status, health.kept, health.body) == (200, "MISS", body)
        for path in (f"{OTHER}?feedback=removed", f"{OTHER}?feedback=change"):
            assert [self.visitor().get(path).kept for _time in (1, 2)] == ["MISS", "MISS"]
        assert [self.visitor().get("/en/nope").status for _time in (1, 2)] == [404, 404]
        packed = self.visitor().get(OTHER, Accept_Encoding="gzip, deflate")
        assert (packed.kept, packed.headers["Content-Encoding"]) == ("MISS", "gzip")
        assert [self.visitor().get(OTHER, Accept_Encoding="br, gzip").kept for _time in (1, 2)] == ["MISS", "HIT"]
        plain = self.visitor().get(OTHER)
        assert (plain.kept, plain.headers["Content-Encoding"]) == ("HIT", None)


def list_pages(app: Flask, nginx: Nginx) -> list[str]:
    """Home, lists, articles and the page about views in four languages, and an article that was searched."""
    pages = [f"{OTHER}?q=slow+payout&pos=1", OTHER, ARTICLE]
    for tag in TAGS:
        pages += [f"/{tag}/", f"/{tag}/about/views", *sorted(LINK.findall(from_app(app, nginx, f"/{tag}/").decode()))]
    return list(dict.fromkeys(pages))


def test_a_mixed_day_behind_the_cache(build: Callable[..., Flask], demo_template: Path, nginx: Nginx) -> None:
    with ExitStack() as stack:
        app, server = start(stack, build, demo_template, nginx, cdn_seconds=600)
        site: Site = app.extensions["helpdesk"]
        before = views(site)
        day = Day(app, nginx, {page: from_app(app, nginx, page) for page in list_pages(app, nginx)})
        assert len(day.expected) > 60
        for number, kept in ((1, "MISS"), (2, "HIT"), (3, "HIT")):
            day.read(number, kept)
        assert told(site, before) == {}
        day.search()
        day.switch()
        voters = [day.vote(number, script=script) for number, script in ((8, False), (9, True), (10, False))]
        assert told(site, before) == {}
        expected = day.tell()
        assert told(site, before) == expected
        day.look_around()
        day.read(2, "HIT")
        votes = list_votes(site)
        assert [(vote["is_helpful"], vote["comment"]) for vote in votes] == [(False, "")] * 3

        # Without the app: what was kept is served, a vote fails and says so.
        server.close()
        day.read(3, "HIT")
        for script in (False, True):
            failed = day.visitor(16).post(f"{OTHER}/vote", script=script, answer="yes")
            assert failed.status == 502
            assert b"Thank" not in failed.body
            assert b"data-feedback" not in failed.body  # the script itself says then that it failed
        assert voters[0].get(OTHER).status == 502  # no page that knows nothing of the vote
        assert list_votes(site) == votes


@pytest.mark.parametrize("prefix", ["", "/help"])
def test_what_changes_is_gone_in_as_many_seconds(
    build: Callable[..., Flask], demo_template: Path, nginx: Nginx, prefix: str
) -> None:
    with ExitStack() as stack:
        app, server = start(
            stack, build, demo_template, nginx, cdn_seconds=1, site_url=f"http://127.0.0.1:{nginx.port}{prefix}"
        )
        reader = Visitor(nginx, prefix=prefix)
        tax = reader.get("/de/articles/18").headers["Location"].removeprefix(prefix)

        def wait() -> None:
            time.sleep(2.1)  # a second to keep, and nginx counts whole ones

        first = {path: reader.get(path) for path in ("/en/", ARTICLE, tax)}
        assert [(answer.status, answer.kept) for answer in first.values()] == [(200, "MISS")] * 3
        wait()
        again = {path: reader.get(path) for path in first}
        # The app was asked whether they still hold, by their tags.
        assert [answer.kept for answer in again.values()] == ["REVALIDATED"] * 3
        assert [answer.body for answer in again.values()] == [answer.body for answer in first.values()]
        result = app.test_cli_runner().invoke(
            args=["helpdesk", "content", "unpublish", "tax-report-germany", "--locale", "de"]
        )
        assert result.exit_code == 0
        wait()
        gone = reader.get(tax)
        assert (gone.status, gone.kept, gone.headers["Cache-Control"]) == (404, "", "no-store")
        changed = reader.get(ARTICLE)
        assert (changed.status, changed.kept) == (200, "EXPIRED")
        assert reader.get("/").status == 302
        server.close()
        wait()
        stale = reader.get(ARTICLE)
        assert (stale.status, stale.kept, stale.body) == (200, "STALE", changed.body)
        assert reader.post(f"{ARTICLE}/vote", answer="yes").status == 502
        if prefix:
            assert Visitor(nginx).get("/en/").status == 404


@pytest.mark.parametrize(
    ("settings", "keeps_pages"),
    [
        ({"trusted_proxies": "1"}, False),
        ({"trusted_proxies": "1", "cdn_seconds": "60"}, True),
        ({"trusted_proxies": "2", "cdn_seconds": "60"}, False),
        ({"trusted_proxies": "1", "cdn_seconds": "60", "site_url": "https://example.com/help.x"}, True),
        ({"trusted_proxies": "2", "site_url": "https://example.com/a/b"}, False),
    ],
)
def test_nginx_takes_the_rules_of_every_set_up(
    nginx: Nginx, tmp_path: Path, settings: dict[str, str], keeps_pages: bool
) -> None:
    environ = {f"HELPDESK_{name.upper()}": value for name, value in (settings | {"secret_key": KEY}).items()}
    text = rules(load(tmp_path, environ=environ), listen=nginx.listen, upstream="127.0.0.1:8000", cache=nginx.cache)
    assert nginx.complaints(text) == ""
    assert ("proxy_cache_bypass" in text) == keeps_pages
    for name in ("For", "Proto", "Host", "Prefix"):
        assert text.count(f"proxy_set_header X-Forwarded-{name} ") == 1
    assert "syntax" not in text
    assert nginx.complaints(text.replace("gzip off;", "gzip of;")) != ""
