"""From nothing to a site: migrations, first start, restart, modes."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from shutil import copytree

import pytest
from flask import Flask
from sqlalchemy import delete, func, inspect, select

from helpdesk import clock
from helpdesk.errors import NotReady
from helpdesk.models import Article, DailyTally, SearchNode, Vote
from helpdesk.queries.users import find_link
from helpdesk.services.bootstrapping import bootstrap_mode, is_prepared, prepare
from helpdesk.services.demo import remove_demo
from helpdesk.services.migrating import downgrade, schema_differences, upgrade
from helpdesk.services.publishing import unpublish
from helpdesk.services.site import Site
from tests.conftest import close, make_app
from tests.support.content import DEMO_ARTICLES
from tests.support.databases import written_elsewhere
from tests.support.pages import CheckingClient
from tests.support.team import add_member

ROOT = Path(__file__).parents[2]


def count(site: Site, model: type) -> int:
    with site.database.read() as connection:
        return connection.execute(select(func.count()).select_from(model)).scalar_one()


def test_up_and_down_on_a_full_database(site: Site) -> None:
    """A migration must not empty child tables (SQLite drops and recreates)."""
    before = {model: count(site, model) for model in (Article, Vote, DailyTally)}
    assert min(before.values()) > 30
    upgrade(site.database)
    assert {model: count(site, model) for model in before} == before
    downgrade(site.database, "base")
    assert inspect(site.database.engine).get_table_names() == ["hd_alembic_version"]
    upgrade(site.database)
    assert schema_differences(site.database) == []


@pytest.mark.on("sqlite")
def test_sqlite_is_set_up_as_promised(site: Site) -> None:
    with site.database.engine.connect() as connection:
        found = {
            name: connection.exec_driver_sql(f"PRAGMA {name}").scalar()
            for name in ("journal_mode", "foreign_keys", "synchronous", "busy_timeout")
        }
    assert found == {"journal_mode": "wal", "foreign_keys": 1, "synchronous": 2, "busy_timeout": 5000}


def test_all_constraints_have_names(site: Site) -> None:
    inspector = inspect(site.database.engine)
    unnamed = [
        (table, constraint)
        for table in inspector.get_table_names()
        if table != "hd_alembic_version"
        for constraint in [
            inspector.get_pk_constraint(table),
            *inspector.get_foreign_keys(table),
            *inspector.get_unique_constraints(table),
            *inspector.get_check_constraints(table),
        ]
        if not constraint["name"]
    ]
    assert unnamed == []


@pytest.mark.on("sqlite")
def test_modes(build: Callable[..., Flask], demo_template: Path, tmp_path: Path) -> None:
    plain = build(demo_template).extensions["helpdesk"].settings
    assert bootstrap_mode(plain, is_flask_run=True) == "demo"
    assert bootstrap_mode(plain, is_flask_run=False) == "empty"
    own = make_app(tmp_path / "other", database_url=f"sqlite:///{tmp_path}/own.sqlite").extensions["helpdesk"].settings
    assert bootstrap_mode(own, is_flask_run=True) == "empty"


def test_off_refuses_with_a_sentence(fresh_instance: Path) -> None:
    app = make_app(fresh_instance, bootstrap="off")
    site = app.extensions["helpdesk"]
    with pytest.raises(NotReady, match="The database is not up to date; run: flask helpdesk db upgrade"):
        prepare(site, "off")
    client = CheckingClient(app)
    assert [client.get("/de/").status, client.get("/de/").status] == [503, 503]
    upgrade(site.database)
    assert [client.get("/de/").status, client.get("/readyz").status] == [200, 200]
    site.database.engine.dispose()


def test_a_server_on_an_empty_database_migrates_at_its_first_request(fresh_instance: Path) -> None:
    before = sorted(fresh_instance.parent.rglob("*"))
    app = make_app(fresh_instance)
    assert sorted(fresh_instance.parent.rglob("*")) == before
    page = CheckingClient(app).get("/en/")
    assert (page.status, page.cards) == (200, [])
    site = app.extensions["helpdesk"]
    assert is_prepared(site)
    prepare(site, "demo")
    assert count(site, Article) == 0, "an empty site that was started before never gets the demo"
    site.database.engine.dispose()


def test_a_server_logs_the_first_administrators_link_once(
    fresh_instance: Path, caplog: pytest.LogCaptureFixture
) -> None:
    app = make_app(fresh_instance)
    site: Site = app.extensions["helpdesk"]
    # Whoever sends the first request, with whatever Host, has no part in the address.
    CheckingClient(app).flask.get("/en/", headers={"Host": "127.0.0.1:9999"}, environ_overrides={"SERVER_PORT": "8000"})
    (line,) = [record.getMessage() for record in caplog.records]
    said, _, address = line.partition("hours: ")
    assert said == "Nobody can sign in yet. This link makes the first administrator, once, within 24 "
    token = re.fullmatch(r"http://127\.0\.0\.1:8000/en/team/link/([\w-]{43})", address)[1]
    assert find_link(site.database, token, now=clock.now()).purpose == "first"
    for other in (app, make_app(fresh_instance)):
        assert CheckingClient(other).get("/en/").status == 200
        close(other)
    assert len(caplog.records) == 1


def test_no_link_is_made_where_there_is_an_account(
    build: Callable[..., Flask], empty_template: Path, caplog: pytest.LogCaptureFixture
) -> None:
    app = build(empty_template)
    add_member(app.extensions["helpdesk"], "admin")
    CheckingClient(app).get("/en/")
    assert caplog.records == []


@pytest.mark.on("sqlite")
def test_pages_do_not_wait_for_that_link(
    build: Callable[..., Flask], empty_template: Path, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("helpdesk.db.NOTE_TIMEOUT", 20)
    app = build(empty_template)
    with written_elsewhere(app.extensions["helpdesk"]):
        assert CheckingClient(app).get("/en/").status == 200
    assert caplog.records == []


def test_the_demo_starts_with_the_index_of_the_default_locale_and_searches_make_the_others(
    fresh_instance: Path, demo_template: Path
) -> None:
    """What another content left in the folder of the index is never an answer."""
    copytree(demo_template / "index" / "de", fresh_instance / "index" / "de")
    app = make_app(fresh_instance, locales=("en", "de", "fr"))
    site: Site = app.extensions["helpdesk"]
    assert site.indexer.backend.status("de").state == "ready"
    before = (fresh_instance / "index/de/current").read_text()
    prepare(site, "demo")
    assert [site.indexer.backend.status(tag).state == "ready" for tag in ("en", "de", "fr")] == [True, True, False]
    assert (fresh_instance / "index/de/current").read_text() != before
    cards = CheckingClient(app).get("/fr/search?q=retrait").cards
    assert len(cards) > 0
    assert site.indexer.backend.status("fr").state == "ready"
    close(app)


def test_readers_of_a_new_machine_wait_for_one_index_and_writers_for_all(
    build: Callable[..., Flask], demo_template: Path, tmp_path: Path
) -> None:
    app = build(demo_template, locales=("en", "de", "ar"), index_dir=tmp_path / "own")
    site: Site = app.extensions["helpdesk"]
    with site.database.transaction() as connection:
        connection.execute(delete(SearchNode))

    def ready() -> list[str]:
        return [locale.tag for locale in site.locales.all if site.indexer.backend.status(locale.tag).state == "ready"]

    assert len(CheckingClient(app).get("/de/search?q=Auszahlung").cards) > 0
    assert ready() == ["en", "de"]  # the default locale's, and what was asked for
    assert len(CheckingClient(app).get("/de/search?q=Einzahlung").cards) > 0
    assert ready() == ["en", "de"]
    assert unpublish(site, "withdrawal-delays", "de")
    assert ready() == ["en", "de", "ar"]


def test_restarting_loses_nothing_and_repeats_nothing(site: Site) -> None:
    before = {model: count(site, model) for model in (Article, Vote, DailyTally)}
    prepare(site, "demo")
    assert {model: count(site, model) for model in before} == before


def test_demo_remove_leaves_nothing_of_it(app: Flask, site: Site, client: CheckingClient) -> None:
    assert list(site.settings.media_path.iterdir()) != []
    assert remove_demo(site) == DEMO_ARTICLES
    with site.database.read() as connection:
        tables = [
            t
            for t in inspect(connection).get_table_names()
            if t not in ("hd_alembic_version", "hd_state", "hd_search_node", "hd_user_link")
        ]
        left = {t: n for t in tables if (n := connection.exec_driver_sql(f"SELECT count(*) FROM {t}").scalar())}
    assert left == {}
    assert list(site.settings.media_path.iterdir()) == []
    page = client.get("/en/search?q=authenticator")
    assert (page.status, page.cards) == (200, [])
    prepare(site, "demo")
    assert count(site, Article) == 0


def flask(instance: Path, *command: str, **environ: str) -> subprocess.CompletedProcess[str]:
    clean = {name: value for name, value in os.environ.items() if not name.startswith("HELPDESK_")}
    return subprocess.run(
        [sys.executable, "-m", "flask", *command],
        cwd=ROOT,
        env=clean | {"HELPDESK_INSTANCE_DIR": str(instance)} | environ,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )


def test_importing_the_app_writes_nothing(tmp_path: Path) -> None:
    clean = {name: value for name, value in os.environ.items() if not name.startswith("HELPDESK_")}
    code = "import app; print(app.app.name)"
    result = subprocess.run(
        [sys.executable, "-c", code],
        cwd=ROOT,
        env=clean | {"HELPDESK_INSTANCE_DIR": str(tmp_path / "instance")},
        capture_output=True,
        text=True,
        check=True,
    )
    assert (result.stdout, list(tmp_path.iterdir())) == ("helpdesk\n", [])


def test_a_wrong_setting_stops_the_start_with_a_sentence(tmp_path: Path) -> None:
    result = flask(tmp_path / "instance", "helpdesk", "doctor", HELPDESK_COLOUR="blue")
    assert result.returncode != 0
    sentence = "Error: HELPDESK_COLOUR is not a setting; `flask helpdesk doctor` lists them all.\n"
    assert sentence in result.stderr
    assert "Traceback" not in result.stderr
