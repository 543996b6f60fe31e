"""Lists of a category or section: tabs, four orders, fifteen cards a page."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from flask import Response, request, url_for
from werkzeug.exceptions import NotFound

from helpdesk import clock
from helpdesk.queries.categories import (
    CategoryLink,
    ListAddress,
    SectionLink,
    find_moved_category,
    find_moved_section,
    list_addresses,
    list_categories,
)
from helpdesk.queries.listing import SORTS, Scope, get_card_page
from helpdesk.web.caching import send_to, with_query
from helpdesk.web.gettext import gettext as _
from helpdesk.web.localization import current_locale, current_site
from helpdesk.web.pages import Page, absolute, make_pager, page_number, show
from helpdesk.web.site.structured import Step, crumbs


@dataclass(frozen=True, slots=True)
class Tab:
    """A tab, or an order to choose: a plain link."""

    title: str
    url: str
    is_current: bool
    lang: str = ""
    count: int | None = None


def category(slug: str) -> Response:
    """The articles of a category; four queries."""
    chosen, tree = find_category(slug)
    if chosen.slug != slug:
        return _moved("helpdesk.category", slug=chosen.slug)
    return _show_list(tree, chosen, None)


def section(slug: str, section_slug: str) -> Response:
    """The articles of a section; four queries."""
    chosen, tree = find_category(slug)
    part = next((s for s in chosen.sections if s.slug == section_slug), None)
    if part is None:
        moved = find_moved_section(current_site().database, chosen.id, section_slug)
        part = next((s for s in chosen.sections if s.id == moved), None)
    if part is None:
        raise NotFound
    if (chosen.slug, part.slug) != (slug, section_slug):
        return _moved("helpdesk.section", slug=chosen.slug, section_slug=part.slug)
    return _show_list(tree, chosen, part)


def find_category(slug: str) -> tuple[CategoryLink, tuple[CategoryLink, ...]]:
    """By its slug in this locale, else by one it has elsewhere or once had; raises NotFound."""
    site = current_site()
    tree = list_categories(site.database, site.locales, current_locale(), now=clock.now())
    found = next((c for c in tree if c.slug == slug), None)
    if found is None:
        moved = find_moved_category(site.database, slug)
        found = next((c for c in tree if c.id == moved), None)
    if found is None:
        raise NotFound
    return found, tree


def _moved(endpoint: str, **values: Any) -> Response:
    """One permanent hop to the final address, query kept."""
    target = with_query(url_for(endpoint, **values))
    return send_to(target, 308, "moved")


def _show_list(tree: tuple[CategoryLink, ...], chosen: CategoryLink, part: SectionLink | None) -> Response:
    site, locale = current_site(), current_locale()
    number, sort = page_number(), request.args.get("sort", SORTS[0])
    if number is None or sort not in SORTS:
        raise NotFound
    scope = Scope(section_id=part.id) if part else Scope(category_id=chosen.id)
    cards = get_card_page(
        site.database,
        site.locales,
        locale,
        scope=scope,
        sort=sort,
        page=number,
        size=site.settings.page_size,
        now=clock.now(),
    )
    endpoint, values = _address(chosen, part)
    if number > cards.pages:
        return send_to(url_for(endpoint, **values, **list_options(sort, cards.pages)), 302, "never")
    subject: CategoryLink | SectionLink = part or chosen
    page = Page(
        title=subject.title,
        # Translators: what search engines show of a list; %(topic)s is its title, such as Account security
        description=subject.summary or _("Articles about %(topic)s", topic=subject.title),
        lang=subject.lang,
        **_place(chosen, part, list_options(sort, number)),
        feed=None if part else (subject.title, url_for("helpdesk.category_feed", slug=chosen.slug)),
        things=[crumbs((chosen.title, "helpdesk.category", {"slug": chosen.slug}), *_step(chosen, part))],
        here={
            "route": "section" if part else "category",
            "id": subject.id,
            **list_options(sort, number),
        },
    )
    return show(
        "list.html",
        page,
        policy="page",
        tabs=category_tabs(tree, chosen),
        category=chosen,
        section=part,
        subject=subject,
        sorts=[
            Tab(label, url_for(endpoint, **values, **list_options(name, 1)), name == sort)
            for name, label in sort_labels().items()
        ],
        cards=cards,
        pager=make_pager(cards.page, cards.size, cards.total, endpoint, {**values, **list_options(sort, 1)}),
    )


def _place(chosen: CategoryLink, part: SectionLink | None, options: Mapping[str, Any]) -> dict[str, Any]:
    """Canonical and hreflang: a list lives where its text is a locale's own (product rule 3).

    An inherited or fallback list points to the first page of the one that it takes its text from; its further pages
    have no twin there and stay out of indexes. Orders other than the first are for people.
    """
    site, tag = current_site(), current_locale().tag
    found = list_addresses(site.database, site.locales, chosen.id, part.id if part else None, now=clock.now())
    alternates = list_alternates(found)
    home = next((home.tag for home in found if home.lang == (part or chosen).lang), tag)
    endpoint, values = _address(chosen, part)
    if home != tag:
        return {"canonical": None if options else dict(alternates)[home], "is_indexed": not options}
    return {
        "canonical": absolute(url_for(endpoint, **values, **options)),
        "is_indexed": "sort" not in options,
        "alternates": alternates if not options and tag in dict(alternates) else [],
    }


def list_alternates(found: Sequence[ListAddress]) -> list[tuple[str, str]]:
    """hreflang of a list at its addresses, x-default that of the default locale; [] where it has none."""
    links = {
        home.tag: absolute(
            url_for("helpdesk.category", tag=home.tag, slug=home.slug)
            if home.section_slug is None
            else url_for("helpdesk.section", tag=home.tag, slug=home.slug, section_slug=home.section_slug)
        )
        for home in found
    }
    default = current_site().locales.default.tag
    return [*links.items(), ("x-default", links.get(default) or next(iter(links.values())))] if links else []


def _step(chosen: CategoryLink, part: SectionLink | None) -> list[Step]:
    if part is None:
        return []
    return [(part.title, "helpdesk.section", {"slug": chosen.slug, "section_slug": part.slug})]


def _address(chosen: CategoryLink, part: SectionLink | None) -> tuple[str, dict[str, Any]]:
    if part is None:
        return "helpdesk.category", {"slug": chosen.slug}
    return "helpdesk.section", {"slug": chosen.slug, "section_slug": part.slug}


def list_options(sort: str, page: int) -> dict[str, Any]:
    """The query of a list's address; defaults are not written."""
    options: dict[str, Any] = {} if sort == SORTS[0] else {"sort": sort}
    return options | ({} if page == 1 else {"page": page})


def sort_labels() -> dict[str, str]:
    """The orders of a list, by their name in the address."""
    return {
        # Translators: an order of articles in a list: as the editors arranged them
        "featured": _("Featured"),
        # Translators: an order of articles in a list: latest change first
        "updated": _("Recently updated"),
        # Translators: an order of articles in a list: most read first
        "popular": _("Most viewed"),
        # Translators: an order of articles in a list: best rated by readers first
        "helpful": _("Most helpful"),
    }


def category_tabs(
    tree: tuple[CategoryLink, ...],
    chosen: CategoryLink | None,
    counts: Mapping[str, int] | None = None,
    **query: Any,
) -> list[Tab]:
    """All, then the categories; on the search page they keep the query and carry its counts."""
    everything = None if counts is None else sum(counts.values())
    # Translators: the first tab above a list of articles: those of every category
    tabs = [Tab(_("All"), url_for("helpdesk.search", **query), chosen is None, count=everything)]
    for item in tree:
        url = (
            url_for("helpdesk.category", slug=item.slug)
            if counts is None
            else url_for("helpdesk.search", category=item.key, **query)
        )
        count = None if counts is None else counts.get(item.key, 0)
        tabs.append(Tab(item.title, url, item == chosen, item.lang, count))
    return tabs
