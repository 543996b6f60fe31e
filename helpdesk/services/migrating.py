"""Brings the database to the code's schema, all or nothing."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import inspect

from helpdesk.db import TABLE_PREFIX, Base, Database, busy_when_unavailable

PACKAGE = Path(__file__).parent.parent


def shipped_folder(name: str) -> Path:
    """A folder that stands inside the package when installed, beside it in a checkout."""
    inside = PACKAGE / name
    return inside if inside.is_dir() else PACKAGE.parent / name


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(shipped_folder("migrations")).replace("%", "%%"))
    return config


def upgrade(database: Database, revision: str = "head") -> None:
    """Run the migrations up to `revision`; nothing is changed when one fails or the process dies. Raises Busy."""
    _run(database, command.upgrade, revision)


def downgrade(database: Database, revision: str) -> None:
    """Run the migrations back to `revision` (`base`: no tables). Raises Busy."""
    _run(database, command.downgrade, revision)


def _run(database: Database, call: object, revision: str) -> None:
    config = _config()
    if database.engine.dialect.name == "sqlite" and database.engine.url.database:
        Path(database.engine.url.database).parent.mkdir(parents=True, exist_ok=True)
    with busy_when_unavailable(), database.engine.connect().execution_options(hd_write=True) as connection:
        config.attributes["connection"] = connection
        call(config, revision)  # type: ignore[operator]


def current_revision(database: Database) -> str | None:
    """The schema's revision; None: no tables of ours. Raises Busy."""
    with database.read() as connection:
        if not inspect(connection).has_table("hd_alembic_version"):
            return None
        context = MigrationContext.configure(connection, opts={"version_table": "hd_alembic_version"})
        return context.get_current_revision()


@cache
def head_revision() -> str:
    """The revision that the code needs; to know it, all migrations are read, once in a process."""
    head = ScriptDirectory.from_config(_config()).get_current_head()
    if head is None:
        raise RuntimeError("no migrations found")
    return head


def schema_differences(database: Database) -> list[object]:
    """What autogenerate would change: empty when migrations and models agree."""
    with database.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True, "include_name": _is_ours})
        return list(compare_metadata(context, Base.metadata))


def _is_ours(name: str | None, kind: str, _parents: object) -> bool:
    return kind != "table" or (str(name).startswith(TABLE_PREFIX) and name != "hd_alembic_version")
