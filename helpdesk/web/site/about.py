"""The page that says what a view is."""

from __future__ import annotations

from flask import Response, url_for

from helpdesk.web.gettext import gettext as _
from helpdesk.web.localization import current_site
from helpdesk.web.pages import Page, absolute, all_locales, show


def views() -> Response:
    """How readings are counted, in the reader's language."""
    page = Page(
        # Translators: heading of a page, and the link to it; a view: an article was opened to be read
        title=_("How we count views"),
        # Translators: what search engines show of the page “How we count views”
        description=_("What counts as a view of an article, what does not, and what we do not store."),
        canonical=absolute(url_for("helpdesk.about_views")),
        alternates=about_alternates(),
        here={"route": "about_views"},
    )
    settings = current_site().settings
    return show(
        "about_views.html",
        page,
        policy="page",
        minutes=settings.view_repeat_minutes,
        is_told_by_script=bool(settings.cdn_seconds),
    )


def about_alternates() -> list[tuple[str, str]]:
    """hreflang of the page, which every locale has."""
    default = current_site().locales.default.tag
    return all_locales(
        lambda tag: url_for("helpdesk.about_views", tag=tag), url_for("helpdesk.about_views", tag=default)
    )
