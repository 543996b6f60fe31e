"""Migrates the connection it is given, all or nothing, one process at a time; foreign keys are checked afterwards.

The application owns logging; there is no alembic.ini.
"""

from __future__ import annotations

from alembic import context

from helpdesk import models  # noqa: F401  fills the metadata
from helpdesk.db import Base, begin_as_ours, wait_for_turn


def migrate() -> None:
    connection = context.config.attributes["connection"]
    is_sqlite = connection.dialect.name == "sqlite"
    if is_sqlite:
        # Batch mode drops and recreates tables: with foreign keys on, ON DELETE CASCADE would empty children.
        # A pragma does nothing inside a transaction, so it goes to the driver before ours begins.
        driver = connection.connection.driver_connection
        had_foreign_keys = driver.execute("PRAGMA foreign_keys").fetchone()[0]
        driver.execute("PRAGMA foreign_keys=OFF")
    try:
        context.configure(
            connection=connection,
            target_metadata=Base.metadata,
            version_table="hd_alembic_version",
            transactional_ddl=True,
            render_as_batch=is_sqlite,
            compare_type=True,
            include_name=lambda name, kind, _parents: kind != "table" or str(name).startswith("hd_"),
        )
        with connection.begin():
            begin_as_ours(connection)
            wait_for_turn(connection, "migration")  # SQLite's BEGIN IMMEDIATE is a turn already
            context.run_migrations()
            if is_sqlite:
                broken = connection.exec_driver_sql("PRAGMA foreign_key_check").fetchall()
                if broken:
                    raise RuntimeError(f"foreign keys broken by the migration: {broken[:5]}")
    finally:
        if is_sqlite:
            driver.execute(f"PRAGMA foreign_keys={had_foreign_keys}")


migrate()
