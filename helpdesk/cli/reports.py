"""`flask helpdesk report`: how helpful articles are, where to begin, and what a revision changed."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import timedelta
from typing import Any

import click

from helpdesk import clock
from helpdesk.cli.progress import with_site
from helpdesk.errors import printable
from helpdesk.queries.counters import list_drifts
from helpdesk.queries.helpfulness import Change, Helpfulness, Line, Score, Verdict, get_helpfulness, table
from helpdesk.queries.reports import Period, Reach
from helpdesk.queries.worklists import Comparison, list_improved, list_needs, list_suspects
from helpdesk.services.checking import mend_counters
from helpdesk.services.site import Site
from helpdesk.text.tables import csv_of, flat, json_of, plain

DAYS = 90
NOTHING = "None in this period, as far as the votes can tell."
SINCE = f"This day (UTC) and later; by default the last {DAYS} days."


@click.group()
def report() -> None:
    """What votes, views and switches say about the articles."""


def options_of(since: str, *, is_list: bool = True) -> Callable[..., Any]:
    """What every report is asked for: locale, days, form; `since` says what they are days of."""
    day = click.DateTime(["%Y-%m-%d"])

    def add(command: Callable[..., Any]) -> Callable[..., Any]:
        for option in (
            click.option("--json", "form", flag_value="json", help="Print JSON."),
            click.option("--csv", "form", flag_value="csv", help="Print CSV that no spreadsheet takes for formulas."),
            *[click.option("--limit", type=click.IntRange(1, 10_000), default=20, show_default=True)] * is_list,
            click.option("--until", type=day, help="Before this day (UTC)."),
            click.option("--since", type=day, help=since),
            click.option("--locale", help="Translations in this locale, such as pt-BR."),
        ):
            command = option(command)
        return command

    return add


@report.command()
@click.argument("article")
@options_of("Votes of this day (UTC) and later.", is_list=False)
@with_site
def helpfulness(site: Site, article: str, form: str | None, **options: Any) -> None:
    """Print the votes on ARTICLE (its id or key) by translation and revision, and what each revision changed.

    CSV and JSON also hold the weeks. What a revision changed is told from all votes, whatever the period.
    """
    where = where_of(site, options)
    width = site.settings.helpful_width
    found = get_helpfulness(site.database, article, **where, width=width)
    if form == "json":
        _print(json_of([plain(item) for item in found]) + "\n")
    elif form == "csv":
        _print(csv_of([row for item in found for row in table(item)]))
    else:
        for item in found:
            _print_helpfulness(item)


@report.command()
@options_of(SINCE)
@with_site
def need(site: Site, form: str | None, **options: Any) -> None:
    """Print where most readers of a period are left without help: at least so many, the most first."""
    found = list_needs(site.database, **where_of(site, options, DAYS), limit=options["limit"])
    if is_printed(form, found):
        return
    click.echo(f"{'readers':>8}{'views':>9}{'no':>7}{'at least':>10}{'votes':>7}  article")
    for line in found:
        shares = f"{percent(line.no_share):>7}{percent(line.no_low):>10}{line.yes + line.no:7}"
        click.echo(f"{line.readers:8.0f}{line.views:9}{shares}  {name_of(line)}")


@report.command()
@options_of(SINCE)
@with_site
def suspects(site: Site, form: str | None, **options: Any) -> None:
    """Print translations liked less than the article's others, or left for the source by their readers."""
    where, width = where_of(site, options, DAYS), site.settings.helpful_width
    found = list_suspects(site.database, site.locales, **where, limit=options["limit"], width=width)
    if is_printed(form, found):
        return
    for line in found:
        click.echo(name_of(line))
        for side, what, elsewhere in (
            (line.votes, "votes say yes", "in its other languages"),
            (line.switches, "views end with a switch to the source's language", "on the site"),
        ):
            if side.is_significant:
                click.echo(f"    {_share(side)} of {side.of} {what}, {percent(side.usual)} {elsewhere}")


