"""Imports that prune and exports, killed at random moments: all or nothing, no half of a file, and the next one goes on."""

from __future__ import annotations

import shutil
import time
from collections.abc import Sequence
from pathlib import Path

from helpdesk.services.demo import SAMPLEDATA
from helpdesk.services.exporting import export_content
from helpdesk.services.folder_writing import LIST, STAGE
from helpdesk.services.importing import import_content
from helpdesk.services.publishing import archive, delete_article
from tests.conftest import close
from tests.support.exports import files_of
from tests.support.instances import assert_in_step, assert_sound, contents, copied, find, make, opened, site_of
from tests.support.killing import Killer, both, in_a_row, moments
from tests.support.processes import ready, run

GONE = "faq/account-security"
# Whose indexes are kept.
LOCALES = ("en", "ar")


def prune(instance: Path, folder: Path) -> float:
    """A worker: import a folder that lacks some of what the database has; seconds."""
    app = make(instance, locales=LOCALES)
    ready()
    begun = time.perf_counter()
    import_content(site_of(app), folder, is_demo=True, prune=True)
    taken = time.perf_counter() - begun
    close(app)
    return taken


def test_what_is_gone_is_deleted_whole_or_not_at_all(demo_template: Path, tmp_path: Path) -> None:
    folder = shutil.copytree(SAMPLEDATA, tmp_path / "folder")
    shutil.rmtree(folder / GONE)
    with opened(demo_template, locales=LOCALES) as site:
        before = contents(site)
    reference = copied(demo_template, tmp_path / "reference")
    killer = Killer(run(prune, reference, folder))
    with opened(reference, locales=LOCALES) as site:
        after = contents(site)
        assert find(site, "en", "passkey authenticator")[1] != []
    assert len(after["hd_article"]) < len(before["hd_article"])

    def trial(instance: Path, row: Sequence[float]) -> None:
        copied(demo_template, instance)
        found = before
        for moment in row:
            killer.kill(moment, prune, instance, folder, is_whole=found == before)
            with opened(instance, locales=LOCALES) as site:
                found = contents(site)
            assert found in (before, after)
            assert_sound(instance)
        run(prune, instance, folder)
        with opened(instance, locales=LOCALES) as site:
            assert contents(site) == after
            assert_in_step(site)

    both(trial, ((tmp_path / f"instance{n}", row) for n, row in enumerate(in_a_row(moments()))))
    assert killer.report("prune") > 0


def export(instance: Path, folder: Path) -> float:
    """A worker: write everything into a folder; seconds."""
    app = make(instance)
    ready()
    begun = time.perf_counter()
    export_content(site_of(app), folder)
    taken = time.perf_counter() - begun
    close(app)
    return taken


def test_a_killed_export_leaves_whole_files_and_the_next_one_goes_on(demo_template: Path, tmp_path: Path) -> None:
    """Into an empty folder, and over an export of other content, beside files of somebody else."""
    changed = copied(demo_template, tmp_path / "changed")
    with opened(changed) as site:
        for tag in ("en", "de", "ar"):
            archive(site, "withdrawal-delays", tag)
        delete_article(site, "move-authenticator")
    seconds = [run(export, demo_template, tmp_path / "old"), run(export, changed, tmp_path / "new")]
    old, new = files_of(tmp_path / "old"), files_of(tmp_path / "new")
    assert len({*old.items(), *new.items()}) > len(old)
    over = run(export, changed, shutil.copytree(tmp_path / "old", tmp_path / "over"))
    killers = {False: Killer(max(seconds)), True: Killer(over)}

    def trial(folder: Path, is_over: bool, row: Sequence[float]) -> None:
        if is_over:
            shutil.copytree(tmp_path / "old", folder)
        foreign = {"notes.txt": b"mine"} if is_over else {}
        for name, text in foreign.items():
            (folder / name).write_bytes(text)
        before = old if is_over else {}
        found = before | foreign
        for moment in row:
            is_whole = found == before | foreign
            killers[is_over].kill(moment, export, changed, folder, is_whole=is_whole)
            found = files_of(folder) if folder.exists() else {}
            for name, text in found.items():
                if not name.startswith(STAGE):
                    assert text in (before.get(name), new.get(name), foreign.get(name)), name
        run(export, changed, folder)
        assert files_of(folder) == new | foreign
        assert (folder / LIST).read_bytes() == (tmp_path / "new" / LIST).read_bytes()

    rows = in_a_row(moments())
    trials = [(tmp_path / f"out{n}-{is_over}", is_over, row) for n, row in enumerate(rows) for is_over in (False, True)]
    both(trial, trials)
    for is_over, killer in killers.items():
        assert killer.report("export over another" if is_over else "export") > 0
