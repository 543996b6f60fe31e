"""`flask helpdesk data`: what is kept of readers, and for how long."""

from __future__ import annotations

import click

from helpdesk import clock
from helpdesk.cli.progress import with_site
from helpdesk.services.retention import erase_visitor, forget_old
from helpdesk.services.site import Site


@click.group()
def data() -> None:
    """What is kept of readers."""


@data.command()
@with_site
def forget(site: Site) -> None:
    """Delete what is older than HELPDESK_SEARCHES_DAYS, HELPDESK_COMMENTS_DAYS and HELPDESK_SWITCHES_DAYS say."""
    gone = forget_old(site, now=clock.now())
    click.echo(
        f"Forgotten: {gone.searches} searches, {gone.clicks} rows of clicks, the words of {gone.comments} votes,"
        f" {gone.switches} rows of switches."
    )


@data.command()
@click.argument("cookie")
@click.option("--yes", is_flag=True, help="Do not ask.")
@with_site
def erase(site: Site, cookie: str, yes: bool) -> None:
    """Delete all votes of one visitor, who tells the value of the COOKIE hd_visitor."""
    if not yes:
        click.confirm("Delete all votes of this visitor, with what was written in them?", abort=True)
    click.echo(f"Deleted {erase_visitor(site, cookie)} votes.")
