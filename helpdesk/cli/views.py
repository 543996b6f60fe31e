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
    """Print the days of ARTICLE (its id): views, where they came from, and what was not counted.

    Of the counted views some came from a search, a list, or a link in another article, the others from elsewhere.
    """
    lines = list_tallies(site.database, article, since=since.date() if since else None)
    if not lines:
        click.echo("Nobody has opened this article yet.")
        return
    names = ("counted", "search", "list", "link", "repeat", "prefetch", "bot", "team")
    click.echo(f"{'day':12}{'locale':10}{'asked':10}" + "".join(f"{name:>9}" for name in names))
    for line in lines:
        click.echo(
            f"{line.day!s:12}{line.locale:10}{line.asked_locale:10}{line.views:9}{line.searched:9}{line.listed:9}"
            f"{line.linked:9}{line.repeats:9}{line.prefetches:9}{line.bots:9}{line.team:9}"
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
