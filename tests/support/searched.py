"""Searches and clicks, put into the log as many as one likes."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from sqlalchemy import insert

from helpdesk.models import SearchChange, SearchClick, SearchLog
from helpdesk.services.site import Site
from tests.conftest import NOON

TODAY = NOON.date()


def day(ago: int) -> date:
    return TODAY - timedelta(days=ago)


def search(
    site: Site, query: str, times: int = 1, *, ago: int = 1, clicks: int = 0, article: int = 1, **values: Any
) -> None:
    """So many searches `ago` days before, and so many clicks on an article in its first place."""
    row = {"locale": "en", "results": 3, "page": 1, "correction": "", "refined": "", "category": None} | values
    with site.database.transaction() as connection:
        if times:
            connection.execute(insert(SearchLog), [row | {"query": query, "searched_on": day(ago)}] * times)
        if clicks:
            cell = {
                "locale": row["locale"],
                "query": query,
                "clicked_on": day(ago),
                "article_id": article,
                "position": 1,
            }
            connection.execute(insert(SearchClick).values(**cell, clicks=clicks))


def done(site: Site, query: str, kind: str = "synonym", *, ago: int, article: int | None = None, **values: Any) -> None:
    """Something that was done about a query `ago` days before."""
    row = {"locale": "en", "detail": "x", "made_by": "ada@example.com"} | values
    row |= {"query": query, "kind": kind, "article_id": article, "made_on": day(ago)}
    with site.database.transaction() as connection:
        connection.execute(insert(SearchChange).values(**row))
