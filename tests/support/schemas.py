"""A database as it stood at the first schema, and all that a database of any schema holds."""

from __future__ import annotations

from collections import Counter as Tally
from datetime import UTC, date, datetime
from typing import Any

from sqlalchemy import MetaData, insert, inspect, select

from helpdesk.db import Database

THEN = datetime(2026, 3, 1, 12, 30, tzinfo=UTC)
DAY = date(2026, 3, 1)
MIDNIGHT = datetime(2026, 3, 1, tzinfo=UTC)
VERSION = "hd_alembic_version"


def _translation(number: int, article_id: int, locale: str, status: str, **values: Any) -> dict[str, Any]:
    row = {"id": number, "article_id": article_id, "locale": locale, "title": f"Title {number}", "slug": f"t-{number}"}
    texts = {"summary": "s", "excerpt": "e", "keywords": "k", "revision": 2, "based_on": None}
    return row | texts | {"status": status, "published_at": THEN, "updated_at": THEN} | values


# Rows for every table of the first schema, parents first. Translation 3 has no text of its own, and is no source.
ROWS: dict[str, list[dict[str, Any]]] = {
    "hd_category": [{"id": 4, "key": "faq", "position": 1, "is_demo": True}],
    "hd_category_text": [{"category_id": 4, "locale": "en", "title": "FAQ", "slug": "faq", "summary": "All"}],
    "hd_section": [{"id": 5, "category_id": 4, "key": "start", "position": 2, "is_demo": False}],
    "hd_section_text": [{"section_id": 5, "locale": "en", "title": "Start", "slug": "start", "summary": ""}],
    "hd_article": [
        {
            "id": number,
            "key": f"article-{number}",
            "category_id": 4,
            "section_id": 5,
            "position": number,
            "source_locale": "en",
            "regions": regions,
            "is_demo": False,
            "created_at": THEN,
        }
        for number, regions in ((70, None), (71, " SG EU "))
    ],
    "hd_translation": [
        _translation(1, 70, "en", "published"),
        _translation(2, 70, "de", "archived", based_on=1),
        _translation(3, 70, "ar", "published", based_on=2),
        _translation(4, 71, "en", "draft", published_at=None, updated_at=None),
    ],
    "hd_body": [
        {"translation_id": number, "markdown": text, "html": f"<p>{text}</p>", "text": text, "headings": "[]"}
        for number, text in ((1, "Text"), (2, "Ö"), (3, " "), (4, ""))
    ],
    "hd_counter": [{"translation_id": number, "views": 10 * number, "yes": 1, "no": 2} for number in (1, 2, 3, 4)],
    "hd_revision": [
        {
            "id": 10 + number,
            "translation_id": 1,
            "number": number,
            "title": "T",
            "summary": "s",
            "markdown": "Text",
            "author": "a",
            "comment": "c",
            "significance": "minor",
            "based_on": None,
            "created_at": THEN,
        }
        for number in (1, 2)
    ],
    "hd_vote": [
        {
            "id": 20 + number,
            "visitor": f"v{number}",
            "translation_id": 1,
            "locale": "en",
            "is_helpful": number > 1,
            "status": status,
            "revision": 2,
            "reasons": "hard",
            "comment": "c",
            "query": "q",
            "created_at": THEN,
            "updated_at": THEN,
        }
        for number, status in ((1, "counted"), (2, "counted"), (3, "held"))
    ],
    "hd_daily_tally": [
        {
            "translation_id": 1,
            "locale": "en",
            "day": DAY,
            "views": 5,
            "repeats": 4,
            "prefetches": 3,
            "bots": 2,
            "team": 1,
        }
    ],
    "hd_reading": [{"fingerprint": b"\x00\x01print", "read_at": THEN}],
    "hd_reading_key": [{"day": DAY, "key": b"\x00key"}],
    "hd_request_tally": [{"network": b"\x00net", "minute": 29_000_000, "requests": 7}],
    "hd_redirect": [{"kind": "category", "locale": "en", "slug": "old", "target_id": 4}],
    "hd_media": [{"hash": "0" * 32, "extension": "png", "width": 3, "height": 2}],
    "hd_search_log": [
        {"id": 30, "searched_at": MIDNIGHT, "locale": "en", "query": "pay", "category": None, "results": 3}
    ],
    "hd_search_node": [{"id": 40, "name": "node", "seen_at": THEN}],
    "hd_outbox": [{"node_id": 40, "article_id": 70, "token": "t", "due_at": THEN}],
    "hd_state": [{"name": "started_as", "value": "empty"}],
}


def plant_rows(database: Database) -> None:
    """Fill a database at the first schema."""
    metadata = MetaData()
    metadata.reflect(database.engine)
    assert {*ROWS, VERSION} == set(metadata.tables)
    with database.transaction() as connection:
        for name, rows in ROWS.items():
            connection.execute(insert(metadata.tables[name]), rows)


def everything(database: Database) -> dict[str, Tally[frozenset[tuple[str, Any]]]]:
    """All rows of all tables, whatever the schema, as the database itself describes it."""
    metadata = MetaData()
    metadata.reflect(database.engine)
    with database.read() as connection:
        return {
            name: Tally(frozenset(row._asdict().items()) for row in connection.execute(select(table)))
            for name, table in metadata.tables.items()
            if name != VERSION
        }


def columns(database: Database) -> dict[str, set[str]]:
    """The columns of every table."""
    inspector = inspect(database.engine)
    names = set(inspector.get_table_names()) - {VERSION}
    return {name: {column["name"] for column in inspector.get_columns(name)} for name in names}
