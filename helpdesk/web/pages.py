"""What every page has around its content: head, switcher, cache policy."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from flask import Response, make_response, render_template, request, url_for

from helpdesk.locales import Locale
from helpdesk.web.caching import keep
from helpdesk.web.localization import current_locale, current_site


@dataclass(frozen=True, slots=True)
class Switch:
    """A language in the switcher."""

    locale: Locale
    url: str
    is_current: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """Head and frame of a page; `alternates` are (hreflang, absolute address), for pages that have any."""

    title: str
    description: str = ""
    canonical: str | None = None
    alternates: list[tuple[str, str]] = field(default_factory=list)
    is_indexed: bool = True
    # Where the switcher leads: the name of a route with its ids, never an address.
    here: Mapping[str, Any] = field(default_factory=lambda: {"route": "home"})
    query: str = ""

    @property
    def switches(self) -> list[Switch]:
        """Every language of the site, each leading to this same page."""
        return [
            Switch(locale, url_for("helpdesk.language", tag=locale.tag, **self.here), locale == current_locale())
            for locale in current_site().locales.all
        ]


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
    response = make_response(render_template(f"helpdesk/{template}", page=page, **context), status)
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
