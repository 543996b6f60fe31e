"""`flask helpdesk content`: import a folder, move in from elsewhere, publish and withdraw translations."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import click
from flask.cli import with_appcontext

from helpdesk.cli.progress import find_site, show_progress, with_site
from helpdesk.errors import Note
from helpdesk.services import publishing
from helpdesk.services.folder import ContentErrors
from helpdesk.services.importing import import_content
from helpdesk.services.site import Site
from helpdesk.services.zendesk import convert_dump

SHOWN = 20


@click.group()
def content() -> None:
    """Take content in, publish it, withdraw it."""


_report = click.option("--report", type=click.Path(path_type=Path), help="Write every note to this file, a line each.")


@content.command("import")
@click.argument("folder", type=click.Path(path_type=Path))
@click.option("--dry-run", is_flag=True, help="Say what would change, and change nothing.")
@_report
@with_site
def import_folder(site: Site, folder: Path, dry_run: bool, report: Path | None) -> None:
    """Import FOLDER: `<category>/<section>/<key>/<tag>.md`, or a plain tree `<locale>/**/*.md`.

    All or nothing; the same folder twice changes nothing.
    """
    with _refusing("Nothing was imported."):
        summary = import_content(site, folder, dry_run=dry_run, progress=show_progress)
    for name, items in (("new", summary.new), ("changed", summary.changed)):
        for item in items[:SHOWN]:
            click.echo(f"{name}: {item}")
        if len(items) > SHOWN:
            click.echo(f"{name}: ... and {len(items) - SHOWN} more")
    _print_notes(summary.notes, report)
    click.echo(
        f"{'Would import' if dry_run else 'Imported'} translations: {len(summary.new)} new, "
        f"{len(summary.changed)} changed, {len(summary.unchanged)} unchanged; {len(summary.notes)} notes."
    )


@content.command("from-zendesk")
@click.argument("dump", type=click.Path(path_type=Path))
@click.argument("folder", type=click.Path(path_type=Path))
@_report
@with_appcontext
def convert_zendesk(dump: Path, folder: Path, report: Path | None) -> None:
    """Write what DUMP holds, a file or folder of answers of Zendesk's API, as the new FOLDER, ready for `import`.

    The database is not touched; FOLDER/redirects.csv tells the old addresses.
    """
    with _refusing("Nothing was written."):
        summary = convert_dump(dump, folder, find_site().locales, progress=show_progress)
    _print_notes(summary.notes, report)
    click.echo(
        f"Wrote {summary.articles} articles with {summary.texts} texts and {summary.pictures} pictures; "
        f"{len(summary.notes)} notes. Next: flask helpdesk content import {folder} --dry-run"
    )


@contextmanager
def _refusing(end: str) -> Iterator[None]:
    """End with the first of all that is wrong."""
    try:
        yield
    except ContentErrors as error:
        for refusal in error.errors[:SHOWN]:
            click.echo(str(refusal), err=True)
        if len(error.errors) > SHOWN:
            click.echo(f"... and {len(error.errors) - SHOWN} more", err=True)
        raise click.ClickException(end) from None
    except OSError as error:
        raise click.ClickException(f"{error.filename}: {error.strerror}. {end}") from None


def _print_notes(notes: Sequence[Note], report: Path | None) -> None:
    for kind, number in Counter(note.kind for note in notes).most_common():
        first = next(note for note in notes if note.kind == kind)
        click.echo(f"note: {kind}: {number} (first: {first.path}:{first.line})")
    if report is not None:
        report.write_text("".join(f"{note}\n" for note in notes), "utf-8")


_locale = click.option("--locale", "tag", required=True, help="Tag of the translation, such as pt-BR.")


@content.command("publish")
@click.argument("key")
@_locale
@with_site
def publish(site: Site, key: str, tag: str) -> None:
    """Show the translation of article KEY to readers."""
    changed = publishing.publish(site, key, tag)
    click.echo(f"{key}/{tag} {'is published' if changed else 'was published already'}.")


@content.command("unpublish")
@click.argument("key")
@_locale
@with_site
def unpublish(site: Site, key: str, tag: str) -> None:
    """Take the translation of article KEY back to draft."""
    changed = publishing.unpublish(site, key, tag)
    click.echo(f"{key}/{tag} {'is a draft' if changed else 'was a draft already'}.")


@content.command("archive")
@click.argument("key")
@_locale
@with_site
def archive(site: Site, key: str, tag: str) -> None:
    """Retire the translation of article KEY; retired in every language, the article answers 410."""
    changed = publishing.archive(site, key, tag)
    click.echo(f"{key}/{tag} {'is archived' if changed else 'was archived already'}.")


@content.command("restore")
@click.argument("key")
@click.argument("revision", type=click.IntRange(1, 999_999_999))
@_locale
@click.option("--significance", type=click.Choice(publishing.SIGNIFICANCES), default="minor", show_default=True)
@with_site
def restore(site: Site, key: str, revision: int, tag: str, significance: str) -> None:
    """Make the text of an earlier REVISION of article KEY the current one, as a new revision."""
    number = publishing.restore(site, key, tag, revision, significance=significance)
    click.echo(f"{key}/{tag} is at revision {number}.")


@content.command("delete")
@click.argument("key")
@click.option("--locale", "tag", help="Delete this translation only, such as pt-BR.")
@click.confirmation_option(prompt="Delete with all revisions, votes and views?")
@with_site
def delete(site: Site, key: str, tag: str | None) -> None:
    """Delete article KEY, or one translation of it."""
    if tag is None:
        publishing.delete_article(site, key)
    else:
        publishing.delete_translation(site, key, tag)
    click.echo(f"{key}{f'/{tag}' if tag else ''} is deleted.")
