"""Migrations on both databases: they make what the models say, and lose no row on the way up or down."""

from __future__ import annotations

import re
from datetime import UTC
from typing import Any

from sqlalchemy import CheckConstraint, MetaData, insert, inspect, select

from helpdesk.db import Base, Database
from helpdesk.models import Article, Body, RequestTally, Revision, SearchLog, Translation, Vote
from helpdesk.services.migrating import current_revision, downgrade, head_revision, schema_differences, upgrade
from tests.support.schemas import DAY, MIDNIGHT, THEN, VERSION, columns, everything, plant_rows


def test_migrations_make_what_the_models_say(database: Database) -> None:
    assert current_revision(database) is None
    upgrade(database)
    assert current_revision(database) == head_revision()
    assert schema_differences(database) == []
    inspector = inspect(database.engine)
    assert {name for name in inspector.get_table_names() if not name.startswith("hd_")} == set()
    dialect = database.engine.dialect
    compiler = dialect.ddl_compiler(dialect, None)
    for table in Base.metadata.sorted_tables:
        checks = {constraint["name"] for constraint in inspector.get_check_constraints(table.name)}
        assert checks == {c.name for c in table.constraints if isinstance(c, CheckConstraint)}
        unique = {constraint["name"] for constraint in inspector.get_unique_constraints(table.name)}
        found = {i["name"]: _condition(i) for i in inspector.get_indexes(table.name) if i["name"] not in unique}
        meant = {index.name: index.dialect_options[dialect.name]["where"] for index in table.indexes}
        assert found == {name: "" if where is None else _bare(str(where)) for name, where in meant.items()}
        defaults = {c["name"]: _bare(c["default"]) for c in inspector.get_columns(table.name)}
        assert defaults == {c.name: _bare(compiler.get_column_default_string(c)) for c in table.columns}


def _condition(index: Any) -> str:
    options = index.get("dialect_options", {})
    wheres = [options[name] for name in ("postgresql_where", "sqlite_where") if name in options]
    return _bare(str(wheres[0])) if wheres else ""


def _bare(written: str | None) -> str:
    """A default or condition without what the database adds to it, a sequence left out."""
    written = "" if written is None or written.startswith("nextval") else written
    return re.sub(r"^'(.*)'$|[()]", r"\1", re.sub(r"::[a-z]+( varying)?", "", written))


def test_every_row_survives_the_way_up_and_down(database: Database) -> None:
    upgrade(database, "0001")
    plant_rows(database)
    first, first_columns = everything(database), columns(database)
    assert [name for name, rows in first.items() if not rows] == []
    upgrade(database)
    kept = {name: names & columns(database)[name] for name, names in first_columns.items()}
    assert {name: gone for name, names in first_columns.items() if (gone := names - kept[name])} == {
        "hd_search_log": {"searched_at"}
    }
    assert _only(everything(database), kept) == _only(first, kept)
    with database.read() as connection:
        has_body = connection.execute(select(Translation.id, Translation.has_body)).all()
        assert dict(map(tuple, has_body)) == {1: True, 2: True, 3: False, 4: True}
        assert set(connection.execute(select(Article.withheld, Article.related))) == {(None, "")}
        assert set(connection.execute(select(Body.targets, Body.minutes))) == {("{}", 0)}
        assert set(connection.execute(select(Revision.keywords, Revision.targets))) == {("", "{}")}
        assert connection.execute(select(RequestTally.newcomers)).scalars().all() == [0]
        held = connection.execute(select(Vote.visitor).where(Vote.status == "held")).scalars().all()
    assert held == ["v3"]
    assert schema_differences(database) == []
    downgrade(database, "0001")
    assert (everything(database), columns(database)) == (first, first_columns)
    downgrade(database, "base")
    assert inspect(database.engine).get_table_names() == [VERSION]
    upgrade(database)
    assert schema_differences(database) == []


def test_a_search_keeps_its_day_and_what_its_spellings_share(database: Database) -> None:
    upgrade(database, "0003")
    metadata = MetaData()
    metadata.reflect(database.engine)
    log = metadata.tables["hd_search_log"]
    late = THEN.replace(hour=23, minute=59)
    row = {"locale": "en", "category": "faq", "results": 3}
    queries = ["pay", "Pay  ＰＩＮ ", "x" * 300]
    with database.transaction() as connection:
        rows = [row | {"id": number, "query": query, "searched_at": late} for number, query in enumerate(queries)]
        connection.execute(insert(log), rows)
    upgrade(database)
    with database.read() as connection:
        found = connection.execute(select(SearchLog.__table__).order_by(SearchLog.id)).mappings().all()
    kept = ["pay", "pay pin", "x" * 256]
    new = row | {"searched_on": DAY, "page": 1, "correction": "", "refined": ""}
    assert list(map(dict, found)) == [new | {"id": number, "query": query} for number, query in enumerate(kept)]
    with database.transaction() as connection:
        connection.execute(insert(SearchLog).values(**new | {"id": 3, "query": "pay", "page": 2}))
    downgrade(database, "0003")
    with database.read() as connection:
        moments = connection.execute(select(log.c.searched_at, log.c.query).order_by(log.c.id)).all()
    assert [(moment if moment.tzinfo else moment.replace(tzinfo=UTC), query) for moment, query in moments] == [
        (MIDNIGHT, query) for query in kept
    ]


def _only(found: dict[str, Any], known: dict[str, set[str]]) -> dict[str, Any]:
    """The tables and columns that two schemas share."""
    return {
        name: type(rows)(frozenset((key, value) for key, value in row if key in known[name]) for row in rows)
        for name, rows in found.items()
        if name in known
    }
