"""Functions of SQL that SQLite and PostgreSQL write differently."""

from __future__ import annotations

from datetime import date
from typing import Any

from sqlalchemy import Date
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.functions import FunctionElement


class by_code(FunctionElement[str]):  # noqa: N801  reads as a function of SQL
    """Text in the order of its code points, whatever the collation of the database."""

    name = "by_code"
    inherit_cache = True


@compiles(by_code)
def _plain(element: by_code, compiler: Any, **options: Any) -> str:
    return str(compiler.process(element.clauses, **options))


@compiles(by_code, "postgresql")
def _collated(element: by_code, compiler: Any, **options: Any) -> str:
    return f'{compiler.process(element.clauses, **options)} COLLATE "C"'


class utc_day(FunctionElement[date]):  # noqa: N801  reads as a function of SQL
    """The UTC day of a time."""

    name = "utc_day"
    type = Date()
    inherit_cache = True


@compiles(utc_day)
def _own_day(element: utc_day, compiler: Any, **options: Any) -> str:
    return f"date({compiler.process(element.clauses, **options)})"


@compiles(utc_day, "postgresql")
def _day_in_utc(element: utc_day, compiler: Any, **options: Any) -> str:
    return f"CAST(timezone('UTC', {compiler.process(element.clauses, **options)}) AS DATE)"
