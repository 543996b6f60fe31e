"""`flask helpdesk content watch`, as a process of its own."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Timer

import pytest
from flask import Flask

from helpdesk import db
from helpdesk.cli.watching import address, snapshot, take_in
from helpdesk.services.importing import import_content
from helpdesk.services.publishing import publish
from helpdesk.services.site import Site
from tests.core.test_importing import FOLDER, write
from tests.support.databases import SQLITE, written_elsewhere
from tests.support.instances import assert_in_step
from tests.support.pages import CheckingClient

# The databases make no difference here.
pytestmark = pytest.mark.on("sqlite")

ROOT = Path(__file__).parents[2]
PATIENCE = 120  # seconds after which the process counts as hanging
PAY = "guides/money/pay"
READ = "/en/articles/70-how-to-pay"


@contextmanager
def watching(instance: Path, root: Path) -> Iterator[tuple[subprocess.Popen[str], Callable[[str], list[str]]]]:
    """The process, and a function that reads its lines up to one that begins so."""
    process = subprocess.Popen(
        [sys.executable, "-m", "flask", "--app", "app", "helpdesk", "content", "watch", str(root)],
        cwd=ROOT,
        env={"HELPDESK_INSTANCE_DIR": str(instance), "PATH": os.environ["PATH"]},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    assert process.stdout is not None

    def read_to(start: str) -> list[str]:
        lines = [process.stdout.readline()]
        while lines[-1] and not lines[-1].startswith(start):
            lines.append(process.stdout.readline())
        assert lines[-1], lines
        return [line.rstrip("\n") for line in lines]

    timer = Timer(PATIENCE, process.kill)
    timer.start()
    try:
        yield process, read_to
    finally:
        timer.cancel()
        process.kill()
        process.wait()
        process.stdout.close()


def save(path: Path, text: str) -> None:
    """As many editors do: another file takes its place."""
    other = path.with_name(f".{path.name}.{os.getpid()}")
    other.write_text(text)
    other.replace(path)


@pytest.mark.on(SQLITE)
def test_what_is_saved_can_be_read(empty_app: Flask, empty_site: Site, tmp_path: Path) -> None:
    root = write(tmp_path / "content", FOLDER)
    client = CheckingClient(empty_app)
    with watching(empty_site.settings.instance_dir, root) as (process, read_to):
        assert read_to("Watching") == [
            f"new: pay/en  {READ}",
            "new: pay/de  /de/articles/70-so-zahlen-sie (readers do not see it)",
            "Watching; Ctrl-C ends.",
        ]
        text = "---\ntitle: How to pay\nstatus: published\n---\nPay {}.\n\n## Steps {{ #steps }}\n\nOne.\n"
        save(root / PAY / "en.md", text.format("at the till"))
        assert read_to("changed") == [f"changed: pay/en  {READ}"]
        assert "Pay at the till." in client.get(READ).text
        assert client.get("/en/search?q=till").cards[0]["title"] == "How to pay"

        save(root / PAY / "en.md", text.format("now").replace("published", "live"))
        assert read_to(f"{PAY}/en.md:3") == [
            f"{PAY}/en.md:3: `status` must be one of draft, in_review, published, archived, not `live`"
        ]
        (root / PAY / "en.md").unlink()
        assert read_to(f"{PAY}:1") == [f"{PAY}:1: has no `en.md`, the locale that `source` names"]
        assert "Pay at the till." in client.get(READ).text
        (root / PAY / "en.md").write_text(text.format("at the till"))
        assert read_to("nothing changed") == ["nothing changed"]
        write(root, {"notes.md": "# Mine\n"})
        assert read_to("nothing") == [
            "note: notes.md:1: file left out: not in the folder of an article",
            "nothing changed",
        ]
        with (root / PAY / "en.md").open("w") as file:
            file.write(text[:20])
            file.flush()
            file.write(text[20:].format("by card"))
        assert read_to("changed")[-1] == f"changed: pay/en  {READ}"
        assert "Pay by card." in client.get(READ).text

        process.send_signal(signal.SIGINT)
        assert (process.wait(), process.stdout and process.stdout.read()) == (0, "")
    assert_in_step(empty_site)


@pytest.mark.on(SQLITE)
def test_a_folder_that_goes_and_comes_back(empty_site: Site, tmp_path: Path) -> None:
    root = tmp_path / "content"
    root.mkdir()
    with watching(empty_site.settings.instance_dir, root) as (process, read_to):
        assert read_to("Watching")[0].startswith(".:1: holds neither")
        root.rmdir()
        write(root, FOLDER)
        assert read_to("new: pay/en")[-1] == f"new: pay/en  {READ}"
        process.send_signal(signal.SIGINT)
        assert process.wait() == 0


def test_only_files_of_content_are_looked_at(tmp_path: Path) -> None:
    noise = ["x.txt", "package.json", "a/more.js", ".git/a.md", "node_modules/x/README.md", "__MACOSX/en.md"]
    noise += [".en.md.swp", "en.md~", "4913", "#en.md#"]
    names = ["_article.yaml", "a/_category_.json", "a/b.mdx", "a/desk.PNG", "a/en.md", "hugo.toml", "mkdocs.yml"]
    root = write(tmp_path, dict.fromkeys([*names, "sidebars.js", *noise], ""))
    (root / ".#en.md").symlink_to("somebody@somewhere.7")
    (root / "gone.md").symlink_to("nowhere.md")
    seen = snapshot(root)
    assert sorted(seen) == [str(root / name) for name in (*names, "sidebars.js")]
    save(root / "a/en.md", "")
    assert snapshot(root) != seen


@pytest.mark.on(SQLITE)
def test_a_busy_database_is_tried_again(
    build: Callable[..., Flask],
    empty_template: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setattr(db, "BUSY_TIMEOUT", 1)
    app = build(empty_template)
    site = app.extensions["helpdesk"]
    root = write(tmp_path / "content", FOLDER)
    with app.app_context():
        with written_elsewhere(site):
            assert not take_in(site, root, set())
        assert capsys.readouterr().err == "Nothing was imported: database is locked\n"
        assert take_in(site, root, set())


@pytest.mark.on(SQLITE)
@pytest.mark.parametrize(("site_url", "prefix"), [("", ""), ("https://example.com/help", "/help")])
def test_addresses_stand_below_the_sites_own(
    build: Callable[..., Flask], empty_template: Path, tmp_path: Path, site_url: str, prefix: str
) -> None:
    app = build(empty_template, site_url=site_url)
    import_content(app.extensions["helpdesk"], write(tmp_path / "content", FOLDER))
    with app.app_context():
        assert address(app.extensions["helpdesk"], "pay/en") == f"{prefix}{READ}"


@pytest.mark.on(SQLITE)
def test_a_save_that_an_edit_made_here_keeps_out_is_told(
    build: Callable[..., Flask], empty_template: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    app = build(empty_template)
    site = app.extensions["helpdesk"]
    root = write(tmp_path / "content", FOLDER)
    import_content(site, root)
    publish(site, "pay", "de")
    with app.app_context():
        save(
            root / PAY / "de.md", "---\ntitle: Bezahlen\nstatus: draft\n---\nZahlen Sie bar.\n\n## Schritte\n\nEins.\n"
        )
        assert take_in(site, root, set())
        assert capsys.readouterr().out == "edited here since: pay/de\n"
        save(root / PAY / "en.md", "---\ntitle: How to pay\n---\nPay now.\n\n## Steps { #steps }\n\nOne.\n")
        assert take_in(site, root, set())
        assert capsys.readouterr().out == f"changed: pay/en  {READ}\nedited here since: pay/de\n"
