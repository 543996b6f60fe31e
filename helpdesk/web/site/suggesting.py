"""Suggestions while the reader is typing: for the script in the page, for browsers' own search fields, as a page."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from typing import Any

from flask import Response, request, url_for
from werkzeug.exceptions import NotFound

from helpdesk import clock
from helpdesk.queries.suggesting import list_helpful_queries
from helpdesk.services.suggesting import suggest_titles
from helpdesk.web import frames, limits
from helpdesk.web.caching import keep
from helpdesk.web.filters import article_url, direction, number
from helpdesk.web.gettext import gettext as _
from helpdesk.web.gettext import ngettext
from helpdesk.web.localization import current_locale, current_site
from helpdesk.web.pages import Page, clean_query, show

TITLES, QUERIES = 6, 3
# Each has an address of its own: caches in front take no notice of `Accept`.
FORMATS = {"html": "text/html", "json": "application/json", "opensearch": "application/x-suggestions+json"}


@dataclass(frozen=True, slots=True)
class Suggestion:
    """An article by its title, or a search that helped others, and where it leads."""

    text: str
    url: str
    lang: str
    dir: str
    is_search: bool = False


def suggest() -> Response:
    """Titles that have what was typed, then searches that helped others; none while there is no index."""
    form, typed = request.args.get("format", "html"), clean_query()
    if form not in FORMATS:
        raise NotFound
    limits.count("suggest", current_site().settings.suggestions_per_minute)
    found, policy = _list(typed)
    if form == "html":
        here = {"route": "suggest", **({"q": typed} if typed else {})}
        # Translators: heading of what is proposed while a reader types a search, and name of that list
        page = Page(title=_("Suggestions"), is_indexed=False, here=here, query=typed)
        return show("suggest.html", page, policy=policy, found=found, said=_count(found))
    texts = [item.text for item in found]
    value: Any = [typed, texts] if form == "opensearch" else _for_script(found)
    response = Response(json.dumps(value, ensure_ascii=False), mimetype=FORMATS[form])
    response.headers["Content-Language"] = current_locale().tag
    return keep(response, policy)


def _list(typed: str) -> tuple[list[Suggestion], str]:
    """The suggestions, and the policy of an answer with them."""
    site, locale, now = current_site(), current_locale(), clock.now()
    titles = suggest_titles(site, locale, typed, limit=TITLES, now=now)
    if titles is None:  # no validator knows when there is an index again
        frames.give_no_validator()
    searches = list_helpful_queries(site.database, locale, typed, limit=QUERIES, now=now) if typed else ()
    found = [
        Suggestion(link.title, article_url(link.article_id, link.slug), link.lang, direction(link.lang))
        for link in titles or ()
    ]
    found += [
        Suggestion(text, url_for("helpdesk.search", q=text), locale.tag, "auto", is_search=True) for text in searches
    ]
    return found, "never" if titles is None else "page"


def _for_script(found: list[Suggestion]) -> dict[str, Any]:
    return {"label": _("Suggestions"), "said": _count(found), "items": [asdict(item) for item in found]}


def _count(found: list[Suggestion]) -> str:
    if not found:
        # Translators: said to screen readers while a search is being typed
        return _("No suggestions")
    # Translators: how many searches and articles are proposed while a search is being typed; said to screen readers
    return ngettext("%(number)s suggestion", "%(number)s suggestions", len(found), number=number(len(found)))
