"""The databases of the tests: instance folders with a SQLite file, or with a database of a throwaway PostgreSQL server.

An instance on PostgreSQL holds a `helpdesk.toml` that names its database; so whatever opens the folder, in whichever
process, finds it, and a copy of the folder is a copy of the database.
"""

from __future__ import annotations

import os
import pwd
import shutil
import signal
import sqlite3
import subprocess
import tempfile
import time
import tomllib
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from secrets import token_hex
from typing import Any

import psycopg

from helpdesk.db import Database, create_engine_for, engine_options
from helpdesk.services.site import Site

SQLITE, POSTGRES = "sqlite", "postgresql"
DUMP = "database.dump"
WRITTEN = ("hd_vote", "hd_request_tally", "hd_counter", "hd_daily_tally", "hd_switch_tally", "hd_reading")
# Folders of an instance whose files are never written twice: a new content is a new file. Their locks are not linked:
# whoever held one, or left a time in it, would stop the rebuilds of all other copies.
UNCHANGING, LOCKS = ("index", "media"), "*lock"
# A zone and a collation that show whoever trusts the server's own; a password is asked of one role only.
INITDB = ["--username=postgres", "--auth=trust", "--encoding=UTF8", "--locale=C.UTF-8", "--no-sync"]
COLLATION = ["--locale-provider=icu", "--icu-locale=en-US"]
SETTINGS = {
    "listen_addresses": "",
    "timezone": "Asia/Kolkata",
    "max_connections": "200",
    "fsync": "off",
    "full_page_writes": "off",
    "synchronous_commit": "off",
    "autovacuum": "off",
    "deadlock_timeout": "200ms",
    "max_wal_size": "64MB",
}
# Most of what a test costs on PostgreSQL is the files of its database, which a file system in memory makes four times
# as fast; a server needs a tenth of this.
MEMORY, ROOM = Path("/dev/shm"), 2 << 30
GUEST = "CREATE ROLE guest LOGIN PASSWORD 'right'"
GUESTS_LINE = "local all guest scram-sha-256\n"


def find_postgres() -> Path | None:
    """The folder of PostgreSQL's programs, the newest version's first."""
    found = shutil.which("initdb")
    if found:
        return Path(found).resolve().parent
    folders = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda path: int(path.parent.name), reverse=True)
    return next((folder for folder in folders if (folder / "initdb").is_file()), None)


@contextmanager
def served_postgres(programs: Path) -> Iterator[str]:
    """A server on a socket in a temporary folder; the URL of its databases, their name to be appended to it."""
    has_room = MEMORY.is_dir() and os.access(MEMORY, os.W_OK) and shutil.disk_usage(MEMORY).free > ROOM
    # Short: a socket's path has at most 107 characters.
    folder = Path(tempfile.mkdtemp(prefix="hd-pg-", dir=MEMORY if has_room else None))
    owner: dict[str, Any] = {}
    if os.geteuid() == 0:  # PostgreSQL refuses to run as root
        user = pwd.getpwnam("postgres")
        os.chown(folder, user.pw_uid, user.pw_gid)
        owner = {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []}
    data, log = folder / "data", folder / "log"
    version = subprocess.run([programs / "postgres", "--version"], capture_output=True, text=True, check=True).stdout
    options = INITDB + (COLLATION if int(version.split()[2].split(".")[0]) >= 15 else [])
    subprocess.run(
        [programs / "initdb", "-D", data, *options], check=True, cwd=folder, stdout=subprocess.DEVNULL, **owner
    )
    hba = data / "pg_hba.conf"
    hba.write_text(GUESTS_LINE + hba.read_text())
    arguments = [f"-c{name}={value}" for name, value in SETTINGS.items()]
    with log.open("w") as output:
        server = subprocess.Popen(
            [programs / "postgres", "-D", data, "-k", folder, *arguments],
            cwd=folder,
            stdout=output,
            stderr=output,
            **owner,
        )
    try:
        address = f"postgresql://postgres@/{{}}?host={folder}"
        _wait_for(address.format("postgres"), server, log)
        administer(address.format("postgres"), f"{GUEST}; CREATE ROLE visitor LOGIN")
        yield address
    finally:
        server.send_signal(signal.SIGINT)  # a fast shutdown: whoever is connected is sent away
        server.wait(60)
        shutil.rmtree(folder)


def _wait_for(url: str, server: subprocess.Popen[bytes], log: Path) -> None:
    for _ in range(600):
        assert server.poll() is None, log.read_text()
        try:
            psycopg.connect(url).close()
            return
        except psycopg.OperationalError:
            time.sleep(0.05)
    raise AssertionError(log.read_text())


