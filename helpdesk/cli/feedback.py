"""`flask helpdesk feedback`: read what readers say; nothing they write is lost."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import astuple, fields
from datetime import UTC, datetime
from typing import Any

import click

from helpdesk import clock
from helpdesk.cli.progress import with_site
from helpdesk.queries.feedback import HeldScope, count_held
from helpdesk.queries.inbox import STATES, FeedbackEntry, Filters, list_feedback
from helpdesk.queries.reports import Reach
from helpdesk.services.feedback import drop_votes, release_votes
from helpdesk.services.site import Site
from helpdesk.text.tables import csv_line

MOMENT = click.DateTime(["%Y-%m-%d", "%Y-%m-%dT%H:%MZ"])


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
@click.option("--held", is_flag=True, help="The votes that wait for a check, instead of those that count.")
@click.option("--state", type=click.Choice(STATES), default="all", help="Only what the team has not settled, or has.")
@with_site
def list_votes(site: Site, everything: bool, held: bool, state: str, **options: Any) -> None:
    """Print each no with its reasons and comment, the latest first."""
    status = "held" if held else "counted"
    answer = None if everything else False
    shown = 0
    for entry in _entries(site, **options, is_helpful=answer, is_any=everything, status=status, state=state):
        shown += 1
        _print(entry)
    if shown == 0:
        click.echo("No feedback yet.")
    waiting = count_held(site.database).votes
    if waiting and not held:
        click.echo(f"{waiting} held, in no figure: feedback list --held --all")


def _print(entry: FeedbackEntry) -> None:
    answer = "yes" if entry.is_helpful else "no"
    asked = "" if entry.asked_locale == entry.locale else f" (asked for {entry.asked_locale})"
    click.echo(
        f"{entry.voted_at:%Y-%m-%d %H:%M}  {answer:3}  {entry.article_id} {entry.locale}{asked}"
        f"  revision {entry.revision}  {entry.title}{'  (made up)' if entry.is_made_up else ''}"
        f"{f'  {entry.state}' if entry.state in ('read', 'resolved') else ''}"
    )
    for name, value in (
        ("reasons", ", ".join(entry.reasons)),
        ("comment", _one_line(entry.comment)),
        ("searched", entry.query),
        ("assigned to", entry.assignee),
    ):
        if value:
            click.echo(f"    {name}: {value}")


@feedback.command("export")
@_filters
@with_site
def export_votes(site: Site, **options: Any) -> None:
    """Write all votes to standard output as CSV that no spreadsheet takes for formulas; `status` tells the held."""
    click.echo(csv_line(field.name for field in fields(FeedbackEntry)).encode(), nl=False)
    for entry in _entries(site, **options, status=None, is_any=True):
        click.echo(csv_line(astuple(entry)).encode(), nl=False)


def _scope(command: Callable[..., Any]) -> Callable[..., Any]:
    for option in (
        click.option("--yes", is_flag=True, help="Do not ask."),
        click.option("--all", "everything", is_flag=True, help="All held votes."),
        click.option("--until", type=MOMENT, help="Votes first given before this day or minute (UTC)."),
        click.option("--since", type=MOMENT, help="Votes first given on this day or minute (UTC) or later."),
        click.option("--article", type=int, help="Votes on the article with this id."),
    ):
        command = option(command)
    return command


@feedback.command()
@_scope
@with_site
def release(site: Site, **options: Any) -> None:
    """Count held votes, after you looked at them with `list --held`."""
    scope = _confirmed(site, "Count", **options)
    if scope is not None:
        click.echo(f"Counted {release_votes(site.database, scope)} votes.")


@feedback.command()
@_scope
@with_site
def drop(site: Site, **options: Any) -> None:
    """Delete held votes with what was written in them."""
    scope = _confirmed(site, "Delete", **options)
    if scope is not None:
        click.echo(f"Deleted {drop_votes(site.database, scope)} votes.")


def _confirmed(
    site: Site,
    verb: str,
    *,
    article: int | None,
    since: datetime | None,
    until: datetime | None,
    everything: bool,
    yes: bool,
) -> HeldScope | None:
    """The scope that was asked for, once its size was seen; votes that come meanwhile are not in it."""
    if everything == any(option is not None for option in (article, since, until)):
        raise click.UsageError("Say which held votes: --article, --since and --until, or --all.")
    now = clock.now()
    scope = HeldScope(article_id=article, since=_utc(since), until=min(_utc(until) or now, now))
    held = count_held(site.database, scope)
    if held.first_at is None or held.last_at is None:
        click.echo("No held votes there.")
        return None
    click.echo(
        f"{held.votes} held votes ({held.yes} yes, {held.no} no) on {held.articles} articles,"
        f" first given {held.first_at:%Y-%m-%d %H:%M} to {held.last_at:%Y-%m-%d %H:%M}"
    )
    if not yes:
        click.confirm(f"{verb} them?", abort=True)
    return scope


def _entries(
    site: Site, *, article: int | None, locale: str | None, since: datetime | None, **filters: Any
) -> Iterator[FeedbackEntry]:
    reach = Reach((locale,) if locale else ())
    return list_feedback(site.database, Filters(article_id=article, since=_utc(since), reach=reach, **filters))


def _utc(moment: datetime | None) -> datetime | None:
    return None if moment is None else moment.replace(tzinfo=UTC)


def _one_line(text: str) -> str:
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())
