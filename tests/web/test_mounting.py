"""Mounted into a host: its pages, words, session, tables and configuration stay what they were."""

from __future__ import annotations

import os
import subprocess
import sys
import textwrap
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import jinja2
import pytest
from flask import Flask

from helpdesk import Helpdesk
from helpdesk.errors import ConfigurationError
from tests.support.instances import copied
from tests.support.mounted import Host, MakeHost, add_jinja_names, settings_of
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


@pytest.fixture
def make_host(tmp_path: Path) -> Iterator[MakeHost]:
    hosts: list[Host] = []

    def make(name: str = "host", **options: Any) -> Host:
        hosts.append(Host(tmp_path / name, **options))
        return hosts[-1]

    yield make
    for host in hosts:
        host.close()


@pytest.fixture
def host(make_host: MakeHost, demo_template: Path) -> Host:
    """A host with the demo in it."""
    return mounted(make_host(), demo_template)


def mounted(host: Host, template: Path, **settings: Any) -> Host:
    host.mount(settings_of(copied(template, host.folder / "help"), **settings))
    return host


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


@pytest.mark.parametrize("prefix", ["support", "/<shop>/support", "//support"])
def test_a_prefix_is_a_plain_path(make_host: MakeHost, prefix: str) -> None:
    with pytest.raises(ConfigurationError, match="url_prefix must be a plain path such as /support"):
        Helpdesk(make_host().app, url_prefix=prefix)


def test_names_that_are_taken(make_host: MakeHost, tmp_path: Path) -> None:
    twice = make_host()
    twice.mount()
    with pytest.raises(ConfigurationError, match="This app has a help center already"):
        twice.mount()
    taken = make_host("taken")

    @taken.app.cli.command("helpdesk")
    def theirs() -> None:
        """A command of the host."""

    with pytest.raises(ConfigurationError, match="a blueprint or a group of commands named `helpdesk`"):
        taken.mount()


def test_commands_stand_in_one_group(host: Host) -> None:
    run = host.app.test_cli_runner().invoke
    assert "database  ready" in run(args=["helpdesk", "doctor"]).output
    assert set(host.app.cli.commands) == {"helpdesk"}


def test_lines_for_the_hosts_robots_txt_and_its_sitemap(host: Host) -> None:
    client = CheckingClient(host.app)
    client.get("/support/de/")
    with host.app.test_request_context():
        lines, files = Helpdesk.robots(), Helpdesk.sitemap_files()
        pages = [url for cluster in Helpdesk.sitemap_urls() for _tag, url, _updated in cluster.urls]
    assert {"Disallow: /support/de/language", "Disallow: /support/de/search"} <= set(lines)
    assert not any(line.startswith("User-agent") for line in lines)
    assert lines[-1] == "Sitemap: http://localhost/support/sitemap.xml"
    assert files == ["http://localhost/support/sitemap-1.xml"]
    assert [client.get(url).status for url in files] == [200]
    assert len(pages) > 100
    assert {url.split("/")[3] for url in pages} == {"support"}


def pages_of(host: Host) -> list[str]:
    """Every kind of page that we have."""
    client = CheckingClient(host.app)
    home = client.get("/support/de/")
    category = home.one("main").find(".//h3/a").get("href")
    paths = ["/support/de/", category, "/support/de/search", "/support/de/search?q=telefon", article_of(host.app)]
    paths += ["/support/de/about/views", "/support/de/nope", f"{article_of(host.app)}?feedback=removed"]
    return [client.get(path).html for path in paths]


@pytest.mark.on("sqlite")
@pytest.mark.usefixtures("noon")
def test_whatever_the_hosts_jinja_is_like_our_pages_are_the_same(
    make_host: MakeHost, host: Host, demo_template: Path
) -> None:
    odd = make_host(
        "odd",
        jinja={
            "undefined": jinja2.StrictUndefined,
            "autoescape": False,
            "lstrip_blocks": True,
            "finalize": lambda value: value or "-",
            "line_statement_prefix": "<",
            "block_start_string": "[%",
        },
    )
    add_jinja_names(odd.app)
    mounted(odd, demo_template)
    assert pages_of(odd) == pages_of(host)
    assert "<script>alert" not in CheckingClient(odd.app).get("/support/de/search?q=<script>alert(1)</script>").html


def test_a_template_of_ours_gives_way_to_the_hosts(make_host: MakeHost, demo_template: Path) -> None:
    host = make_host()
    own = host.folder / "templates" / "helpdesk" / "_search.html"
    own.parent.mkdir(parents=True)
    own.write_text('<p class="search">{{ _("Shop") }}, {{ hd_text("Search") }}</p>')
    host.app.jinja_loader = jinja2.FileSystemLoader(host.folder / "templates")
    mounted(host, demo_template)
    page = CheckingClient(host.app).get("/support/de/")
    assert page.texts("p", class_="search") == ["Boutique, Suchen"]
    tags = [page.response.headers["ETag"]]
    own.write_text("<p>neu</p>")
    again = make_host("again")
    mounted(again, demo_template)
    again.app.extensions["helpdesk_fingerprint"] = "x"
    tags.append(CheckingClient(again.app).get("/support/de/").response.headers["ETag"])
    assert len(set(tags)) == 2, "who has the page with the old template asks in vain whether it is still true"


def test_autogenerate_leaves_our_tables_alone_if_told_to(tmp_path: Path) -> None:
    """A real one, in a process of its own: its env.py sets up logging."""
    (tmp_path / "host.py").write_text(
        textwrap.dedent("""
        import sys
        from flask import Flask
        from flask_migrate import Migrate
        from flask_sqlalchemy import SQLAlchemy
        from helpdesk import Helpdesk, include_object
        from sqlalchemy.orm import Mapped, mapped_column

        app = Flask(__name__)
        app.config["SQLALCHEMY_DATABASE_URI"] = "sqlite:///shop.sqlite"
        db = SQLAlchemy(app)

        class Product(db.Model):
            id: Mapped[int] = mapped_column(primary_key=True)

        Helpdesk(app, engine=lambda: db.engine)

        def both(*args):
            return include_object(*args) and args[1] != "unrelated"

        def main():
            import flask_migrate
            from alembic.autogenerate import api
            def count(directives):
                print(sorted({f"{type(op).__name__} {op.table_name}" for op in directives[0].upgrade_ops.ops}))
                directives[0] = None
                directives.clear()
            keep = lambda context, revision, directives: count(directives)
            with app.app_context():
                db.create_all()
                app.test_cli_runner().invoke(args=["helpdesk", "db", "upgrade"], catch_exceptions=False)
                for name, options in (("plain", {}), ("ours", {"include_object": include_object}), ("both", {"include_object": both})):
                    Migrate(app, db, directory=name, process_revision_directives=keep, **options)
                    flask_migrate.init(name)
                    flask_migrate.migrate(name)

        main()
        """)
    )
    result = subprocess.run(
        [sys.executable, "host.py"],
        cwd=tmp_path,
        env={"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
    )
    found = [line for line in result.stdout.splitlines() if line.startswith("[")]
    assert len(found) == 3, result.stderr
    plain, ours, both = found
    assert "DropTableOp hd_article" in plain
    assert "DropTableOp hd_alembic_version" in plain
    assert (ours, both) == ("[]", "[]")
