"""`flask helpdesk alerts|digest`: what the team is told of by mail, for cron."""

from __future__ import annotations

from typing import Any

import click
from flask import current_app

from helpdesk import clock
from helpdesk.cli.progress import with_site
from helpdesk.locales import Locale
from helpdesk.queries.alerts import list_alarms
from helpdesk.queries.reports import EVERYWHERE
from helpdesk.services.alerting import Told, tell_alarms
from helpdesk.services.digesting import get_week, list_readers, send_week
from helpdesk.services.site import Site

RECEIVERS = {"mail": "by mail", "hook": "to HELPDESK_ALERT_URL"}


@click.command()
@click.option("--dry-run", is_flag=True, help="Print what lasts now; send nothing, and remember nothing.")
@with_site
def alerts(site: Site, dry_run: bool) -> None:
    """Tell HELPDESK_ALERT_TO and HELPDESK_ALERT_URL what cannot wait; each thing once while it lasts.

    For cron, every 10 or 15 minutes: readers of an article who say no more often, feedback that nobody has read,
    searches that suddenly find nothing. Exit 1 where somebody was not told; the next run tries again.
    """
    if dry_run:
        found = [alarm for alarm in list_alarms(site.database, site.settings, now=clock.now()) if not alarm.is_fading]
        _print(_letters().alerts(site.locales.default, found, 0).text if found else "Nothing to tell.\n")
        return
    told = tell_alarms(site, lambda *what: _letters().alerts(site.locales.default, *what), now=clock.now())
    for item in told:
        _say(item)
    if any(item.failure for item in told):
        raise click.ClickException("Not all was told; the next run tries again.")


def _say(told: Told) -> None:
    where = RECEIVERS[told.receiver]
    click.echo(f"Not told {where}: {told.failure}" if told.failure else f"Told {where}: {told.alarms}.")
    for address in told.refused:
        click.echo(f"The mail server takes no mail for {address}.")


@click.command()
@click.option("--locale", help="Its language, such as pt-BR; the site's default where nothing is said.")
@click.option("--send", "is_sent", is_flag=True, help="Send it by mail, to all members who may read reports.")
@click.option("--to", "addresses", multiple=True, metavar="MEMBER", help="Only to, or as, this one; may be repeated.")
@with_site
def digest(site: Site, locale: str | None, is_sent: bool, addresses: tuple[str, ...]) -> None:
    """Print the last seven days on one page, or send them; to members with limits what lies within them."""
    language = _language(site, locale)
    members = list_readers(site, addresses) if is_sent or addresses else []
    if not is_sent:
        for reach in dict.fromkeys(member.reach for member in members) or (EVERYWHERE,):
            week = get_week(site, today=clock.today(), reach=reach)
            _print(_letters().digest(language, week).text)
        return
    if not site.settings.smtp_url:
        raise click.UsageError("No mail server is set: HELPDESK_SMTP_URL.")
    failed = 0
    for member, failure in send_week(
        site, members, lambda week: _letters().digest(language, week), today=clock.today()
    ):
        click.echo(f"{member.email}: {failure or 'sent'}")
        failed += bool(failure)
    if failed or not members:
        raise click.ClickException(f"Not sent: {failed} of {len(members)}.")


def _language(site: Site, tag: str | None) -> Locale:
    found = site.locales.default if tag is None else site.locales.find(tag)
    if found is None:
        raise click.BadParameter(f"{tag} is not a locale of this site.", param_hint="--locale")
    return found


def _letters() -> Any:
    """What the web part of the application writes."""
    return current_app.extensions["helpdesk_letters"]


def _print(text: str) -> None:
    """UTF-8 on every terminal."""
    click.echo(text.encode(), nl=False)
