"""Processes killed while they write the index: it answers, agrees with the database, and catches up."""

from __future__ import annotations

import fcntl
import sqlite3
import time
from collections.abc import Callable, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

from helpdesk import clock
from helpdesk.search.backend import SearchQuery
from helpdesk.services import indexing
from helpdesk.services.demo import remove_demo
from helpdesk.services.finding import find as find_anyhow
from helpdesk.services.importing import import_content
from helpdesk.services.publishing import publish, unpublish
from helpdesk.services.site import Site
from tests.conftest import close
from tests.support.indexes import damage, states, wait_until_built
from tests.support.instances import (
    assert_in_step,
    assert_sound,
    copied,
    file_of,
    find,
    make,
    opened,
    rows,
    site_of,
)
from tests.support.killing import Killer, both, moments
from tests.support.processes import Worker, listen, ready, run, say

TOGGLED = ("withdrawal-delays", "deposit-not-credited", "identity-check-fails")
# Some of the demo's languages: the source's, one that inherits it, and one with translations of its own.
LOCALES = ("en", "en-SG", "ar")


def toggle(site: Site, key: str) -> None:
    """Withdraw an English text, or publish it again."""
    if not unpublish(site, key, "en"):
        publish(site, key, "en")


def toggle_all(instance: Path) -> None:
    """A worker: changes the content without end, each time bringing the index up to date."""
    app = make(instance, locales=LOCALES)
    ready()
    while True:
        for key in TOGGLED:
            toggle(site_of(app), key)


def rebuild(instance: Path) -> float:
    """A worker: change something, and build the index anew; seconds."""
    app = make(instance, locales=LOCALES)
    ready()
    begun = time.perf_counter()
    toggle(site_of(app), TOGGLED[0])
    site_of(app).indexer.rebuild()
    taken = time.perf_counter() - begun
    close(app)
    return taken


def toggle_together(instance: Path) -> None:
    """A worker: changes many articles in one transaction, again and again: one batch for the index."""
    app = make(instance, locales=LOCALES)
    site = site_of(app)
    ready()
    english = "SELECT a.key FROM hd_article a JOIN hd_translation t ON t.article_id = a.id WHERE t.locale = 'en'"
    keys = [key for (key,) in rows(instance, f"{english} ORDER BY a.id")]
    while True:
        with site.database.transaction():
            for key in keys:
                toggle(site, key)


def mend(instance: Path) -> float:
    """A worker: builds an index anew that lacked changes, as the process does that a search starts; seconds."""
    app = make(instance, locales=LOCALES)
    site = site_of(app)
    ready()
    begun = time.perf_counter()
    for tag in LOCALES:
        (site.settings.index_path / f"rebuild-{tag}").touch()
    site.indexer.rebuild_marked()
    taken = time.perf_counter() - begun
    close(app)
    return taken


def search_plainly(instance: Path) -> None:
    """A worker: a search of content that is too large to wait for its index."""
    indexing.AT_ONCE_ARTICLES = 0
    site = site_of(make(instance, locales=LOCALES))
    damage(site, "en")
    ready()
    say(find_anyhow(site, SearchQuery(locale="en", text="identity check"), now=clock.now()).is_plain)
    listen()


def join(instance: Path) -> float:
    """A worker: the first search on a machine that the database does not know; seconds."""
    app = make(instance, locales=LOCALES)
    ready()
    begun = time.perf_counter()
    find(site_of(app), "en", "identity check")
    taken = time.perf_counter() - begun
    close(app)
    return taken


def be_forgotten(instance: Path) -> None:
    """The database loses the machine, and content changes of which its index is not told."""
    with closing(sqlite3.connect(file_of(instance))) as connection, connection:
        connection.execute("PRAGMA foreign_keys=ON")
        connection.execute("DELETE FROM hd_search_node")
    with opened(instance, locales=LOCALES) as site:
        for key in TOGGLED:
            toggle(site, key)


def assert_searches_agree(instance: Path) -> None:
    """The index equals the database, and by their titles readers find exactly what is published."""
    query = (
        "SELECT t.title, t.status FROM hd_article a JOIN hd_translation t ON t.article_id = a.id WHERE t.locale = 'en'"
    )
    with opened(instance, locales=LOCALES) as site:
        assert_in_step(site)
        for title, status in rows(instance, f"{query} AND a.key IN {TOGGLED}"):
            found = [name for _id, name in find(site, "en", title)[1]]
            assert (title in found) == (status == "published"), title


