"""`flask helpdesk report views` and `contacts`: what is read and wanted, and how many went on to ask people."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import click

from helpdesk import clock
from helpdesk.cli.progress import with_site
from helpdesk.cli.reports import is_printed, name_of, options_of, percent, where_of
from helpdesk.queries.gaps import Outdated, Wanted, list_outdated, list_wanted
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
    if about in ("wanted", "outdated"):
        _print_gaps(site, about, form, where_of(site, options, DAYS) | {"limit": options["limit"]})
        return
    where = _where(site, options)
    _number, lines = list_readings(site.database, Order(about), **where, limit=options["limit"])
    if not is_printed(form, table(lines), NOTHING):
        names = ("views", "before", "searched", "listed", "linked", "elsewhere")
        click.echo("".join(f"{name:>10}" for name in names) + "  article")
        for line in lines:
            click.echo("".join(f"{getattr(line.figures, name):10}" for name in names) + f"  {name_of(line)}")


def _print_gaps(site: Site, about: str, form: str | None, where: dict[str, Any]) -> None:
    lines: Sequence[Wanted | Outdated]
    if about == "wanted":
        _number, lines = list_wanted(site.database, site.locales, **where)
    else:
        _number, lines = list_outdated(site.database, **where)
    if not is_printed(form, lines, NOTHING):
        click.echo(f"{'views':>8}  {about:10}  article")
        for line in lines:
            told = line.wanted if isinstance(line, Wanted) else f"{line.outdated_since:%Y-%m-%d}"
            click.echo(f"{line.views:8}  {told:10}  {name_of(line)}")


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
