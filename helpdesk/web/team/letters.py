"""What the site writes to members of the team by mail, in the language of the page or of a command's locale."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from flask import current_app, has_request_context, url_for

from helpdesk.locales import Locale
from helpdesk.queries.alerts import Alarm
from helpdesk.queries.overview import Overview
from helpdesk.services.mailing import Letter
from helpdesk.web.filters import day, named, number, percent
from helpdesk.web.gettext import gettext as _
from helpdesk.web.gettext import ngettext
from helpdesk.web.localization import activate, current_locale, current_site, leave, mount_path
from helpdesk.web.members import NAME
from helpdesk.web.pages import absolute
from helpdesk.web.rendering import render
from helpdesk.web.team.overview import entries

# Where a site without a public address is served.
HERE = "http://127.0.0.1:5000"


@dataclass(frozen=True, slots=True)
class Line:
    """A paragraph, or with a value a row of a table; `url` is absolute, `tag` the language of the text if not ours."""

    text: str
    value: str = ""
    note: str = ""
    url: str = ""
    tag: str = ""


@dataclass(frozen=True, slots=True)
class Part:
    """Lines below a heading, which may be empty."""

    heading: str
    lines: Sequence[Line]


@contextmanager
def speaking(locale: Locale) -> Iterator[None]:
    """Outside of a request, as one to the public address would be answered in a locale; a request speaks already."""
    if has_request_context():
        yield
        return
    public = urlsplit(current_site().settings.site_url)
    # Mounted, our path is known already, and SITE_URL may end with it.
    base = f"{public.scheme}://{public.netloc}{'' if mount_path() else public.path}" if public.netloc else HERE
    with current_app.test_request_context(base_url=base):
        activate(locale)
        try:
            yield
        finally:
            leave()


def compose(subject: str, parts: Sequence[Part]) -> Letter:
    """The same as text and as HTML."""
    html = render("team/letter.html", subject=subject, parts=parts)
    text = "\n\n".join(filter(None, (block for part in parts for block in (part.heading, _text(part.lines)))))
    return Letter(current_locale().tag, subject, f"{text}\n", html)


def _text(lines: Sequence[Line]) -> str:
    """Rows of a table follow each other; what is in a language of its own does not turn what is around it (UAX 9)."""
    is_table, told = any(line.value for line in lines), []
    for line in lines:
        text = f"\u2068{line.text}\u2069" if line.tag else line.text
        said = f"{text}: {line.value}" if line.value else text
        url = f"  {line.url}" if is_table and line.url else line.url
        told.append("\n".join(filter(None, (f"{said} ({line.note})" if line.note else said, url))))
    return ("\n" if is_table else "\n\n").join(told)


def link(locale: Locale, email: str, address: str) -> Letter:
    """The letter with a link that sets the password of an account."""
    site = current_site()
    with speaking(locale):
        hours = site.settings.link_hours
        works = ngettext(
            "The link works once, within %(hours)s hour. Whoever opens it sets the password for:",
            "The link works once, within %(hours)s hours. Whoever opens it sets the password for:",
            hours,
            hours=number(hours),
        )
        # Translators: in a mail, before an address on a line of its own
        lines = (Line(_("Open this address to choose your password:"), url=address), Line(f"{works} {email}"))
        # Translators: subject of a mail; %(site)s is the company's name
        return compose(_("Your password for %(site)s", site=_site_name()), [Part("", lines)])


def digest(locale: Locale, week: Overview) -> Letter:
    """The figures of a week."""
    with speaking(locale):
        since, until = week.days[0][0], week.days[-1][0]
        values = {"since": since.isoformat(), "until": until.isoformat()}
        figures = [Line(item.label, item.value, item.note, absolute(item.url)) for item in entries(week, values)]
        needs = [
            Line(
                need.title,
                number(round(need.readers)),
                named(need.locale),
                _to("helpfulness_article", article_id=need.article_id, **values),
                need.locale,
            )
            for need in week.needs
        ]
        searched = [
            Line(
                item.query,
                number(item.searches),
                named(item.locale),
                _to("query", **values, locale=item.locale, q=item.query),
                item.locale,
            )
            for item in week.queries
        ]
        parts = [
            Part("", figures),
            Part(_("Most in need"), needs),
            Part(_("Searches without result"), searched),
            Part("", [Line(_("Overview"), url=_to("start", **values))]),
        ]
        # Translators: subject of a mail: the company's name, the first and the last day of a week
        subject = _("%(site)s, from %(since)s to %(until)s", site=_site_name(), since=day(since), until=day(until))
        return compose(subject, [part for part in parts if part.lines])


def alerts(locale: Locale, alarms: Sequence[Alarm], more: int) -> Letter:
    """What cannot wait, and how many such things there are besides."""
    with speaking(locale):
        # Translators: heading in a mail, above articles with shares of no
        headings = {"no": _("More readers say no than before")}
        # Translators: heading in a mail, above languages with how many answers of readers wait
        headings["unread"] = _("Feedback that nobody has read")
        # Translators: heading in a mail, above words that were searched
        headings["search"] = _("Searches that suddenly find nothing")
        parts = [
            Part(heading, [_LINES[kind](alarm) for alarm in alarms if alarm.kind == kind])
            for kind, heading in headings.items()
        ]
        if more:
            # Translators: last line of a list that is not complete
            rest = ngettext("and %(number)s more", "and %(number)s more", more, number=number(more))
            parts.append(Part("", [Line(rest, url=_to("start"))]))
        # Translators: subject of a mail about something that cannot wait; the company's name
        return compose(_("%(site)s: please look at this", site=_site_name()), [part for part in parts if part.lines])


def _no(alarm: Alarm) -> Line:
    share, before = percent(alarm.count / (alarm.of or 1)), percent(alarm.before or 0)
    url = _to("helpfulness_article", article_id=alarm.article_id)
    return Line(alarm.about, share, _("before: %(number)s", number=before), url, alarm.locale)


def _unread(alarm: Alarm) -> Line:
    url = _to("feedback", state="unread", locale=alarm.locale)
    # Translators: the oldest of several answers of readers was given on that day
    note = _("the first on %(date)s", date=day(alarm.since)) if alarm.since else ""
    return Line(named(alarm.locale), number(alarm.count), note, url)


def _search(alarm: Alarm) -> Line:
    url = _to("query", locale=alarm.locale, q=alarm.about)
    return Line(alarm.about, number(alarm.count), named(alarm.locale), url, alarm.locale)


_LINES = {"no": _no, "unread": _unread, "search": _search}


def _to(name: str, **values: Any) -> str:
    """The public address of a page of the team's."""
    return absolute(url_for(f"{NAME}.{name}", **values))


def _site_name() -> str:
    return current_site().settings.site_name
