"""What every page has around its content: head, switcher, cache policy."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from flask import Response, make_response, request, url_for
from jinja2.utils import htmlsafe_json_dumps
from markupsafe import Markup

from helpdesk.locales import Locale, open_graph_code
from helpdesk.queries.listing import Scope
from helpdesk.text.excerpt import first_sentences
from helpdesk.web.caching import keep
from helpdesk.web.localization import current_locale, current_site
from helpdesk.web.rendering import render

LEAD = 200  # columns of a description


@dataclass(frozen=True, slots=True)
class Switch:
    """A language in the switcher."""

    locale: Locale
    url: str
    is_current: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """Head and frame of a page; `alternates` are (hreflang, absolute address), for pages that have any.

    `description` is plain text of any length, `lang` the tag of the content's language where that is not the
    reader's, `feed` a title and path, `things` are what the page is for schema.org. Times are those of an article.
    """

    title: str
    description: str = ""
    canonical: str | None = None
    alternates: list[tuple[str, str]] = field(default_factory=list)
    is_indexed: bool = True
    # Where the switcher leads: the name of a route with its ids, never an address.
    here: Mapping[str, Any] = field(default_factory=lambda: {"route": "home"})
    query: str = ""
    lang: str = ""
    image: str | None = None
    published_at: datetime | None = None
    updated_at: datetime | None = None
    feed: tuple[str, str] | None = None
    markdown_url: str | None = None
    things: Sequence[Mapping[str, Any]] = ()
    # The way to people that knows this page; empty: the plain one.
    contact_url: str = ""

    @property
    def lead(self) -> str:
        """The description in the length that result lists show."""
        return describe(self.description)

    @property
    def json_ld(self) -> Markup:
        """`things` as the text of a script element: no character of it can end the element or start a comment."""
        graph = {"@context": "https://schema.org", "@graph": self.things}
        return htmlsafe_json_dumps(graph, dumps=json.dumps)

    @property
    def open_graph_locales(self) -> list[str]:
        """The content's language, then those of its other addresses, as Open Graph writes them."""
        locales = current_site().locales
        others = [locale for tag, _url in self.alternates if (locale := locales.find(tag)) is not None]
        own = locales.find(self.lang) or current_locale()
        return list(dict.fromkeys(open_graph_code(locale) for locale in (own, *others)))

    @property
    def switches(self) -> list[Switch]:
        """Every language of the site, each leading to this same page; from an article with the language left."""
        left: dict[str, Any] = {"from": current_locale().tag} if self.here["route"] == "article" else {}
        return [
            Switch(
                locale, url_for("helpdesk.language", tag=locale.tag, **self.here, **left), locale == current_locale()
            )
            for locale in current_site().locales.all
        ]


def own_scope(category_id: int | None = None) -> Scope:
    """What is the reader's locale's own or inherited, of the whole site or a category: no fallbacks."""
    locales, locale = current_site().locales, current_locale()
    near = tuple(item.tag for item in locales.all if locales.is_same_writing(locale, item))
    return Scope(category_id=category_id, written_in=near)


def describe(*texts: str) -> str:
    """The first text that is not empty, in one line and whole sentences, cut to what result lists show."""
    return next((short for text in texts if (short := first_sentences(" ".join(text.split()), LEAD))), "")


def absolute(path: str) -> str:
    """The public address of a path of ours: from SITE_URL, or on this machine only from the request."""
    configured = current_site().settings.site_url
    if not configured:
        return request.host_url.rstrip("/") + path
    parts = urlsplit(configured)
    # url_for already carries the prefix that SITE_URL may end with.
    return f"{parts.scheme}://{parts.netloc}{path}"


def all_locales(url_of: Callable[[str], str | None], x_default: str) -> list[tuple[str, str]]:
    """hreflang of a page that every locale has; `url_of` gives a path for a tag, None to leave it out."""
    paths = [(locale.tag, url_of(locale.tag)) for locale in current_site().locales.all]
    links = [(tag, absolute(path)) for tag, path in paths if path is not None]
    return [*links, ("x-default", absolute(x_default))]


def show(template: str, page: Page, *, policy: str, status: int = 200, **context: Any) -> Response:
    """Render a page."""
    response = make_response(render(template, page=page, **context), status)
    response.headers["Content-Language"] = current_locale().tag
    return keep(response, policy)


def page_number() -> int | None:
    """`?page=`, 1 when absent; None for garbage and for pages beyond 1,000."""
    raw = request.args.get("page", "1")
    if not raw.isascii() or not raw.isdigit() or len(raw) > 4 or not 1 <= int(raw) <= 1000:
        return None
    return int(raw)


def clean_query() -> str:
    """`?q=` without control characters, cut to what the search reads."""
    return clean(request.args.get("q", ""))


def clean(raw: str) -> str:
    """A search as typed, cleaned in the same way."""
    limit = current_site().settings.query_length
    raw = raw[: limit * 4]
    return " ".join("".join(c if c.isprintable() else " " for c in raw).split())[:limit]


@dataclass(frozen=True, slots=True)
class Pager:
    """Links to the pages around the current one; None where there is none."""

    page: int
    pages: int
    first: int
    last: int
    total: int
    previous_url: str | None
    next_url: str | None
    is_followed: bool = True


def make_pager(page: int, size: int, total: int, endpoint: str, values: Mapping[str, Any]) -> Pager:
    """The pager of a list whose pages differ in `page` alone."""
    pages = max(1, -(-total // size))

    def url(number: int) -> str | None:
        if not 1 <= number <= pages:
            return None
        return url_for(endpoint, **{**values, **({} if number == 1 else {"page": number})})

    first, last = (page - 1) * size + 1, min(total, page * size)
    return Pager(page, pages, first, last, total, url(page - 1), url(page + 1))
