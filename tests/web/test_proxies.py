"""Behind proxies: whose word is believed about address, scheme, host and path, and that nobody else's changes anything."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import delete, select

from helpdesk.models import Reading, RequestTally
from helpdesk.services.site import Site
from helpdesk.services.views import network_of
from tests.support.pages import SAME_ORIGIN, CheckingClient
from tests.support.votes import count_votes

# What is asked of the database here is asked on PostgreSQL by the tests of the pages themselves.
pytestmark = pytest.mark.on("sqlite")

ARTICLE = "/en/articles/16-move-your-authenticator-to-a-new-phone"
FORGED = {
    "X-Forwarded-For": "203.0.113.9",
    "X-Forwarded-Proto": "https",
    "X-Forwarded-Host": "evil.example",
    "X-Forwarded-Prefix": "/evil",
    "X-Forwarded-Port": "444",
    "Forwarded": "for=203.0.113.9;proto=https;host=evil.example",
}


def identities(site: Site) -> tuple[set[bytes], set[bytes]]:
    """Who the site thinks has read, and whose requests it thinks it counts."""
    with site.database.read() as connection:
        readings = connection.execute(select(Reading.fingerprint)).scalars().all()
        networks = connection.execute(select(RequestTally.network)).scalars().all()
    return set(readings), set(networks)


def read_and_vote(app: Flask, headers: Iterable[tuple[str, str]] = (), *, address: str = "10.0.0.1") -> None:
    """A reading and a vote by a request with these headers, which may stand there several times."""
    agent = [("User-Agent", "Mozilla/5.0 Firefox/140.0")]
    client = app.test_client()
    options: dict[str, Any] = {"environ_base": {"REMOTE_ADDR": address}}
    assert client.get(ARTICLE, headers=[*agent, *headers], **options).status_code == 200
    vote = client.post(
        f"{ARTICLE}/vote", data={"answer": "yes"}, headers=[*agent, *headers, *SAME_ORIGIN.items()], **options
    )
    assert vote.status_code == 303


def test_with_no_proxy_forged_headers_change_nothing(app: Flask, site: Site) -> None:
    honest, liar = CheckingClient(app), CheckingClient(app)
    honest.get(ARTICLE)  # the one view that both of them are
    for path in ("/en/", ARTICLE, "/en/nope", "/", "/de", "/en/articles/16"):
        plain, forged = honest.get(path), liar.get(path, headers=FORGED)
        assert (forged.status, forged.data) == (plain.status, plain.data)
        assert dict(forged.response.headers) == dict(plain.response.headers)
    read_and_vote(app)
    before = identities(site)
    read_and_vote(app, FORGED.items())
    assert identities(site) == before


READERS = [
    (1, ["192.0.2.7"], "192.0.2.7"),
    (1, ["203.0.113.9, 192.0.2.7"], "192.0.2.7"),
    (1, ["203.0.113.9", "192.0.2.7"], "192.0.2.7"),
    (1, ['"203.0.113.9, 192.0.2.7'], "192.0.2.7"),
    (1, ["192.0.2.7:49152"], "192.0.2.7"),
    (1, ["2001:db8:1:2:3:4:5:6"], "2001:db8:1:2::"),
    (1, ["[2001:db8:1:2:3:4:5:6]:49152"], "2001:db8:1:2::"),
    (1, ["[2001:db8:1:2:3:4:5:6]"], "2001:db8:1:2::"),
    (1, ["::ffff:192.0.2.7"], "192.0.2.7"),
    (1, ["garbage"], "garbage"),
    (1, ["[::1"], "[::1"),
    (1, ["x" * 10_240], "x" * 10_240),
    (1, ["203.0.113.9, " * 800 + "192.0.2.7"], "192.0.2.7"),
    (1, [""], "10.0.0.1"),
    (1, ["192.0.2.7, "], "192.0.2.7"),
    (1, [], "10.0.0.1"),
    (2, ["203.0.113.9, 192.0.2.7, 198.51.100.1"], "192.0.2.7"),
    (2, ["192.0.2.7", "198.51.100.1"], "192.0.2.7"),
    (2, ["2001:db8:1:2::7, 198.51.100.1"], "2001:db8:1:2::"),
    (2, ['"203.0.113.9, 192.0.2.7, 198.51.100.1'], "192.0.2.7"),
    # Past the first proxy: then it is nobody's word, and all of them are one.
    (2, ["203.0.113.9"], "10.0.0.1"),
    (2, [], "10.0.0.1"),
]


@pytest.mark.usefixtures("noon")
def test_the_reader_is_who_the_trusted_proxies_say(build: Callable[..., Flask], demo_template) -> None:
    direct = build(demo_template)
    behind = {proxies: build(demo_template, trusted_proxies=proxies) for proxies in (1, 2)}
    site = direct.extensions["helpdesk"]

    def seen(app: Flask, address: str, headers: list[str]) -> tuple[set[bytes], set[bytes]]:
        with site.database.transaction() as connection:
            connection.execute(delete(Reading))
            connection.execute(delete(RequestTally))
        read_and_vote(app, [("X-Forwarded-For", value) for value in headers], address=address)
        return identities(site)

    for proxies, headers, identity in READERS:
        assert network_of(identity) == identity
        found, expected = seen(behind[proxies], "10.0.0.1", headers), seen(direct, identity, [])
        assert (proxies, headers, found) == (proxies, headers, expected)
        assert [len(part) for part in expected] == [1, 1]


GARBAGE = ["", ",", '"', "[", "[::", "a b", "\\", "\xc3\xbc", "//", "//evil.example", "x" * 10_240, "a, " * 3_000]


def test_garbage_of_a_trusted_proxy_is_never_a_500(build: Callable[..., Flask], demo_template) -> None:
    client = CheckingClient(build(demo_template, trusted_proxies=1, index_dir=demo_template / "index"))
    client.get(ARTICLE)
    found = {}
    for name in ("X-Forwarded-For", "X-Forwarded-Proto", "X-Forwarded-Host", "X-Forwarded-Prefix"):
        for garbage in GARBAGE:
            pages = [client.get(path, headers={name: garbage}) for path in ("/en/", "/de", "/healthz", ARTICLE)]
            found[name, garbage] = [page.status for page in pages]
            assert [page.html for page in pages if "evil" in page.html] == []
    served, refused = [200, 308, 200, 200], [400, 400, 400, 400]
    hosts = {garbage: refused if garbage.strip('", ') else served for garbage in GARBAGE}
    assert found == {(name, g): hosts[g] if name == "X-Forwarded-Host" else served for name, g in found}


@pytest.mark.parametrize(
    "host", ["[", "[::1", "x" * 10_240, "a b", "", "localhost@evil.example", "evil.example#localhost"]
)
def test_a_host_that_cannot_be_read_is_refused(client: CheckingClient, host: str) -> None:
    assert client.get("/en/", headers={"Host": host}).status == 400


def test_host_and_scheme_and_prefix_of_a_trusted_proxy(build: Callable[..., Flask], demo_template) -> None:
    client = CheckingClient(
        build(demo_template, trusted_proxies=1, trusted_hosts=("help.acme.example",), index_dir=demo_template / "index")
    )
    said = {
        "Host": "127.0.0.1:8000",
        "X-Forwarded-Proto": "https",
        "X-Forwarded-Host": "help.acme.example",
        "X-Forwarded-Prefix": "/help",
    }
    page = client.get("/en/", headers=said)
    assert page.one("link", rel="canonical").get("href") == "https://help.acme.example/help/en/"
    assert page.response.headers["Strict-Transport-Security"] == "max-age=31536000"
    assert client.get("/en/", headers=said | {"X-Forwarded-Host": "evil.example"}).status == 400
    assert (
        client.get("/en/", headers=said | {"X-Forwarded-Prefix": "//evil.example"})
        .one("link", rel="canonical")
        .get("href")
        == "https://help.acme.example/en/"
    )
    plain = client.get("/en/", headers=said | {"X-Forwarded-Proto": "http"})
    assert "Strict-Transport-Security" not in plain.response.headers


@pytest.mark.parametrize(("scheme", "is_secure"), [("https", True), ("http", False)])
def test_cookies_are_secure_where_the_reader_speaks_tls(
    build: Callable[..., Flask], demo_template, scheme: str, is_secure: bool
) -> None:
    client = CheckingClient(build(demo_template, trusted_proxies=1))
    said = {"X-Forwarded-Proto": scheme, "X-Forwarded-Prefix": "/help"}
    origin = {"Sec-Fetch-Site": "same-origin"}
    answers = [
        client.post(f"{ARTICLE}/vote", {"answer": "yes"}, headers=said | origin),
        client.post(f"{ARTICLE}/vote", {"answer": "yes"}, headers=said),
        client.get("/de/language?route=home", headers=said),
    ]
    cookies = [page.response.headers["Set-Cookie"] for page in answers]
    assert [cookie.partition("=")[0] for cookie in cookies] == ["hd_visitor", "hd_confirm", "hd_locale"]
    assert ["; Secure" in cookie for cookie in cookies] == [is_secure] * 3
    assert ["; Path=/help/" in cookie for cookie in cookies] == [True] * 3
    assert ["Strict-Transport-Security" in page.response.headers for page in answers] == [is_secure] * 3


PUBLIC = {"site_url": "https://help.acme.example"}
TRUSTING = {"trusted_hosts": ("help.acme.example",), "trusted_proxies": 1}


POSTS = [
    ({"Origin": "https://help.acme.example"}, 303),
    ({"Origin": "https://help.acme.example:443"}, 303),
    ({"Referer": f"https://help.acme.example{ARTICLE}"}, 303),
    ({"Origin": "null", "Referer": f"https://help.acme.example{ARTICLE}"}, 303),
    ({"Origin": "https://evil.example"}, 403),
    ({"Origin": "https://help.acme.example.evil.example"}, 403),
    ({"Origin": "https://help.acme.example:444"}, 403),
    ({"Origin": "https://help.acme.example@evil.example"}, 403),
    ({"Origin": "https://"}, 403),
    ({"Origin": "https://[::1"}, 403),
    ({"Origin": "nonsense"}, 403),
    ({"Referer": "https://evil.example/?https://help.acme.example/"}, 403),
    ({"Origin": "https://help.acme.example", "Sec-Fetch-Site": "cross-site"}, 403),
]


@pytest.mark.parametrize(
    "settings", [PUBLIC, PUBLIC | {"trusted_proxies": 1}, TRUSTING], ids=["url", "both", "proxies"]
)
def test_posts_through_a_proxy_that_speaks_tls(
    build: Callable[..., Flask], demo_template, settings: dict[str, Any]
) -> None:
    app = build(demo_template, index_dir=demo_template / "index", **settings)
    proxied = {"Host": "help.acme.example", "X-Forwarded-Proto": "https"}
    for number, (sent, status) in enumerate(POSTS, start=1):
        page = CheckingClient(app).post(f"{ARTICLE}/vote", {"answer": "yes"}, headers=proxied | sent)
        assert (sent, page.status) == (sent, status)
        assert count_votes(app.extensions["helpdesk"]) == min(number, 4)


def test_without_a_public_address_nothing_is_ours_but_the_host(client: CheckingClient) -> None:
    for origin in ("nonsense", "https://", "//", "https://localhost", "http://localhost:81"):
        assert client.post(f"{ARTICLE}/vote", {"answer": "yes"}, headers={"Origin": origin}).status == 403
    assert client.post(f"{ARTICLE}/vote", {"answer": "yes"}, headers={"Origin": "http://localhost"}).status == 303
