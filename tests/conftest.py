"""The cast of the tests: a demo site copied from a template, an empty one, and clients that check what they fetch."""

from __future__ import annotations

import fcntl
import gc
import os
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from functools import cache
from math import inf
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from jinja2 import BytecodeCache
from jinja2.bccache import Bucket
from sqlalchemy import delete, update
from sqlalchemy.util import LRUCache
from werkzeug.routing import Rule

from helpdesk import clock
from helpdesk.cli import progress
from helpdesk.config import load
from helpdesk.db import Database, create_engine_for
from helpdesk.factory import create_app
from helpdesk.models import SearchNode
from helpdesk.services.bootstrapping import prepare
from helpdesk.services.site import Site
from tests.support.databases import (
    POSTGRES,
    SQLITE,
    Backend,
    copy_instance,
    drop_database,
    find_postgres,
    keep_instance,
    served_postgres,
)
from tests.support.machine import LEFT_OUT, TAGS, absent, leave_out
from tests.support.pages import CheckingClient

KEY = "a key for tests, 32 characters long"
NOON = datetime(2026, 5, 13, 12, tzinfo=UTC)


class Compiled(BytecodeCache):
    """Templates compiled once for all apps of this process."""

    def __init__(self) -> None:
        self.known: dict[str, bytes] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        if bucket.key in self.known:
            bucket.bytecode_from_string(self.known[bucket.key])

    def dump_bytecode(self, bucket: Bucket) -> None:
        self.known[bucket.key] = bucket.bytecode_to_string()


COMPILED = Compiled()


class Statements(LRUCache[Any, Any]):
    """SQL compiled once for all engines of this process that speak the same dialect: SQLAlchemy keeps it by engine."""

    def get(self, key: Any, default: Any = None) -> Any:
        return super().get((key[0].name, *key[1:]), default)

    def __setitem__(self, key: Any, compiled: Any) -> None:
        super().__setitem__((key[0].name, *key[1:]), compiled)


STATEMENTS = Statements(1000)


class Builders:
    """What builds addresses compiled once for all apps of this process: it is a third of what making an app costs."""

    def __init__(self) -> None:
        self.known: dict[Any, Callable[..., tuple[str, str]]] = {}
        self.compile = Rule._compile_builder

    def get(self, rule: Rule, append_unknown: bool = True) -> Callable[..., tuple[str, str]]:
        if rule.defaults:  # they are compiled with what the rule's converters make of them
            return self.compile(rule, append_unknown)
        key = (rule.rule, tuple(rule._trace), append_unknown)
        if key not in self.known:
            self.known[key] = self.compile(rule, append_unknown)
        return self.known[key]


BUILDERS = Builders()
Rule._compile_builder = lambda rule, append_unknown=True: BUILDERS.get(rule, append_unknown)  # type: ignore[method-assign]
# Most of what Python's collector looks through again and again is never garbage here.
gc.freeze()
gc.set_threshold(20_000, 10, 10)


def make_app(instance: Path, *, locales: tuple[str, ...] = TAGS, **settings: object) -> Flask:
    """A standalone app on an instance folder, whatever the environment says."""
    app = create_app(load(instance, environ={}, secret_key=KEY, locales=locales, **settings))
    app.jinja_options = {"bytecode_cache": COMPILED}
    app.extensions["helpdesk"].database.engine.update_execution_options(compiled_cache=STATEMENTS)
    return app


def prepared(instance: Path, mode: str) -> Path:
    """An instance to copy; Russian came to its site after the demo, so that one locale has no content of its own."""
    app = make_app(instance, locales=tuple(tag for tag in TAGS if tag != "ru"))
    prepare(app.extensions["helpdesk"], mode)
    close(app)
    app = make_app(instance)
    site: Site = app.extensions["helpdesk"]
    site.indexer.rebuild()
    with site.database.transaction() as connection:  # with other locales it was another node
        connection.execute(delete(SearchNode).where(SearchNode.name != site.indexer.node))
    close(app)
    return instance


def filled(template: Path, instance: Path, fill: Callable[[Site], object], **settings: object) -> Path:
    """An instance to copy: a copy of a template, and more in it."""
    app = make_app(copy_instance(template, instance), **settings)
    _rename_node(app.extensions["helpdesk"])
    fill(app.extensions["helpdesk"])
    close(app)
    return instance


def _rename_node(site: Site) -> None:
    """A copied instance is the node of its own folder, as the template is of its."""
    with site.database.transaction() as connection:
        connection.execute(update(SearchNode).values(name=site.indexer.node))


def close(app: Flask) -> None:
    site: Site = app.extensions["helpdesk"]
    site.indexer.backend.close()
    site.database.engine.dispose()


# Folders whose tests run on both databases; a test that is about one of them is marked `on(...)`.
ON_BOTH = {"core", "web", "cli"}


