"""`flask helpdesk content watch`: imports a folder whenever a file of it was saved."""

from __future__ import annotations

import signal
from pathlib import Path
from threading import Event
from typing import Any

import click
from flask import current_app

from helpdesk import clock
from helpdesk.cli.progress import with_site
from helpdesk.cli.showing import SHOWN, first_of, show_errors
from helpdesk.errors import Busy, HelpdeskError, Note, printable
from helpdesk.queries.translations import get_place
from helpdesk.services.folder import ContentErrors
from helpdesk.services.importing import import_content
from helpdesk.services.site import Site
from helpdesk.services.tree_layouts import walk
from helpdesk.services.unpacking import largest

# Seconds between two looks; a folder that is the same in both is not being written to.
INTERVAL = 0.4

Snapshot = dict[str, tuple[int, int, int]]


@click.command("watch")
@click.argument("folder", type=click.Path(path_type=Path, exists=True, file_okay=False))
@with_site
def watch(site: Site, folder: Path) -> None:
    """Import FOLDER now and after each save, and say where the changed translations can be read; Ctrl-C ends."""
    stop = Event()

    def end(*_: Any) -> None:
        stop.set()
        signal.signal(signal.SIGINT, before)  # once more ends at once

    before = signal.signal(signal.SIGINT, end)
    seen: Snapshot | None = None
    taken: Snapshot | None = None
    notes: set[Note] = set()
    while not stop.wait(INTERVAL):
        now = snapshot(folder)
        if now == seen and now != taken and take_in(site, folder, notes):
            if taken is None:
                click.echo("Watching; Ctrl-C ends.")
            taken = now
        seen = now
    signal.signal(signal.SIGINT, before)


def snapshot(folder: Path) -> Snapshot:
    """When each file of content was written, with its size and number: an editor may put another file in its place."""
    found = {}
    for base, _, files in walk(folder):
        for path in (base / name for name in files):
            if largest(path):
                try:
                    about = path.stat()
                except OSError:  # gone again, or a link to nowhere
                    continue
                found[str(path)] = (about.st_mtime_ns, about.st_size, about.st_ino)
    return found


def take_in(site: Site, folder: Path, notes: set[Note]) -> bool:
    """Import, and say what came of it, of notes those that are new; False: the database was busy, try again."""
    try:
        summary = import_content(site, folder)
    except ContentErrors as error:
        show_errors(error)
        return True
    except (HelpdeskError, OSError) as error:
        click.echo(printable(f"Nothing was imported: {error}"), err=True)
        return not isinstance(error, Busy)
    for note in [note for note in summary.notes if note not in notes][:SHOWN]:
        click.echo(f"note: {note}")
    notes.clear()
    notes.update(summary.notes)
    for state, items in (("new", summary.new), ("changed", summary.changed)):
        for item in first_of(state, items):
            click.echo(f"{state}: {item}  {address(site, item)}")
    for item in first_of("edited here since", summary.kept):
        click.echo(f"edited here since: {item}")
    if not summary.new and not summary.changed and not summary.kept:
        click.echo("nothing changed")
    return True


def address(site: Site, item: str) -> str:
    """Where `key/tag` is read, below whatever this help center is mounted at."""
    key, _, tag = item.rpartition("/")
    try:
        place = get_place(site.database, key, tag, now=clock.now())
    except HelpdeskError as error:  # busy, or deleted meanwhile: it was taken in all the same
        return f"({error})"
    prefix = current_app.extensions["helpdesk_prefix"] or site.settings.prefix
    path = f"{prefix}/{tag}/articles/{place.article_id}-{place.slug}"
    return path if place.is_visible else f"{path} (readers do not see it)"
