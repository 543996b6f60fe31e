"""`flask helpdesk content import`: archives, and what a dry run shows."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import click
import pytest
from click.testing import Result
from flask import Flask

from helpdesk.cli.showing import LONGEST, show_changes
from helpdesk.services.previewing import Change
from tests.core.test_importing import FOLDER, write
from tests.core.test_unpacking import pack

# The databases make no difference here.
pytestmark = pytest.mark.on("sqlite")

PAY = "guides/money/pay"
Run = Callable[..., Result]


@pytest.fixture
def run(empty_app: Flask) -> Run:
    runner = empty_app.test_cli_runner()

    def invoke(*args: object, **options: object) -> Result:
        result = runner.invoke(args=["helpdesk", "content", *map(str, args)], **options)
        assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
        return result

    return invoke


@pytest.mark.parametrize(("patience", "expected"), [(0, "1/1\n"), (3600, "")])
def test_what_takes_its_time_says_how_far_it_is(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, patience: int, expected: str
) -> None:
    monkeypatch.setattr("helpdesk.cli.progress.PATIENCE", patience)
    result = run("import", write(tmp_path / "content", FOLDER))
    assert (result.exit_code, result.stderr) == (0, expected)
    assert "1/1" not in result.stdout


def test_a_dry_run_shows_the_words_that_change(run: Run, tmp_path: Path) -> None:
    root = write(tmp_path / "content", FOLDER)
    new = "new: pay/en\n  title: {+How to pay+}\nnew: pay/de\n  title: {+So zahlen Sie+}\n"
    figures = "Would import translations: 2 new, 0 changed, 0 unchanged, 0 kept, 0 deleted; 0 notes.\n"
    assert run("import", root, "--dry-run").output == new + figures
    run("import", root)
    words = " ".join(f"w{n}" for n in range(40))
    text = "---\ntitle: How to pay by card\nsummary: At once\nkeywords: [cash, coin]\n---\n"
    body = f"Pay at our front desk.\n\n{words}\n\n## Steps {{ #steps }}\n\n![Desk](desk.png)\n"
    german = "---\ntitle: So zahlen Sie\nstatus: in_review\n---\nZahlen\nSie.\n\n## Schritte\n\n\nEins.\n"
    write(root, {f"{PAY}/en.md": text + body, f"{PAY}/de.md": german})
    assert run("import", root, "--dry-run").output == (
        "changed: pay/en\n"
        "  title: How to pay {+by card+}\n"
        "  summary: {+At once+}\n"
        "  keywords: cash, [-card-]{+coin+}\n"
        f"  body: Pay at [-the-]{{+our front+}} desk. {{+¶ {words}+}} ¶ ## Steps {{ #steps }} ¶ …\n"
        "changed: pay/de\n"
        "  status: [-draft-]{+in_review+}\n"
        "  body: white space only\n"
        "Would import translations: 0 new, 2 changed, 0 unchanged, 0 kept, 0 deleted; 0 notes.\n"
    )
    assert run("import", root).output.splitlines()[:2] == ["changed: pay/en", "changed: pay/de"]


def test_on_a_terminal_the_words_have_colors(run: Run, tmp_path: Path) -> None:
    root = write(tmp_path / "content", FOLDER)
    run("import", root)
    write(
        root, {f"{PAY}/de.md": "---\ntitle: Zahlen Sie so\nstatus: draft\n---\nZahlen Sie.\n\n## Schritte\n\nEins.\n"}
    )
    red, green = click.style("[-So zahlen-]", fg="red"), click.style("{+so+}", fg="green")
    lines = run("import", root, "--dry-run", color=True).output.splitlines()
    assert lines[:2] == ["changed: pay/de", f"  title: {red}{click.style('{+Zahlen+}', fg='green')} Sie {green}"]


def test_what_is_shown_is_short_and_moves_no_cursor(capsys: pytest.CaptureFixture[str]) -> None:
    show_changes(
        [Change("title", "", "\x1b[2J\u202eevil"), Change("body", "x", "word " * 5000), Change("body", "", "\n")]
    )
    lines = capsys.readouterr().out.splitlines()
    assert lines == [
        r"  title: {+\x1b[2J\u202eevil+}",
        f"  body: [-x-]{{+{'word ' * 99}word…+}}",
        "  body: white space only",
    ]
    assert len(lines[1]) < LONGEST + 20


def test_archives(run: Run, tmp_path: Path) -> None:
    archive = pack(tmp_path / "help.zip", FOLDER | {"notes.txt": "x"})
    assert run("import", archive).output == (
        "new: pay/en\nnew: pay/de\n"
        "note: file left out: neither Markdown, an image nor settings that are read: 1 (first: notes.txt:1)\n"
        "Imported translations: 2 new, 0 changed, 0 unchanged, 0 kept, 0 deleted; 1 notes.\n"
    )
    bad = run("import", pack(tmp_path / "bad.zip", {"../a\x1b[2J.md": "", "b.md": ""}))
    assert (bad.exit_code, bad.output) == (
        1,
        "../a\\x1b[2J.md:1: has a path that is not plain\nError: Nothing was imported.\n",
    )


def test_a_folder_that_cannot_be_read_ends_with_a_sentence(run: Run, tmp_path: Path) -> None:
    path = tmp_path / ("a" * 300)
    result = run("import", path)
    assert (result.exit_code, result.output) == (1, f"Error: {path}: File name too long. Nothing was imported.\n")
    (tmp_path / "content").symlink_to("content")
    result = run("import", tmp_path / "content")
    assert (result.exit_code, result.output) == (
        1,
        f"{tmp_path}/content:1: is neither a folder nor a ZIP archive\nError: Nothing was imported.\n",
    )