@dataclass(frozen=True, slots=True)
class Backend:
    """Where the databases of a test live; `address` is the pattern of PostgreSQL's URLs, "" for SQLite."""

    name: str
    address: str = ""

    def make_instance(self, instance: Path) -> Path:
        """A folder whose database is empty: for SQLite no folder at all."""
        if self.address:
            instance.mkdir(parents=True)
            url = self.make_database()
            (instance / "helpdesk.toml").write_text(f'database_url = "{url}"\n')
        return instance

    def take_instance(self, kept: Path, instance: Path) -> None:
        """An instance as `keep_instance` has kept it."""
        shutil.copytree(kept, instance)
        if self.address:
            url = self.make_database()
            _run_program("pg_restore", "--no-owner", f"--dbname={url}", str(instance / DUMP))
            (instance / DUMP).unlink()
            (instance / "helpdesk.toml").write_text(f'database_url = "{url}"\n')

    def make_database(self) -> str:
        """The URL of an empty database on PostgreSQL."""
        name = f"hd_{token_hex(6)}"
        administer(self.address.format(name), f"CREATE DATABASE {name}")
        return self.address.format(name)


def url_of(instance: Path) -> str | None:
    """The URL of an instance on PostgreSQL; None: it has a SQLite file."""
    file = instance / "helpdesk.toml"
    return tomllib.loads(file.read_text())["database_url"] if file.exists() else None


def administer(url: str, statement: str) -> None:
    """Run a statement on the server of a database, next to that database."""
    with closing(psycopg.connect(url, dbname="postgres", autocommit=True)) as connection:
        connection.execute(statement)


def database_name(url: str) -> str:
    return str(engine_options(url)[0].database)


def copy_instance(template: Path, instance: Path) -> Path:
    """A copy of a folder and its database, with which nobody may be connected meanwhile."""
    shutil.copytree(template, instance, ignore=shutil.ignore_patterns(*UNCHANGING))
    for name in UNCHANGING:  # files there are replaced, never written again
        if (template / name).is_dir():
            ignored = shutil.ignore_patterns(LOCKS)
            shutil.copytree(template / name, instance / name, ignore=ignored, copy_function=os.link)
    url = url_of(template)
    if url is not None:
        old, new = database_name(url), f"hd_{token_hex(6)}"
        with closing(psycopg.connect(url, dbname="postgres", autocommit=True)) as connection:
            # Before PostgreSQL 15 there is no other.
            strategy = "STRATEGY FILE_COPY" if connection.info.server_version >= 150000 else ""
            connection.execute(f"CREATE DATABASE {new} TEMPLATE {old} {strategy}")
        (instance / "helpdesk.toml").write_text(f'database_url = "{url.replace(f"/{old}?", f"/{new}?")}"\n')
    return instance


def keep_instance(instance: Path, kept: Path) -> None:
    """Copy a folder and its database for processes with servers of their own; it is there whole or not at all."""
    partial = kept.with_suffix(".partial")
    shutil.copytree(instance, partial)
    url = url_of(instance)
    if url is not None:
        _run_program("pg_dump", "--format=custom", f"--file={partial / DUMP}", url)
    partial.rename(kept)


def _run_program(name: str, *arguments: str) -> None:
    programs = find_postgres()
    assert programs is not None
    subprocess.run([programs / name, *arguments], check=True)


@contextmanager
def written_elsewhere(site: Site) -> Iterator[None]:
    """Somebody else writes, and does not end."""
    other = Database(create_engine_for(site.settings.resolved_database_url))
    with other.transaction() as connection:
        if other.is_postgres:  # which locks rows and tables where SQLite locks the file
            connection.exec_driver_sql(f"LOCK TABLE {', '.join(WRITTEN)} IN EXCLUSIVE MODE")
        yield
    other.engine.dispose()


def drop_database(instance: Path) -> None:
    """Give the server its space back."""
    url = url_of(instance)
    if url is not None:
        administer(url, f"DROP DATABASE IF EXISTS {database_name(url)} WITH (FORCE)")


def execute(instance: Path, *statements: str) -> None:
    """Run statements in one transaction, past all code of ours."""
    with closing(connect(instance)) as connection, connection:
        for statement in statements:
            connection.execute(statement)


def connect(instance: Path) -> Any:
    """A connection of the driver's own, for statements without parameters or with the driver's."""
    url = url_of(instance)
    if url is not None:
        return psycopg.connect(url)
    connection = sqlite3.connect(instance / "helpdesk.sqlite")
    connection.execute("PRAGMA foreign_keys=ON")
    return connection