def kill_on_two_copies(
    template: Path,
    folder: Path,
    work: Callable[[Path], Any],
    seconds: float,
    before: Callable[[Path], None] | None = None,
) -> Killer:
    """Kill the work at moments all over its time; after each kill the index must answer, and agree."""

    killer = Killer(seconds)

    def trial(instance: Path, row: Sequence[float]) -> None:
        copied(template, instance)
        for moment in row:
            if before is not None:
                before(instance)
            killer.kill(moment, work, instance)
            with opened(instance, locales=LOCALES) as site:
                assert [site.indexer.backend.status(tag).state == "ready" for tag in LOCALES] == [True] * len(LOCALES)
            assert_searches_agree(instance)
            assert_sound(instance)

    found = moments()
    both(trial, ((folder / f"instance{n}", found[n::2]) for n in range(2)))
    return killer


def test_the_index_of_a_killed_writer_catches_up(demo_template: Path, tmp_path: Path) -> None:
    assert kill_on_two_copies(demo_template, tmp_path, toggle_all, 0.7).report("drain") > 0


def test_a_killed_rebuild_leaves_an_index_that_answers(demo_template: Path, tmp_path: Path) -> None:
    seconds = run(rebuild, copied(demo_template, tmp_path / "reference"))
    assert kill_on_two_copies(demo_template, tmp_path, rebuild, seconds).report("rebuild") > 0


def test_an_index_killed_in_a_batch_catches_up(demo_template: Path, tmp_path: Path) -> None:
    assert kill_on_two_copies(demo_template, tmp_path, toggle_together, 1.5).report("batch") > 0


def test_a_killed_mending_leaves_the_rest_to_the_next_search(demo_template: Path, tmp_path: Path) -> None:
    seconds = run(mend, copied(demo_template, tmp_path / "reference"))
    assert kill_on_two_copies(demo_template, tmp_path, mend, seconds).report("mending") > 0


def test_a_rebuild_outlives_the_server_that_started_it(demo_template: Path, tmp_path: Path) -> None:
    """And waits for none of another instance, of whichever template."""
    instance = copied(demo_template, tmp_path / "instance")
    other = copied(demo_template, tmp_path / "other")
    with (other / "index" / "rebuild.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        lock.write(f"{time.time():.0f}")
        lock.flush()
        worker = Worker(search_plainly, instance).wait_until_ready().go()
        worker.wait_for(True)
        assert worker.kill() is None
    with opened(instance, locales=LOCALES) as site:
        wait_until_built(site)
        assert states(site) == dict.fromkeys(LOCALES, "ready")
    assert_searches_agree(instance)


def test_a_machine_killed_while_it_joins_again_misses_nothing(demo_template: Path, tmp_path: Path) -> None:
    """A machine long unseen has an old index, and no notes of what changed meanwhile."""
    reference = copied(demo_template, tmp_path / "reference")
    be_forgotten(reference)
    seconds = run(join, reference)
    assert kill_on_two_copies(demo_template, tmp_path, join, seconds, be_forgotten).report("join") > 0


def write_folder(root: Path, word: str) -> Path:
    home = root / "words" / "all"
    (home / word).mkdir(parents=True)
    for folder in (home.parent, home):
        (folder / "_index.en.md").write_text("---\ntitle: Words\n---\n", "utf-8")
    (home / word / "en.md").write_text(f"---\ntitle: {word}\n---\nThis is about {word}.\n", "utf-8")
    return root


def clear(instance: Path) -> None:
    """A worker: take the demo's content away."""
    app = make(instance)
    ready()
    remove_demo(site_of(app))
    close(app)


def test_new_content_with_the_numbers_of_what_was_deleted_is_found(empty_template: Path, tmp_path: Path) -> None:
    """Killed between the deletion and the index: SQLite gives the same ids to what comes next."""
    instance = copied(empty_template, tmp_path / "instance")
    with opened(instance) as site:
        import_content(site, write_folder(tmp_path / "old", "zqoldx"), is_demo=True)
        assert find(site, "en", "zqoldx") == (1, [(1, "zqoldx")])
    with (instance / "index" / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        worker = Worker(clear, instance).wait_until_ready().go()
        while rows(instance, "SELECT id FROM hd_article"):
            time.sleep(0.01)
        assert worker.kill() is None
    with opened(instance) as site:
        import_content(site, write_folder(tmp_path / "new", "zqnewx"), is_demo=True)
        assert find(site, "en", "zqnewx") == (1, [(1, "zqnewx")])
        assert find(site, "en", "zqoldx") == (0, [])
