"""The first page of the team: the last days on one screen."""

from __future__ import annotations

from flask import Response

from helpdesk import clock
from helpdesk.queries.overview import get_overview
from helpdesk.web.filters import day, number
from helpdesk.web.gettext import gettext as _
from helpdesk.web.localization import current_site
from helpdesk.web.team.overview import entries, rows
from helpdesk.web.team.pages import show
from helpdesk.web.team.plots import Point, line
from helpdesk.web.team.reporting import asked, download, downloads, is_download, status_of


def start() -> Response:
    """Figures, views by day, and where to begin."""
    site, report = current_site(), asked(7)
    found = get_overview(
        site.database,
        site.locales,
        period=report.period,
        before=report.before,
        reach=report.reach,
        width=site.settings.helpful_width,
    )
    if is_download() and not report.error:
        return download("overview", rows(found))
    views, before = number(found.views.now), number(found.views.before)
    return show(
        "start.html",
        # Translators: heading of the first page of those who write, translate and learn from feedback
        _("Overview"),
        status=status_of(report),
        asked=report,
        found=found,
        entries=entries(found, report.values),
        plot=line(
            [Point(day(on), views if on < clock.today() else None) for on, views in found.days],
            # Translators: title of a plot
            title=_("Views by day"),
            # Translators: below the title of a plot of views; both are numbers
            summary=_("%(now)s in all, %(before)s in as many days before.", now=views, before=before),
        ),
        downloads=downloads(),
    )
