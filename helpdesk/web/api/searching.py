"""Search, and titles while the reader is typing. What is asked here stands in no report: most of it is no reader's."""

from __future__ import annotations

from helpdesk import clock
from helpdesk.queries import searching
from helpdesk.queries.suggesting import suggest as list_suggestions
from helpdesk.search.backend import SearchQuery
from helpdesk.search.passages import Passage
from helpdesk.services.finding import find
from helpdesk.web.api.articles import card_values, title_item
from helpdesk.web.api.groups import find_scope
from helpdesk.web.api.paging import page_of
from helpdesk.web.api.schemas import AskedSearch, AskedTitles, FoundCard, SearchResult, Segment, TitleList
from helpdesk.web.localization import current_locale, current_site
from helpdesk.web.pages import clean

SUGGESTIONS = 10


def search(asked: AskedSearch) -> SearchResult:
    """Articles that a search finds, best first."""
    site, locale = current_site(), current_locale()
    find_scope(asked.category)
    query = SearchQuery(
        locale=locale.tag,
        text=clean(asked.q),
        category=asked.category or None,
        limit=asked.per_page,
        offset=(asked.page - 1) * asked.per_page,
    )
    found = find(site, query, now=clock.now())
    return SearchResult(tuple(map(_found_card, found.cards)), *page_of(asked, found.total), dict(found.counts))


def _found_card(found: searching.FoundCard) -> FoundCard:
    return FoundCard(
        **card_values(found.card),
        marked_title=_segments(found.title),
        passages=tuple(map(_segments, found.passages)),
    )


def _segments(passage: Passage) -> tuple[Segment, ...]:
    return tuple(Segment(segment.text, segment.is_match) for segment in passage)


def suggest(asked: AskedTitles) -> TitleList:
    """Articles whose title has all that was typed."""
    site = current_site()
    found = list_suggestions(
        site.database, site.locales, current_locale(), clean(asked.q), limit=SUGGESTIONS, now=clock.now()
    )
    return TitleList(tuple(map(title_item, found)))
