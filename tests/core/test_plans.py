"""How SQLite answers the lists: along their indexes, whatever the number of articles."""

from __future__ import annotations

from typing import Any

from flask import Flask
from sqlalchemy import event

from tests.support.pages import CheckingClient


def plans(app: Flask, path: str) -> list[str]:
    """The steps of all statements that a page runs on translations."""
    engine, seen = app.extensions["helpdesk"].database.engine, []

    def note(_connection: Any, _cursor: Any, statement: str, parameters: Any, *_rest: Any) -> None:
        if statement.startswith("SELECT") and "hd_translation" in statement:
            seen.append((statement, parameters))

    event.listen(engine, "before_cursor_execute", note)
    assert CheckingClient(app).get(path).status == 200
    event.remove(engine, "before_cursor_execute", note)
    with engine.connect() as connection:
        return [
            row[3] for sql, values in seen for row in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {sql}", values)
        ]


def test_lists_follow_their_indexes(app: Flask) -> None:
    for path, index in (
        ("/en/categories/faq", "ix_hd_article_category_id_position"),
        ("/en/categories/faq/trading", "ix_hd_article_section_id_position"),
    ):
        steps = plans(app, path)
        assert any(f"hd_article USING COVERING INDEX {index}" in step for step in steps)
        assert any("candidate USING COVERING INDEX ix_hd_translation_visible" in step for step in steps)
        assert [step for step in steps if step.startswith("SCAN") and "hd_" in step] == []


def test_an_article_is_looked_up(app: Flask) -> None:
    steps = plans(app, "/en/articles/16-move-your-authenticator-to-a-new-phone")
    assert any("SEARCH hd_article USING INTEGER PRIMARY KEY" in step for step in steps)
    assert [step for step in steps if step.startswith("SCAN") and "hd_" in step] == []
