"""What every operation of /api/v1 does: errors, validators, other sites' scripts, limits, methods, mounting."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import msgspec
import pytest
from flask import Flask

from helpdesk.extension import Helpdesk
from helpdesk.queries.listing import ORDERS
from helpdesk.services.publishing import unpublish
from helpdesk.services.site import Site
from helpdesk.web.api.routes import OPERATIONS
from helpdesk.web.api.schemas import AskedArticles
from tests.conftest import close, make_app
from tests.support.api import ask, check
from tests.support.databases import written_elsewhere

# Nothing here asks the database what tests of lists, articles and votes do not ask on PostgreSQL as well.
pytestmark = pytest.mark.on("sqlite")

NUMBERS = {"page": "1 to 1000", "per_page": "1 to 100"}
PATHS = ["/status", "/locales", "/categories", "/articles", "/articles/16", "/articles/16/translations", "/search?q=a"]


@pytest.mark.parametrize("name", NUMBERS)
@pytest.mark.parametrize(
    "value", ["0", "-1", "1" + "0" * 18, "9" * 5000, "١٢", "１", "1_0", " 1", "", "x", "1.5", "\0", "0x1"]
)
def test_numbers(app: Flask, name: str, value: str) -> None:
    answer = ask(app, "/articles", **{name: value})
    assert answer.status == 400
    expected = f"A whole number from {NUMBERS[name]} is expected."
    assert answer.body["errors"] == [{"parameter": name, "detail": expected}]


@pytest.mark.parametrize(
    ("query", "parameter"),
    [
        ("q=a&nope=1", "nope"),
        ("q=a&q=b", "q"),
        ("q=", "q"),
        ("", "q"),
        (f"q={'x' * 257}", "q"),
        (f"q={'x' * 10_000}", "q"),
        ("q=a&category=", "category"),
        (f"q=a&category={'x' * 10_000}", "category"),
        ("q=a&locale=EN", "locale"),
        ("q=a&locale=pt-BR", "locale"),
        ("q=a&locale=%00", "locale"),
        ("q=a&sort=featured", "sort"),
        ("q=a&%00=1", "\0"),
    ],
)
def test_wrong_parameters_are_named(app: Flask, query: str, parameter: str) -> None:
    answer = ask(app, f"/search?{query}")
    assert (answer.status, [error["parameter"] for error in answer.body["errors"]]) == (400, [parameter])


def test_all_that_is_wrong_is_named_at_once(app: Flask) -> None:
    answer = ask(app, "/articles?page=x&sort=x&nope=1&nope=2")
    assert [error["parameter"] for error in answer.body["errors"]] == ["page", "sort", "nope"]


@pytest.mark.parametrize("query", ["q=%ff%fe", "q=%", "q=%F0%9F", "q=%ED%A0%80", "q=a%00b", "category=%00&q=a"])
def test_broken_encodings_never_fail(app: Flask, query: str) -> None:
    assert ask(app, f"/search?{query}").status in (200, 404)


def test_orders_are_those_of_the_lists() -> None:
    sort = next(field for field in msgspec.structs.fields(AskedArticles) if field.name == "sort")
    assert set(msgspec.inspect.type_info(sort.type).type.values) == set(ORDERS)


@pytest.mark.parametrize(
    "path", ["/nope", "/articles/0", "/articles/016", "/articles/١٦", "/articles/16-x", "/articles/"]
)
def test_unknown_addresses(app: Flask, path: str) -> None:
    assert ask(app, path).status == 404
    assert ask(app, path, method="OPTIONS").status in (404, 204)


@pytest.mark.parametrize("path", ["/articles/" + "9" * 40, "/articles/16%00", "/" + "x" * 5000, "/articles/%2e%2e/x"])
def test_strange_addresses(app: Flask, path: str) -> None:
    assert ask(app, path).status == 404


@pytest.mark.parametrize(
    ("headers", "query", "language"),
    [
        ({}, {"locale": "de"}, "de"),
        ({"Accept-Language": "de"}, {"locale": "ar"}, "ar"),
        ({"Accept-Language": "ar-EG, de;q=0.5"}, {}, "ar"),
        ({"Cookie": "hd_locale=ar"}, {}, "en"),
        ({"Accept-Language": "de"}, {"locale": "xx"}, "de"),
    ],
)
def test_problems_are_in_the_language_asked_for(
    app: Flask, headers: dict[str, str], query: dict[str, str], language: str
) -> None:
    answer = ask(app, "/articles/9999", headers=headers, **query)
    page = app.test_client().get(f"/{language}/articles/9999").get_data(as_text=True)
    assert answer.headers["Content-Language"] == language
    if answer.status == 404:
        assert answer.body["title"] in page
        assert answer.body["detail"] in page
    assert (answer.headers.get("Vary", "").startswith("Accept-Language")) == (query.get("locale") not in ("de", "ar"))


def test_what_nobody_expected_tells_nothing(
    app: Flask, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fail(*_args: object, **_options: object) -> None:
        raise RuntimeError("secret detail")

    monkeypatch.setattr("helpdesk.web.api.groups.list_categories", fail)
    answer = ask(app, "/categories", locale="de")
    assert (answer.status, answer.headers["Content-Language"]) == (500, "de")
    assert "secret" not in answer.text
    assert "secret detail" in caplog.text


def test_without_a_database_a_503_says_when_to_come_back(tmp_path: Path) -> None:
    app = make_app(tmp_path / "none", bootstrap="off")
    answers = [ask(app, path) for path in PATHS]
    close(app)
    assert [(answer.status, answer.headers["Retry-After"]) for answer in answers] == [(503, "5")] * len(PATHS)


def test_without_an_index_the_search_is_a_simpler_one(app: Flask, monkeypatch: pytest.MonkeyPatch, site: Site) -> None:
    monkeypatch.setattr(type(site.indexer), "ensure", lambda *_: False)
    found = ask(app, "/search", q="withdrawal", locale="en").body
    assert (found["is_plain"], 17 in [item["id"] for item in found["items"]]) == (True, True)
    answer = ask(app, "/suggest", q="withdrawal", locale="en")
    assert (answer.body, answer.headers.get("ETag"), answer.headers["Cache-Control"]) == (
        {"items": []},
        None,
        "no-store",
    )


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE", "TRACE", "FOO"])
@pytest.mark.parametrize("path", ["/status", "/articles/16", "/openapi.json"])
def test_other_methods(app: Flask, method: str, path: str) -> None:
    answer = ask(app, path, method=method)
    assert answer.status == 405
    assert set(answer.headers["Allow"].split(", ")) >= {"GET", "HEAD", "OPTIONS"}


@pytest.mark.parametrize("path", PATHS)
def test_head_is_a_get_without_body(app: Flask, path: str) -> None:
    get, head = ask(app, path), ask(app, path, method="HEAD")
    assert (head.status, head.text) == (200, "")
    assert {name: head.headers.get(name) for name in ("ETag", "Link")} == {
        name: get.headers.get(name) for name in ("ETag", "Link")
    }


@pytest.mark.parametrize(
    "path", ["/locales", "/categories", "/articles", "/articles/16", "/suggest?q=a", "/openapi.json"]
)
def test_what_has_not_changed_is_not_sent_again(app: Flask, path: str) -> None:
    tag = ask(app, path).headers["ETag"]
    again = ask(app, path, headers={"If-None-Match": tag})
    assert (again.status, again.text, again.headers["ETag"]) == (304, "", tag)
    assert again.headers["Cache-Control"] == "no-cache"
    assert ask(app, path, headers={"If-None-Match": '"other"'}).status == 200


def test_the_validator_changes_with_content_language_and_question(app: Flask, site: Site) -> None:
    def tags() -> list[str]:
        return [
            ask(app, path, headers={"Accept-Language": language}).headers["ETag"]
            for path in ("/articles", "/articles?page=2", "/articles/16")
            for language in ("en", "de")
        ]

    before = tags()
    assert len(set(before)) == 6
    assert unpublish(site, "tax-report-germany", "de")
    assert set(before) & set(tags()) == set()


def test_what_moves_by_itself_has_no_validator(app: Flask) -> None:
    for path in ("/status", "/search?q=a"):
        answer = ask(app, path)
        assert (answer.headers.get("ETag"), answer.headers["Cache-Control"]) == (None, "no-store")


ELSEWHERE = "https://www.acme.example"


@pytest.mark.parametrize(
    ("allowed", "origin", "said"),
    [
        ((), ELSEWHERE, None),
        (("*",), ELSEWHERE, "*"),
        (("*",), None, "*"),
        ((ELSEWHERE,), ELSEWHERE, ELSEWHERE),
        ((ELSEWHERE,), "https://www.acme.example.evil.example", None),
        ((ELSEWHERE,), "null", None),
        ((ELSEWHERE,), None, None),
    ],
)
@pytest.mark.parametrize("path", ["/locales?locale=en", "/nope?locale=en"])
def test_other_sites_scripts(
    build: Callable[..., Flask],
    demo_template: Path,
    allowed: tuple[str, ...],
    origin: str | None,
    said: str | None,
    path: str,
) -> None:
    app = build(demo_template, api_origins=allowed)
    headers = {"Origin": origin} if origin else {}
    answer = ask(app, path, headers=headers)
    assert answer.headers.get("Access-Control-Allow-Origin") == said
    assert answer.headers["Cross-Origin-Resource-Policy"] == ("cross-origin" if allowed else "same-origin")
    assert ("Origin" in answer.headers.get("Vary", "")) == (allowed == (ELSEWHERE,))
    exposed = answer.headers.get("Access-Control-Expose-Headers")
    assert exposed == ("ETag, Link, Retry-After" if said else None)
    page = app.test_client().get("/en/", headers=headers)
    assert "Access-Control-Allow-Origin" not in page.headers
    assert page.headers["Cross-Origin-Resource-Policy"] == "same-origin"


def test_preflight(build: Callable[..., Flask], demo_template: Path) -> None:
    app = build(demo_template, api_origins=(ELSEWHERE,))
    asked = {"Access-Control-Request-Method": "GET", "Access-Control-Request-Headers": "if-none-match"}
    answer = ask(app, "/articles", method="OPTIONS", headers={"Origin": ELSEWHERE, **asked})
    assert (answer.status, answer.text, answer.headers["Allow"]) == (204, "", "GET, HEAD, OPTIONS")
    assert answer.headers["Access-Control-Allow-Methods"] == "GET, HEAD, OPTIONS"
    assert answer.headers["Access-Control-Allow-Headers"] == "If-None-Match"
    assert answer.headers["Access-Control-Max-Age"] == "86400"
    foreign = ask(app, "/articles", method="OPTIONS", headers={"Origin": "https://evil.example", **asked})
    assert [name for name, _value in foreign.headers if name.startswith("Access-Control")] == []
    assert ask(app, "/nope", method="OPTIONS").status == 404


def test_limit(build: Callable[..., Flask], demo_template: Path, noon: datetime) -> None:
    app = build(demo_template, api_per_minute=3, votes_per_minute=1)
    statuses = [ask(app, path).status for path in ("/status", "/nope", "/locales?nope=1", "/status", "/openapi.json")]
    assert statuses == [200, 404, 400, 429, 429]
    answer = ask(app, "/articles", locale="de")
    assert answer.headers["Retry-After"] == "60"
    assert answer.headers["Content-Language"] == "de"
    assert ask(app, "/articles", method="OPTIONS").status == 204
    # Another network, and this one's pages and votes, are not touched.
    other = app.test_client().get("/api/v1/status", environ_base={"REMOTE_ADDR": "192.0.2.1"})
    assert other.status_code == 200
    headers = {"Sec-Fetch-Site": "same-origin"}
    vote = app.test_client().post("/en/articles/16-x/vote", data={"answer": "yes"}, headers=headers)
    assert vote.status_code == 303


def test_a_busy_database_counts_nothing_and_answers(app: Flask, site: Site, caplog: pytest.LogCaptureFixture) -> None:
    ask(app, "/status")
    with written_elsewhere(site):  # every fifth request is told, with those before it
        statuses = [ask(app, "/status").status for _ in range(4)]
    assert statuses == [200] * 4
    assert caplog.text.count("Requests were not counted for the limit api") == 1


def test_public_addresses_come_from_the_setting(build: Callable[..., Flask], demo_template: Path) -> None:
    app = build(demo_template, site_url="https://help.acme.example", trusted_hosts=("localhost",))
    answer = ask(app, "/articles", per_page=1)
    assert "localhost" not in answer.text
    assert answer.headers["Link"].startswith("<https://help.acme.example/api/v1/articles?per_page=1&page=1>")
    assert ask(app, "/openapi.json").body["servers"] == [{"url": "https://help.acme.example/api/v1"}]
    assert ask(app, "/status", headers={"Host": "evil.example"}).status == 400


def test_mounted_it_leaves_the_host_alone(app: Flask, site: Site) -> None:
    hosts = [Flask("host"), Flask("host")]
    for host in hosts:
        host.add_url_rule("/", "home", lambda: "host")
        Helpdesk(host, url_prefix="/help", settings=site.settings, engine=site.database.engine)
        client = host.test_client()
        answer = client.get("/help/api/v1/articles?per_page=1")
        check(answer)
        assert answer.get_json()["items"][0]["url"].startswith("http://localhost/help/")
        assert "http://localhost/help/api/v1/articles?per_page=1&page=2" in answer.headers["Link"]
        for path, status in (("/help/api/v1/nope", 404), ("/help/api/v1/articles?page=0", 400)):
            check(client.get(path))
            assert client.get(path).status_code == status
        check(client.post("/help/api/v1/articles"))
        assert client.get("/").get_data(as_text=True) == "host"
        own = client.get("/nope")
        assert (own.status_code, own.mimetype, "X-Frame-Options" in own.headers) == (404, "text/html", False)
        assert [handlers for handlers in host.error_handler_spec[None].values() if handlers] == []
        assert [name for name in host.cli.commands if name != "helpdesk"] == []


def test_the_document_names_every_operation(app: Flask) -> None:
    document = ask(app, "/openapi.json").body
    rules = {rule.rule for rule in app.url_map.iter_rules() if rule.endpoint.startswith("helpdesk_api.")}
    named = {"/api/v1" + path.replace("{", "<").replace("}", ">") for path in document["paths"]}
    assert rules - named == {"/api/v1/openapi.json", "/api/v1/<path:rest>", "/<tag>/search.json"}
    operations = [item["get"] for item in document["paths"].values()]
    assert [operation["operationId"] for operation in operations] == [item.name for item in OPERATIONS]
    for operation in operations:
        assert operation["summary"]
        assert all(item["description"] for item in operation["parameters"])
        assert {"200", "400", "429", "500", "503"} <= set(operation["responses"])
