"""What every report of the team's asks for: days, and a language; and its table as a file."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from flask import Response, make_response, request, url_for

from helpdesk import clock
from helpdesk.queries.reports import Period, Reach
from helpdesk.services.permissions import Permission, may
from helpdesk.text.tables import csv_of, flat, json_of
from helpdesk.web.caching import keep
from helpdesk.web.gettext import gettext as _
from helpdesk.web.localization import current_locale, current_site
from helpdesk.web.members import current_member

# Days that the picker offers: a week, four, a quarter, a year.
CHOICES = (7, 28, 90, 365)
LONGEST = 3660


@dataclass(frozen=True, slots=True)
class Asked:
    """What was asked for: the first and last day, a locale or "" for all, and what is wrong with it.

    `reach` is no more than the member may see; `locales` are the tags to choose from.
    """

    first: date
    last: date
    locale: str
    locales: tuple[str, ...]
    reach: Reach
    error: str = ""

    @property
    def days(self) -> int:
        """How many, both ends among them."""
        return (self.last - self.first).days + 1

    @property
    def period(self) -> Period:
        """These days."""
        return Period(self.first, self.last + timedelta(days=1))

    @property
    def before(self) -> Period:
        """As many days just before."""
        return Period(self.first - timedelta(days=self.days), self.first)

    @property
    def values(self) -> dict[str, Any]:
        """What an address carries to ask for the same."""
        days = {"since": self.first.isoformat(), "until": self.last.isoformat()}
        is_recent = self.last == clock.today() and self.days in CHOICES
        return ({"days": self.days} if is_recent else days) | ({"locale": self.locale} if self.locale else {})

    @property
    def is_open(self) -> bool:
        """Whether today is one of the days, and not over yet."""
        return self.first <= clock.today() <= self.last

    @property
    def choices(self) -> list[tuple[int, str, bool]]:
        """Periods up to today as (days, address, whether it is this one), of the same list."""
        others = {name: value for name, value in request.args.items() if name not in _OWN}
        kept: dict[str, Any] = others | (request.view_args or {}) | ({"locale": self.locale} if self.locale else {})
        is_recent = self.last == clock.today()
        return [
            (days, url_for(request.endpoint or "", **kept, days=days), is_recent and days == self.days)
            for days in CHOICES
        ]


# What a report's address says of days and language, and what it does not keep of the rest.
_OWN = ("days", "since", "until", "locale", "form", "page", "tag", "saved")


def asked(days: int = 28) -> Asked:
    """Out of the address: `days` up to today, or `since` and `until`, the last day; and `locale`."""
    first, last, error = _period(days)
    member, site = current_member(), current_site()
    tags = tuple(
        locale.tag for locale in site.locales.all if member and may(member, Permission.READ_REPORTS, locale=locale.tag)
    )
    tag = request.args.get("locale", "")
    tag = tag if tag in tags else ""
    reach = Reach((tag,) if tag else member.locales if member else (), member.categories if member else ())
    return Asked(first, last, tag, tags, reach, error)


def _period(days: int) -> tuple[date, date, str]:
    today, chosen = clock.today(), request.args.get("days", "")
    days = int(chosen) if chosen in map(str, CHOICES) else days
    since, until = request.args.get("since", ""), request.args.get("until", "")
    try:
        last = date.fromisoformat(until) if until else today
        first = date.fromisoformat(since) if since else last - timedelta(days=days - 1)
        # The period before it begins in a year that there is.
        if not 0 <= (last - first).days < LONGEST or not 2000 <= first.year <= last.year < 9000:
            raise ValueError
        return first, last, ""
    except (ValueError, OverflowError):
        # Translators: two dates were entered
        error = _("The first day cannot be after the last one.")
        return today - timedelta(days=days - 1), today, error


def status_of(report: Asked) -> int:
    """422 for a period that is none; the report is then of the usual one."""
    return 422 if report.error else 200


def is_download() -> bool:
    """Whether the address asks for the table as a file."""
    return request.args.get("form") in ("csv", "json")


def download(name: str, rows: Sequence[Mapping[str, Any]]) -> Response:
    """The rows as `form` in the address says, CSV or JSON, in a file of this name."""
    form = request.args["form"]
    text = csv_of([flat(row) for row in rows]) if form == "csv" else json_of(rows) + "\n"
    response = make_response(text)
    response.mimetype = "text/csv" if form == "csv" else "application/json"
    response.headers["Content-Disposition"] = f'attachment; filename="{name}.{form}"'
    response.headers["Content-Language"] = current_locale().tag
    return keep(response, "personal")


def downloads(**more: Any) -> list[tuple[str, str]]:
    """Files of this report as (form, address); `more` names the table, where the page has several."""
    kept: dict[str, Any] = {**request.args.to_dict(), **(request.view_args or {})}
    kept = {name: value for name, value in kept.items() if name not in ("form", "page", "saved", "tag")}
    return [(form, url_for(request.endpoint or "", **kept | more, form=form)) for form in ("csv", "json")]
