"""On the host's engine: the host's connections, our transactions, and nothing of ours left on either."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path
from threading import Thread
from time import sleep

import pytest
from sqlalchemy import Engine, create_engine, event, text
from sqlalchemy.exc import OperationalError
from sqlalchemy.pool import StaticPool

from helpdesk import Helpdesk
from helpdesk.db import Database, _on_sqlite_begin, _on_sqlite_connect, borrow_engine
from helpdesk.errors import ConfigurationError
from helpdesk.services.migrating import current_revision, downgrade, head_revision, schema_differences, upgrade
from tests.support.mounted import Host, settings_of
from tests.support.pages import READER, SAME_ORIGIN

pytestmark = pytest.mark.on("sqlite")
PRAGMAS = ("journal_mode", "foreign_keys", "synchronous", "busy_timeout")


def begin_late(engine: Engine) -> Engine:
    """What SQLAlchemy's manual tells hosts of SQLite to do; it takes no lock."""
    event.listen(engine, "connect", lambda connection, _record: setattr(connection, "isolation_level", None))
    event.listen(engine, "begin", lambda connection: connection.exec_driver_sql("BEGIN"))
    return engine


def pragmas(engine: Engine) -> list[object]:
    with engine.connect() as connection:
        return [connection.exec_driver_sql(f"PRAGMA {name}").scalar() for name in PRAGMAS]


@pytest.fixture
def make_engine(tmp_path: Path) -> Iterator[Callable[..., Engine]]:
    engines: list[Engine] = []

    def make(name: str = "host.sqlite", *, mode: str = "delete", template: Path | None = None) -> Engine:
        path = tmp_path / name
        if template is not None:
            shutil.copy(template / "helpdesk.sqlite", path)
        with closing(sqlite3.connect(path)) as connection:
            connection.execute(f"PRAGMA journal_mode={mode}")
            connection.execute("CREATE TABLE product (name TEXT)")
        engines.append(create_engine(f"sqlite:///{path}"))
        return engines[-1]

    yield make
    for engine in engines:
        engine.dispose()


def test_nothing_listens_and_no_pragma_stays(make_engine: Callable[..., Engine]) -> None:
    engine = make_engine()
    before = pragmas(engine)
    database = Database(borrow_engine(engine))
    seen = {}
    with database.transaction() as connection:
        connection.exec_driver_sql("INSERT INTO product VALUES ('a')")
        seen = {name: connection.exec_driver_sql(f"PRAGMA {name}").scalar() for name in PRAGMAS}
    with pytest.raises(OperationalError), engine.connect() as connection:
        connection.exec_driver_sql("nonsense")
    with pytest.raises(OperationalError), database.transaction(is_brief=True) as connection:
        connection.exec_driver_sql("nonsense")
    assert seen == {"journal_mode": "delete", "foreign_keys": 1, "synchronous": 2, "busy_timeout": 5000}
    assert pragmas(engine) == before
    assert before[1] == 0, "the host has no foreign keys switched on, and keeps it so"
    with engine.connect() as connection:
        assert connection.exec_driver_sql("SELECT name FROM product").scalars().all() == ["a"]
        driver = connection.connection.driver_connection
        assert not driver.in_transaction, "the host's connections begin as they did: late"
    ours = {"connect": _on_sqlite_connect, "begin": _on_sqlite_begin}
    assert [event.contains(engine, name, listener) for name, listener in ours.items()] == [False, False]


@pytest.mark.parametrize("prepare", [lambda engine: engine, begin_late])
def test_a_write_takes_its_lock_at_once(
    make_engine: Callable[..., Engine], prepare: Callable[[Engine], Engine]
) -> None:
    """A deferred transaction that has read and then writes fails at once, however patient."""
    database = Database(borrow_engine(prepare(make_engine(mode="wal"))))

    def count_up(_number: int) -> None:
        with database.transaction() as connection:
            seen = connection.exec_driver_sql("SELECT count(*) FROM product").scalar_one()
            sleep(0.002)
            connection.execute(text("INSERT INTO product VALUES (:name)"), {"name": str(seen)})

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(count_up, range(40)))
    with database.read() as connection:
        names = connection.exec_driver_sql("SELECT name FROM product").scalars().all()
    assert sorted(map(int, names)) == list(range(40))


