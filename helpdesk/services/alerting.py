"""Tells the team of what cannot wait for somebody to look: each thing once while it lasts, to each receiver.

What was told is noted once the receiver has taken it. A process that dies between both, or two that run at once, tell
it twice; nothing is told less than once.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import delete, insert, select, update
from sqlalchemy.orm import InstrumentedAttribute

from helpdesk.errors import NotSent, TellingError
from helpdesk.models import Alert
from helpdesk.queries.alerts import Alarm, list_alarms
from helpdesk.queries.users import list_users
from helpdesk.services.mailing import Letter, send
from helpdesk.services.permissions import Permission, may
from helpdesk.services.posting import post
from helpdesk.services.site import Site
from helpdesk.text.tables import json_of, rounded

# Things in one message; of the others it says how many there are.
SHOWN = 10

# Writes of some things, and of how many more there are.
Compose = Callable[[Sequence[Alarm], int], Letter]
RECEIVERS = {"mailed_at": "mail", "posted_at": "hook"}
_OWN = (Alert.kind, Alert.subject)


@dataclass(frozen=True, slots=True)
class Told:
    """How many things one receiver, `mail` or `hook`, took, or what it said instead; whom the mail server refused."""

    receiver: str
    alarms: int
    failure: str = ""
    refused: tuple[str, ...] = ()


def tell_alarms(site: Site, compose: Compose, *, now: datetime) -> list[Told]:
    """Tell each receiver that is set what it does not know yet; nothing for one that knows all.

    Raises TellingError before anything is sent, and Busy.
    """
    settings = site.settings
    if not (settings.alert_to or settings.alert_url):
        raise TellingError("Nobody gets alerts: set HELPDESK_ALERT_TO or HELPDESK_ALERT_URL.")
    to = [receiver_of(site, address) for address in settings.alert_to]
    alarms = list_alarms(site.database, settings, now=now)
    _note(site, alarms, now=now)
    told: list[Told | None] = []
    if to:
        told.append(_tell(site, alarms, Alert.mailed_at, now, lambda *new: send(settings, to, compose(*new))))
    if settings.alert_url:
        told.append(_tell(site, alarms, Alert.posted_at, now, lambda new, more: _post(site, compose, new, more, now)))
    return [item for item in told if item is not None]


def _tell(
    site: Site,
    alarms: Sequence[Alarm],
    column: InstrumentedAttribute[Any],
    now: datetime,
    deliver: Callable[[Sequence[Alarm], int], Sequence[str]],
) -> Told | None:
    receiver = RECEIVERS[column.key]
    new = _untold(site, alarms, column)
    if not new:
        return None
    try:
        refused = deliver(new[:SHOWN], max(0, len(new) - SHOWN))
    except NotSent as error:
        return Told(receiver, 0, str(error))
    _mark(site, new, column, now=now)
    return Told(receiver, len(new), refused=tuple(refused))


def receiver_of(site: Site, address: str) -> str:
    """The address of a member who may know of everything. Raises TellingError."""
    member = next((item for item in list_users(site.database) if item.email == address.lower()), None)
    if member is None or member.is_disabled:
        raise TellingError(f"HELPDESK_ALERT_TO names {address}, which is no member's address, or a disabled one's.")
    if member.locales or member.categories or not may(member, Permission.READ_FEEDBACK):
        raise TellingError(f"HELPDESK_ALERT_TO names {address}, who may not see all that alerts tell of.")
    return member.email


def _note(site: Site, alarms: Sequence[Alarm], *, now: datetime) -> None:
    """What is over is forgotten, so that it is told again when it comes back."""
    with site.database.transaction() as connection:
        known = {(kind, subject) for kind, subject in connection.execute(select(*_OWN))}
        lasting = {(alarm.kind, alarm.subject): alarm for alarm in alarms}
        for kind, subject in known - lasting.keys():
            connection.execute(delete(Alert).where(Alert.kind == kind, Alert.subject == subject))
        begun = sorted(own for own in lasting.keys() - known if not lasting[own].is_fading)
        rows = [{"kind": kind, "subject": subject, "raised_at": now} for kind, subject in begun]
        if rows:
            connection.execute(insert(Alert), rows)


def _untold(site: Site, alarms: Sequence[Alarm], column: InstrumentedAttribute[Any]) -> list[Alarm]:
    with site.database.read() as connection:
        waiting = {(kind, subject) for kind, subject in connection.execute(select(*_OWN).where(column.is_(None)))}
    return [alarm for alarm in alarms if (alarm.kind, alarm.subject) in waiting]


def _mark(site: Site, alarms: Sequence[Alarm], column: InstrumentedAttribute[Any], *, now: datetime) -> None:
    with site.database.transaction() as connection:
        for alarm in alarms:
            own = (Alert.kind == alarm.kind, Alert.subject == alarm.subject)
            connection.execute(update(Alert).where(*own).values({column: now}))


def _post(site: Site, compose: Compose, alarms: Sequence[Alarm], more: int, now: datetime) -> list[str]:
    """The words of the mail, which chats show as they are, and the same for programs."""
    settings = site.settings
    body = {
        "text": compose(alarms, more).text,
        "site": settings.site_url or settings.site_name,
        "sent_at": now,
        "alerts": [rounded(asdict(alarm)) for alarm in alarms],
        "more": more,
    }
    post(settings.alert_url, settings.alert_secret, json_of(body).encode())
    return []
