"""`flask helpdesk report searches`: what was searched, what was done about it, and whether it helped."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import click

from helpdesk import clock
from helpdesk.cli.progress import with_site
from helpdesk.cli.reports import DAYS, SINCE, is_printed, options_of, percent, where_of
from helpdesk.errors import printable
from helpdesk.queries.helpfulness import Verdict
from helpdesk.queries.search_changes import ChangeLine, Effect, list_changes
from helpdesk.queries.searches import TABLES, Searches, list_lines
from helpdesk.services.site import Site
from helpdesk.text.tables import plain

CHANGES = "changes"


@click.command()
@click.option("--about", type=click.Choice([*TABLES, CHANGES]), default=TABLES[0], show_default=True)
@options_of(SINCE)
@with_site
def searches(site: Site, about: str, form: str | None, **options: Any) -> None:
    """Print the queries of a locale (by default the site's): how often, how often in vain, and read how often.

    few-clicks: with results that are read less than usual, by more than chance. refined: other words were typed in
    their place. changes: what was done about queries, whatever the period. A query with a masked address or number is
    left out below HELPDESK_MASKED_SEARCHES searches.
    """
    tag, width = options["locale"] or site.locales.default.tag, site.settings.helpful_width
    period, limit = where_of(site, options, DAYS)["period"], options["limit"]
    if about == CHANGES:
        changes, _number = list_changes(site.database, tag, width=width, now=clock.now(), limit=limit)
        if not is_printed(form, changes, "Nothing was done yet."):
            _print_changes(changes)
        return
    asked = Searches(tag, period, site.settings.masked_searches)
    lines, _number = list_lines(site.database, asked, about, width=width, limit=limit)
    if not is_printed(form, lines, "None in this period."):
        _print_table([plain(line) for line in lines])


def _print_table(rows: Sequence[dict[str, Any]]) -> None:
    """Numbers and shares in columns, then the query and what there is in words."""
    figures = [name for name, value in rows[0].items() if isinstance(value, int | float)]
    click.echo(f"{''.join(f'{name:>10}' for name in figures)}  query")
    for row in rows:
        cells = (percent(row[name]) if isinstance(row[name], float) else str(row[name]) for name in figures)
        words = [value for name, value in row.items() if name not in ("query", *figures) and value]
        more = [
            ", ".join(f"{other} ({n})" for other, n in value) if isinstance(value, tuple) else value for value in words
        ]
        click.echo(f"{''.join(f'{cell:>10}' for cell in cells)}  {printable(' -> '.join((row['query'], *more)))}")


def _print_changes(changes: Sequence[ChangeLine]) -> None:
    for line in changes:
        click.echo(printable(f"{line.made_on}  {line.query}: {line.kind} {line.detail}".rstrip()))
        for what, effect in (("find something", line.found), ("are read from", line.read)):
            if effect is not None:
                click.echo(f"    searches that {what}: {_in_words(effect)}")


def _in_words(effect: Effect) -> str:
    if effect.verdict is Verdict.OPEN:
        return "not enough searches yet"
    return (
        f"{percent(effect.before.share)} -> {percent(effect.after.share)} (n = {effect.after.votes}), {effect.verdict}"
    )
