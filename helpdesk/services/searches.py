"""Remembers what was searched and how much was found; never who searched."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import insert

from helpdesk.db import NOTE_TIMEOUT, Database
from helpdesk.models import SearchLog


def log_search(
    database: Database, *, locale: str, query: str, category: str | None, results: int, now: datetime
) -> None:
    """Note one search. Raises Busy, and then it was not noted."""
    with database.transaction(patience=NOTE_TIMEOUT) as connection:
        connection.execute(
            insert(SearchLog).values(searched_at=now, locale=locale, query=query, category=category, results=results)
        )
