"""Remembers what was searched, how much was found and what was read of it; never who searched."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import insert

from helpdesk.db import Database
from helpdesk.models import SearchClick, SearchLog
from helpdesk.text.masking import masked_query


def log_search(
    database: Database,
    *,
    locale: str,
    query: str,
    category: str | None,
    results: int,
    now: datetime,
    page: int = 1,
    correction: str = "",
    refined: str = "",
) -> None:
    """Note one page of a search. Raises Busy, and then it was not noted.

    `correction` is what was searched instead, `refined` the query in whose place this one was typed; the same words
    in another spelling are none.
    """
    row = {"searched_on": now.date(), "locale": locale, "category": category, "results": results, "page": page}
    row |= {"query": masked_query(query), "correction": masked_query(correction)}
    row["refined"] = "" if page > 1 or masked_query(refined) == row["query"] else masked_query(refined)
    with database.transaction(is_brief=True) as connection:
        connection.execute(insert(SearchLog).values(**row))


def log_click(database: Database, *, locale: str, query: str, article_id: int, position: int, now: datetime) -> None:
    """Note that an article was read out of the results, in which it had a place. Raises Busy, and then it was not."""
    row = {"locale": locale, "query": masked_query(query), "clicked_on": now.date()}
    row |= {"article_id": article_id, "position": position}
    statement = database.upsert(SearchClick).values(**row, clicks=1)
    with database.transaction(is_brief=True) as connection:
        connection.execute(
            statement.on_conflict_do_update(index_elements=list(row), set_={"clicks": SearchClick.clicks + 1})
        )
