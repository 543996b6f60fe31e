"""A reader's search with all that is known beside the texts: synonyms, how articles fare, views, the day."""

from __future__ import annotations

from dataclasses import replace

from helpdesk import clock
from helpdesk.queries.knowledge import days_of, get_views
from helpdesk.queries.searching import Found
from helpdesk.search.backend import SearchQuery
from helpdesk.services import finding
from helpdesk.web.frames import current_frame
from helpdesk.web.localization import current_site


def find(query: SearchQuery) -> Found:
    """What readers of the query's locale find. Raises Busy."""
    site, now = current_site(), clock.now()
    locale = site.locales.get(query.locale)
    knowledge = site.memory.get(
        site.database,
        site.locales,
        locale,
        news=site.settings.news_category,
        generation=current_frame().generation,
        now=now,
    )
    if query.sort == "views":
        knowledge = replace(knowledge, views=get_views(site.database, site.locales, locale, now=now))
    query = replace(query, knowledge=knowledge, today=days_of(now.date()))
    return finding.find(site, query, now=now)
