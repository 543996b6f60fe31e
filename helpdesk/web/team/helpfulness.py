"""How helpful readers find the articles: which to look at first, and one in all its languages."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from flask import Response, request
from markupsafe import Markup
from werkzeug.exceptions import NotFound

from helpdesk.errors import TranslationNotFound
from helpdesk.queries.helpfulness import (
    Helpfulness,
    Line,
    RevisionScore,
    Score,
    Week,
    get_helpfulness,
    list_reasons,
    score,
    table,
)
from helpdesk.queries.worklists import list_improved, list_needs, list_suspects
from helpdesk.text.tables import plain
from helpdesk.web.filters import date, day, joined, number, reason_labels
from helpdesk.web.gettext import gettext as _
from helpdesk.web.gettext import ngettext
from helpdesk.web.localization import current_locale, current_site
from helpdesk.web.team.pages import show, the_member
from helpdesk.web.team.plots import Mark, Plot, Point, Strip, line, strip
from helpdesk.web.team.reporting import Asked, asked, download, downloads, is_download, status_of

# Lines of a list on the page, and in its file.
SHOWN, MOST = 20, 10_000
WEEK = timedelta(days=7)
# So many weeks one point of a plot can stand for.
LENGTHS = (1, 2, 4, 13)


def lists() -> Response:
    """Most in need, suspect, most improved; with `list` and `form` in the address one of them as a file."""
    report = asked(90)
    if is_download() and not report.error:
        name = request.args.get("list", "")
        if name not in LISTS:
            raise NotFound
        return download(f"helpfulness-{name}", [plain(found) for found in LISTS[name](report, MOST)])
    # One more, to know whether there is more.
    found = {name: find(report, SHOWN + 1) for name, find in LISTS.items()}
    return show(
        "helpfulness.html",
        _("Helpfulness"),
        status=status_of(report),
        asked=report,
        found={name: lines[:SHOWN] for name, lines in found.items()},
        files={name: downloads(list=name) for name in LISTS},
        cut={name: SHOWN for name, lines in found.items() if len(lines) > SHOWN},
    )


def _needs(report: Asked, limit: int) -> Sequence[Line]:
    return list_needs(current_site().database, period=report.period, reach=report.reach, limit=limit)


def _suspects(report: Asked, limit: int) -> Sequence[Line]:
    site, width = current_site(), current_site().settings.helpful_width
    return list_suspects(
        site.database, site.locales, period=report.period, reach=report.reach, limit=limit, width=width
    )


def _improved(report: Asked, limit: int) -> Sequence[Line]:
    database, width = current_site().database, current_site().settings.helpful_width
    return list_improved(database, period=report.period, reach=report.reach, limit=limit, width=width)


LISTS: dict[str, Callable[[Asked, int], Sequence[Line]]] = {
    "need": _needs,
    "suspects": _suspects,
    "improved": _improved,
}


@dataclass(frozen=True, slots=True)
class Part:
    """One language of an article: its figures, why readers said no as (reason, times), and its weeks.

    Rows of both tables are what they begin with, what they are about, and the score.
    """

    item: Helpfulness
    reasons: list[tuple[str, int]]
    plot: Plot | None
    revisions: list[tuple[str, Markup, Score]]
    spans: list[tuple[Markup, Markup, Score]]

    @property
    def strip(self) -> Strip | None:
        """The interval on a scale, where there are enough votes."""
        said = self.item.score
        return strip(said.low or 0, said.high or 0, said.share) if said.is_enough else None

    @property
    def is_told(self) -> bool:
        """Whether there is more to say than that nobody voted."""
        return bool(self.item.score.votes or self.item.changes)


def article(article_id: int) -> Response:
    """One article in the languages that the member may see. Raises NotFound."""
    report, site = asked(365), current_site()
    # All that may be seen: that the language chosen has no translation is no reason for a 404.
    reach = the_member().reach
    where: dict[str, Any] = {"reach": reach, "period": report.period}
    try:
        found = get_helpfulness(site.database, str(article_id), **where, width=site.settings.helpful_width)
    except TranslationNotFound:
        raise NotFound from None
    shown = [item for item in found if report.locale in ("", item.locale)]
    if is_download() and not report.error:
        is_csv = request.args["form"] == "csv"
        rows = [row for item in shown for row in (table(item) if is_csv else [plain(item)])]
        return download(f"helpfulness-{article_id}", rows)
    reasons = list_reasons(site.database, article_id, **where)
    title = next((item for item in found if item.locale == current_locale().tag), found[0])
    return show(
        "helpfulness_article.html",
        title.title,
        lang=title.locale,
        status=status_of(report),
        asked=report,
        article_id=article_id,
        parts=[_part(item, reasons.get(item.locale, {})) for item in shown],
        downloads=downloads(),
    )


def _part(item: Helpfulness, reasons: dict[str, int]) -> Part:
    labels = reason_labels()
    # The most frequent first; one that is offered no more is told as well.
    pairs = sorted(reasons.items(), key=lambda pair: (-pair[1], pair[0]))
    length, spans = _spans(item.weeks)
    shown = [span for span in spans if span.score.votes or span.revisions]
    return Part(
        item,
        [(labels.get(reason, reason), times) for reason, times in pairs],
        _plot(length, spans) if length else None,
        [(number(revision.number), _made(revision), revision.score) for revision in item.revisions],
        [(date(span.monday), joined(list(map(number, span.revisions))), span.score) for span in shown],
    )


def _spans(weeks: Sequence[Week]) -> tuple[int, list[Week]]:
    """Weeks put together, no more than it takes for half of them to have enough votes; 0 where that takes too many."""
    width = current_site().settings.helpful_width
    for length in LENGTHS:
        found = list(_together(weeks, length, width))
        voted = [span.score.is_enough for span in found if span.score.votes]
        if len(voted) > 1 and 2 * sum(voted) >= len(voted):
            return length, found
    return 0, list(weeks)


def _together(weeks: Sequence[Week], length: int, width: float) -> Iterator[Week]:
    """So many weeks in one, from the first to the last; also those in which nothing was."""
    if weeks:
        span, first = length * WEEK, weeks[0].monday
        for place in range((weeks[-1].monday - first) // span + 1):
            own = [week for week in weeks if (week.monday - first) // span == place]
            yes, votes = sum(week.score.yes for week in own), sum(week.score.votes for week in own)
            revisions = tuple(revision for week in own for revision in week.revisions)
            yield Week(first + place * span, revisions, score(yes, votes, width))


def _made(revision: RevisionScore) -> Markup:
    """When, and how much it changed; empty where neither was kept."""
    if revision.made_at is None:
        return Markup("")
    kinds = {
        # Translators: how much a revision of an article changes: only a mistake in typing
        "typo": _("Typo"),
        # Translators: how much a revision of an article changes
        "minor": _("Minor"),
        # Translators: how much a revision of an article changes
        "major": _("Major"),
    }
    return Markup("{} · {}").format(date(revision.made_at), kinds[revision.significance or "minor"])


def _plot(length: int, spans: Sequence[Week]) -> Plot:
    return line(
        [Point(day(span.monday), span.score.share, span.score.low, span.score.high) for span in spans],
        title=_("Share of yes over time"),
        summary=ngettext(
            # Translators: about a plot; 19 times of 20: with 95 % confidence
            "A point stands for %(number)s week. 19 times of 20 the share among all readers lies in the band.",
            "A point stands for %(number)s weeks. 19 times of 20 the share among all readers lies in the band.",
            length,
            number=number(length),
        ),
        is_share=True,
        marks=[Mark(place, _name(span)) for place, span in enumerate(spans) if span.revisions],
    )


def _name(week: Week) -> str:
    numbers = dict.fromkeys((week.revisions[0], week.revisions[-1]))
    # Translators: label of a line in a plot; %(number)s can also be several, as in 2–4
    return _("Revision %(number)s", number="–".join(map(number, numbers)))
