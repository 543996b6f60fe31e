"""`flask helpdesk notice`: what stands above every page of a locale."""

from __future__ import annotations

from datetime import UTC, datetime

import click

from helpdesk import clock
from helpdesk.cli.progress import with_site
from helpdesk.queries.frame import list_notices
from helpdesk.services.notices import clear_notices, set_notice
from helpdesk.services.site import Site

LOCALE = click.option("--locale", "tags", multiple=True, help="Tag of a locale, such as pt-BR; may be repeated.")
MOMENT = click.DateTime(["%Y-%m-%d", "%Y-%m-%dT%H:%MZ"])


@click.group()
def notice() -> None:
    """Tell every reader of a locale something, above all pages."""


@notice.command("set")
@click.argument("text")
@LOCALE
@click.option("--until", type=MOMENT, help="Day or minute (UTC) at which it goes by itself.")
@with_site
def set_text(site: Site, text: str, tags: tuple[str, ...], until: datetime | None) -> None:
    """Show TEXT (Markdown) in the default locale or those named, and where they are what readers fall back to."""
    tags = tags or (site.locales.default.tag,)
    set_notice(site, text, tags, until=None if until is None else until.replace(tzinfo=UTC), now=clock.now())
    click.echo(f"Shown in {', '.join(tags)}.")


@notice.command()
@LOCALE
@with_site
def clear(site: Site, tags: tuple[str, ...]) -> None:
    """Take the notices of the locales named away; without --locale all of them."""
    cleared = clear_notices(site, tags)
    click.echo(f"Cleared in {', '.join(cleared)}." if cleared else "There was none.")


@notice.command("list")
@with_site
def list_texts(site: Site) -> None:
    """Print every notice with its end, those that have ended as well."""
    lines = list_notices(site.database)
    if not lines:
        click.echo("No notices.")
    for line in lines:
        ends = "" if line.until is None else f" until {line.until:%Y-%m-%d %H:%M}"
        state = " (ended)" if line.until is not None and line.until <= clock.now() else ""
        click.echo(f"{line.locale:10}{line.set_at:%Y-%m-%d %H:%M}{ends}{state}  {' '.join(line.markdown.split())}")
