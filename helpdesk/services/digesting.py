"""The last seven days for each member of the team, by mail."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import date, timedelta
from functools import cache

from helpdesk.errors import NotSent, TellingError
from helpdesk.queries.overview import Overview, get_overview
from helpdesk.queries.reports import EVERYWHERE, Period, Reach
from helpdesk.queries.users import Member, list_users
from helpdesk.services.mailing import Letter, send
from helpdesk.services.permissions import Permission, may
from helpdesk.services.site import Site

DAYS = timedelta(days=7)


def get_week(site: Site, *, today: date, reach: Reach = EVERYWHERE) -> Overview:
    """The seven days before a day."""
    return get_overview(
        site.database,
        site.locales,
        period=Period(today - DAYS, today),
        before=Period(today - 2 * DAYS, today - DAYS),
        reach=reach,
        width=site.settings.helpful_width,
    )


def list_readers(site: Site, named: Sequence[str] = ()) -> list[Member]:
    """Enabled members who were ever here and may read reports, or those of the addresses. Raises TellingError."""
    members = [
        item for item in list_users(site.database) if not item.is_disabled and may(item, Permission.READ_REPORTS)
    ]
    if not named:
        return [item for item in members if item.has_password or item.signed_in_at]
    by_address = {item.email: item for item in members}
    for address in named:
        if address.lower() not in by_address:
            raise TellingError(f"{address} is no member's address, or a disabled one's; nobody was sent anything.")
    return [by_address[address] for address in dict.fromkeys(map(str.lower, named))]


def send_week(
    site: Site, members: Sequence[Member], compose: Callable[[Overview], Letter], *, today: date
) -> Iterator[tuple[Member, str]]:
    """Send each member what it may see; each with what kept it from being sent, as soon as that is known."""

    @cache
    def letter_for(reach: Reach) -> Letter:
        return compose(get_week(site, today=today, reach=reach))

    for member in members:
        try:
            send(site.settings, [member.email], letter_for(member.reach))
            yield member, ""
        except NotSent as error:
            yield member, str(error)
