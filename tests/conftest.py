"""The cast of the tests: a demo site copied from a template, an empty one, and clients that check what they fetch."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import create_engine

from helpdesk import clock
from helpdesk.config import load
from helpdesk.db import Database, prepare_engine
from helpdesk.factory import create_app
from helpdesk.services.bootstrapping import prepare
from helpdesk.services.site import Site
from tests.support.pages import CheckingClient

KEY = "a key for tests, 32 characters long"
NOON = datetime(2026, 5, 13, 12, tzinfo=UTC)


def make_app(instance: Path, **settings: object) -> Flask:
    """A standalone app on an instance folder, whatever the environment says."""
    return create_app(load(instance, environ={}, secret_key=KEY, **settings))


def prepared(instance: Path, mode: str) -> Path:
    app = make_app(instance)
    prepare(app.extensions["helpdesk"], mode)
    app.extensions["helpdesk"].indexer.rebuild()
    close(app)
    return instance


def _rename_node(instance: Path, name: str) -> None:
    """A copied instance is the node of its own folder, as the template is of its."""
    with closing(sqlite3.connect(instance / "helpdesk.sqlite")) as connection, connection:
        connection.execute("UPDATE hd_search_node SET name = ?", (name,))


def close(app: Flask) -> None:
    site: Site = app.extensions["helpdesk"]
    site.indexer.backend.close()
    site.database.engine.dispose()


@pytest.fixture(scope="session")
def demo_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return prepared(tmp_path_factory.mktemp("demo") / "instance", "demo")


@pytest.fixture(scope="session")
def empty_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return prepared(tmp_path_factory.mktemp("empty") / "instance", "empty")


@pytest.fixture
def build(tmp_path: Path) -> Iterator[Callable[..., Flask]]:
    """Make apps on a copy of a template; closed at the end."""
    apps: list[Flask] = []

    def make(template: Path, name: str = "instance", **settings: object) -> Flask:
        instance = tmp_path / name
        is_copy = not instance.exists()
        if is_copy:
            shutil.copytree(template, instance)
        apps.append(make_app(instance, **settings))
        if is_copy:
            _rename_node(instance, apps[-1].extensions["helpdesk"].indexer.node)
        return apps[-1]

    yield make
    for app in apps:
        close(app)


@pytest.fixture
def app(build: Callable[..., Flask], demo_template: Path) -> Flask:
    """The demo site."""
    return build(demo_template)


@pytest.fixture
def empty_app(build: Callable[..., Flask], empty_template: Path) -> Flask:
    """A site without content."""
    return build(empty_template)


@pytest.fixture
def site(app: Flask) -> Site:
    return app.extensions["helpdesk"]


@pytest.fixture
def empty_site(empty_app: Flask) -> Site:
    return empty_app.extensions["helpdesk"]


@pytest.fixture
def client(app: Flask) -> CheckingClient:
    """A reader of the demo site."""
    return CheckingClient(app)


@pytest.fixture
def noon(monkeypatch: pytest.MonkeyPatch) -> datetime:
    """A fixed time."""
    monkeypatch.setattr(clock, "now", lambda: NOON)
    return NOON


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    """An empty SQLite file."""
    engine = prepare_engine(create_engine(f"sqlite:///{tmp_path / 'plain.sqlite'}"))
    yield Database(engine)
    engine.dispose()