def pytest_xdist_auto_num_workers() -> int:
    """For `-n auto`: two more than there are cores, as many tests wait for browsers and other processes."""
    return (os.cpu_count() or 1) + 2


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Files that take long first: processes get them in this order, and none shall be left alone with one at the end."""
    sizes = Counter(item.path for item in items)
    items.sort(key=lambda item: (item.path.parent.name != "faults", -sizes[item.path]))


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Every test that has to do with a database runs on SQLite and on PostgreSQL."""
    marker = metafunc.definition.get_closest_marker("on")
    is_on_both = metafunc.definition.path.parent.name in ON_BOTH
    if "backend" in metafunc.fixturenames and (marker or is_on_both):
        names = marker.args if marker else (SQLITE, POSTGRES)
        metafunc.parametrize("backend", names, indirect=True, scope="session")


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    for name in absent():
        terminalreporter.write_line(LEFT_OUT[name])


@pytest.fixture(scope="session", autouse=True)
def in_time() -> Iterator[None]:
    """What commands say does not depend on how fast the machine is: nothing takes so long that they show progress."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(progress, "PATIENCE", inf)
        yield


@pytest.fixture(scope="session")
def postgres() -> Iterator[Backend]:
    """A PostgreSQL server of our own; absent, tests are skipped, or fail where HELPDESK_REQUIRE asks for it."""
    programs = find_postgres()
    if programs is None:
        leave_out("postgres")
    with served_postgres(programs) as address:
        yield Backend(POSTGRES, address)


@pytest.fixture(scope="session")
def backend(request: pytest.FixtureRequest) -> Backend:
    """Where the databases of a test live; SQLite where nothing else is said."""
    is_postgres = getattr(request, "param", SQLITE) == POSTGRES
    return request.getfixturevalue("postgres") if is_postgres else Backend(SQLITE)


@pytest.fixture(scope="session")
def templates(tmp_path_factory: pytest.TempPathFactory) -> Callable[[Backend, str], Path]:
    """Prepared instances by backend and mode, each made once in a run; every process of the run has its own copy."""

    @cache
    def make(backend: Backend, mode: str) -> Path:
        own = tmp_path_factory.mktemp(mode) / "instance"
        if "PYTEST_XDIST_WORKER" not in os.environ:
            return prepared(backend.make_instance(own), mode)
        kept = tmp_path_factory.getbasetemp().parent / f"{backend.name}-{mode}"
        with kept.with_suffix(".lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            if not kept.exists():
                keep_instance(prepared(backend.make_instance(own), mode), kept)
                return own
        backend.take_instance(kept, own)
        app = make_app(own)
        _rename_node(app.extensions["helpdesk"])
        close(app)
        return own

    return make


@pytest.fixture(scope="session")
def demo_template(templates: Callable[[Backend, str], Path], backend: Backend) -> Path:
    return templates(backend, "demo")


@pytest.fixture(scope="session")
def empty_template(templates: Callable[[Backend, str], Path], backend: Backend) -> Path:
    return templates(backend, "empty")


@pytest.fixture(scope="session")
def grown(tmp_path_factory: pytest.TempPathFactory) -> Callable[[Path, Callable[[Site], object]], Path]:
    """Instances to copy, by the template that they began with and what was done there; each is made once."""

    @cache
    def make(template: Path, fill: Callable[[Site], object]) -> Path:
        return filled(template, tmp_path_factory.mktemp("grown") / "instance", fill)

    return make


@pytest.fixture
def build(tmp_path: Path) -> Iterator[Callable[..., Flask]]:
    """Make apps on a copy of a template; closed at the end."""
    apps: list[Flask] = []

    def make(template: Path, name: str = "instance", **settings: object) -> Flask:
        instance = tmp_path / name
        is_copy = not instance.exists()
        if is_copy:
            copy_instance(template, instance)
        apps.append(make_app(instance, **settings))
        if is_copy:
            _rename_node(apps[-1].extensions["helpdesk"])
        return apps[-1]

    yield make
    for app in apps:
        close(app)
    for instance in {app.extensions["helpdesk"].settings.instance_dir for app in apps}:
        drop_database(instance)


@pytest.fixture
def fresh_instance(backend: Backend, tmp_path: Path) -> Iterator[Path]:
    """A folder for an instance that was never started."""
    instance = backend.make_instance(tmp_path / "instance")
    yield instance
    drop_database(instance)


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


@pytest.fixture(scope="session")
def visited_app(demo_template: Path, backend: Backend, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flask]:
    """A demo site for tests that neither change it nor look at its figures."""
    instance = copy_instance(demo_template, tmp_path_factory.mktemp("visited") / "instance")
    app = make_app(instance)
    _rename_node(app.extensions["helpdesk"])
    yield app
    close(app)
    drop_database(instance)


@pytest.fixture
def visitor(visited_app: Flask) -> CheckingClient:
    """A reader of the site that others read too, never there before."""
    return CheckingClient(visited_app)


@pytest.fixture
def noon(monkeypatch: pytest.MonkeyPatch) -> datetime:
    """A fixed time."""
    monkeypatch.setattr(clock, "now", lambda: NOON)
    return NOON


@pytest.fixture
def database(fresh_instance: Path) -> Iterator[Database]:
    """An empty database."""
    fresh_instance.mkdir(exist_ok=True)
    engine = create_engine_for(load(fresh_instance, environ={}).resolved_database_url)
    yield Database(engine)
    engine.dispose()
