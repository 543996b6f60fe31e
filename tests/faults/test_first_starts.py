"""Several processes start at once on an instance that nobody prepared."""

from __future__ import annotations

from pathlib import Path

from helpdesk.services.bootstrapping import prepare
from tests.conftest import close
from tests.faults.test_concurrency import PROCESSES
from tests.support.instances import (
    assert_in_step,
    assert_sound,
    contents,
    find,
    make,
    opened,
    rows,
    site_of,
)
from tests.support.processes import FULL, ready, run_together

FIRST_STARTS = 40 if FULL else 2
# Of the demo.
LOCALES = ("en", "ar")


def start(instance: Path, mode: str) -> tuple[int, list[tuple[int, str]]]:
    """A worker: start, and search as the first thing."""
    app = make(instance, locales=LOCALES)
    ready()
    prepare(site_of(app), mode)
    found = find(site_of(app), "en", "identity check") if mode == "demo" else (0, [])
    close(app)
    return found


def test_two_first_starts_at_once_load_the_demo_once(tmp_path: Path) -> None:
    run_together([(start, (tmp_path / "reference", "demo"))])
    with opened(tmp_path / "reference", locales=LOCALES) as site:
        expected, answer = contents(site), find(site, "en", "identity check")
    instance = tmp_path / "instance"
    assert run_together([(start, (instance, "demo"))] * 2) == [answer] * 2
    with opened(instance, locales=LOCALES) as site:
        assert contents(site) == expected
        for locale in site.locales.all:  # a search makes the index of its language
            site.indexer.ensure(locale)
        assert_in_step(site)
    assert_sound(instance)


def test_four_first_starts_at_once_make_one_database(tmp_path: Path) -> None:
    for number in range(FIRST_STARTS):
        instance = tmp_path / f"instance{number}"
        run_together([(start, (instance, "empty"))] * PROCESSES)
        assert rows(instance, "SELECT name, value FROM hd_state") == [("started_as", "empty")]
        assert_sound(instance)
