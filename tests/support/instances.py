"""Instances as the tests of faults need them: copied, opened, and compared in all that they hold."""

from __future__ import annotations

import time
from collections import Counter as Tally
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

from flask import Flask
from sqlalchemy import DateTime, inspect, select

from helpdesk import clock
from helpdesk.config import load
from helpdesk.db import Base, UtcDateTime
from helpdesk.factory import create_app
from helpdesk.models import Outbox, SearchNode
from helpdesk.queries.frame import GENERATION
from helpdesk.queries.searching import list_documents
from helpdesk.search.backend import SearchQuery
from helpdesk.services.finding import find as run_search
from helpdesk.services.site import Site
from tests.conftest import KEY, close
from tests.support.databases import connect, copy_instance, execute, url_of
from tests.support.machine import TAGS

# Tables about this machine or about who reads now, not about the content.
TRANSIENT = {"hd_search_node", "hd_outbox", "hd_reading", "hd_reading_key", "hd_request_tally", "hd_search_log"}


def copied(template: Path, instance: Path) -> Path:
    """A copy that has taken the template's place: its index is the database's one node."""
    copy_instance(template, instance)
    execute(instance, f"UPDATE hd_search_node SET name = replace(name, '{template}', '{instance}')")
    return instance


def file_of(instance: Path) -> Path:
    return instance / "helpdesk.sqlite"


def make(instance: Path, **settings: object) -> Flask:
    """An app on an instance; `secret_key=""` lets it make its own."""
    return create_app(load(instance, environ={}, **({"secret_key": KEY, "locales": TAGS} | settings)))


@contextmanager
def opened(instance: Path, **settings: object) -> Iterator[Site]:
    app = make(instance, **settings)
    try:
        yield site_of(app)
    finally:
        close(app)


def site_of(app: Flask) -> Site:
    return app.extensions["helpdesk"]


def settle(instance: Path) -> None:
    """Wait until PostgreSQL has noticed that a client was killed, and undone what it had begun."""
    others = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
    while url_of(instance) is not None and rows(instance, others) != [(0,)]:
        time.sleep(0.01)


def rows(instance: Path, query: str, *values: Any) -> list[tuple[Any, ...]]:
    """What the driver says, past all code of ours."""
    with closing(connect(instance)) as connection:
        return connection.execute(query, values).fetchall()


def assert_sound(instance: Path) -> None:
    """The file is whole, and every figure equals the rows that it counts."""
    if url_of(instance) is None:
        assert rows(instance, "PRAGMA integrity_check") == [("ok",)]
        assert rows(instance, "PRAGMA foreign_key_check") == []
    counted = (
        "SELECT count(*) FROM hd_vote v WHERE v.translation_id = c.translation_id"
        " AND v.status = 'counted' AND v.is_helpful = {}"
    )
    assert (
        rows(
            instance,
            f"SELECT c.translation_id, c.yes, c.no FROM hd_counter c"
            f" WHERE c.yes <> ({counted.format('true')}) OR c.no <> ({counted.format('false')})",
        )
        == []
    )
    tallied = "SELECT coalesce(sum(t.views), 0) FROM hd_daily_tally t WHERE t.translation_id = c.translation_id"
    assert rows(instance, f"SELECT c.* FROM hd_counter c WHERE c.views <> ({tallied})") == []
    # A view has one source or none.
    assert rows(instance, "SELECT t.* FROM hd_daily_tally t WHERE t.searched + t.listed + t.linked > t.views") == []


def contents(site: Site) -> dict[str, Tally[tuple[Any, ...]]]:
    """All rows of all tables but times, which differ from run to run; {} without tables."""
    found = {}
    with site.database.read() as connection:
        present = set(inspect(connection).get_table_names())
        for table in Base.metadata.sorted_tables:
            if table.name in present - TRANSIENT:
                columns = [column for column in table.c if not isinstance(column.type, DateTime | UtcDateTime)]
                found[table.name] = Tally(map(tuple, connection.execute(select(*columns))))
    # The generation is random, and another one in every run.
    if state := found.get("hd_state"):
        found["hd_state"] = Tally({row: number for row, number in state.items() if row[0] != GENERATION})
    return found


def assert_in_step(site: Site) -> None:
    """After a drain the index of every locale holds what its readers can see, and nothing is left to be done."""
    for locale in site.locales.all:
        site.indexer.ensure(locale)
    site.indexer.drain()
    for locale in site.locales.all:
        documents = list_documents(site.database, site.locales, locale, now=clock.now())
        expected = {document.article_id: document.stamp for document in documents}
        assert site.indexer.backend.stamps(locale.tag) == expected, locale.tag
    with site.database.read() as connection:
        # A site with other locales than the template's is another node; the template's own may have rows.
        own = select(SearchNode.id).where(SearchNode.name == site.indexer.node).scalar_subquery()
        assert (
            connection.execute(
                select(Outbox.article_id).where(Outbox.node_id == own, Outbox.due_at <= clock.now())
            ).all()
            == []
        )


def find(site: Site, tag: str, text: str) -> tuple[int, list[tuple[int, str]]]:
    """Search as the page does for just what was typed: the index's total, and the cards as (article id, title)."""
    found = run_search(site, SearchQuery(locale=tag, text=text, is_literal=True), now=clock.now())
    assert not found.is_plain
    return found.total, [(item.card.article_id, item.card.title) for item in found.cards]
