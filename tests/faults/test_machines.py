"""Several machines, each with an instance folder of its own, on one PostgreSQL."""

from __future__ import annotations

import shutil
from collections import Counter as Tally
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from helpdesk.services.publishing import publish, unpublish
from tests.conftest import NOON, close
from tests.faults.test_concurrency import ARTICLE, fetch, fetch_at_once, read_as, server, some_readers, vote_as
from tests.faults.test_first_starts import LOCALES, start
from tests.support.databases import Backend, copy_instance, drop_database, execute
from tests.support.instances import assert_in_step, assert_sound, find, make, opened, rows, site_of
from tests.support.processes import FULL, ready, run, run_together

pytestmark = pytest.mark.on("postgresql")
MACHINES = 4
FIRST_STARTS = 20 if FULL else 1
READERS, VOTERS = (400, 100) if FULL else (100, 40)
FIGURES = (
    "SELECT views, yes, no FROM hd_counter WHERE translation_id ="
    " (SELECT id FROM hd_translation WHERE article_id = 1 AND locale = 'en')"
)


def more_machines(first: Path, number: int) -> list[Path]:
    """A machine and others beside it: the same database, and no index or media yet."""
    others = [first.parent / f"{first.name}-{n}" for n in range(1, number)]
    for other in others:
        other.mkdir()
        shutil.copy(first / "helpdesk.toml", other)
    return [first, *others]


@pytest.fixture
def machines(demo_template: Path, tmp_path: Path) -> Iterator[list[Path]]:
    """Four machines with an index each, on a copy of the demo without its votes and views."""
    instance = copy_instance(demo_template, tmp_path / "machine")
    others = more_machines(instance, MACHINES)[1:]
    for other in others:
        shutil.copytree(instance / "index", other / "index")
    clear = ("DELETE FROM hd_vote", "DELETE FROM hd_daily_tally", "UPDATE hd_counter SET views = 0, yes = 0, no = 0")
    nodes = [
        "INSERT INTO hd_search_node (name, seen_at)"
        f" SELECT replace(name, '{demo_template}', '{folder}'), seen_at FROM hd_search_node WHERE id = 1"
        for folder in (instance, *others)
    ]
    execute(instance, *clear, *nodes, "DELETE FROM hd_search_node WHERE id = 1")
    yield [instance, *others]
    drop_database(instance)


def test_first_starts_at_once_load_the_demo_once(backend: Backend, demo_template: Path, tmp_path: Path) -> None:
    """The lock of a folder is one machine's; the database's own is everybody's."""
    written = ", ".join(f"'{tag}'" for tag in LOCALES)
    expected = rows(demo_template, f"SELECT count(*), max(id) FROM hd_article WHERE source_locale IN ({written})")
    for number in range(FIRST_STARTS):
        instances = more_machines(backend.make_instance(tmp_path / f"machine{number}"), MACHINES)
        found = run_together([(start, (instance, "demo")) for instance in instances])
        assert len(found[0][1]) > 0
        assert found == [found[0]] * MACHINES
        assert rows(instances[0], "SELECT count(*), max(id) FROM hd_article") == expected
        assert rows(instances[0], "SELECT value FROM hd_state WHERE name = 'started_as'") == [("demo",)]
        assert rows(instances[0], "SELECT count(*) FROM hd_search_node") == [(MACHINES,)]
        assert_sound(instances[0])
        drop_database(instances[0])


def test_what_one_machine_changes_the_others_find_at_the_next_search(machines: Sequence[Path]) -> None:
    apps = [make(machine, locales=("en", "de")) for machine in machines[:2]]
    here, there = (site_of(app) for app in apps)
    before = find(there, "en", "identity check")
    assert before[1][0] == (1, "Why an identity check fails")
    for writer, reader in ((here, there), (there, here)):
        assert unpublish(writer, "identity-check-fails", "en")
        assert (1, "Why an identity check fails") not in find(reader, "en", "identity check")[1]
        assert publish(writer, "identity-check-fails", "en")
        assert find(reader, "en", "identity check") == before
    for site in (here, there):
        assert_in_step(site)
    for app in apps:
        close(app)


def join(instance: Path) -> None:
    """A worker: the first search on a machine."""

    with opened(instance, locales=("en", "de")) as site:
        ready()
        find(site, "en", "identity check")


def toggle(instance: Path, times: int) -> None:
    """A worker: withdraws a text and publishes it again, an uneven number of times."""

    with opened(instance, locales=("en", "de")) as site:
        ready()
        for number in range(times):
            assert (publish if number % 2 else unpublish)(site, "identity-check-fails", "en")


def test_a_machine_that_joins_while_another_writes_misses_nothing(machines: Sequence[Path]) -> None:
    run_together([(toggle, (machines[0], 9)), *((join, (machine,)) for machine in machines[1:])])
    for machine in machines:
        with opened(machine, locales=("en", "de")) as site:
            assert (1, "Why an identity check fails") not in find(site, "en", "identity check")[1]
            assert_in_step(site)


def test_twenty_posts_of_one_voter_on_two_machines_are_one_vote(machines: Sequence[Path]) -> None:
    key = {"secret_key": "the same on all machines, as told"}
    with server(machines[0], **key) as first, server(machines[1], **key) as second:
        _status, headers = fetch(first, "POST", f"{ARTICLE}/vote", "answer=no")
        cookie = headers["Set-Cookie"].partition(";")[0]
        posts = [(port, "POST", f"{ARTICLE}/vote", "answer=yes", cookie) for port in (first, second) * 10]
        answers = fetch_at_once(posts)
    assert Tally(status for status, _headers in answers) == {303: 20}
    assert rows(machines[0], "SELECT count(*) FROM hd_vote") == [(1,)]
    assert rows(machines[0], FIGURES) == [(0, 1, 0)]


def test_every_voter_counts_once(machines: Sequence[Path]) -> None:
    share = VOTERS // MACHINES
    answers = ["yes", "no"] * (MACHINES // 2)
    jobs = [
        (vote_as, (machine, [None] * share, [answer], f"10.{number}"))
        for number, (machine, answer) in enumerate(zip(machines, answers, strict=True))
    ]
    held = run_together(jobs)
    assert rows(machines[0], "SELECT count(*), count(DISTINCT visitor) FROM hd_vote") == [(VOTERS, VOTERS)]
    assert rows(machines[0], FIGURES) == [(0, VOTERS // 2, VOTERS // 2)]
    run(vote_as, machines[1], held[1][:5], ["yes"], "10.9")
    assert rows(machines[0], FIGURES) == [(0, VOTERS // 2 + 5, VOTERS // 2 - 5)]
    assert_sound(machines[0])


def test_views_are_exact(machines: Sequence[Path]) -> None:
    share = READERS // MACHINES
    run_together([(read_as, (machine, some_readers(n * share, share), NOON)) for n, machine in enumerate(machines)])
    assert rows(machines[0], FIGURES) == [(READERS, 0, 0)]
    run_together([(read_as, (machine, some_readers(9000, 1) * 10, NOON)) for machine in machines])
    assert rows(machines[0], FIGURES) == [(READERS + 1, 0, 0)]
    assert rows(machines[0], "SELECT sum(views), sum(repeats) FROM hd_daily_tally") == [(READERS + 1, 39)]
    assert_sound(machines[0])