@pytest.mark.parametrize("prepare", [lambda engine: engine, begin_late])
def test_a_read_sees_one_state(make_engine: Callable[..., Engine], prepare: Callable[[Engine], Engine]) -> None:
    database = Database(borrow_engine(prepare(make_engine(mode="wal"))))

    def write() -> None:
        with database.transaction() as connection:
            connection.exec_driver_sql("INSERT INTO product VALUES ('new')")

    with database.read() as connection:
        first = connection.exec_driver_sql("SELECT count(*) FROM product").scalar_one()
        thread = Thread(target=write)
        thread.start()
        thread.join()
        assert connection.exec_driver_sql("SELECT count(*) FROM product").scalar_one() == first == 0
    with database.read() as connection:
        assert connection.exec_driver_sql("SELECT count(*) FROM product").scalar_one() == 1


def test_migrations_beside_the_hosts_tables(make_engine: Callable[..., Engine]) -> None:
    engine = make_engine()
    before = pragmas(engine)
    database = Database(borrow_engine(engine))
    upgrade(database)
    assert (current_revision(database), schema_differences(database)) == (head_revision(), [])
    with engine.connect() as connection:
        tables = set(connection.exec_driver_sql("SELECT name FROM sqlite_master WHERE type = 'table'").scalars())
    assert {name for name in tables if not name.startswith(("hd_", "sqlite_"))} == {"product"}
    downgrade(database, "base")
    with engine.connect() as connection:
        left = set(connection.exec_driver_sql("SELECT name FROM sqlite_master WHERE type = 'table'").scalars())
    assert {name for name in left if not name.startswith("sqlite_")} == {"product", "hd_alembic_version"}
    assert pragmas(engine) == before


@pytest.mark.parametrize("url", ["sqlite://", "sqlite:///file:x?mode=memory&uri=true"])
def test_a_database_in_memory_cannot_be_shared(url: str) -> None:
    engine = create_engine(url, poolclass=StaticPool)
    with pytest.raises(ConfigurationError, match="cannot share an engine whose pool is one connection"):
        borrow_engine(engine)
    engine.dispose()


@pytest.mark.parametrize("mode", ["delete", "wal"])
@pytest.mark.parametrize("is_lazy", [True, False])
def test_twenty_posts_of_one_visitor_are_one_vote(
    tmp_path: Path, demo_template: Path, mode: str, is_lazy: bool
) -> None:
    host = Host(tmp_path / "shop")
    with host.app.app_context():
        host.db.engine.dispose()
    shutil.copy(demo_template / "helpdesk.sqlite", tmp_path / "shop" / "host.sqlite")
    with closing(sqlite3.connect(tmp_path / "shop" / "host.sqlite")) as connection:
        connection.execute(f"PRAGMA journal_mode={mode}")
    with host.app.app_context():
        host.db.create_all()
        engine = host.db.engine
    settings = settings_of(demo_template.parent / "instance", index_dir=tmp_path / "index")
    Helpdesk(host.app, url_prefix="/support", settings=settings, engine=(lambda: host.db.engine) if is_lazy else engine)
    site = host.app.extensions["helpdesk"]
    article = host.app.test_client().get("/support/de/articles/16").headers["Location"]

    def count() -> int:
        with site.database.read() as connection:
            return int(connection.exec_driver_sql("SELECT count(*) FROM hd_vote").scalar_one())

    def post(number: int) -> int:
        answer = "yes" if number % 2 else "no"
        response = host.app.test_client().post(
            f"{article}/vote",
            data={"answer": answer, "attempt": "a" * 32},
            headers=SAME_ORIGIN | {"User-Agent": READER},
        )
        return response.status_code

    before = count()
    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(post, range(20))) == [303] * 20
    assert count() == before + 1
    assert pragmas(engine)[0] == mode
    host.close()
