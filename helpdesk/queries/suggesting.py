"""What others searched for with success, while the reader is still typing."""

from __future__ import annotations

from datetime import datetime

from helpdesk.db import Database
from helpdesk.locales import Locale


def list_helpful_queries(
    database: Database, locale: Locale, prefix: str, *, limit: int, now: datetime
) -> tuple[str, ...]:
    """Queries that begin with `prefix` and helped others."""
    return ()
