"""`flask helpdesk translations` as people type it."""

from __future__ import annotations

from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskCliRunner

from helpdesk.services.site import Site
from tests.support.content import take_in, translation


@pytest.fixture
def run(empty_app: Flask, empty_site: Site, tmp_path: Path):
    articles = {key: {"en.md": translation(key.title(), "Wait 24 hours.")} for key in ("pay", "lend")}
    take_in(empty_site, tmp_path / "content", articles)
    runner: FlaskCliRunner = empty_app.test_cli_runner()

    def invoke(*args: object) -> str:
        result = runner.invoke(args=["helpdesk", "translations", *map(str, args)])
        assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
        # What progress says on standard error depends on how fast the machine is.
        errors = [line for line in result.stderr.splitlines(keepends=True) if line.startswith("Error: ")]
        return f"{result.exit_code}\n{result.stdout}{''.join(errors)}"

    return invoke


def test_out_and_back(run, empty_site: Site, tmp_path: Path) -> None:
    path = tmp_path / "de.po"
    assert run("export", "de", tmp_path) == f"0\nWrote {path}; articles: 2, messages: 4.\n"
    assert (
        run("export", "de", path, "--article", "pay", "--article", "pay")
        == f"0\nWrote {path}; articles: 1, messages: 2.\n"
    )
    assert run("import", path) == (
        "1\nleft out: pay\n"
        f"not translated: 2 (first: {path}:12: pay: not translated: 'Pay')\nError: Nothing was imported.\n"
    )
    assert run("export", "de", path).startswith("0\n")
    text = path.read_text("utf-8").replace('msgid "Pay"\nmsgstr ""', 'msgid "Pay"\nmsgstr "Zahlen"')
    path.write_text(
        text.replace('msgid "Wait 24 hours."\nmsgstr ""', 'msgid "Wait 24 hours."\nmsgstr "Bald."'), "utf-8"
    )
    expected = (
        "new: pay\nleft out: lend\n"
        f"number: 1 (first: {path}:18: pay: number: missing '24')\n"
        f"not translated: 1 (first: {path}:25: lend: not translated: 'Lend')\n"
    )
    report = tmp_path / "report.txt"
    assert run("import", path, "--dry-run", "--report", report) == (
        f"0\n{expected}Would import translations: 1 new, 0 changed, 0 unchanged; 1 left out.\n"
    )
    assert report.read_text("utf-8") == (
        f"{path}:18: pay: number: missing '24'\n{path}:25: lend: not translated: 'Lend'\n"
    )
    assert run("import", path, "--locale", "de", "--publish") == (
        f"0\n{expected}Imported translations: 1 new, 0 changed, 0 unchanged; 1 left out.\n"
    )
    take_in(empty_site, tmp_path / "content", {"pay": {"de.md": translation("Bezahlen", revision="2")}})
    assert run("import", path) == (
        f"1\nleft out: pay\nleft out: lend\nnumber: 1 (first: {path}:18: pay: number: missing '24')\nedited: 1 (first: "
        f"{path}:12: pay: edited: changed here since the export: export again, or import with --keep file)\n"
        f"not translated: 1 (first: {path}:25: lend: not translated: 'Lend')\nError: Nothing was imported.\n"
    )
    assert run("import", path, "--keep", "file", "--publish") == (
        f"0\n{expected.replace('new: pay', 'changed: pay')}"
        "Imported translations: 0 new, 1 changed, 0 unchanged; 1 left out.\n"
    )
    assert run("export", "de", path) == f"0\nWrote {path}; articles: 1, messages: 2.\n"
    assert run("export", "de", path, "--all") == f"0\nWrote {path}; articles: 2, messages: 4.\n"


@pytest.mark.on("sqlite")
def test_mistakes_end_with_a_sentence(run, tmp_path: Path) -> None:
    path = tmp_path / "de.po"
    assert run("export", "xx", path) == ("1\nError: `xx` is not a locale of this site; HELPDESK_LOCALES names them.\n")
    assert run("export", "de", path, "--article", "nope") == (
        "1\nError: `nope` is not published in a language that de could take it from.\n"
    )
    assert run("export", "de", tmp_path / "no" / "de.po") == (
        f"1\nError: {tmp_path / 'no' / 'de.po'}: No such file or directory. Nothing was exported.\n"
    )
    assert not path.exists()
    assert run("import", path) == f"1\nError: {path}: No such file or directory. Nothing was imported.\n"
    assert run("import", tmp_path) == f"1\nError: {tmp_path}: Is a directory. Nothing was imported.\n"
    path.write_text("hello\n", "utf-8")
    assert run("import", path) == (
        f"1\nError: {path}:1: is neither a comment nor a text in quotes with plain escapes\n"
    )
    path.write_bytes(b'msgid ""\nmsgstr "Language: \\033[2J\\n"\n'.replace(b"\\033", b"\x1b"))
    assert "\x1b" not in run("import", path)
    run("export", "de", path)
    report = tmp_path / "no" / "report.txt"
    assert run("import", path, "--dry-run", "--report", report).endswith(
        f"Error: {report}: No such file or directory. The report was not written.\n"
    )
    assert run("import", path, "--locale", "ar").startswith(
        f"1\nwrong locale: 1 (first: {path}:1: wrong locale: the header's Language is `de`, not `ar`)\n"
    )


@pytest.mark.on("sqlite")
def test_addresses_are_public_ones(build, empty_template: Path, tmp_path: Path) -> None:
    app = build(empty_template, site_url="https://example.com/help")
    take_in(app.extensions["helpdesk"], tmp_path / "content", {"pay": {"en.md": translation("Pay")}})
    app.test_cli_runner().invoke(args=["helpdesk", "translations", "export", "de", str(tmp_path)])
    assert "#. Pay: https://example.com/help/en/articles/1-pay\n" in (tmp_path / "de.po").read_text("utf-8")
