"""The front page, and the address without a locale that leads to it."""

from __future__ import annotations

from flask import Response, url_for

from helpdesk import clock
from helpdesk.queries.categories import list_categories
from helpdesk.queries.listing import Scope, list_cards
from helpdesk.web.caching import send_to, with_query
from helpdesk.web.gettext import gettext as _
from helpdesk.web.localization import current_locale, current_site, negotiated
from helpdesk.web.pages import Page, absolute, all_locales, show
from helpdesk.web.site.structured import website

POPULAR, LATEST = 6, 3


def root() -> Response:
    """Send the reader to the best locale."""
    response = send_to(url_for("helpdesk.home", tag=negotiated().tag), 302, "never")
    response.headers["Vary"] = "Accept-Language, Cookie"
    return response


def without_slash() -> Response:
    """`/de` is `/de/`."""
    target = with_query(url_for("helpdesk.home"))
    return send_to(target, 308, "moved")


def home() -> Response:
    """Search, categories with their sections, popular articles, latest announcements; three queries."""
    site, locale, now = current_site(), current_locale(), clock.now()
    categories = list_categories(site.database, site.locales, locale, now=now)
    popular = list_cards(site.database, site.locales, locale, sort="popular", limit=POPULAR, now=now)
    news = next((c for c in categories if c.key == site.settings.news_category), None)
    latest = (
        list_cards(
            site.database,
            site.locales,
            locale,
            scope=Scope(category_id=news.id),
            sort="published",
            limit=LATEST,
            now=now,
        )
        if news
        else ()
    )
    page = Page(
        # Translators: name of the whole site; %(name)s is the company’s, such as Acme Exchange
        title=_("%(name)s Help Center", name=site.settings.site_name),
        # Translators: what search engines show of the front page; %(name)s is the company’s name
        description=_(
            "Answers to questions about %(name)s: search, browse by topic, and read in your language.",
            name=site.settings.site_name,
        ),
        canonical=absolute(url_for("helpdesk.home")),
        alternates=all_locales(lambda tag: url_for("helpdesk.home", tag=tag), url_for("helpdesk.root")),
        feed=(_("%(name)s Help Center", name=site.settings.site_name), url_for("helpdesk.feed")),
        things=[website()],
    )
    return show("home.html", page, policy="page", categories=categories, popular=popular, latest=latest, news=news)
