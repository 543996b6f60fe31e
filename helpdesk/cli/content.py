"""`flask helpdesk content`: import a folder, publish and withdraw translations."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import click

from helpdesk.cli.progress import show_progress, with_site
from helpdesk.services import publishing
from helpdesk.services.folder import ContentErrors
from helpdesk.services.importing import import_content
from helpdesk.services.site import Site

SHOWN = 20


@click.group()
def content() -> None:
    """Take content in, publish it, withdraw it."""


@content.command("import")
@click.argument("folder", type=click.Path(path_type=Path))
@click.option("--dry-run", is_flag=True, help="Say what would change, and change nothing.")
@click.option("--report", type=click.Path(path_type=Path), help="Write every note to this file, a line each.")
@with_site
def import_folder(site: Site, folder: Path, dry_run: bool, report: Path | None) -> None:
    """Import FOLDER: `<category>/<section>/<key>/<tag>.md`, or a plain tree `<locale>/**/*.md`.

    All or nothing; the same folder twice changes nothing.
    """
    try:
        summary = import_content(site, folder, dry_run=dry_run, progress=show_progress)
    except ContentErrors as error:
        raise refused(error, "Nothing was imported.") from None
    for name, items in (("new", summary.new), ("changed", summary.changed)):
        for item in items[:SHOWN]:
            click.echo(f"{name}: {item}")
        if len(items) > SHOWN:
            click.echo(f"{name}: ... and {len(items) - SHOWN} more")
    kinds = Counter(note.kind for note in summary.notes)
    for kind, number in kinds.most_common():
        first = next(note for note in summary.notes if note.kind == kind)
        click.echo(f"note: {kind}: {number} (first: {first.path}:{first.line})")
    if report is not None:
        report.write_text("".join(f"{note}\n" for note in summary.notes), "utf-8")
    click.echo(
        f"{'Would import' if dry_run else 'Imported'} translations: {len(summary.new)} new, "
        f"{len(summary.changed)} changed, {len(summary.unchanged)} unchanged; {len(summary.notes)} notes."
    )


def refused(error: ContentErrors, consequence: str) -> click.ClickException:
    """Print what is wrong with a folder; the exception ends the command."""
    for refusal in error.errors[:SHOWN]:
        click.echo(str(refusal), err=True)
    if len(error.errors) > SHOWN:
        click.echo(f"... and {len(error.errors) - SHOWN} more", err=True)
    return click.ClickException(consequence)


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
