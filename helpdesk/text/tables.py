"""Reports for programs: JSON, and CSV that no spreadsheet takes for formulas."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from datetime import date, datetime
from typing import Any

# First characters that make a spreadsheet run a cell as a formula (OWASP, CSV injection), with the wide ones of Japan.
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20")


def csv_line(row: Iterable[Any]) -> str:
    """A row with its end (RFC 4180)."""
    line = io.StringIO()
    csv.writer(line).writerow([_cell(value) for value in row])
    return line.getvalue()


def csv_of(rows: Sequence[Mapping[str, Any]]) -> str:
    """Rows of equal names below a line of them; empty without rows."""
    return "".join(map(csv_line, [list(rows[0]), *(row.values() for row in rows)])) if rows else ""


def json_of(value: Any) -> str:
    """Mappings and lists; times as in ISO 8601."""
    return json.dumps(value, ensure_ascii=False, indent=2, default=_text)


def plain(value: Any) -> Any:
    """A dataclass as a mapping, rounded."""
    return rounded(asdict(value))


def flat(values: Mapping[str, Any], before: str = "") -> dict[str, Any]:
    """Values of values beside them, their names joined."""
    found: dict[str, Any] = {}
    for name, value in values.items():
        found |= flat(value, f"{before}{name}_") if isinstance(value, Mapping) else {before + name: value}
    return found


def rounded(value: Any) -> Any:
    """All floats in it to four digits, which is more than votes know."""
    if isinstance(value, dict):
        return {name: rounded(item) for name, item in value.items()}
    if isinstance(value, tuple | list):
        return tuple(map(rounded, value))
    return float(f"{value:.4g}") if isinstance(value, float) else value


def _cell(value: Any) -> Any:
    if isinstance(value, tuple):
        is_of_pairs = any(isinstance(item, tuple) for item in value)
        value = "; ".join(map(_cell, value)) if is_of_pairs else " ".join(map(str, value))
    if isinstance(value, date):
        return _text(value)
    return f"'{value}" if isinstance(value, str) and value.startswith(FORMULA_STARTS) else value


def _text(value: date) -> str:
    return value.isoformat(timespec="seconds") if isinstance(value, datetime) else value.isoformat()
