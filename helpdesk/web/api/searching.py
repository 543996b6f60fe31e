"""Search, and titles while the reader is typing. What is asked here stands in no report: most of it is no reader's."""

from __future__ import annotations

from flask import Response, request
from msgspec import structs
from werkzeug.exceptions import NotFound

from helpdesk import clock
from helpdesk.queries import searching
from helpdesk.search.backend import SearchQuery
from helpdesk.search.passages import Passage
from helpdesk.services.suggesting import suggest_titles
from helpdesk.web import frames
from helpdesk.web.api.articles import card_values, title_item
from helpdesk.web.api.groups import find_scope
from helpdesk.web.api.operations import read_parameters, write
from helpdesk.web.api.paging import page_of
from helpdesk.web.api.schemas import AskedSearch, AskedTitles, FoundCard, SearchResult, Segment, TitleList
from helpdesk.web.errors import WrongParameters
from helpdesk.web.finding import find
from helpdesk.web.gettext import gettext as _
from helpdesk.web.localization import current_locale, current_site
from helpdesk.web.pages import clean

SUGGESTIONS = 10


def search(asked: AskedSearch) -> SearchResult:
    """Articles that a search finds, best first."""
    if asked.section and not asked.category:
        raise NotFound
    find_scope(asked.category, asked.section)
    query = SearchQuery(
        locale=current_locale().tag,
        text=clean(asked.q),
        category=asked.category or None,
        section=asked.section or None,
        sort=asked.sort,
        limit=asked.per_page,
        offset=(asked.page - 1) * asked.per_page,
        is_literal=asked.exact == "1",
    )
    found = find(query)
    return SearchResult(
        tuple(map(_found_card, found.cards)),
        *page_of(asked, found.total),
        counts=dict(found.counts),
        sections=dict(found.sections),
        local=found.local,
        searched=found.searched,
        mending=found.mending,
        also=found.also,
        missing=found.missing,
        is_partial=found.is_partial,
        is_plain=found.is_plain,
    )


def search_json() -> Response:
    """The same beside the search page, with the page's parameters and as many results on a page."""
    asked = read_parameters(AskedSearch)
    if asked.locale:
        raise WrongParameters({"locale": _("There is no parameter of this name.")})
    if "per_page" not in request.args:
        asked = structs.replace(asked, per_page=min(100, current_site().settings.page_size))
    return write(search(asked))


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
    found = suggest_titles(current_site(), current_locale(), clean(asked.q), limit=SUGGESTIONS, now=clock.now())
    if found is None:
        frames.give_no_validator()
    return TitleList(tuple(map(title_item, found or ())))
