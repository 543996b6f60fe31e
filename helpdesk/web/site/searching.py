"""The search page: tabs with counts, cards with passages, and an honest page when nothing is found."""

from __future__ import annotations

import logging
from typing import Any

from flask import Response, request, url_for
from werkzeug.exceptions import NotFound

from helpdesk import clock
from helpdesk.errors import Busy
from helpdesk.queries.categories import CategoryLink, list_categories
from helpdesk.queries.listing import SORTS, CardPage, Scope, get_card_page, list_cards
from helpdesk.queries.searching import Found
from helpdesk.queries.searching import search as run_search
from helpdesk.search.backend import SearchQuery, SearchUnavailable
from helpdesk.services.searches import log_search
from helpdesk.web.caching import send_to
from helpdesk.web.errors import RETRY_AFTER
from helpdesk.web.gettext import gettext as _
from helpdesk.web.localization import current_locale, current_site
from helpdesk.web.pages import Page, clean_query, page_number, show
from helpdesk.web.site.lists import Tab, category_tabs, list_options, make_pager, sort_labels

log = logging.getLogger(__name__)

POPULAR = 5


def search() -> Response:
    """Find articles, or without words browse them all."""
    site, query, number = current_site(), clean_query(), page_number()
    tree = list_categories(site.database, site.locales, current_locale(), now=clock.now())
    key = request.args.get("category", "")
    chosen = next((c for c in tree if c.key == key), None)
    if number is None or (key and chosen is None):
        raise NotFound
    return _browse(tree, chosen, number) if not query else _find(tree, chosen, query, number)


def _browse(tree: tuple[CategoryLink, ...], chosen: CategoryLink | None, number: int) -> Response:
    """All articles; a category without words is that category's own page."""
    if chosen is not None:
        return send_to(url_for("helpdesk.category", slug=chosen.slug), 302, "never")
    site, sort = current_site(), request.args.get("sort", SORTS[0])
    if sort not in SORTS:
        raise NotFound
    cards = get_card_page(
        site.database,
        site.locales,
        current_locale(),
        scope=Scope(),
        sort=sort,
        page=number,
        size=site.settings.page_size,
        now=clock.now(),
    )
    if number > cards.pages:
        return _last_page({} if sort == SORTS[0] else {"sort": sort}, cards.pages)
    sorts = [
        Tab(label, url_for("helpdesk.search", **list_options(name, 1)), name == sort)
        for name, label in sort_labels().items()
    ]
    # Translators: heading of a list, and the link to it
    page = Page(title=_("All articles"), is_indexed=False, here={"route": "search", **list_options(sort, number)})
    return show(
        "list.html",
        page,
        policy="page",
        tabs=category_tabs(tree, None),
        category=None,
        section=None,
        subject=None,
        sorts=sorts,
        cards=cards,
        pager=make_pager(cards, "helpdesk.search", list_options(sort, 1)),
    )


def _find(tree: tuple[CategoryLink, ...], chosen: CategoryLink | None, query: str, number: int) -> Response:
    site, locale, size = current_site(), current_locale(), current_site().settings.page_size
    asked: dict[str, Any] = {"q": query} | ({"category": chosen.key} if chosen else {})
    site.indexer.ensure(locale)
    try:
        found = run_search(
            site.database,
            site.indexer.backend,
            site.locales,
            SearchQuery(
                locale=locale.tag,
                text=query,
                category=chosen.key if chosen else None,
                limit=size,
                offset=(number - 1) * size,
            ),
            now=clock.now(),
        )
    except SearchUnavailable as error:
        log.warning("The search in %s is unavailable: %s", locale.tag, error)
        return _unavailable(tree, asked)
    cards = CardPage(tuple(item.card for item in found.cards), found.total, number, size)
    if number > cards.pages:
        return _last_page(asked, cards.pages)
    if number == 1:
        _log(query, chosen, found)
    page = Page(
        # Translators: heading; %(query)s is what the reader typed
        title=_("Results for “%(query)s”", query=query),
        is_indexed=False,
        here={"route": "search", **asked, **({} if number == 1 else {"page": number})},
        query=query,
    )
    return show(
        "search.html",
        page,
        policy="page",
        tabs=category_tabs(tree, chosen, found.counts, q=query),
        category=chosen,
        found=found,
        popular=_popular() if not found.total else (),
        pager=make_pager(cards, "helpdesk.search", asked),
    )


def _last_page(asked: dict[str, Any], pages: int) -> Response:
    target = url_for("helpdesk.search", **(asked | ({} if pages == 1 else {"page": pages})))
    return send_to(target, 302, "never")


def _unavailable(tree: tuple[CategoryLink, ...], asked: dict[str, Any]) -> Response:
    page = Page(
        # Translators: heading: for a short while the search of this language cannot be used
        title=_("Search is being prepared"),
        is_indexed=False,
        here={"route": "search", **asked},
        query=asked["q"],
    )
    response = show(
        "search.html",
        page,
        policy="never",
        status=503,
        tabs=category_tabs(tree, None),
        category=None,
        found=None,
        popular=_popular(),
        pager=None,
    )
    response.headers["Retry-After"] = str(RETRY_AFTER)
    return response


def _popular() -> tuple[object, ...]:
    site = current_site()
    return list_cards(site.database, site.locales, current_locale(), sort="popular", limit=POPULAR, now=clock.now())


def _log(query: str, chosen: CategoryLink | None, found: Found) -> None:
    """Note the search; results are shown all the same when the database takes no writes."""
    try:
        log_search(
            current_site().database,
            locale=current_locale().tag,
            query=query,
            category=chosen.key if chosen else None,
            results=found.total,
            now=clock.now(),
        )
    except Busy as error:
        log.warning("A search was not logged: %s", error)
