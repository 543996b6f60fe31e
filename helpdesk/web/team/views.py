"""What is read, where its readers came from, and who asked for help afterwards: over the site, and of one article."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import timedelta
from typing import Any, TypeAlias

from flask import Response, request, url_for
from werkzeug.exceptions import NotFound

from helpdesk import clock
from helpdesk.errors import TranslationNotFound
from helpdesk.queries.gaps import list_outdated, list_wanted
from helpdesk.queries.helpfulness import Line
from helpdesk.queries.reading import (
    LONGEST,
    Day,
    Figures,
    Order,
    Served,
    get_reading,
    list_days,
    list_readings,
    table,
    total_of,
)
from helpdesk.queries.reports import Period
from helpdesk.web.filters import day, number, percent
from helpdesk.web.gettext import gettext as _
from helpdesk.web.localization import current_locale, current_site
from helpdesk.web.members import NAME
from helpdesk.web.pages import make_pager, page_number
from helpdesk.web.team.pages import show, the_member
from helpdesk.web.team.plots import Plot, Point, line
from helpdesk.web.team.reporting import Asked, asked, download, downloads, is_download, status_of

SIZE = 50
Found: TypeAlias = tuple[int, Sequence[Line]]


def _readings(order: Order) -> Callable[[Asked, int, int], Found]:
    def find(report: Asked, limit: int, first: int) -> Found:
        where: dict[str, Any] = {"period": report.period, "before": report.before, "reach": report.reach}
        return list_readings(current_site().database, order, **where, limit=limit, first=first)

    return find


def _wanted(report: Asked, limit: int, first: int) -> Found:
    site, period = current_site(), report.period
    return list_wanted(site.database, site.locales, period=period, reach=report.reach, limit=limit, first=first)


def _outdated(report: Asked, limit: int, first: int) -> Found:
    database, period = current_site().database, report.period
    return list_outdated(database, period=period, reach=report.reach, limit=limit, first=first)


LISTS: dict[str, Callable[[Asked, int, int], Found]] = {
    **{order.value: _readings(order) for order in Order},
    "wanted": _wanted,
    "outdated": _outdated,
}


def views() -> Response:
    """The days of a period, and one of several lists of translations. Raises NotFound."""
    report, about, page = asked(), request.args.get("about", Order.TOP.value), page_number()
    if about not in LISTS or page is None:
        raise NotFound
    if is_download() and not report.error and request.args.get("list") != "days":
        return download(f"views-{about}", table(LISTS[about](report, LONGEST, 0)[1]))
    days = list_days(current_site().database, period=_both(report), reach=report.reach)
    if is_download() and not report.error:
        return download("views-days", _rows(report, days))
    found, lines = LISTS[about](report, SIZE, (page - 1) * SIZE)
    kept = report.values | {"about": about}
    pager = make_pager(page, SIZE, min(found, LONGEST), f"{NAME}.views", kept)
    if page > pager.pages:
        raise NotFound
    return show(
        "views.html",
        # Translators: link to, and heading of, the reports on how often articles are read; a view: it was opened
        _("Views"),
        status=status_of(report),
        about=about,
        tabs=[(name, label, url_for(f"{NAME}.views", **report.values, about=name)) for name, label in _labels()],
        lines=lines,
        pager=pager,
        files=downloads(),
        **_told(report, days),
    )


def _labels() -> list[tuple[str, str]]:
    return [
        # Translators: a list of articles: those with the most views
        ("top", _("Most read")),
        # Translators: a list of articles: those that fewer and fewer people read
        ("fading", _("Fading")),
        # Translators: a list of articles: those after which most readers asked people for help
        ("contacts", _("Most contacts")),
        # Translators: a list of articles with languages that are missing
        ("wanted", _("Wanted languages")),
        # Translators: name of a figure and of a list: translations that are shown although their source has changed
        ("outdated", _("Outdated translations")),
    ]


def article(article_id: int) -> Response:
    """One article in the languages that the member may see. Raises NotFound."""
    report, site = asked(), current_site()
    # All that may be seen: that the language chosen has no translation is no reason for a 404.
    whole = the_member().reach
    try:
        texts, served = get_reading(site.database, article_id, period=report.period, before=report.before, reach=whole)
    except TranslationNotFound:
        raise NotFound from None
    title = next((text for text in texts if text.locale == current_locale().tag), texts[0])
    shown = [text for text in texts if report.locale in ("", text.locale)]
    if is_download() and not report.error and request.args.get("list") != "days":
        return download(f"views-{article_id}", table(shown))
    days = list_days(site.database, period=_both(report), reach=report.reach, article_id=article_id)
    if is_download() and not report.error:
        return download(f"views-{article_id}-days", _rows(report, days))
    return show(
        "views_article.html",
        title.title,
        lang=title.locale,
        status=status_of(report),
        article_id=article_id,
        lines=shown,
        served=[item for item in served if report.locale in ("", item.locale) and _is_other(item)],
        files=downloads(),
        **_told(report, days),
    )


def _is_other(item: Served) -> bool:
    """Whether its readers asked for another language; what a regional locale inherits is its own."""
    locales = current_site().locales
    asked_for, shown = locales.find(item.asked), locales.find(item.locale)
    return not asked_for or not shown or not locales.is_same_writing(asked_for, shown)


def _both(report: Asked) -> Period:
    return Period(report.before.since, report.period.until)


def _rows(report: Asked, days: Sequence[Day]) -> list[dict[str, Any]]:
    return table([item for item in days if report.period.holds(item.day)])


def _told(report: Asked, days: Sequence[Day]) -> dict[str, Any]:
    """What both pages say of days: all of them together, the plot, its table."""
    total = total_of(days, report.period)
    return {
        "asked": report,
        "total": total,
        "compared": _compare(total),
        "is_open": report.is_open,
        "plot": _plot(report, days) if total.views or total.before else None,
        "days": [item for item in days if report.period.holds(item.day)],
        "day_files": downloads(list="days"),
    }


def _compare(total: Figures) -> str:
    if not total.before:
        # Translators: of views; the period before: as many days, just before those that a report is about
        return _("There were none in the period before.")
    change, before = total.views / total.before - 1, number(total.before)
    if round(change, 3) == 0:
        # Translators: of views; %(before)s is how many there were in the period before
        return _("About as many as in the period before (%(before)s).", before=before)
    if change > 0:
        # Translators: of views; %(share)s is such as 12 %; %(before)s is how many there were in the period before
        return _("%(share)s more than in the period before (%(before)s).", share=percent(change), before=before)
    # Translators: of views; %(share)s is such as 12 %; %(before)s is how many there were in the period before
    return _("%(share)s less than in the period before (%(before)s).", share=percent(-change), before=before)


def _plot(report: Asked, days: Sequence[Day]) -> Plot:
    views = {item.day: item.figures.views for item in days}
    dates = [report.first + timedelta(days=n) for n in range(report.days)]
    lag = timedelta(days=report.days)
    return line(
        [Point(day(date), views.get(date, 0) if date < clock.today() else None) for date in dates],
        title=_("Views by day"),
        # Translators: about a plot
        summary=_("A point stands for a day (UTC)."),
        before=[views.get(date - lag, 0) for date in dates],
        # Translators: names of two lines in a plot
        names=(_("This period"), _("The period before")),
    )
