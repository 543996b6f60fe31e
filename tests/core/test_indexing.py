"""The index of a machine: built anew beside the old one, in other processes, and done without while it is broken."""

from __future__ import annotations

import fcntl
import os
import signal
from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import insert

from helpdesk import clock
from helpdesk.db import create_engine_for
from helpdesk.models import SearchNode
from helpdesk.search.backend import SearchQuery, SearchUnavailable
from helpdesk.search.segmenters import plug_in
from helpdesk.search.whoosh_backend import WhooshBackend
from helpdesk.services import indexing
from helpdesk.services.builders import find_builder
from helpdesk.services.finding import find
from helpdesk.services.publishing import publish, unpublish
from helpdesk.services.site import Site
from tests.support.content import take_in, translation
from tests.support.indexes import (
    Cramped,
    Crashing,
    Dying,
    answers,
    damage,
    nodes,
    states,
    wait_until_built,
    wait_until_idle,
    with_backend,
)
from tests.support.instances import assert_in_step

ARTICLES = {
    key: {"en.md": translation(title, f"All about {title}."), "de.md": translation(german)}
    for key, title, german in (
        ("delays", "Withdrawal delays", "Wartezeit"),
        ("phone", "A new phone", "Handy"),
        ("coin", "Bitcoin", "Kupfer"),
    )
}


def take_in_articles(site: Site) -> None:
    take_in(site, site.settings.instance_dir / "content", ARTICLES)


@pytest.fixture
def app(build: Callable[..., Flask], grown: Callable[..., Path], empty_template: Path) -> Flask:
    """Three articles, each with a German translation, in all indexes."""
    return build(grown(empty_template, take_in_articles))


@pytest.fixture
def large(monkeypatch: pytest.MonkeyPatch) -> None:
    """They are more than what a search waits for."""
    monkeypatch.setattr(indexing, "AT_ONCE_ARTICLES", len(ARTICLES) - 1)


def found(site: Site, text: str, tag: str = "en") -> tuple[bool, list[int]]:
    result = find(site, SearchQuery(locale=tag, text=text), now=clock.now())
    return result.is_plain, [item.card.article_id for item in result.cards]


def test_what_changes_during_a_rebuild_is_in_the_old_index_at_once_and_in_the_new_one_from_the_start(
    site: Site,
) -> None:
    """The first document of each locale is followed by a change, long after all of them were read."""
    seen = []
    [delays] = answers(site, "en", "delays")

    def change(tag: str, _done: int, _total: int) -> None:
        if tag:
            (publish if tag in ("de", "ar") else unpublish)(site, "delays", "en")
            seen.append((tag, answers(site, "en", "delays"), len(found(site, "phone")[1])))

    assert site.indexer.rebuild(change) == len(ARTICLES)
    shown = {tag: [delays] if tag in ("de", "ar") else [] for tag in states(site)}
    assert seen == [(tag, hits, 1) for tag, hits in shown.items()]
    assert nodes(site) == []
    assert_in_step(site)


