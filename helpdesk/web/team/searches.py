"""What readers of a language search, and what was done about it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

from flask import Response, request, url_for
from werkzeug.exceptions import NotFound

from helpdesk import clock
from helpdesk.queries.helpfulness import Verdict
from helpdesk.queries.search_changes import ChangeLine, Effect, list_changes
from helpdesk.queries.searches import TABLES, Searches, list_lines
from helpdesk.text.tables import plain
from helpdesk.web.filters import number, percent
from helpdesk.web.gettext import gettext as _
from helpdesk.web.localization import current_locale, current_site
from helpdesk.web.members import NAME
from helpdesk.web.pages import Pager, make_pager, page_number
from helpdesk.web.team.gate import forbid
from helpdesk.web.team.pages import show
from helpdesk.web.team.reporting import Asked, asked, download, downloads, is_download, status_of

SIZE, MOST = 50, 10_000  # lines on a page, and in a file


def report_of_locale() -> Asked:
    """What is asked for, always of one language that the member may see: by default the page's own, or the first."""
    report = asked()
    own = current_locale().tag
    tag = report.locale or (own if own in report.locales else next(iter(report.locales), ""))
    if not tag:
        forbid()
    return replace(report, locale=tag)


def searches_of(report: Asked) -> Searches:
    """The searches that a report is about."""
    return Searches(report.locale, report.period, current_site().settings.masked_searches)


def searches() -> Response:
    """The queries of a language, in one of several tables. Raises NotFound."""
    site, report, about = current_site(), report_of_locale(), request.args.get("about", TABLES[0])
    if about not in TABLES:
        raise NotFound

    def read(limit: int, offset: int) -> tuple[Sequence[Any], int]:
        wanted, width = searches_of(report), site.settings.helpful_width
        return list_lines(site.database, wanted, about, width=width, limit=limit, offset=offset)

    if is_download() and not report.error:
        return download(f"searches-{report.locale}-{about}", [plain(line) for line in read(MOST, 0)[0]])
    lines, pager = _paged(read)
    return show(
        "searches.html",
        # Translators: heading of a report about what readers searched
        _("Searches"),
        status=status_of(report),
        report=report,
        about=about,
        tables=[
            (name, label, url_for(f"{NAME}.searches", **report.values, about=name)) for name, label in _labels().items()
        ],
        lines=lines,
        pager=pager,
        downloads=downloads(),
    )


def _labels() -> dict[str, str]:
    labels = {
        # Translators: a table in a report about searches: those that were made most often
        "top": _("Most searched"),
        # Translators: a table in a report about searches: those that found nothing
        "no-result": _("Without result"),
        # Translators: a table in a report about searches: those whose results are seldom opened
        "few-clicks": _("Seldom read from"),
        # Translators: a table in a report about searches: those after which other words were typed
        "refined": _("Typed differently"),
        # Translators: a table in a report about searches: those that the team does not want to see in it
        "ignored": _("Ignored"),
    }
    return {name: labels[name] for name in TABLES}


def _paged(read: Callable[[int, int], tuple[Sequence[Any], int]]) -> tuple[Sequence[Any], Pager]:
    """The lines of the page that the address asks for. Raises NotFound."""
    page = page_number()
    if page is None:
        raise NotFound
    lines, total = read(SIZE, (page - 1) * SIZE)
    kept = {name: value for name, value in request.args.items() if name not in ("page", "tag")}
    pager = make_pager(page, SIZE, total, request.endpoint or "", kept)
    if page > pager.pages:
        raise NotFound
    return lines, pager


def changes() -> Response:
    """All that was done about the queries of a language, and whether it helped. Raises NotFound."""
    site, report = current_site(), report_of_locale()

    def read(limit: int, offset: int) -> tuple[Sequence[ChangeLine], int]:
        width = site.settings.helpful_width
        return list_changes(site.database, report.locale, width=width, now=clock.now(), limit=limit, offset=offset)

    if is_download():
        return download(f"search-changes-{report.locale}", [plain(line) for line in read(MOST, 0)[0]])
    lines, pager = _paged(read)
    return show(
        "search_changes.html",
        # Translators: heading of a list: what the team did about searches, such as adding a synonym
        _("What was done about searches"),
        report=report,
        lines=with_words(lines),
        kinds=kind_labels(),
        pager=pager,
        downloads=downloads(),
    )


def kind_labels() -> dict[str, str]:
    """What the team can do about a query."""
    return {
        # Translators: what was done about a search: words that mean the same to it
        "synonym": _("Synonym"),
        # Translators: what was done about a search: an article got a keyword
        "keyword": _("Keyword"),
        # Translators: what was done about a search: an article was begun
        "article": _("New article"),
        "ignored": _("Ignored"),
    }


def with_words(lines: Sequence[ChangeLine]) -> list[tuple[ChangeLine, list[str]]]:
    """Each change with the sentences that say whether it helped."""
    return [(line, _sentences(line)) for line in lines]


def _sentences(line: ChangeLine) -> list[str]:
    if line.found is None or line.read is None:
        return []
    told = [(name, effect) for name, effect in (("found", line.found), ("read", line.read)) if _is_told(effect)]
    return [_in_words(name, effect) for name, effect in told] or [
        # Translators: of the searches for some words, before and after the team did something about them
        _("There are not enough searches yet to tell whether it helped.")
    ]


def _is_told(effect: Effect) -> bool:
    return effect.verdict is not Verdict.OPEN


def _in_words(name: str, effect: Effect) -> str:
    low, high = sorted(abs(end or 0.0) for end in (effect.difference_low, effect.difference_high))
    values = {"before": percent(effect.before.share or 0.0), "after": percent(effect.after.share or 0.0)}
    values |= {"low": number(round(100 * low)), "high": number(round(100 * high))}
    is_found = name == "found"
    # Translators: the first two are shares of searches, such as 12 %; the last two numbers, by how much they may differ
    if effect.verdict is Verdict.SAME:
        if is_found:
            return _(
                "No difference seen in how many searches find something: %(before)s then, %(after)s now.", **values
            )
        return _("No difference seen in how many searches are read from: %(before)s then, %(after)s now.", **values)
    if is_found and effect.verdict is Verdict.BETTER:
        return _(
            "More searches find something: %(before)s then, %(after)s now; %(low)s to %(high)s percentage points more.",
            **values,
        )
    if is_found:
        return _(
            "Fewer searches find something: %(before)s then, %(after)s now; by %(low)s to %(high)s percentage points.",
            **values,
        )
    if effect.verdict is Verdict.BETTER:
        return _(
            "More searches are read from: %(before)s then, %(after)s now; %(low)s to %(high)s percentage points more.",
            **values,
        )
    return _(
        "Fewer searches are read from: %(before)s then, %(after)s now; by %(low)s to %(high)s percentage points.",
        **values,
    )