@report.command()
@options_of("Revisions made on this day (UTC) and later.")
@with_site
def improved(site: Site, form: str | None, **options: Any) -> None:
    """Print where the last minor or major revision helped, the surest and largest gain first."""
    width = site.settings.helpful_width
    found = list_improved(site.database, **where_of(site, options), limit=options["limit"], width=width)
    if is_printed(form, found):
        return
    for line in found:
        gain = f"at least {100 * (line.change.difference_low or 0):.0f} points"
        click.echo(f"{name_of(line)}\n    {in_words(line.change)} by {gain}")


@report.command()
@click.option("--mend", is_flag=True, help="Count anew what differs.")
@with_site
def check(site: Site, mend: bool) -> None:
    """Compare the counters of pages and lists with the votes and daily tallies; exit 1 where they differ."""
    drifts = list_drifts(site.database)
    for drift in drifts:
        place = f"{drift.article_id} {drift.key}/{drift.locale}"
        click.echo(f"{place}: {drift.figure}: the counter says {drift.held}, the rows say {drift.counted}")
    if not drifts:
        click.echo("Every counter equals its votes and views.")
    elif mend:
        mend_counters(site, drifts)
        click.echo(f"Counted anew: {len(drifts)}.")
    else:
        raise click.ClickException(f"counters that differ: {len(drifts)}. Count them anew with --mend.")


def in_words(change: Change) -> str:
    """What a revision changed: after revision 7: 58 % -> 83 % (n = 41), better."""
    shares = f"{percent(change.before.share)} -> {percent(change.after.share)}"
    return f"after revision {change.revision}: {shares} (n = {change.after.votes}), {change.verdict}"


def where_of(site: Site, options: dict[str, Any], days: int | None = None) -> dict[str, Any]:
    """Locale and period that were asked for; without a first day the last so many."""
    tag, since, until = options["locale"], options["since"], options["until"]
    if tag is not None and site.locales.find(tag) is None:
        raise click.BadParameter(f"{tag} is not a locale of this site.", param_hint="--locale")
    first = since.date() if since else clock.today() - timedelta(days=days) if days else None
    last = until.date() if until else None
    if first and last and first >= last:
        raise click.BadParameter(f"There is no day from {first} on and before {last}.", param_hint="--until")
    return {"reach": Reach((tag,) if tag else ()), "period": Period(first, last)}


def is_printed(form: str | None, found: Sequence[Any], nothing: str = NOTHING) -> bool:
    """Whether that was all, for programs, or because there is nothing to say."""
    values = [line if isinstance(line, dict) else plain(line) for line in found]
    if form == "json":
        _print(json_of(values) + "\n")
    elif form == "csv":
        _print(csv_of(list(map(flat, values))))
    elif not found:
        click.echo(nothing)
    return form is not None or not found


def _print(text: str) -> None:
    """UTF-8 on every terminal."""
    click.echo(text.encode(), nl=False)


def _print_helpfulness(item: Helpfulness) -> None:
    click.echo(f"{item.locale}  {printable(item.title)}")
    _print_score("all", item.score)
    for revision in item.revisions:
        made = f" {revision.significance}, {revision.made_at:%Y-%m-%d}" if revision.made_at else ""
        _print_score(f"revision {revision.number}{made}", revision.score)
    for change in item.changes:
        click.echo(f"    {in_words(change)}")


def _print_score(name: str, score: Score) -> None:
    said = f"{_share(score)} say yes" if score.is_enough else Verdict.OPEN
    click.echo(f"    {name:32}{score.votes:6} votes  {said}")


def _share(side: Score | Comparison) -> str:
    return f"{percent(side.share)} ({percent(side.low)} to {percent(side.high)})"


def percent(share: float | None) -> str:
    """A share with as many digits as it deserves."""
    return "-" if share is None else f"{100 * share:.0f} %" if share >= 0.1 else f"{100 * share:.1f} %"


def name_of(line: Line) -> str:
    """Which translation a line is about."""
    return f"{line.article_id} {line.key}/{line.locale}  {printable(line.title)}"
