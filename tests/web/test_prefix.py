"""Below a path: every address that any page holds begins with it, and answers."""

from __future__ import annotations

import html
import re
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any
from urllib.parse import urljoin, urlsplit

import pytest
from flask import Flask
from werkzeug.exceptions import NotFound
from werkzeug.middleware.dispatcher import DispatcherMiddleware
from werkzeug.test import Client, TestResponse

from helpdesk.config import load
from helpdesk.errors import ConfigurationError
from helpdesk.extension import Helpdesk
from tests.conftest import KEY, close, make_app
from tests.support.pages import Page

# What its queries find on PostgreSQL is told by the tests of the layers below.
pytestmark = pytest.mark.on("sqlite")

PREFIX = "/help"
HOST = "https://example.com"
# Addresses, wherever they stand. Not parsed: thousands of pages are looked through.
ADDRESS = re.compile(r'\s(?:href|src|action|data-view)="([^"]*)"')
ARTICLE = f"{PREFIX}/en/articles/16-move-your-authenticator-to-a-new-phone"


class Proxy:
    """In front of an app, on the public host: nothing outside of the path gets through."""

    def __init__(self, app: Flask, *, strips: bool, says: bool) -> None:
        self.app, self.strips, self.says = app, strips, says

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        path = environ["PATH_INFO"]
        if not f"{path}/".startswith(f"{PREFIX}/"):
            return NotFound()(environ, start_response)
        if self.strips:
            environ["PATH_INFO"] = path.removeprefix(PREFIX)
        if self.says:
            environ["HTTP_X_FORWARDED_PREFIX"] = PREFIX
        return self.app(environ, start_response)


def dispatched(app: Flask) -> DispatcherMiddleware:
    return DispatcherMiddleware(NotFound(), {PREFIX: app})


PUBLIC: dict[str, Any] = {"site_url": f"{HOST}{PREFIX}"}
TRUSTING: dict[str, Any] = {"trusted_hosts": ("example.com",), "trusted_proxies": 1}
WAYS = {
    "script name": (dispatched, {"trusted_hosts": ("example.com",)}),
    "script name and site": (dispatched, PUBLIC),
    "said": (lambda app: Proxy(app, strips=True, says=True), TRUSTING),
    "said and site": (lambda app: Proxy(app, strips=True, says=True), TRUSTING | PUBLIC),
    "site, stripped": (lambda app: Proxy(app, strips=True, says=False), PUBLIC),
    "site, left": (lambda app: Proxy(app, strips=False, says=False), PUBLIC),
    "site, left and said": (lambda app: Proxy(app, strips=False, says=True), TRUSTING | PUBLIC),
}
# This one is crawled whole.
WHOLE = "site, stripped"


