"""How an import's result is told on a terminal: what is wrong, and the words that change."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import click

from helpdesk.errors import Note, printable
from helpdesk.services.folder import ContentErrors
from helpdesk.services.previewing import Change
from helpdesk.text.diff import diff, shorten

SHOWN = 20
LONGEST = 500  # characters that are shown of a field
MARKS = {"delete": "[-{}-]", "insert": "{{+{}+}}"}
COLORS = {"delete": "red", "insert": "green"}
SPACE = re.compile(r"\s+")


def show_errors(error: ContentErrors) -> None:
    """Say the first of what is wrong, and how much more there is."""
    for refusal in error.errors[:SHOWN]:
        click.echo(str(refusal), err=True)
    if len(error.errors) > SHOWN:
        click.echo(f"... and {len(error.errors) - SHOWN} more", err=True)


@contextmanager
def refusing(end: str) -> Iterator[None]:
    """End a command with the first of all that is wrong with a folder; `end` says what was not done."""
    try:
        yield
    except ContentErrors as error:
        show_errors(error)
        raise click.ClickException(end) from None
    except OSError as error:
        raise click.ClickException(printable(f"{error.filename}: {error.strerror}. {end}")) from None


def show_notes(notes: Sequence[Note], report: Path | None = None) -> None:
    """Each kind with its number and first place; all of them into a file, if one is named."""
    for kind, number in Counter(note.kind for note in notes).most_common():
        first = next(note for note in notes if note.kind == kind)
        click.echo(f"note: {kind}: {number} (first: {printable(first.path)}:{first.line})")
    write_report(report, map(str, notes))


def write_report(report: Path | None, lines: Iterable[str]) -> None:
    """Write lines into a file, if one is named."""
    if report is not None:
        with refusing("The report was not written."):
            report.write_text("".join(f"{line}\n" for line in lines), "utf-8")


def first_of(name: str, items: Sequence[str]) -> Iterator[str]:
    """The first items, to be shown; then says how many more there are."""
    yield from items[:SHOWN]
    if len(items) > SHOWN:
        click.echo(f"{name}: ... and {len(items) - SHOWN} more")


def show_changes(changes: Sequence[Change]) -> None:
    """A line for each field: `[-old-]{+new+}` with a few words around, cut where it is long."""
    for change in changes:
        line, left, last = "", LONGEST, ""
        pieces = shorten(diff(change.before, change.after))
        for op, text in pieces if MARKS.keys() & {op for op, _ in pieces} else [("equal", "white space only")]:
            text = printable(SPACE.sub(lambda gap: " ¶ " if gap[0].count("\n") > 1 else " ", text))
            words = text.strip() if len(text) <= left else f"{text[:left].strip()}…"
            line += " " * (text.startswith(" ") and (last, op) != ("delete", "insert"))
            line += click.style(MARKS[op].format(words), fg=COLORS[op]) if op in MARKS else words
            line += " " * text.endswith(" ")
            left, last = left - len(text), op
            if left <= 0:
                break
        click.echo(f"  {change.field}: {re.sub(' +', ' ', line).strip()}")
