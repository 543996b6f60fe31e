"""The search page: tabs and topics with counts, three orders, cards with passages, and an honest page without any."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, cast, get_args
from urllib.parse import parse_qs, urlsplit

from flask import Response, request, url_for
from werkzeug.exceptions import NotFound

from helpdesk import clock
from helpdesk.errors import Busy
from helpdesk.queries.categories import CategoryLink, SectionLink, list_categories
from helpdesk.queries.listing import SORTS, CardPage, Scope, get_card_page, list_cards
from helpdesk.queries.searching import Found
from helpdesk.search.backend import SearchQuery, Sort
from helpdesk.services.searches import log_search
from helpdesk.web.caching import send_to
from helpdesk.web.finding import find
from helpdesk.web.gettext import gettext as _
from helpdesk.web.localization import current_locale, current_site
from helpdesk.web.members import current_member
from helpdesk.web.pages import Page, clean, clean_query, make_pager, page_number, show
from helpdesk.web.security import is_ours
from helpdesk.web.site.lists import Tab, category_tabs, list_options, sort_labels

log = logging.getLogger(__name__)

POPULAR = 5
ORDERS: tuple[Sort, ...] = get_args(Sort)


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What a search's address asks for, checked."""

    text: str
    category: CategoryLink | None
    section: SectionLink | None
    sort: Sort
    is_literal: bool

    @property
    def options(self) -> dict[str, Any]:
        """The query of the address, without page; defaults are not written."""
        return {
            "q": self.text,
            **({"category": self.category.key} if self.category else {}),
            **({"section": self.section.key} if self.section else {}),
            **({} if self.sort == ORDERS[0] else {"sort": self.sort}),
            **({"exact": 1} if self.is_literal else {}),
        }

    def url(self, **changes: Any) -> str:
        """The address of the same search with something changed, from its first page on."""
        return url_for("helpdesk.search", **replace(self, **changes).options)


def search() -> Response:
    """Find articles, or without words browse them all."""
    site, query, number = current_site(), clean_query(), page_number()
    tree = list_categories(site.database, site.locales, current_locale(), now=clock.now())
    key = request.args.get("category", "")
    chosen = next((c for c in tree if c.key == key), None)
    if number is None or (key and chosen is None):
        raise NotFound
    return _browse(tree, chosen, number) if not query else _find(tree, _read(query, chosen), number)


def _read(query: str, chosen: CategoryLink | None) -> Asked:
    """The parameters that only a search has. Raises NotFound."""
    key, sort, exact = (request.args.get(name, "") for name in ("section", "sort", "exact"))
    part = next((item for item in chosen.sections if item.key == key), None) if chosen else None
    if (key and part is None) or sort not in ("", *ORDERS) or exact not in ("", "0", "1"):
        raise NotFound
    return Asked(text=query, category=chosen, section=part, sort=cast(Sort, sort or ORDERS[0]), is_literal=exact == "1")


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
        pager=make_pager(cards.page, cards.size, cards.total, "helpdesk.search", list_options(sort, 1)),
    )


def _find(tree: tuple[CategoryLink, ...], asked: Asked, number: int) -> Response:
    size, options = current_site().settings.page_size, asked.options
    query = SearchQuery(
        locale=current_locale().tag,
        text=asked.text,
        category=asked.category.key if asked.category else None,
        section=asked.section.key if asked.section else None,
        sort=asked.sort,
        limit=size,
        offset=(number - 1) * size,
        is_literal=asked.is_literal,
    )
    found = find(query)
    cards = CardPage(tuple(item.card for item in found.cards), found.total, number, size)
    if number > cards.pages:
        return _last_page(options, cards.pages)
    if options.keys() <= {"q", "category"} and not found.is_plain and current_member() is None:
        _log(asked, found, number)
    searched = found.searched if found.mending == "spelling" else asked.text
    page = Page(
        # Translators: heading; %(query)s is what the reader typed
        title=_("Results for “%(query)s”", query=searched),
        is_indexed=False,
        here={"route": "search", **options, **({} if number == 1 else {"page": number})},
        query=asked.text,
    )
    return show(
        "search.html",
        page,
        policy="never" if found.is_plain else "page",
        searched=searched,
        tabs=_tabs(tree, asked, found.counts),
        topics=_topics(asked, found.sections),
        sorts=[Tab(label, asked.url(sort=sort), sort == asked.sort) for sort, label in _order_labels().items()],
        category=asked.category,
        found=found,
        everywhere_url=asked.url(category=None, section=None),
        literal_url=asked.url(is_literal=True),
        popular=_popular() if not found.total else (),
        pager=replace(make_pager(cards.page, cards.size, cards.total, "helpdesk.search", options), is_followed=False),
    )


def _tabs(tree: tuple[CategoryLink, ...], asked: Asked, counts: Mapping[str, int]) -> list[Tab]:
    kept = {name: value for name, value in asked.options.items() if name not in ("category", "section")}
    return category_tabs(tree, asked.category, counts, **kept)


def _topics(asked: Asked, counts: Mapping[str, int]) -> list[Tab]:
    """The sections of the chosen category in which something is found; none where there is nothing to choose."""
    if asked.category is None:
        return []
    parts = [part for part in asked.category.sections if counts.get(part.key) or part == asked.section]
    if len(parts) < 2 and asked.section is None:
        return []
    # Translators: the first link above the results in a category, before its topics: results of every topic
    tabs = [Tab(_("All topics"), asked.url(section=None), asked.section is None, count=sum(counts.values()))]
    for part in parts:
        tabs.append(Tab(part.title, asked.url(section=part), part == asked.section, part.lang, counts.get(part.key, 0)))
    return tabs


def _order_labels() -> dict[Sort, str]:
    labels = sort_labels()
    return {
        # Translators: an order of search results: what fits the words best first
        "relevance": _("Best match"),
        "updated": labels["updated"],
        "views": labels["popular"],
    }


def _last_page(asked: dict[str, Any], pages: int) -> Response:
    target = url_for("helpdesk.search", **(asked | ({} if pages == 1 else {"page": pages})))
    return send_to(target, 302, "never")


def _popular() -> tuple[object, ...]:
    site = current_site()
    return list_cards(site.database, site.locales, current_locale(), sort="popular", limit=POPULAR, now=clock.now())


def _refined() -> str:
    """What was searched on the page of results from which the reader comes; empty: from elsewhere."""
    address = request.headers.get("Referer", "")
    if not is_ours(address):
        return ""
    parts = urlsplit(address)
    return clean(parse_qs(parts.query).get("q", [""])[0]) if parts.path == url_for("helpdesk.search") else ""


def _log(asked: Asked, found: Found, number: int) -> None:
    """Note the search; results are shown all the same when the database takes no writes."""
    try:
        log_search(
            current_site().database,
            locale=current_locale().tag,
            query=asked.text,
            category=asked.category.key if asked.category else None,
            results=found.total,
            now=clock.now(),
            page=number,
            correction=found.searched if found.mending else "",
            refined=_refined(),
        )
    except Busy as error:
        log.warning("A search was not logged: %s", error)
