"""`flask helpdesk content`: import a folder, publish and withdraw translations."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from helpdesk.cli.moving import convert_zendesk
from helpdesk.cli.progress import show_progress, with_site
from helpdesk.cli.showing import first_of, refusing, show_changes, show_notes
from helpdesk.cli.watching import watch
from helpdesk.services import publishing
from helpdesk.services.exporting import export_content
from helpdesk.services.importing import import_content
from helpdesk.services.site import Site


@click.group()
def content() -> None:
    """Take content in and out, publish it, withdraw it."""


@content.command("import")
@click.argument("folder", metavar="FOLDER|ARCHIVE.zip", type=click.Path(path_type=Path))
@click.option("--dry-run", is_flag=True, help="Say what would change, and change nothing.")
@click.option("--locale", help="Of texts of a project whose path names none; else the project's or site's default.")
@click.option("--report", type=click.Path(path_type=Path), help="Write every note to this file, a line each.")
@click.option(
    "--keep",
    type=click.Choice(["database", "folder"]),
    default="database",
    show_default=True,
    help="Which text stays where it was edited here since the last import.",
)
@click.option("--prune", is_flag=True, help="Delete what earlier imports brought and FOLDER lacks.")
@with_site
def import_folder(
    site: Site, folder: Path, dry_run: bool, locale: str | None, report: Path | None, keep: str, prune: bool
) -> None:
    """Import a folder, or the same in a ZIP archive: `<category>/<section>/<key>/<tag>.md`, or a project of MkDocs,
    Hugo, Docusaurus or Markdown alone.

    All or nothing; the same folder twice changes nothing. A dry run shows the words that would change.
    """
    options: dict[str, Any] = {"dry_run": dry_run, "locale": locale, "keep": keep, "prune": prune}
    with refusing("Nothing was imported."):
        summary = import_content(site, folder, **options, progress=show_progress)
    listed = {"new": summary.new, "changed": summary.changed, "edited here since": summary.kept}
    for name, items in (listed | {"deleted": summary.deleted}).items():
        for item in first_of(name, items):
            click.echo(f"{name}: {item}")
            show_changes(summary.changes.get(item, ()))
    show_notes(summary.notes, report)
    click.echo(
        f"{'Would import' if dry_run else 'Imported'} translations: {len(summary.new)} new, "
        f"{len(summary.changed)} changed, {len(summary.unchanged)} unchanged, {len(summary.kept)} kept, "
        f"{len(summary.deleted)} deleted; {len(summary.notes)} notes."
    )


@content.command("export")
@click.argument("folder", type=click.Path(path_type=Path))
@with_site
def export_folder(site: Site, folder: Path) -> None:
    """Write all content into FOLDER, from which `content import` takes it in again without a difference.

    FOLDER is empty or missing, or was written by an export; other files in it are left alone.
    """
    done = export_content(site, folder, progress=show_progress)
    show_notes(done.notes)
    click.echo(
        f"Exported {done.translations} translations of {done.articles} articles: {done.written} files written, "
        f"{done.unchanged} the same already, {done.removed} removed; {len(done.notes)} notes."
    )


content.add_command(watch)
content.add_command(convert_zendesk)

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
