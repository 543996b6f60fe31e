"""Where the readers of an article come from: told by the page before, mapped through the app's own routes."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import func, select
from werkzeug.test import Client

from helpdesk.models import DailyTally
from helpdesk.services.site import Site
from tests.conftest import NOON
from tests.support.mounted import Host
from tests.support.pages import READER, SAME_ORIGIN, CheckingClient
from tests.support.votes import translation_id
from tests.web.test_prefix import HOST, PREFIX, WAYS
from tests.web.test_views import ARTICLE, KEY

SEARCHED, LISTED, LINKED, ELSEWHERE = (1, 1, 0, 0), (1, 0, 1, 0), (1, 0, 0, 1), (1, 0, 0, 0)
HERE = "http://localhost"
# The page before, by its path and query; to be counted as.
OWN = {
    "/en/search?q=phone": SEARCHED,
    "/de/search?category=3&q=telefon&page=2": SEARCHED,
    "/en/suggest?q=phone": SEARCHED,
    "/en/suggest": SEARCHED,
    "/en/": LISTED,
    "/zh-Hans/": LISTED,
    "/en/search": LISTED,
    "/en/search?q=&page=2": LISTED,
    "/en/search?faq=1": LISTED,
    "/en/categories/faq": LISTED,
    "/ar/categories/%D8%A3%D8%B3%D8%A6%D9%84%D8%A9": LISTED,
    "/en/categories/faq/trading?sort=views": LISTED,
    "/en/articles/17-why-a-withdrawal-is-delayed": LINKED,
    "/ar/articles/17": LINKED,
    "/en/articles/17-why-a-withdrawal-is-delayed/vote": LINKED,
    # The article itself, in another language or after a vote.
    "/de/articles/16-authentifizierung": ELSEWHERE,
    "/en/articles/16/vote": ELSEWHERE,
    "/en/about/views": ELSEWHERE,
    "/en/team/users": ELSEWHERE,
    "/en/language?route=home": ELSEWHERE,
    "/api/v1/articles": ELSEWHERE,
    "/": ELSEWHERE,
    "": ELSEWHERE,
}
FOREIGN = (
    "https://www.google.com/",
    "https://evil.example/en/search?q=phone",
    f"https://evil.example/{HERE}/en/",
    "https://localhost/en/",
    "http://localhost:5000/en/",
    "http://localhost@evil.example/en/",
    "//localhost/en/",
    "/en/",
    "about:client",
)
NONSENSE = (
    f"{HERE}/xx/search?q=phone",
    f"{HERE}/pt-br/",
    f"{HERE}/en/nope",
    f"{HERE}/en/articles/nope",
    f"{HERE}/en/articles/17/view/view",
    f"{HERE}/en/categories/%ff%fe/%zz/x",
    "http://localhost:port/en/",
    "http://[::1/en/",
    "\u0627\u0628",
    "x" * 9000,
)


def sources(site: Site) -> tuple[int, int, int, int]:
    """Today's views of the English text: all, from a search, from a list, from an article."""
    columns = (DailyTally.views, DailyTally.searched, DailyTally.listed, DailyTally.linked)
    statement = select(*(func.coalesce(func.sum(column), 0) for column in columns)).where(
        DailyTally.translation_id == translation_id(site, KEY, "en"), DailyTally.day == NOON.date()
    )
    with site.database.read() as connection:
        return tuple(map(int, connection.execute(statement).one()))


class Readers:
    """One after the other, each with an address of its own, so that none is a repeat."""

    def __init__(self, app: Flask) -> None:
        self.app, self.site, self.number = app, app.extensions["helpdesk"], 0

    def come(self, referer: str, path: str = ARTICLE, *, said: str | None = None, **headers: str) -> tuple[int, ...]:
        """What the reader's view adds."""
        before = sources(self.site)
        self.number += 1
        client = CheckingClient(self.app, address=f"10.9.{self.number // 250}.{self.number % 250}")
        if said is None:
            assert client.get(path, headers={"Referer": referer} | headers).status == 200
        else:
            ref, _mark, query = path.partition("?")
            sent = SAME_ORIGIN | {"Referer": f"{HERE}{path}"} | headers
            page = client.post(f"{ref}/view?{query}", {"from": said}, headers=sent)
            assert page.status == 204
        return tuple(map(int.__sub__, sources(self.site), before))


