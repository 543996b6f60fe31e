"""What the site writes to members of the team by mail, in the language of the page or of a command's locale."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from urllib.parse import urlsplit

from flask import current_app, has_request_context

from helpdesk.locales import Locale
from helpdesk.services.mailing import Letter
from helpdesk.web.filters import number
from helpdesk.web.gettext import gettext as _
from helpdesk.web.gettext import ngettext
from helpdesk.web.localization import activate, current_locale, current_site, leave, mount_path
from helpdesk.web.rendering import render


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
    base = f"{public.scheme}://{public.netloc}{'' if mount_path() else public.path}" if public.netloc else None
    with current_app.test_request_context(base_url=base):
        activate(locale)
        try:
            yield
        finally:
            leave()


def compose(subject: str, parts: Sequence[Part]) -> Letter:
    """The same as text and as HTML."""
    html = render("team/letter.html", subject=subject, parts=parts)
    text = "\n\n".join(block for part in parts for block in _blocks(part))
    return Letter(current_locale().tag, subject, f"{text}\n", html)


def _blocks(part: Part) -> Iterator[str]:
    if part.heading:
        yield part.heading
    for line in part.lines:
        said = f"{line.text}: {line.value}" if line.value else line.text
        yield "\n".join(filter(None, (f"{said} ({line.note})" if line.note else said, line.url)))


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
        return compose(_("Your password for %(site)s", site=site.settings.site_name), [Part("", lines)])
