"""What reports print for programs: JSON, and CSV that no spreadsheet takes for formulas; UTF-8 on every terminal."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import Any

import click

# First characters that make a spreadsheet run a cell as a formula (OWASP, CSV injection), with the wide ones of Japan.
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20")


def print_csv(rows: Iterable[Iterable[Any]]) -> None:
    """Print rows, the header first, one at a time."""
    for row in rows:
        line = io.StringIO()
        csv.writer(line).writerow([_cell(value) for value in row])
        click.echo(line.getvalue().encode(), nl=False)


def print_json(value: Any) -> None:
    """Print mappings and lists; times as in ISO 8601."""
    click.echo(json.dumps(value, ensure_ascii=False, indent=2, default=_text).encode())


def flat(values: Mapping[str, Any], before: str = "") -> dict[str, Any]:
    """Values of values beside them, their names joined."""
    found: dict[str, Any] = {}
    for name, value in values.items():
        found |= flat(value, f"{before}{name}_") if isinstance(value, Mapping) else {before + name: value}
    return found


def _cell(value: Any) -> Any:
    if isinstance(value, tuple):
        value = " ".join(map(str, value))
    if isinstance(value, date):
        return _text(value)
    return f"'{value}" if isinstance(value, str) and value.startswith(FORMULA_STARTS) else value


def _text(value: date) -> str:
    return value.isoformat(timespec="seconds") if isinstance(value, datetime) else value.isoformat()
