"""Sessions on a given engine: tables' base, transactions, and what SQLite and PostgreSQL do differently."""

from __future__ import annotations

import logging
import os
import random
import sqlite3
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime
from importlib import import_module
from typing import Any, cast
from weakref import WeakSet

from sqlalchemy import (
    URL,
    DateTime,
    Dialect,
    Engine,
    MetaData,
    String,
    TypeDecorator,
    create_engine,
    event,
    func,
    make_url,
    select,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import Connection
from sqlalchemy.exc import ArgumentError, DBAPIError, IntegrityError, OperationalError, SQLAlchemyError
from sqlalchemy.exc import TimeoutError as PoolExhausted
from sqlalchemy.orm import DeclarativeBase
from sqlalchemy.pool import SingletonThreadPool, StaticPool

from helpdesk.errors import Busy, ConfigurationError

log = logging.getLogger(__name__)

# Milliseconds that a writer waits for another one before it gives up.
BUSY_TIMEOUT = 5000
# Milliseconds that a page waits to note a view or a search, which it can be served without.
NOTE_TIMEOUT = 2000
# Seconds, from and to, after which a writer asks again for SQLite's lock.
ASKED_AGAIN = (0.001, 0.01)
# Milliseconds after which PostgreSQL gives a statement up.
STATEMENT_TIMEOUT = 15_000
# One process opens at most fifteen connections; each is tried before it is used, and none grows old.
POSTGRES_POOL = {
    "pool_size": 5,
    "max_overflow": 10,
    "pool_timeout": 5,
    "pool_recycle": 1800,
    "pool_pre_ping": True,
    # Counting sees what was committed while it waited for a lock, whatever the database's own default is.
    "isolation_level": "READ COMMITTED",
}
# Seconds and milliseconds after which libpq takes a silent server for lost; the URL may say otherwise.
POSTGRES_PATIENCE = {"connect_timeout": "5", "tcp_user_timeout": "20000", "keepalives_idle": "30"}
ORPHAN, SQLITE_ORPHAN = "23503", sqlite3.SQLITE_CONSTRAINT_FOREIGNKEY
READ_ONLY = "25006"  # SQLSTATE of a standby, or of a database that was switched to reading
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


class Text(TypeDecorator[str]):
    """Text of any length; a NUL, which PostgreSQL refuses, becomes U+FFFD as in CommonMark."""

    impl = String
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:
        """The same on both databases, in what is stored as in what is looked for."""
        return value.replace("\x00", "\ufffd") if value else value


class Base(DeclarativeBase):
    """Base of all tables; every name starts with `hd_` so that a host's schema stays its own."""

    metadata = MetaData(naming_convention=CONVENTION)
    type_annotation_map = {str: Text}


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


def create_engine_for(url: str) -> Engine:
    """An engine of our own on a database. Raises ConfigurationError."""
    address, options = engine_options(url)
    return prepare_engine(create_engine(address, **options))


def engine_options(url: str) -> tuple[URL, dict[str, Any]]:
    """With what to make an engine on a database; any spelling of PostgreSQL is psycopg 3. Raises ConfigurationError."""
    try:
        address = make_url(url)
    except ArgumentError:
        address = URL.create("")
    if address.drivername in ("sqlite", "sqlite+pysqlite"):
        return address, {}
    if address.drivername not in ("postgres", "postgresql", "postgresql+psycopg"):
        raise ConfigurationError("HELPDESK_DATABASE_URL must start with sqlite:/// or postgresql://.")
    try:
        import_module("psycopg")
    except ImportError:
        raise ConfigurationError('PostgreSQL needs its driver; run: pip install "helpdesk[postgres]"') from None
    patience = {name: value for name, value in POSTGRES_PATIENCE.items() if name not in address.query}
    return address.set(drivername="postgresql+psycopg"), {**POSTGRES_POOL, "connect_args": patience}


def prepare_engine(engine: Engine) -> Engine:
    """Give an engine that we made our pragmas, timeouts and BEGIN; other people's engines are left alone."""
    engine.update_execution_options(hd_own=True)
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", _on_sqlite_connect)
        event.listen(engine, "begin", _on_sqlite_begin)
    else:
        event.listen(engine, "connect", _on_postgres_connect)
    _engines.add(engine)
    return engine


_engines: WeakSet[Engine] = WeakSet()


def _forget_connections() -> None:
    """In a forked process: what the parent opened stays the parent's, whatever server forks and when."""
    for engine in _engines:
        engine.dispose(close=False)


os.register_at_fork(after_in_child=_forget_connections)


def _on_postgres_connect(connection: Any, _record: Any) -> None:
    connection.execute(f"SET lock_timeout = {BUSY_TIMEOUT}")
    connection.execute(f"SET statement_timeout = {STATEMENT_TIMEOUT}")
    connection.commit()


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
    """SQLite heeds no busy_timeout here, and two first connections to a new file meet."""
    _ask_until_free(lambda: connection.execute("PRAGMA journal_mode=WAL"), BUSY_TIMEOUT)


def _on_sqlite_begin(connection: Connection) -> None:
    options = connection.get_execution_options()
    if not options.get("hd_write", False):
        connection.exec_driver_sql("BEGIN")
        return
    driver = cast(Any, connection.connection.driver_connection)
    (before,) = driver.execute("PRAGMA busy_timeout").fetchone()
    _set_pragmas(driver, {"busy_timeout": 0})
    try:
        _ask_until_free(lambda: connection.exec_driver_sql("BEGIN IMMEDIATE"), options.get("hd_patience", BUSY_TIMEOUT))
    finally:
        _set_pragmas(driver, {"busy_timeout": before})


def _ask_until_free(call: Callable[[], object], patience: int) -> None:
    """Wait for SQLite's lock ourselves, for so many milliseconds, and ask as often at the end as at the start.

    SQLite asks ever more rarely (1, 2, 5 ... 100 ms): where there is always somebody who writes, who came last is
    served first, and who waited longest waits on.
    """
    deadline = time.monotonic() + patience / 1000
    while True:
        try:
            call()
            return
        except (sqlite3.OperationalError, OperationalError) as error:
            code = getattr(getattr(error, "orig", error), "sqlite_errorcode", 0)
            if code & 0xFF != sqlite3.SQLITE_BUSY or time.monotonic() > deadline:
                raise
        time.sleep(random.uniform(*ASKED_AGAIN))


@contextmanager
def busy_when_unavailable() -> Iterator[None]:
    """Turn what passes without our doing (a lock, a lost connection, a timeout, a standby) into Busy."""
    try:
        yield
    except SQLAlchemyError as error:
        if not is_passing(error):
            raise
        raise Busy(str(getattr(error, "orig", None) or error).strip()) from error


def is_passing(error: SQLAlchemyError) -> bool:
    """Whether the same statement may succeed later, nothing having been stored."""
    if isinstance(error, DBAPIError) and (error.connection_invalidated or _sqlstate(error) == READ_ONLY):
        return True
    if isinstance(error, IntegrityError):  # what the row belongs to was deleted meanwhile; the next try is told so
        return _sqlstate(error) == ORPHAN or getattr(error.orig, "sqlite_errorcode", None) == SQLITE_ORPHAN
    if isinstance(error, OperationalError):  # of SQLite's, a statement that is wrong stays wrong
        return getattr(error.orig, "sqlite_errorcode", None) != sqlite3.SQLITE_ERROR
    return isinstance(error, PoolExhausted)


def _sqlstate(error: DBAPIError) -> str | None:
    return getattr(error.orig, "sqlstate", None)


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
        self.is_postgres = engine.dialect.name == "postgresql"
        # One state for all statements of a read, as SQLite gives it; said with BEGIN, so it costs nothing.
        self._reading = {"isolation_level": "REPEATABLE READ"} if self.is_postgres else {}
        self._open: ContextVar[_Transaction | None] = ContextVar("hd_transaction", default=None)

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """A connection that sees one state; inside a transaction, that transaction's own. Raises Busy."""
        current = self._open.get()
        if current is not None:
            yield current.connection
            return
        with busy_when_unavailable(), self.engine.connect().execution_options(**self._reading) as connection:
            begin_as_ours(connection)
            yield connection

    @contextmanager
    def transaction(self, *, is_brief: bool = False, is_dry: bool = False) -> Iterator[Connection]:
        """The one place that commits; with `is_dry` all is undone instead. Nested calls join the outermost.

        Raises Busy when no lock is to be had in time, or when the database is lost. With `is_brief` a page waits for it
        that can be served without, so the time is short.
        """
        current = self._open.get()
        if current is not None:
            yield current.connection
            return
        patience = NOTE_TIMEOUT if is_brief else BUSY_TIMEOUT
        with busy_when_unavailable(), self._writing(patience) as connection, connection.begin() as begun:
            begin_as_ours(connection)
            if self.is_postgres and is_brief:
                connection.exec_driver_sql(f"SET LOCAL lock_timeout = {patience}")
            current = _Transaction(connection)
            token = self._open.set(current)
            try:
                yield connection
            finally:
                self._open.reset(token)
            if is_dry:
                begun.rollback()
                current.calls.clear()
        for call in current.calls:
            call()

    @contextmanager
    def _writing(self, patience: int) -> Iterator[Connection]:
        with self.engine.connect().execution_options(hd_write=True, hd_patience=patience) as connection:
            if self.is_postgres or self.engine.get_execution_options().get("hd_own"):
                yield connection
                return
            # Said to the driver, so that no transaction begins yet; taken back before the pool gets the connection.
            driver = cast(Any, connection.connection.driver_connection)
            before = {name: driver.execute(f"PRAGMA {name}").fetchone()[0] for name in PROMISED}
            _set_pragmas(driver, PROMISED)
            try:
                yield connection
            finally:
                _set_pragmas(driver, before)

    @contextmanager
    def alone(self, task: str) -> Iterator[None]:
        """One process of all machines at a time, the others waiting; SQLite is one machine's. Raises Busy."""
        if not self.is_postgres:
            yield
            return
        with busy_when_unavailable(), self.engine.connect() as connection, connection.begin():
            wait_for_turn(connection, task)
            yield

    def on_commit(self, call: Callable[[], object]) -> None:
        """Run `call` once after the outermost commit; equal calls run once."""
        current = self._open.get()
        if current is None:
            raise RuntimeError("on_commit outside a transaction")
        if call not in current.calls:
            current.calls.append(call)

    def upsert(self, table: Any) -> Any:
        """The dialect's INSERT that knows ON CONFLICT."""
        return (postgresql if self.is_postgres else sqlite).insert(table)


class _Transaction:
    """What the outermost `transaction()` keeps."""

    def __init__(self, connection: Connection) -> None:
        self.connection = connection
        self.calls: list[Callable[[], object]] = []


def new_id(connection: Connection, statement: Any) -> int:
    """Run an INSERT of one row; its id."""
    key = connection.execute(statement).inserted_primary_key
    if key is None:
        raise RuntimeError("an INSERT without a row")
    return int(key[0])


def wait_for_turn(connection: Connection, task: str) -> None:
    """On PostgreSQL: hold, to the end of the transaction, a lock that all who do this task on this database want."""
    if connection.dialect.name != "postgresql":
        return
    patience = connection.exec_driver_sql("SHOW lock_timeout").scalar_one()
    connection.exec_driver_sql("SET LOCAL statement_timeout = 0")  # what is done in turns takes its time
    connection.exec_driver_sql("SET LOCAL lock_timeout = 0")
    connection.execute(select(func.pg_advisory_xact_lock(func.hashtext(f"helpdesk {task}"))))
    connection.execute(select(func.set_config("lock_timeout", patience, True)))


def advance_ids(connection: Connection, column: Any) -> None:
    """After a row with an id of its own: the next one that is given out is higher. SQLite needs no telling."""
    if connection.dialect.name != "postgresql":
        return
    sequence = func.pg_get_serial_sequence(column.table.name, column.name).cast(postgresql.REGCLASS)
    highest = select(func.max(column)).scalar_subquery()
    connection.execute(select(func.setval(sequence, func.greatest(highest, func.pg_sequence_last_value(sequence)))))
