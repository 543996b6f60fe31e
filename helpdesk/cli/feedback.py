"""`flask helpdesk feedback`: read what readers say; nothing they write is lost."""

from __future__ import annotations

import csv
import sys
from collections.abc import Callable
from dataclasses import astuple, fields
from datetime import UTC, datetime
from typing import Any

import click

from helpdesk.cli.progress import with_site
from helpdesk.queries.feedback import FeedbackEntry, list_feedback
from helpdesk.services.site import Site

# First characters that make a spreadsheet run a cell as a formula (OWASP, CSV injection).
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")


@click.group()
def feedback() -> None:
    """Votes with reasons and comments."""


def _filters(command: Callable[..., Any]) -> Callable[..., Any]:
    for option in (
        click.option("--since", type=click.DateTime(["%Y-%m-%d"]), help="Votes of this day (UTC) and later."),
        click.option("--locale", help="Votes on translations in this locale, such as pt-BR."),
        click.option("--article", type=int, help="Votes on the article with this id."),
    ):
        command = option(command)
    return command


@feedback.command("list")
@_filters
@click.option("--all", "everything", is_flag=True, help="Every yes as well, not only each no.")
@with_site
def list_votes(site: Site, article: int | None, locale: str | None, since: datetime | None, everything: bool) -> None:
    """Print each no with its reasons and comment, the latest first."""
    shown = 0
    for entry in _entries(site, article, locale, since, only_no=not everything):
        shown += 1
        answer = "yes" if entry.is_helpful else "no"
        asked = "" if entry.asked_locale == entry.locale else f" (asked for {entry.asked_locale})"
        click.echo(
            f"{entry.voted_at:%Y-%m-%d %H:%M}  {answer:3}  {entry.article_id} {entry.locale}{asked}"
            f"  revision {entry.revision}  {entry.title}"
        )
        for name, value in (
            ("reasons", ", ".join(entry.reasons)),
            ("comment", _one_line(entry.comment)),
            ("searched", entry.query),
        ):
            if value:
                click.echo(f"    {name}: {value}")
    if shown == 0:
        click.echo("No feedback yet.")


@feedback.command("export")
@_filters
@with_site
def export_votes(site: Site, article: int | None, locale: str | None, since: datetime | None) -> None:
    """Write all votes to standard output as CSV that no spreadsheet takes for formulas."""
    writer = csv.writer(sys.stdout)
    writer.writerow(field.name for field in fields(FeedbackEntry))
    for entry in _entries(site, article, locale, since, only_no=False):
        writer.writerow(_cell(value) for value in astuple(entry))


def _entries(site: Site, article: int | None, locale: str | None, since: datetime | None, *, only_no: bool) -> Any:
    start = since.replace(tzinfo=UTC) if since else None
    return list_feedback(site.database, article_id=article, locale=locale, since=start, only_no=only_no)


def _one_line(text: str) -> str:
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())


def _cell(value: Any) -> Any:
    if isinstance(value, tuple):
        value = " ".join(value)
    if isinstance(value, datetime):
        return value.isoformat(timespec="seconds")
    return f"'{value}" if isinstance(value, str) and value.startswith(FORMULA_STARTS) else value
