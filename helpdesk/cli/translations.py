"""`flask helpdesk translations`: PO files for translators, and back."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import click
from flask import current_app

from helpdesk.cli.progress import show_progress, with_site
from helpdesk.cli.showing import first_of, refusing, write_report
from helpdesk.errors import printable
from helpdesk.locales import Locale
from helpdesk.services.site import Site
from helpdesk.services.translating import export_translations, import_translations


@click.group()
def translations() -> None:
    """Texts for translators, as PO files, and their translations back."""


@translations.command("export")
@click.argument("tag", metavar="LOCALE")
@click.argument("path", metavar="FILE.po|FOLDER", type=click.Path(path_type=Path))
@click.option(
    "--article", "keys", multiple=True, metavar="KEY", help="Only this article, whatever its state; repeat it."
)
@click.option("--all", "everything", is_flag=True, help="Every article, not only what is missing or outdated.")
@with_site
def export(site: Site, tag: str, path: Path, keys: tuple[str, ...], everything: bool) -> None:
    """Write what LOCALE lacks to FILE.po (FOLDER/<locale>.po), the most viewed articles first."""
    locale = _locale(site, tag)
    public = urlsplit(site.settings.site_url)
    origin = f"{public.scheme}://{public.netloc}" if public.netloc else ""
    address = origin + (current_app.extensions["helpdesk_prefix"] or public.path)
    data, articles, messages = export_translations(
        site, locale, keys=keys, everything=everything, address=address, progress=show_progress
    )
    path = path / f"{tag}.po" if path.is_dir() else path
    with refusing("Nothing was exported."):
        path.write_bytes(data)
    click.echo(f"Wrote {path}; articles: {articles}, messages: {messages}.")


@translations.command("import")
@click.argument("path", metavar="FILE.po", type=click.Path(path_type=Path))
@click.option("--locale", "tag", help="Refuse a file that is for another locale.")
@click.option("--publish", is_flag=True, help="Show the translations to readers; without it, new ones are drafts.")
@click.option(
    "--keep",
    type=click.Choice(["database", "file"]),
    default="database",
    show_default=True,
    help="Which text stays where it was edited here since the export.",
)
@click.option("--dry-run", is_flag=True, help="Say what would change, and change nothing.")
@click.option("--report", type=click.Path(path_type=Path), help="Write every finding to this file, a line each.")
@with_site
def import_file(site: Site, path: Path, tag: str | None, report: Path | None, **options: Any) -> None:
    """Take FILE.po in, each article whole or not at all; what readers see already changes with --publish only."""
    locale = _locale(site, tag) if tag else None
    with refusing("Nothing was imported."):
        outcome = import_translations(site, path, locale=locale, progress=show_progress, **options)
    for name, keys in (("new", outcome.new), ("changed", outcome.changed), ("left out", outcome.refused)):
        for key in first_of(name, keys):
            click.echo(f"{name}: {key}")
    found = outcome.findings
    lines = [printable(f"{path}:{f.line}: {': '.join(filter(None, (f.key, f.kind, f.detail)))}") for f in found]
    kinds = [finding.kind for finding in found]
    for kind, number in Counter(kinds).most_common():
        click.echo(f"{kind}: {number} (first: {lines[kinds.index(kind)]})")
    write_report(report, lines)
    if not (outcome.new or outcome.changed or outcome.unchanged):
        raise click.ClickException("Nothing was imported.")
    click.echo(
        f"{'Would import' if options['dry_run'] else 'Imported'} translations: {len(outcome.new)} new, "
        f"{len(outcome.changed)} changed, {len(outcome.unchanged)} unchanged; {len(outcome.refused)} left out."
    )


def _locale(site: Site, tag: str) -> Locale:
    locale = site.locales.find(tag)
    if locale is None:
        raise click.ClickException(f"`{tag}` is not a locale of this site; HELPDESK_LOCALES names them.")
    return locale
