"""`flask helpdesk report views` and `contacts`: what is read and wanted, and how many went on to ask people."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import click

from helpdesk import clock
from helpdesk.cli.progress import with_site
from helpdesk.cli.reports import is_printed, name_of, options_of, percent, where_of
from helpdesk.queries.gaps import list_outdated, list_wanted
from helpdesk.queries.reading import Order, list_readings, table
from helpdesk.queries.reports import Period
from helpdesk.services.site import Site

DAYS = 28
SINCE = f"This day (UTC) and later; by default the last {DAYS} days."
NOTHING = "None in this period."


@click.command()
@click.option("--about", type=click.Choice(["top", "fading", "wanted", "outdated"]), default="top", show_default=True)
@options_of(SINCE)
@with_site
def views(site: Site, about: str, form: str | None, **options: Any) -> None:
    """Print what is read most, with the views of as many days before and where readers came from.

    fading: published articles that were read less than before, by more than chance, and more so than the others.
    wanted: in which languages readers asked for an article and got it in another; --locale is then the one asked for.
    outdated: translations that readers see although their source got a minor or major revision since.
    """
    if about == "wanted":
        where = where_of(site, options, DAYS)
        _number, wanted = list_wanted(site.database, site.locales, **where, limit=options["limit"])
        if not is_printed(form, wanted, NOTHING):
            click.echo(f"{'views':>8}  {'wanted':10}  article")
            for item in wanted:
                click.echo(f"{item.views:8}  {item.wanted:10}  {name_of(item)}")
        return
    if about == "outdated":
        where = where_of(site, options, DAYS)
        _number, outdated = list_outdated(site.database, **where, limit=options["limit"])
        if not is_printed(form, outdated, NOTHING):
            click.echo(f"{'views':>8}  {'outdated':10}  article")
            for text in outdated:
                click.echo(f"{text.views:8}  {text.outdated_since:%Y-%m-%d}  {name_of(text)}")
        return
    where = _where(site, options)
    _number, lines = list_readings(site.database, Order(about), **where, limit=options["limit"])
    if not is_printed(form, table(lines), NOTHING):
        names = ("views", "before", "searched", "listed", "linked", "elsewhere")
        click.echo("".join(f"{name:>10}" for name in names) + "  article")
        for line in lines:
            click.echo("".join(f"{getattr(line.figures, name):10}" for name in names) + f"  {name_of(line)}")


@click.command()
@options_of(SINCE)
@with_site
def contacts(site: Site, form: str | None, **options: Any) -> None:
    """Print after which articles most readers followed the link to people, and the share of views with its interval."""
    where = _where(site, options)
    _number, lines = list_readings(site.database, Order.CONTACTS, **where, limit=options["limit"])
    if not is_printed(form, table(lines), NOTHING):
        click.echo(f"{'contacts':>9}{'views':>9}{'rate':>8}{'between':>18}  article")
        for line in lines:
            found = line.figures
            between = f"{percent(found.contact_low)} to {percent(found.contact_high)}" if found.views else "-"
            click.echo(
                f"{found.contacts:9}{found.views:9}{percent(found.contact_share):>8}{between:>18}  {name_of(line)}"
            )


def _where(site: Site, options: dict[str, Any]) -> dict[str, Any]:
    """Locale, period, and as many days before it; without a last day up to today."""
    where = where_of(site, options, DAYS)
    period: Period = where["period"]
    first = period.since or clock.today()
    last = period.until or max(first, clock.today()) + timedelta(days=1)
    return where | {"before": Period(first - (last - first), first)}
