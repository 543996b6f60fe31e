"""Sessions on a given engine: tables' base, transactions, and what SQLite and PostgreSQL do differently."""

from __future__ import annotations

import logging
import sqlite3
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime
from typing import Any, cast

from sqlalchemy import DateTime, Dialect, Engine, MetaData, TypeDecorator, event
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import Connection
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import DeclarativeBase
from sqlalchemy.pool import SingletonThreadPool, StaticPool

from helpdesk.errors import Busy, ConfigurationError

log = logging.getLogger(__name__)

# Milliseconds that a writer waits for another one before it gives up.
BUSY_TIMEOUT = 5000
# Milliseconds that a page waits to note a view or a search, which it can be served without.
NOTE_TIMEOUT = 2000
# What our writes rely on, on whosever connection: full synchronization (2), and foreign keys.
PROMISED = {"synchronous": 2, "foreign_keys": 1}
TABLE_PREFIX = "hd_"
CONVENTION = {
    "pk": "pk_%(table_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
}


class Base(DeclarativeBase):
    """Base of all tables; every name starts with `hd_` so that a host's schema stays its own."""

    metadata = MetaData(naming_convention=CONVENTION)


class UtcDateTime(TypeDecorator[datetime]):
    """An aware time, kept in UTC; naive values are refused."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """UTC without offset for SQLite, which would drop the offset anyway."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a time without zone")
        value = value.astimezone(UTC)
        return value.replace(tzinfo=None) if dialect.name == "sqlite" else value

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Always aware."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


def prepare_engine(engine: Engine) -> Engine:
    """Give an engine that we made our pragmas and our BEGIN; other people's engines are left alone."""
    engine.update_execution_options(hd_own=True)
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", _on_sqlite_connect)
        event.listen(engine, "begin", _on_sqlite_begin)
    return engine


def borrow_engine(engine: Engine) -> Engine:
    """Our view of a host's engine: the host's pool, our BEGIN; nothing listens on the host's engine itself.

    Raises ConfigurationError for a pool of one connection: our commit on it would be the host's.
    """
    if engine.get_execution_options().get("hd_own"):
        return engine
    if isinstance(engine.pool, StaticPool | SingletonThreadPool):
        raise ConfigurationError(
            "The help center cannot share an engine whose pool is one connection (an SQLite database in memory): "
            "its commit would be the app's. Give it an engine on a file or on a server."
        )
    return engine.execution_options(hd_own=False)


def include_object(item: Any, name: str | None, kind: str, is_reflected: bool, compared_to: Any) -> bool:
    """For `context.configure(include_object=...)` in a host's env.py: autogenerate leaves our tables alone."""
    return not (kind == "table" and is_reflected and compared_to is None and (name or "").startswith(TABLE_PREFIX))


def _on_sqlite_connect(connection: Any, _record: Any) -> None:
    connection.isolation_level = None  # we say BEGIN: a write takes its lock at once, DDL is transactional
    _set_pragmas(connection, {"busy_timeout": BUSY_TIMEOUT} | PROMISED)
    _use_wal(connection)


def _set_pragmas(connection: Any, values: Mapping[str, int]) -> None:
    for name, value in values.items():
        connection.execute(f"PRAGMA {name}={value}")


def _use_wal(connection: Any) -> None:
    """Wait ourselves: SQLite heeds no busy_timeout here, and two first connections to a new file meet."""
    deadline = time.monotonic() + BUSY_TIMEOUT / 1000
    while True:
        try:
            connection.execute("PRAGMA journal_mode=WAL")
            return
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY or time.monotonic() > deadline:
                raise
        time.sleep(0.01)


def _on_sqlite_begin(connection: Connection) -> None:
    is_write = connection.get_execution_options().get("hd_write", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if is_write else "BEGIN")


def begin_as_ours(connection: Connection) -> None:
    """At the start of a transaction on a host's SQLite engine: our BEGIN instead of the driver's or the host's.

    Theirs comes late or takes no lock; nothing was said in it yet.
    """
    if connection.dialect.name != "sqlite" or connection.get_execution_options().get("hd_own"):
        return
    if not connection.in_transaction():
        connection.begin()
    if cast(Any, connection.connection.driver_connection).in_transaction:
        connection.exec_driver_sql("ROLLBACK")
    _on_sqlite_begin(connection)


class Database:
    """Reads and transactions on one engine."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self._open: ContextVar[_Transaction | None] = ContextVar("hd_transaction", default=None)

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """A connection that sees one state; inside a transaction, that transaction's own."""
        current = self._open.get()
        if current is not None:
            yield current.connection
            return
        with self.engine.connect() as connection:
            begin_as_ours(connection)
            yield connection

    @contextmanager
    def transaction(self, *, patience: int = BUSY_TIMEOUT) -> Iterator[Connection]:
        """The one place that commits. Nested calls join the outermost.

        Raises Busy when no lock is to be had within `patience` milliseconds (SQLite; PostgreSQL waits for rows only).
        """
        current = self._open.get()
        if current is not None:
            yield current.connection
            return
        try:
            with self._writing(patience) as connection, connection.begin():
                begin_as_ours(connection)
                current = _Transaction(connection)
                token = self._open.set(current)
                try:
                    yield connection
                finally:
                    self._open.reset(token)
        except OperationalError as error:
            raise Busy(str(error.orig)) from error
        for call in current.calls:
            call()

    @contextmanager
    def _writing(self, patience: int) -> Iterator[Connection]:
        with self.engine.connect().execution_options(hd_write=True) as connection:
            is_own = self.engine.get_execution_options().get("hd_own")
            if self.engine.dialect.name != "sqlite" or (is_own and patience == BUSY_TIMEOUT):
                yield connection
                return
            # Said to the driver, so that no transaction begins yet; taken back before the pool gets the connection.
            driver = cast(Any, connection.connection.driver_connection)
            wanted = {"busy_timeout": patience} | ({} if is_own else PROMISED)
            before = {name: driver.execute(f"PRAGMA {name}").fetchone()[0] for name in wanted}
            _set_pragmas(driver, wanted)
            try:
                yield connection
            finally:
                _set_pragmas(driver, before)

    def on_commit(self, call: Callable[[], None]) -> None:
        """Run `call` once after the outermost commit; equal calls run once."""
        current = self._open.get()
        if current is None:
            raise RuntimeError("on_commit outside a transaction")
        if call not in current.calls:
            current.calls.append(call)

    def upsert(self, table: Any) -> Any:
        """The dialect's INSERT that knows ON CONFLICT."""
        insert = postgresql.insert if self.engine.dialect.name == "postgresql" else sqlite.insert
        return insert(table)


class _Transaction:
    """What the outermost `transaction()` keeps."""

    def __init__(self, connection: Connection) -> None:
        self.connection = connection
        self.calls: list[Callable[[], None]] = []


def new_id(connection: Connection, statement: Any) -> int:
    """Run an INSERT of one row; its id."""
    key = connection.execute(statement).inserted_primary_key
    if key is None:
        raise RuntimeError("an INSERT without a row")
    return int(key[0])
