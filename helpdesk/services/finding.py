"""What a reader's search finds, whatever state the index is in."""

from __future__ import annotations

import logging
from datetime import datetime

from helpdesk.queries.plain_searching import search_plainly
from helpdesk.queries.searching import Found, search
from helpdesk.search.backend import SearchQuery, SearchUnavailable
from helpdesk.services.site import Site

log = logging.getLogger(__name__)


def find(site: Site, query: SearchQuery, *, now: datetime) -> Found:
    """Search every change committed before, in the index, or in the database while the locale has none (`is_plain`).

    Raises Busy when the database cannot be read.
    """
    locale = site.locales.get(query.locale)
    for _ in range(2):  # an index that turns out to be broken may be built anew at once
        if not site.indexer.ensure(locale):
            break
        try:
            return search(site.database, site.indexer.backend, site.locales, query, now=now)
        except SearchUnavailable as error:
            log.warning("The index of %s cannot answer: %s", locale.tag, error)
    return search_plainly(site.database, site.locales, query, now=now)