@pytest.fixture(params=WAYS)
def way(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def client(build: Callable[..., Flask], demo_template: Path, way: str) -> Client:
    wrap, settings = WAYS[way]
    return Client(wrap(build(demo_template, index_dir=demo_template / "index", cdn_seconds=60, **settings)))


def get(client: Client, path: str) -> TestResponse:
    return client.get(path, base_url=HOST, headers={"User-Agent": "curl/8"})


def addresses(response: TestResponse) -> set[str]:
    """Every address on this host that an answer holds, without fragment."""
    found = {response.headers["Location"]} if "Location" in response.headers else set()
    if response.mimetype == "text/html":
        page = re.sub(r"(?s)<pre.*?</pre>", "", response.text)  # an article about hosts shows some HTML
        found |= set(map(html.unescape, ADDRESS.findall(page)))
    whole = {urljoin(response.request.url, address).partition("#")[0] for address in found}
    return {address for address in whole if urlsplit(address).netloc == "example.com"}


def outside(found: Iterable[str]) -> list[str]:
    return [address for address in found if not address.startswith(f"{HOST}{PREFIX}/")]


# Languages whose start pages are enough: others are written in the same direction and scripts.
PASSED = re.compile(r"/help/(?:en-SG|de|ru|zh-Hans|zh-Hant)/.")


def crawl(client: Client, starts: Iterable[str], *, depth: int) -> dict[str, int]:
    """The status of every address that is met so many steps from the start; switches of one language will do."""
    seen: dict[str, int] = {}
    waiting = [(f"{HOST}{PREFIX}{start}", 0) for start in starts]
    for address, steps in waiting:
        if address in seen or ("/language?" in address and "/ar/language?" not in address) or PASSED.search(address):
            continue
        response = get(client, address.removeprefix(HOST))
        seen[address] = response.status_code
        found = addresses(response)
        assert (address, outside(found)) == (address, [])
        waiting += [(other, steps + (response.status_code == 200)) for other in sorted(found) if steps < depth]
        response.close()
    return seen


def test_every_address_begins_with_the_path_and_answers(client: Client, way: str) -> None:
    starts = ("/", "/ar/", "/ar/search?q=withdrawal", "/ar/articles/26", "/ar/about/views")
    seen = crawl(client, starts, depth=99 if way == WHOLE else 1)
    posts = {address for address in seen if address.endswith(("/vote", "/view"))}
    assert {seen[address] for address in posts} == {303}
    assert {status for address, status in seen.items() if address not in posts} == {200, 302, 303, 308}
    if way == WHOLE:
        read = {match[1] for address in seen if (match := re.search(r"/help/([^/]+)/articles/26-", address))}
        assert read == {"en", "ar"}
        assert len(posts) >= 2 * 25 * len(read)
        assert len([address for address in seen if "/static/" in address and "?v=" in address]) == 2
        assert [seen[address] for address in seen if "/media/" in address] == [200, 200]


def test_error_pages_redirects_and_cookies_know_the_path(client: Client) -> None:
    for path in ("/de/nope", "/nope", "/de/articles/20", "/en/categories/faq?page=0"):
        response = get(client, f"{PREFIX}{path}")
        assert response.status_code == (410 if "20" in path else 404)
        assert outside(addresses(response)) == []
        assert len(addresses(response)) > 8
    hops = {
        "/": f"{PREFIX}/en/",
        "/de": f"{PREFIX}/de/",
        "/zh-cn/search?q=a": f"{PREFIX}/zh-Hans/search?q=a",
        "/en/articles/16-x?q=a": f"{ARTICLE}?q=a",
        "/articles/16": ARTICLE,
        "/en/categories/faq?page=900": f"{PREFIX}/en/categories/faq?page=2",
    }
    assert {path: get(client, f"{PREFIX}{path}").headers["Location"] for path in hops} == hops
    assert get(client, PREFIX).headers["Location"] in (f"{PREFIX}/en/", f"{HOST}{PREFIX}/")
    cookie = get(client, f"{PREFIX}/de/language?route=home").headers["Set-Cookie"]
    assert re.findall(r"Path=[^;]*", cookie) == [f"Path={PREFIX}/"]
    page = Page(get(client, f"{PREFIX}/de/"))
    assert page.one("link", rel="canonical").get("href") == f"{HOST}{PREFIX}/de/"
    assert f"Disallow: {PREFIX}/de/language\n" in get(client, f"{PREFIX}/robots.txt").text


def test_a_vote_below_a_path(client: Client) -> None:
    action = Page(get(client, ARTICLE)).all("form", method="post")[0].get("action")
    assert action == f"{ARTICLE}/vote"
    voted = client.post(action, base_url=HOST, data={"answer": "yes"}, headers={"Origin": HOST})
    assert (voted.status_code, voted.headers["Location"]) == (303, f"{ARTICLE}#feedback")
    assert f"Path={PREFIX}/" in voted.headers["Set-Cookie"]
    assert Page(get(client, ARTICLE)).texts("p", class_="said") == ["You answered: Yes, it was helpful."]


@pytest.mark.parametrize("path", ["/de", "/articles", "/static", "/media/x", "/zh-cn", "/healthz"])
def test_a_path_that_looks_like_an_address_of_ours_stops_the_start(tmp_path: Path, path: str) -> None:
    with pytest.raises(SystemExit) as stopped:
        make_app(tmp_path, site_url=f"{HOST}{path}")
    first = path.split("/")[1]
    assert str(stopped.value) == (
        f"HELPDESK_SITE_URL cannot end with {path}: addresses of the help center begin with /{first} themselves. "
        "Take another path, such as /help."
    )


@pytest.mark.parametrize("path", ["/a b", "/%20", "//help", "/hilfe/ü", "/help;x"])
def test_a_path_with_escapes_is_refused(tmp_path: Path, path: str) -> None:
    with pytest.raises(ConfigurationError) as error:
        load(tmp_path, environ={"HELPDESK_SITE_URL": f"{HOST}{path}", "HELPDESK_SECRET_KEY": KEY})
    assert str(error.value) == (
        "HELPDESK_SITE_URL must be an address with a plain path, such as https://example.com/help, "
        f"not {f'{HOST}{path}'!r}."
    )


@pytest.mark.parametrize("site_url", [HOST, f"{HOST}/app", f"{HOST}/app{PREFIX}"])
def test_a_mounted_help_center_in_a_host_below_a_path(demo_template: Path, tmp_path: Path, site_url: str) -> None:
    """The host's own stack says where it stands; the setting gives scheme and host."""
    database = f"sqlite:///{demo_template / 'helpdesk.sqlite'}"
    host = Flask("host")
    settings = load(tmp_path, environ={}, secret_key=KEY, site_url=site_url, database_url=database, bootstrap="off")
    Helpdesk(host, url_prefix=PREFIX, settings=settings)
    page = Page(get(Client(DispatcherMiddleware(NotFound(), {"/app": host})), f"/app{PREFIX}/en/"))
    close(host)
    assert page.one("link", rel="canonical").get("href") == f"{HOST}/app{PREFIX}/en/"
    assert [found for found in addresses(page.response) if not found.startswith(f"{HOST}/app{PREFIX}/")] == []
