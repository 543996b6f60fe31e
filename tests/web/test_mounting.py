"""Mounted into a host: its pages, words, session, tables and configuration stay what they were."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from helpdesk import Helpdesk
from helpdesk.errors import ConfigurationError
from tests.support.instances import copied
from tests.support.mounted import Host, MakeHost, mounted, settings_of
from tests.support.pages import READER, SAME_ORIGIN, CheckingClient

ROOT = Path(__file__).parents[2]
ARTICLE = "/support/de/articles/16-authenticator-auf-ein-neues-telefon-umziehen"
PAGES = (
    "/",
    "/page",
    "/fr/products",
    "/visit",
    "/boom",
    "/gone",
    "/nope",
    "/supporters",
    "/static/x.css",
    "/robots.txt",
)


def article_of(app: Flask, tag: str = "de") -> str:
    return CheckingClient(app).get(f"/support/{tag}/articles/16").response.headers["Location"]


def answers(app: Flask) -> list[tuple[str, int, list[tuple[str, str]], bytes]]:
    """Everything that the host says, but the signature of its session."""
    client = app.test_client()
    found = []
    for method, path in [*(("GET", path) for path in PAGES), ("POST", "/"), ("OPTIONS", "/"), ("POST", "/order")]:
        response = client.open(path, method=method)
        headers = [
            (name, value.partition("=")[0] if name == "Set-Cookie" else value) for name, value in response.headers
        ]
        found.append((f"{method} {path}", response.status_code, headers, response.data))
    return found


def test_the_hosts_pages_are_the_same_with_and_without_us(make_host: MakeHost, host: Host) -> None:
    without = make_host("without")
    with_us = answers(host.app)
    assert with_us == answers(without.app)
    assert [status for _name, status, _headers, _body in with_us] == [
        *(200, 200, 200, 200, 500, 410, 404, 404, 404, 404),
        *(405, 200, 200),
    ]
    host.app.test_client().get("/support/de/")
    assert answers(host.app) == with_us, "after a page of ours"


def test_the_hosts_configuration_and_jinja_are_not_touched(make_host: MakeHost, demo_template: Path) -> None:
    with_us, without = make_host(babel="never"), make_host("without", babel="never")
    before = dict(with_us.app.config)
    mounted(with_us, demo_template)
    assert "jinja_env" not in vars(with_us.app), "made by the host when it needs it, with all of its options"
    assert CheckingClient(with_us.app).get("/support/de/").status == 200
    assert dict(with_us.app.config) == before
    theirs, plain = with_us.app.jinja_env, without.app.jinja_env
    assert [set(names) for names in (theirs.globals, theirs.filters, theirs.tests)] == [
        set(names) for names in (plain.globals, plain.filters, plain.tests)
    ]


def test_headers_and_errors_of_ours_end_at_the_prefix(host: Host) -> None:
    client = CheckingClient(host.app)
    for path, status, lang in (
        ("/support/de/nope", 404, "de"),
        ("/support/ar/x/y", 404, "ar"),
        ("/support/x", 404, "en"),
    ):
        page = client.get(path)
        assert (page.status, page.root.get("lang")) == (status, lang)
    page = client.open("DELETE", "/support/ar/")
    assert (page.status, page.root.get("lang")) == (405, "ar")
    assert set(page.response.headers["Allow"].split(", ")) == {"GET", "HEAD", "OPTIONS"}
    assert host.touched == []
    assert host.app.test_client().get("/supporters").text == "introuvable"
    assert host.touched == ["404"]


def test_what_breaks_in_us_is_ours(host: Host, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_args: object, **_options: object) -> None:
        raise RuntimeError("secret")

    monkeypatch.setattr("helpdesk.web.site.home.list_categories", fail)
    page = CheckingClient(host.app).get("/support/de/")
    assert (page.status, page.root.get("lang"), host.touched) == (500, "de", [])


@pytest.mark.parametrize("babel", ["before", "after"])
def test_the_hosts_words_stay_french(make_host: MakeHost, demo_template: Path, babel: str) -> None:
    host = mounted(make_host(babel=babel), demo_template)
    client = host.app.test_client()

    def said(path: str) -> str:
        html = client.get(path, headers={"User-Agent": READER}).text
        return html if path == "/" else html.partition("<html lang=")[2][:4]

    paths = ["/", "/support/de/", "/", "/support/ar/", "/support/nope", "/"]
    assert [said(path) for path in paths] == ["Boutique", '"de"', "Boutique", '"ar"', '"en"', "Boutique"]
    with ThreadPoolExecutor(4) as pool:
        many = paths * 6
        assert list(pool.map(said, many)) == [said(path) for path in paths] * 6


def test_a_host_without_babel(make_host: MakeHost, demo_template: Path) -> None:
    host = mounted(make_host(babel="never"), demo_template)
    client = CheckingClient(host.app)
    assert client.get("/support/de/").one("html").get("lang") == "de"
    assert host.app.test_client().get("/").text == "Shop"
    assert "babel" not in host.app.extensions


def test_an_application_context_of_the_hosts_own_carries_nothing_over(host: Host) -> None:
    """As test suites do that keep a context open: Flask then uses one `g` for all requests."""
    with host.app.app_context() as context:
        client = host.app.test_client()
        langs = [
            client.get(p).text.partition('lang="')[2][:2] for p in ("/support/de/", "/support/ar/", "/support/x/y")
        ]
        assert langs == ["de", "ar", "en"]
        assert client.post("/support/de/").status_code == 405
        assert [name for name in context.g if name.startswith("hd_")] == []
        assert client.get("/").text == "Boutique"


def vote(app: Flask, data: dict[str, str] | None = None, **headers: str) -> int:
    client = CheckingClient(app)
    return client.post(f"{article_of(app)}/vote", data or {"answer": "yes"}, headers=headers or SAME_ORIGIN).status


def votes(host: Host) -> int:
    with host.app.extensions["helpdesk"].database.read() as connection:
        return int(connection.exec_driver_sql("SELECT count(*) FROM hd_vote").scalar_one())


@pytest.mark.parametrize("is_before", [True, False])
def test_csrf_protection_lets_our_posts_pass_and_our_guard_does_not(
    make_host: MakeHost, demo_template: Path, is_before: bool
) -> None:
    host = make_host()
    if is_before:
        host.protect()
    mounted(host, demo_template)
    if not is_before:
        host.protect()
    before = votes(host)
    assert vote(host.app) == 303
    assert vote(host.app, **{"Sec-Fetch-Site": "cross-site"}) == 403
    assert vote(host.app, Origin="https://evil.example") == 403
    assert vote(host.app, Origin="http://localhost") == 303
    assert vote(host.app, **{"X-Other": "1"}) == 403, "a page that asks once more"
    assert votes(host) == before + 2
    assert host.app.test_client().post("/order").status_code == 400, "the host's own posts stay protected"


def test_the_hosts_session_is_neither_committed_nor_rolled_back(make_host: MakeHost, demo_template: Path) -> None:
    host = make_host()
    seen: list[tuple[int, bool]] = []

    @host.app.before_request
    def dirty() -> None:
        host.db.session.add(host.product(name="half done"))

    @host.app.after_request
    def look(response: Any) -> Any:
        with host.db.engine.connect() as connection:
            rows = connection.exec_driver_sql("SELECT count(*) FROM product").scalar_one()
        seen.append((rows, len(host.db.session.new) == 1))
        return response

    mounted(host, demo_template)
    before = votes(host)
    assert vote(host.app) == 303
    assert votes(host) == before + 1
    assert seen == [(0, True)] * 2


def test_a_help_center_that_cannot_start_leaves_the_host_alone(
    make_host: MakeHost, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    plain = answers(make_host("plain").app)
    off, broken = make_host("off"), make_host("broken")
    off.mount(settings_of(tmp_path / "nothing", bootstrap="off"))
    (tmp_path / "file").write_text("no folder")
    broken.mount(settings_of(tmp_path / "file"))
    for host, status in ((off, 503), (broken, 500)):
        assert CheckingClient(host.app).get("/support/de/").status == status
        assert answers(host.app) == plain
    assert "run: flask helpdesk db upgrade" in caplog.text
    assert not (tmp_path / "nothing").exists()


def test_nothing_is_written_before_somebody_comes(make_host: MakeHost) -> None:
    host = make_host()
    host.mount()
    answers(host.app)
    assert not (host.folder / "instance" / "helpdesk.sqlite").exists()
    assert CheckingClient(host.app).get("/support/en/").status == 200
    assert (host.folder / "instance" / "helpdesk.sqlite").exists()


def test_two_apps_in_one_process(make_host: MakeHost, demo_template: Path, empty_template: Path) -> None:
    """One object mounted twice, with what each app says; and requests that alternate."""
    helpdesk = Helpdesk(url_prefix="/aide")
    hosts = [
        make_host(name, HELPDESK_SITE_NAME=name, HELPDESK_LOCALES=langs)
        for name, langs in (("A", "en, de"), ("B", "en, ru"))
    ]
    for host, template in zip(hosts, (demo_template, empty_template), strict=True):
        copied(template, Path(host.app.instance_path))
        helpdesk.init_app(host.app)

    def look(number: int) -> tuple[int, str, int]:
        page = CheckingClient(hosts[number].app).get(f"/aide/{('de', 'ru')[number]}/")
        return page.status, page.texts("title")[0], len(page.cards) > 0

    expected = [(200, "Hilfecenter von A", True), (200, "Справочный центр B", False)]
    assert [look(number) for number in (0, 1, 0, 1)] == expected * 2
    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(look, [0, 1] * 10)) == expected * 10
    assert CheckingClient(hosts[1].app).get("/aide/de/").status == 404


def test_cookies_go_to_us_only(host: Host) -> None:
    client = host.app.test_client()
    switch = client.get("/support/de/language?route=home", base_url="http://localhost/top")
    voted = client.post(f"{article_of(host.app)}/vote", data={"answer": "yes"}, headers=SAME_ORIGIN)
    paths = [response.headers["Set-Cookie"].partition("Path=")[2].partition(";")[0] for response in (switch, voted)]
    assert paths == ["/top/support/", "/support/"]
    assert switch.headers["Location"] == "/top/support/de/"


def test_addresses_below_a_prefix(host: Host) -> None:
    client = CheckingClient(host.app)
    moved = client.get("/support/zh-tw/search?q=a", headers={"Host": "localhost"}).response
    assert (moved.status_code, moved.headers["Location"]) == (308, "/support/zh-Hant/search?q=a")
    bare = client.get("/support", headers={"Accept-Language": "de"}).response
    assert (bare.status_code, bare.headers["Location"]) == (302, "/support/de/")
    assert client.get("/support", headers={"Host": "evil.example"}).status == 400
    page = client.get("/support/de/")
    assert page.one("link", rel="canonical").get("href") == "http://localhost/support/de/"
    with host.app.test_request_context():
        assert host.app.url_for("helpdesk.root") == "/support/"


def test_a_prefix_that_looks_like_a_tag(make_host: MakeHost, demo_template: Path) -> None:
    host = make_host()
    settings = settings_of(copied(demo_template, host.folder / "help"))
    Helpdesk(host.app, url_prefix="/zh-tw/", settings=settings)
    moved = CheckingClient(host.app).get("/zh-tw/zh-tw/").response
    assert moved.headers["Location"] == "/zh-tw/zh-Hant/"


def test_one_setting_for_production(make_host: MakeHost, demo_template: Path) -> None:
    host = make_host(HELPDESK_SITE_URL="https://shop.example/support")
    copied(demo_template, Path(host.app.instance_path))
    host.mount()
    client = CheckingClient(host.app)
    page = client.get("/support/de/", headers={"Host": "shop.example"})
    assert page.one("link", rel="canonical").get("href") == "https://shop.example/support/de/"
    assert client.get("/support/de/", headers={"Host": "localhost"}).status == 400
    secure = host.app.test_client().get("/support/de/", base_url="https://shop.example")
    assert "Strict-Transport-Security" not in secure.headers, "that is for the whole host to say"


def test_what_is_set_where(make_host: MakeHost, monkeypatch: pytest.MonkeyPatch) -> None:
    host = make_host(
        HELPDESK_SITE_NAME="app", HELPDESK_PAGE_SIZE=7, HELPDESK_LOCALES=["en", "de"], HELPDESK_QUERY_LENGTH=99
    )
    (host.folder / "instance").mkdir(exist_ok=True)
    (host.folder / "instance" / "helpdesk.toml").write_text('site_name = "file"\npage_size = 8\n')
    monkeypatch.setenv("HELPDESK_SITE_NAME", "environment")
    host.mount()
    settings = host.app.extensions["helpdesk"].settings
    found = (settings.site_name, settings.page_size, settings.locales, settings.query_length, settings.secret_key)
    assert found == ("environment", 8, ("en", "de"), 99, "the host's own key")
    wrong = make_host("wrong", HELPDESK_COLOUR="blue")
    with pytest.raises(ConfigurationError, match="HELPDESK_COLOUR in the app's configuration is not a setting"):
        wrong.mount()
