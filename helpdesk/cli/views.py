"""`flask helpdesk views`: what was counted, what was not and why, and which language readers left."""

from __future__ import annotations

from datetime import datetime

import click

from helpdesk.cli.progress import with_site
from helpdesk.queries.views import list_switches, list_tallies
from helpdesk.services.site import Site


@click.group()
def views() -> None:
    """The views of articles."""


@views.command()
@click.argument("article", type=int)
@click.option("--since", type=click.DateTime(["%Y-%m-%d"]), help="This day (UTC) and later.")
@with_site
def explain(site: Site, article: int, since: datetime | None) -> None:
    """Print the days of ARTICLE (its id): counted views, repeats, prefetches, bots, team."""
    lines = list_tallies(site.database, article, since=since.date() if since else None)
    if not lines:
        click.echo("Nobody has opened this article yet.")
        return
    click.echo(f"{'day':12}{'locale':10}{'asked':10}{'counted':>9}{'repeat':>9}{'prefetch':>9}{'bot':>9}{'team':>9}")
    for line in lines:
        click.echo(
            f"{line.day!s:12}{line.locale:10}{line.asked_locale:10}{line.views:9}{line.repeats:9}"
            f"{line.prefetches:9}{line.bots:9}{line.team:9}"
        )
    click.echo(f"{'total':32}{sum(line.views for line in lines):9}")


@views.command()
@click.argument("article", type=int)
@click.option("--since", type=click.DateTime(["%Y-%m-%d"]), help="This day (UTC) and later.")
@with_site
def switches(site: Site, article: int, since: datetime | None) -> None:
    """Print how often readers of ARTICLE (its id) left one language for another."""
    lines = list_switches(site.database, article, since=since.date() if since else None)
    if not lines:
        click.echo("Nobody has switched the language of this article yet.")
        return
    click.echo(f"{'left':10}{'for':10}{'switches':>9}")
    for line in lines:
        click.echo(f"{line.from_locale:10}{line.to_locale:10}{line.switches:9}")
