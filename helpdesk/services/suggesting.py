"""Titles while the reader is still typing."""

from __future__ import annotations

from datetime import datetime

from helpdesk.locales import Locale
from helpdesk.queries.listing import Link, list_links
from helpdesk.queries.visibility import reader_of
from helpdesk.search.backend import SearchUnavailable
from helpdesk.services.site import Site


def suggest_titles(site: Site, locale: Locale, typed: str, *, limit: int, now: datetime) -> tuple[Link, ...] | None:
    """Articles whose title has every word of `typed`, the last one whole or begun, best first; None without an index.

    Visibility is applied again, as the index may be a moment behind. Two queries.
    """
    if not typed:
        return ()
    if not site.indexer.ensure(locale):
        return None
    try:
        ids = site.indexer.backend.suggest(locale.tag, typed, limit=limit)
    except SearchUnavailable:
        return None
    links = list_links(site.database, reader_of(site.locales, locale), ids=ids, now=now)
    found = {link.article_id: link for link in links}
    return tuple(found[i] for i in ids if i in found)