@pytest.mark.usefixtures("noon")
def test_our_own_pages(app: Flask) -> None:
    readers = Readers(app)
    assert {path: readers.come(f"{HERE}{path}") for path in OWN} == OWN


@pytest.mark.usefixtures("noon")
def test_a_link_out_of_results_says_so_wherever_it_stands(app: Flask) -> None:
    readers = Readers(app)
    found = f"{ARTICLE}?q=phone&pos=2"
    assert readers.come(f"{HERE}/en/search", found) == SEARCHED
    assert readers.come(f"{HERE}/en/", found) == SEARCHED
    # Sent to somebody else, it is no result.
    assert readers.come("", found) == ELSEWHERE
    assert readers.come("https://evil.example/", found) == ELSEWHERE


@pytest.mark.usefixtures("noon")
def test_everything_else_is_elsewhere(app: Flask) -> None:
    readers = Readers(app)
    for referer in (*FOREIGN, *NONSENSE):
        assert (readers.come(referer.encode().decode("latin-1")), referer) == (ELSEWHERE, referer)


@pytest.mark.usefixtures("noon")
def test_only_views_have_a_source(app: Flask) -> None:
    readers, referer = Readers(app), f"{HERE}/en/"
    nothing = (0, 0, 0, 0)
    assert readers.come(referer, **{"User-Agent": "curl/8.5.0"}) == nothing
    assert readers.come(referer, **{"Sec-Purpose": "prefetch"}) == nothing
    assert readers.come(referer) == LISTED
    readers.number -= 1
    assert readers.come(f"{HERE}/en/search?q=phone") == nothing, "a repeat"


@pytest.mark.usefixtures("noon")
def test_the_scripts_word(build: Callable[..., Flask], demo_template: Path) -> None:
    """Its own Referer is the article; the page before it tells by its path alone."""
    readers = Readers(build(demo_template, cdn_seconds=60))
    paths = {path: counted for path, counted in OWN.items() if "?" not in path}
    assert {path: readers.come("", said=path) for path in paths} == paths
    assert readers.come("", f"{ARTICLE}?q=phone&pos=2", said="/en/search") == SEARCHED
    assert readers.come("", f"{ARTICLE}?q=phone&pos=2", said="") == ELSEWHERE
    for said in ("@evil.example/en/", ".evil.example/en/", ":81/en/", "\0", "http://localhost/en/", "/xx/"):
        assert (said, readers.come("", said=said)) == (said, ELSEWHERE)
    too_much = CheckingClient(readers.app).post(f"{ARTICLE}/view", {"from": "/" * 100_000})
    assert too_much.status == 413


@pytest.mark.on("sqlite")
@pytest.mark.usefixtures("noon")
@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("is_said", [False, True], ids=["referer", "script"])
def test_below_a_path(build: Callable[..., Flask], demo_template: Path, way: str, is_said: bool) -> None:
    """However a proxy tells of it; pages beside it are elsewhere."""
    wrap, settings = WAYS[way]
    app = build(demo_template, index_dir=demo_template / "index", cdn_seconds=60 if is_said else 0, **settings)
    client, site, path = Client(wrap(app)), app.extensions["helpdesk"], f"{PREFIX}{ARTICLE}"
    expected = (0, 0, 0, 0)
    for number, (before, counted) in enumerate(
        {f"{PREFIX}/en/": LISTED, f"{PREFIX}/de/articles/17": LINKED, "/en/": ELSEWHERE, PREFIX: ELSEWHERE}.items()
    ):
        sent = {"User-Agent": f"{READER} {number}", "Sec-Fetch-Site": "same-origin"}
        if is_said:
            client.post(f"{path}/view", base_url=HOST, data={"from": before}, headers=sent)
        else:
            client.get(path, base_url=HOST, headers=sent | {"Referer": f"{HOST}{before}"})
        expected = tuple(map(int.__add__, expected, counted))
        assert (before, sources(site)) == (before, expected)


@pytest.mark.usefixtures("noon")
def test_mounted_into_a_host(host: Host) -> None:
    """The host's own pages are elsewhere."""
    readers = Readers(host.app)
    path = f"/support{ARTICLE}"
    for before, counted in {
        "/support/en/search?q=phone": SEARCHED,
        "/support/de/": LISTED,
        "/support/en/articles/17": LINKED,
        "/en/search?q=phone": ELSEWHERE,
        "/": ELSEWHERE,
        "/support": ELSEWHERE,
    }.items():
        assert (before, readers.come(f"{HERE}{before}", path)) == (before, counted)