def test_what_falls_due_during_a_rebuild_is_in_the_new_index(
    empty_site: Site, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    now, later = clock.now(), clock.now() + timedelta(hours=1)
    text = translation("Zqsoonx", published_at=(now + timedelta(minutes=1)).isoformat())
    take_in(empty_site, tmp_path / "content", ARTICLES | {"soon": {"en.md": text}})
    assert found(empty_site, "zqsoonx")[1] == []

    def pass_time(tag: str, _done: int, _total: int) -> None:
        if tag == "en":
            monkeypatch.setattr(clock, "now", lambda: later)
            assert empty_site.indexer.catch_up()

    empty_site.indexer.rebuild(pass_time)
    assert len(answers(empty_site, "en", "zqsoonx")) == 1
    assert_in_step(empty_site)


def test_a_rebuild_sweeps_what_a_dead_one_left_and_no_other_machines(site: Site) -> None:
    with site.database.transaction() as connection:
        for name in (f"{site.indexer.node}#rebuild-00000000", "other:/srv/index:1#rebuild-00000000"):
            connection.execute(insert(SearchNode).values(name=name, seen_at=clock.now()))
    site.indexer.rebuild()
    assert nodes(site) == ["other:/srv/index:1#rebuild-00000000"]


def test_a_rebuild_whose_node_was_forgotten_is_none(site: Site) -> None:
    before = states(site), site.indexer.backend.stamps("en")

    def forget(tag: str, _done: int, _total: int) -> None:
        with site.database.transaction() as connection:
            connection.execute(SearchNode.__table__.delete())

    with pytest.raises(SearchUnavailable):
        site.indexer.rebuild(forget)
    assert (states(site), site.indexer.backend.stamps("en")) == before
    assert_in_step(site)


def test_a_rebuild_in_a_process_of_its_own_tells_how_far_it_is(site: Site) -> None:
    told: list[tuple[str, int, int]] = []
    before = (site.settings.index_path / "en/current").read_bytes()
    assert site.indexer.rebuild(lambda *step: told.append(step), is_apart=True) == len(ARTICLES)
    tags = [locale.tag for locale in site.locales.all]
    total = len(ARTICLES) * len(tags)
    assert told == [*((tag, n * len(ARTICLES), total) for n, tag in enumerate(tags)), ("", total, total)]
    assert (site.settings.index_path / "en/current").read_bytes() != before
    assert_in_step(site)


def test_a_changed_segmenter_builds_anew_and_the_process_that_does_has_it(
    site: Site, build: Callable[..., Flask], empty_template: Path
) -> None:
    segmenters = {"ja": "tests.support.segmenting:longest"}
    try:
        changed: Site = build(empty_template, segmenters=segmenters).extensions["helpdesk"]
        assert changed.indexer.backend.status("en").state == "broken"
        changed.indexer.rebuild(is_apart=True)
        assert changed.indexer.backend.status("en").state == "ready"
        assert_in_step(changed)
    finally:
        plug_in({})


@pytest.mark.parametrize(
    ("ill", "sentence"),
    [
        (Dying, "The rebuild was killed by signal 9; the index is as it was. Run the command again."),
        (Cramped, "The index of en could not be built. ([Errno 27] File too large)"),
    ],
    ids=["killed", "no-room"],
)
def test_a_rebuild_that_fails_leaves_the_old_index_and_no_lock(
    site: Site, ill: Callable[[Path], WhooshBackend], sentence: str
) -> None:
    good, before = site.indexer.builder, answers(site, "en", "delays")
    with_backend(site, ill)
    with pytest.raises(SearchUnavailable) as caught:
        site.indexer.rebuild(is_apart=True)
    assert str(caught.value) == sentence
    assert answers(site, "en", "delays") == before
    assert not site.indexer.is_rebuilding()
    site.indexer.builder = good
    site.indexer.rebuild(is_apart=True)
    assert nodes(site) == []
    assert_in_step(site)


def test_a_process_that_was_forked_meanwhile_holds_no_lock(site: Site) -> None:
    """Some servers fork while they write."""
    with site.indexer._lock():
        child = os.fork()
        if child == 0:
            signal.pause()
    is_free = False
    with (site.indexer.folder / "lock").open() as lock, suppress(BlockingIOError):
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        is_free = True
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    assert is_free


def test_while_a_large_index_is_broken_the_database_answers_and_another_process_builds(site: Site, large: None) -> None:
    expected = found(site, "phone")
    assert expected[0] is False
    damage(site, "en")
    assert unpublish(site, "delays", "en")
    assert [found(site, text) for text in ("phone", "all about")] == [(True, expected[1]), (True, [2, 3])]
    assert not site.indexer.is_ready()
    wait_until_built(site)
    assert found(site, "phone") == expected
    assert site.indexer.is_ready()
    assert_in_step(site)


def test_many_searches_start_one_process_and_one_that_failed_no_other_for_a_minute(
    site: Site, large: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    started = []
    good = site.indexer.builder
    with_backend(site, Crashing)
    start = type(good).start
    monkeypatch.setattr(type(good), "start", lambda self, lock: (started.append(self.backend), start(self, lock)))
    damage(site, "en", "de")
    for tag in ("en", "de", "en"):
        assert found(site, "bitcoin", tag)[0]
    wait_until_idle(site)
    assert found(site, "bitcoin")[0]
    assert started == [Crashing]
    site.indexer.builder = good
    now = clock.now() + timedelta(seconds=indexing.RETRY_SECONDS + 1)
    monkeypatch.setattr(clock, "now", lambda: now)
    assert found(site, "bitcoin")[0]
    assert started == [Crashing, WhooshBackend]
    wait_until_built(site)
    assert [found(site, "bitcoin", tag)[0] for tag in ("en", "de")] == [False, False]
    assert_in_step(site)


def test_a_small_index_that_is_broken_is_made_by_the_search(site: Site) -> None:
    expected = found(site, "phone")
    damage(site, "en", "de")
    assert states(site)["en"] == "broken"
    assert found(site, "phone") == expected
    assert (states(site)["en"], states(site)["de"]) == ("ready", "broken")


def test_changes_that_a_broken_index_missed_are_not_missed_when_it_comes_to_itself(site: Site) -> None:
    site.indexer.backend.close()
    folder = site.settings.index_path / "de"
    pointer = (folder / "current").read_bytes()
    (folder / "current").write_bytes(b"broken")
    with site.database.transaction() as connection:
        site.indexer.note(connection, [])  # who changes an article would mend the index
    assert unpublish(site, "delays", "en")
    site.indexer.backend.close()
    (folder / "current").write_bytes(pointer)
    assert_in_step(site)


def test_a_machine_that_returns_to_large_content_answers_from_the_database_until_its_index_is_new(
    site: Site, large: None
) -> None:
    with site.database.transaction() as connection:
        connection.execute(SearchNode.__table__.delete())
    assert found(site, "phone")[0]
    wait_until_built(site)
    assert not found(site, "phone")[0]
    assert_in_step(site)


def test_a_site_is_well_without_indexes_that_nobody_needed(empty_site: Site, tmp_path: Path) -> None:
    assert empty_site.indexer.is_ready()
    for locale in empty_site.locales.all:
        for path in (empty_site.settings.index_path / locale.tag).glob("*"):
            path.unlink() if path.is_file() else None
    empty_site.indexer.backend.close()
    assert set(states(empty_site).values()) == {"missing"}
    assert empty_site.indexer.is_ready()
    take_in(empty_site, tmp_path / "content", ARTICLES)
    assert len(found(empty_site, "bitcoin")[1]) == 1
    damage(empty_site, "de")
    assert not empty_site.indexer.is_ready()


@pytest.mark.on("sqlite")
def test_processes_are_started_only_where_they_can_open_the_database(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = site.settings
    assert find_builder(settings, site.database.engine, WhooshBackend) == site.indexer.builder
    assert "secret" not in repr(site.indexer.builder)
    assert settings.secret_key not in repr(site.indexer.builder)
    memory = create_engine_for("sqlite://")
    foreign = site.database.engine.execution_options(hd_own=False)
    assert [find_builder(settings, engine, WhooshBackend) for engine in (memory, foreign)] == [None, None]
    memory.dispose()
    monkeypatch.setattr("sys.executable", "/usr/bin/uwsgi")
    assert find_builder(settings, site.database.engine, WhooshBackend) is None


def test_without_a_builder_everything_is_built_by_who_needs_it(site: Site, large: None) -> None:
    site.indexer.builder = None
    damage(site, "en")
    assert not found(site, "phone")[0]
    site.indexer.rebuild(is_apart=True)
    assert_in_step(site)
