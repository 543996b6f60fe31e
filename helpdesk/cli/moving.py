"""`flask helpdesk content from-zendesk`: move in from another help center."""

from __future__ import annotations

from pathlib import Path

import click
from flask.cli import with_appcontext

from helpdesk.cli.progress import find_site, show_progress
from helpdesk.cli.showing import refusing, show_notes
from helpdesk.services.zendesk import convert_dump


@click.command("from-zendesk")
@click.argument("dump", type=click.Path(path_type=Path))
@click.argument("folder", type=click.Path(path_type=Path))
@click.option("--report", type=click.Path(path_type=Path), help="Write every note to this file, a line each.")
@with_appcontext
def convert_zendesk(dump: Path, folder: Path, report: Path | None) -> None:
    """Write what DUMP holds, a file or folder of answers of Zendesk's API, as the new FOLDER, ready for `import`.

    The database is not touched; FOLDER/redirects.csv tells the old addresses.
    """
    with refusing("Nothing was written."):
        summary = convert_dump(dump, folder, find_site().locales, progress=show_progress)
    show_notes(summary.notes, report)
    click.echo(
        f"Wrote {summary.articles} articles with {summary.texts} texts and {summary.pictures} pictures; "
        f"{len(summary.notes)} notes. Next: flask helpdesk content import {folder} --dry-run"
    )
