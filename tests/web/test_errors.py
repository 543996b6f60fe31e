"""Whatever is asked wrongly gets a localized page with the right status, and never a 500."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from flask import Flask

from tests.support.pages import CheckingClient

# Nothing here asks the database what tests of lists, articles and votes do not ask on PostgreSQL as well.
pytestmark = pytest.mark.on("sqlite")


@pytest.mark.parametrize(
    ("path", "lang"),
    [
        ("/de/nope", "de"),
        ("/ar/nope/at/all", "ar"),
        ("/zh-Hant/articles/9999", "zh-Hant"),
        ("/nope", "en"),
        ("/media/nope.png", "en"),
        ("/static/nope.css", "en"),
        ("/.env", "en"),
        ("/wp-login.php", "en"),
        ("/de/%2e%2e/%2e%2e/etc/passwd", "de"),
        ("/de/" + "x" * 5000, "de"),
        ("/de/categories/" + "%F0%9F%98%80" * 50, "de"),
    ],
)
def test_not_found_in_the_language_of_the_path(visitor: CheckingClient, path: str, lang: str) -> None:
    page = visitor.get(path)
    assert (page.status, page.root.get("lang")) == (404, lang)
    assert len(page.all("a", class_="btn")) == 3


def test_not_found_otherwise_in_the_readers_language(client: CheckingClient) -> None:
    assert client.get("/nope", headers={"Accept-Language": "ar"}).root.get("lang") == "ar"


@pytest.mark.parametrize(
    "host",
    ["evil.example", "localhost.evil.example", "", "127.0.0.1.nip.io", "[::2]", "a b", "LOCALHOST:5000", "localhost"],
)
def test_only_known_hosts(visitor: CheckingClient, host: str) -> None:
    page = visitor.get("/en/", headers={"Host": host})
    assert page.status == (200 if host.lower().partition(":")[0] == "localhost" else 400)
    assert "evil" not in page.html


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH", "TRACE"])
def test_other_methods_are_405(visitor: CheckingClient, method: str) -> None:
    page = visitor.open(method, "/en/")
    assert page.status == 405
    assert set(page.response.headers["Allow"].split(", ")) == {"GET", "HEAD", "OPTIONS"}


def test_head_answers_like_get_without_a_body(client: CheckingClient) -> None:
    page = client.open("HEAD", "/en/")
    assert (page.status, page.data) == (200, b"")


def test_what_nobody_expected_is_a_localized_500_that_tells_nothing(
    client: CheckingClient, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fail(*_args: object, **_options: object) -> None:
        raise RuntimeError("secret detail")

    monkeypatch.setattr("helpdesk.web.site.home.list_categories", fail)
    page = client.get("/de/")
    assert (page.status, page.root.get("lang")) == (500, "de")
    assert "secret" not in page.html
    assert "secret detail" in caplog.text


def test_public_site_writes_its_own_address(build: Callable[..., Flask], demo_template: Path) -> None:
    app = build(demo_template, site_url="https://help.acme.example", trusted_hosts=("internal.example",))
    client = CheckingClient(app)
    page = client.get("/en/", headers={"Host": "internal.example"})
    assert page.one("link", rel="canonical").get("href") == "https://help.acme.example/en/"
    assert client.get("/en/", headers={"Host": "localhost"}).status == 400
