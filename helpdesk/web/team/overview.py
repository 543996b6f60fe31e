"""The figures of a period as entries with a name, a number, a note and a link: on the first page, and in the digest."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from flask import url_for

from helpdesk.queries.helpfulness import Score
from helpdesk.queries.overview import Figure, Gap, Overview
from helpdesk.text.tables import rounded
from helpdesk.web.filters import number, percent
from helpdesk.web.gettext import gettext as _
from helpdesk.web.gettext import ngettext
from helpdesk.web.members import NAME


@dataclass(frozen=True, slots=True)
class Entry:
    """One figure, ready to be shown; `url` is where it is looked into."""

    label: str
    value: str
    note: str
    url: str


def entries(found: Overview, values: Mapping[str, Any]) -> list[Entry]:
    """All figures; `values` are what an address carries to ask for the same days and language."""
    unread: dict[str, Any] = {"state": "unread"} | {name: values[name] for name in ("locale",) if name in values}
    return [
        # Translators: heading of a column or name of a figure: how often articles were read
        _figure(_("Views"), found.views, _to("views", values)),
        # Translators: name of a figure: the share of votes that say that an article helped
        _score(_("Votes that say yes"), found.score, _to("helpfulness", values)),
        _figure(
            # Translators: heading of a column or name of a figure: how many votes there are
            _("Votes"),
            Figure(found.score.votes, found.before.votes),
            _to("helpfulness", values),
        ),
        # Translators: name of a figure: how many readers said something that nobody of the team has read
        Entry(_("Unread feedback"), number(found.unread), "", _to("feedback", unread)),
        # Translators: name of a figure: how many votes are counted only after a check
        Entry(_("Held votes"), number(found.held), "", _to("held", {})),
        # Translators: name of a figure: how often something was searched
        _figure(_("Searches"), found.searches, _to("searches", values)),
        # Translators: name of a figure: how many searches found nothing
        _figure(_("Searches without result"), found.empty, _to("searches", {**values, "about": "no-result"})),
        # Translators: name of a figure: how many readers of an article went on to ask people for help
        _figure(_("Readers who asked for help"), found.contacts, _to("views", {**values, "about": "contacts"})),
        # Translators: name of a figure and of a list: translations that are shown although their source has changed
        _gap(_("Outdated translations"), found.outdated, _to("views", {**values, "about": "outdated"})),
        # Translators: name of a figure: how many articles were read in another language, as theirs was missing
        _gap(_("Missing translations"), found.missing, _to("views", {**values, "about": "wanted"})),
    ]


def _to(name: str, values: Mapping[str, Any]) -> str:
    return url_for(f"{NAME}.{name}", **values)


def _figure(label: str, figure: Figure, url: str) -> Entry:
    # Translators: the same figure in as many days before these
    return Entry(label, number(figure.now), _("before: %(number)s", number=number(figure.before)), url)


def _score(label: str, said: Score, url: str) -> Entry:
    if said.share is None or said.low is None or said.high is None or not said.is_enough:
        return Entry(label, "–", _("Not enough votes yet"), url)
    # Translators: two shares in percent, between which the true one lies
    ends = _("between %(low)s and %(high)s", low=percent(said.low), high=percent(said.high))
    return Entry(label, percent(said.share), ends, url)


def _gap(label: str, gap: Gap, url: str) -> Entry:
    # Translators: how often they were read
    seen = ngettext("%(number)s view", "%(number)s views", gap.views, number=number(gap.views))
    return Entry(label, number(gap.translations), seen, url)


def rows(found: Overview) -> list[dict[str, Any]]:
    """The same for programs; rows with a day are the views of that day alone."""
    said, gaps = found.score, {"outdated": found.outdated, "missing": found.missing}
    figures = {"views": found.views, "votes": Figure(said.votes, found.before.votes), "searches": found.searches}
    figures |= {"searches_without_result": found.empty, "contacts": found.contacts}
    empty = dict.fromkeys(("figure", "day", "value", "before", "low", "high", "views"))
    told: list[dict[str, Any]] = [
        *({"figure": name, "value": item.now, "before": item.before} for name, item in figures.items()),
        {"figure": "helpful", "value": said.share, "before": found.before.share, "low": said.low, "high": said.high},
        {"figure": "unread", "value": found.unread},
        {"figure": "held", "value": found.held},
        *({"figure": name, "value": gap.translations, "views": gap.views} for name, gap in gaps.items()),
        *({"figure": "views", "day": day, "value": views} for day, views in found.days),
    ]
    return [rounded(empty | row) for row in told]
