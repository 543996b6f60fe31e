"""Migrations killed at random moments or started by several at once, on both databases: never half done."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from helpdesk.services.migrating import current_revision, downgrade, head_revision, schema_differences, upgrade
from helpdesk.services.site import Site
from tests.conftest import close
from tests.support.databases import Backend, drop_database
from tests.support.instances import contents, copied, make, opened, rows, settle, site_of
from tests.support.killing import Killer, moments
from tests.support.processes import ready, run, run_together
from tests.support.schemas import everything, plant_rows

pytestmark = pytest.mark.on("sqlite", "postgresql")
PROCESSES = 4


@pytest.fixture
def instances(backend: Backend, tmp_path: Path) -> Iterator[Callable[[], Path]]:
    """Make instances that were never started."""
    made: list[Path] = []

    def make_one() -> Path:
        made.append(backend.make_instance(tmp_path / f"instance{len(made)}"))
        made[-1].mkdir(exist_ok=True)
        return made[-1]

    yield make_one
    for instance in made:
        drop_database(instance)


def migrate(instance: Path, *targets: str) -> float:
    """A worker: down to each target that starts with a minus, up to the others; seconds."""
    app = make(instance)
    ready()
    begun = time.perf_counter()
    for target in targets:
        if target.startswith("-"):
            downgrade(site_of(app).database, target.removeprefix("-"))
        else:
            upgrade(site_of(app).database, target)
    taken = time.perf_counter() - begun
    close(app)
    return taken


def assert_current(site: Site) -> None:
    assert current_revision(site.database) == head_revision()
    assert schema_differences(site.database) == []
    if not site.database.is_postgres:
        assert rows(site.settings.instance_dir, "PRAGMA integrity_check") == [("ok",)]
        assert rows(site.settings.instance_dir, "PRAGMA foreign_key_check") == []


def test_an_upgrade_of_an_empty_database_is_made_whole_or_not_at_all(instances: Callable[[], Path]) -> None:
    reference = instances()
    killer = Killer(run(migrate, reference, "head"))
    with opened(reference) as site:
        bare = contents(site)
    for moment in moments():
        instance = instances()
        killer.kill(moment, migrate, instance, "head")
        settle(instance)
        with opened(instance) as site:
            assert contents(site) in ({}, bare)
        run(migrate, instance, "head")
        with opened(instance) as site:
            assert contents(site) == bare
            assert_current(site)
    assert killer.report("upgrade") > 0


def first_schema(instance: Path) -> Path:
    """Rows in every table of the first schema."""
    with opened(instance) as site:
        upgrade(site.database, "0001")
        plant_rows(site.database)
    return instance


def test_a_step_on_a_full_database_is_made_whole_or_not_at_all(instances: Callable[[], Path]) -> None:
    """Up from the first schema and down again: every row is there, in the one schema or in the other."""
    reference = first_schema(instances())
    with opened(reference) as site:
        first = everything(site.database)
    seconds = run(migrate, reference, "head")
    with opened(reference) as site:
        last = everything(site.database)
    killers = {"head": Killer(seconds), "-0001": Killer(seconds)}
    seen = []
    for number, moment in enumerate(moments()):
        instance = first_schema(instances())
        target = ("head", "-0001")[number % 2]
        if target == "-0001":
            run(migrate, instance, "head")
        killers[target].kill(moment, migrate, instance, target)
        settle(instance)
        with opened(instance) as site:
            found = everything(site.database)
            assert found in (first, last)
            seen.append((target, "first" if found == first else "last"))
            upgrade(site.database)
            assert everything(site.database) == last
            assert_current(site)
    print({state: seen.count(state) for state in seen})
    for target, killer in killers.items():
        assert killer.report(target) > 0


def test_a_full_database_going_down_and_up_is_never_half_way(demo_template: Path, tmp_path: Path) -> None:
    with opened(copied(demo_template, tmp_path / "reference")) as site:
        full = contents(site)
    killer = Killer(run(migrate, tmp_path / "reference", "-base", "head"))
    with opened(tmp_path / "reference") as site:
        bare = contents(site)
    assert [name for name, found in bare.items() if found] == []
    seen = []
    for number, moment in enumerate(moments()):
        instance = copied(demo_template, tmp_path / f"instance{number}")
        killer.kill(moment, migrate, instance, "-base", "head")
        settle(instance)
        with opened(instance) as site:
            before = contents(site)
            assert before in (full, {}, bare)
            upgrade(site.database)
            assert contents(site) == (before or bare)
            assert_current(site)
        drop_database(instance)
        seen.append("full" if before == full else "bare" if before else "none")
    drop_database(tmp_path / "reference")
    print({state: seen.count(state) for state in seen})
    assert killer.report("down and up") > 0


def test_those_who_upgrade_at_once_wait_for_each_other(instances: Callable[[], Path]) -> None:
    instance = first_schema(instances())
    run_together([(migrate, (instance, "head"))] * PROCESSES)
    with opened(instance) as site:
        assert_current(site)
        assert len(everything(site.database)["hd_article"]) == 2
