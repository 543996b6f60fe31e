"""Lists go along their indexes: no table is scanned to show a page."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import event

from helpdesk.services.site import Site
from tests.conftest import close, make_app
from tests.support.databases import Backend, copy_instance
from tests.support.pages import CheckingClient
from tests.support.planting import plant_articles


def statements(app: Flask, path: str) -> list[tuple[str, Any]]:
    """All statements that a page runs on translations, with their values."""
    engine, seen = app.extensions["helpdesk"].database.engine, []

    def note(_connection: Any, _cursor: Any, statement: str, parameters: Any, *_rest: Any) -> None:
        if statement.startswith("SELECT") and "hd_translation" in statement:
            seen.append((statement, parameters))

    event.listen(engine, "before_cursor_execute", note)
    assert CheckingClient(app).get(path).status == 200
    event.remove(engine, "before_cursor_execute", note)
    return seen


def plans(app: Flask, path: str) -> list[str]:
    """The steps of all statements that a page runs on translations, in SQLite's words."""
    with app.extensions["helpdesk"].database.engine.connect() as connection:
        return [
            row[3]
            for sql, values in statements(app, path)
            for row in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {sql}", values)
        ]


@pytest.mark.on("sqlite")
def test_lists_follow_their_indexes(app: Flask) -> None:
    for path, index in (
        ("/en/categories/faq", "ix_hd_article_category_id_position"),
        ("/en/categories/faq/trading", "ix_hd_article_section_id_position"),
    ):
        steps = plans(app, path)
        assert any(f"hd_article USING COVERING INDEX {index}" in step for step in steps)
        assert any("candidate USING COVERING INDEX ix_hd_translation_visible" in step for step in steps)
        assert [step for step in steps if step.startswith("SCAN") and "hd_" in step] == []


@pytest.mark.on("sqlite")
def test_an_article_is_looked_up(app: Flask) -> None:
    steps = plans(app, "/en/articles/16-move-your-authenticator-to-a-new-phone")
    assert any("SEARCH hd_article USING INTEGER PRIMARY KEY" in step for step in steps)
    assert [step for step in steps if step.startswith("SCAN") and "hd_" in step] == []


@pytest.fixture(scope="module")
def large_template(templates: Callable[..., Path], postgres: Backend, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An instance on PostgreSQL with 10,000 articles."""
    instance = copy_instance(templates(postgres, "empty"), tmp_path_factory.mktemp("large") / "instance")
    app = make_app(instance)
    plant_articles(app.extensions["helpdesk"], 10_000)
    close(app)
    return instance


@pytest.fixture
def large(build: Callable[..., Flask], large_template: Path) -> Flask:
    """Vacuumed once more: what was still being read when the articles were planted is not known to be visible."""
    app = build(large_template)
    engine = app.extensions["helpdesk"].database.engine
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.exec_driver_sql("VACUUM ANALYZE")
    return app


def explain(site: Site, statement: str, values: Any = (), *, is_forced: bool = False) -> list[str]:
    """PostgreSQL's plan; `is_forced` shows which index would serve where a table is as quick to read."""
    with site.database.read() as connection:
        if is_forced:
            connection.exec_driver_sql("SET LOCAL enable_seqscan = off")
            connection.exec_driver_sql("SET LOCAL enable_bitmapscan = off")
        return list(connection.exec_driver_sql(f"EXPLAIN (COSTS OFF) {statement}", values).scalars())


def has(plan: list[str], step: str) -> bool:
    return any(step in line for line in plan)


@pytest.mark.on("postgresql")
@pytest.mark.parametrize(
    ("path", "index"),
    [
        ("/en/categories/category-1", "ix_hd_article_category_id_position"),
        ("/en/categories/category-1/section-1", "ix_hd_article_section_id_position"),
    ],
)
def test_lists_follow_their_indexes_on_postgresql(large: Flask, path: str, index: str) -> None:
    """The first page of 2,500 and of 250 articles is read in the order of the index, and no further."""
    site: Site = large.extensions["helpdesk"]
    frame, tree, cards, total, homes = statements(large, path)
    plan = explain(site, *cards)
    assert has(plan, f"using {index} on hd_article")
    assert has(plan, "Index Only Scan using ix_hd_translation_visible on hd_translation candidate")
    assert [line for line in plan if "Seq Scan" in line and ("article" in line or "translation" in line)] == []
    plan = explain(site, *tree, is_forced=True)
    assert has(plan, "Index Only Scan using ix_hd_article_section_id_position on hd_article")
    assert has(plan, "Index Only Scan using ix_hd_translation_visible on hd_translation")
    plan = explain(site, *homes, is_forced=True)  # one row for each locale is enough, wherever it is found first
    assert [line for line in plan if "Seq Scan" in line and ("article" in line or "translation" in line)] == []
    plan = explain(site, *frame)
    assert has(plan, "Index Only Scan Backward using ix_hd_translation_published_at on hd_translation")
    plan = explain(site, *total, is_forced=True)
    assert has(plan, f"Index Only Scan using {index} on hd_article")
    assert not has(plan, "Seq Scan")


@pytest.mark.on("postgresql")
def test_an_article_is_looked_up_on_postgresql(large: Flask) -> None:
    site: Site = large.extensions["helpdesk"]
    found = statements(large, "/en/articles/10001-title-1")
    assert len(found) == 4
    for sql, values in found:
        plan = explain(site, sql, values)
        scans = [line for line in plan if "Seq Scan" in line and ("hd_article" in line or "hd_translation" in line)]
        assert scans == []
    page = explain(site, *next(item for item in found if "hd_body" in item[0]))
    assert has(page, "Index Scan using pk_hd_article on hd_article")
    assert has(page, "using pk_hd_body on hd_body")


@pytest.mark.on("postgresql")
@pytest.mark.parametrize(
    ("statement", "index"),
    [
        ("SELECT id FROM hd_vote WHERE status = 'held' ORDER BY created_at", "ix_hd_vote_held"),
        ("SELECT id FROM hd_vote ORDER BY updated_at DESC LIMIT 50", "ix_hd_vote_updated_at"),
        (
            "SELECT count(*) FROM hd_vote WHERE translation_id = 100000 AND status = 'counted' AND is_helpful IS true",
            "ix_hd_vote_figures",
        ),
        ("SELECT article_id FROM hd_translation ORDER BY updated_at DESC LIMIT 50", "ix_hd_translation_updated_at"),
        ("SELECT category_id FROM hd_category_text WHERE slug = 'category-1'", "ix_hd_category_text_slug"),
        ("SELECT translation_id FROM hd_counter ORDER BY views DESC LIMIT 6", "ix_hd_counter_views"),
    ],
)
def test_what_is_asked_of_one_table_has_its_index(large: Flask, statement: str, index: str) -> None:
    assert has(explain(large.extensions["helpdesk"], statement, is_forced=True), index)
