"""The sitemap (sitemaps.org, with the alternates of Google's extension): every page that may be indexed, in parts.

A host that we are mounted into takes `sitemap_files` into its own sitemap index, or `sitemap_urls` into its own file.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from flask import Response, make_response, url_for
from markupsafe import escape
from werkzeug.exceptions import NotFound

from helpdesk import clock
from helpdesk.queries.sitemap import list_articles, list_lists, list_sizes, list_updates
from helpdesk.web.caching import keep
from helpdesk.web.localization import current_site
from helpdesk.web.pages import absolute, all_locales
from helpdesk.web.site.about import about_alternates
from helpdesk.web.site.articles import article_alternates
from helpdesk.web.site.lists import list_alternates

# What one file may hold (sitemaps.org); the bytes without those of its frame.
URLS, BYTES = 50_000, 50_000_000
# Bytes around an address, and of a character of a slug in it.
MARKUP, CHARACTER = 150, 12
DECLARATION = '<?xml version="1.0" encoding="UTF-8"?>\n'
SITEMAPS = "http://www.sitemaps.org/schemas/sitemap/0.9"
XHTML = "http://www.w3.org/1999/xhtml"


@dataclass(frozen=True, slots=True)
class Cluster:
    """One page in all its languages: `alternates` as in `Page`, times of the last update by tag."""

    alternates: Sequence[tuple[str, str]]
    updated: Mapping[str, datetime]

    @property
    def urls(self) -> list[tuple[str, str, datetime | None]]:
        """The page's own addresses, each with its tag and last update."""
        return [(tag, url, self.updated.get(tag)) for tag, url in self.alternates if tag != "x-default"]


@dataclass(slots=True)
class Part:
    """One file: pages that are no articles, and articles with ids from `first` to `last`."""

    pages: list[Cluster] = field(default_factory=list)
    first: int = 0
    last: int = 0
    urls: int = 0
    bytes: int = 0
    updated_at: datetime | None = None

    def has_room(self, urls: int, size: int) -> bool:
        """Whether so much more may stand in this file."""
        return not self.urls or (self.urls + urls <= URLS and self.bytes + size <= BYTES)


def sitemap() -> Response:
    """The one file, or an index of several."""
    parts = _parts()
    if len(parts) == 1:
        return _file(parts[0])
    files = zip(sitemap_files(parts), parts, strict=True)
    lines = [f"<sitemap><loc>{escape(url)}</loc>{_lastmod(part.updated_at)}</sitemap>\n" for url, part in files]
    return _xml(f'<sitemapindex xmlns="{SITEMAPS}">\n', lines, "</sitemapindex>\n")


def sitemap_part(number: int) -> Response:
    """One of the files; raises NotFound."""
    parts = _parts()
    if number > len(parts):
        raise NotFound
    return _file(parts[number - 1])


def sitemap_files(parts: Sequence[Part] | None = None) -> list[str]:
    """The public addresses of our files: an index may not name another index."""
    count = len(_parts() if parts is None else parts)
    return [absolute(url_for("helpdesk.sitemap_part", number=number)) for number in range(1, count + 1)]


def sitemap_urls() -> Iterator[Cluster]:
    """Every page that may be indexed."""
    for part in _parts():
        yield from _clusters(part)


def _parts() -> list[Part]:
    """How the pages are shared out among files: by sizes that are never too small, so that no text is made for it."""
    site, parts = current_site(), [Part()]
    for cluster in _pages():
        part = _with_room(parts, len(cluster.urls), len(_entries(cluster)))
        part.pages.append(cluster)
    width = len(absolute(url_for("helpdesk.article", tag=site.locales.default.tag, ref="0"))) + MARKUP
    for size in list_sizes(site.database, now=clock.now()):
        number = size.translations
        part = _with_room(parts, number, number * (number + 2) * width + (number + 1) * CHARACTER * size.characters)
        part.first, part.last = part.first or size.article_id, size.article_id
        part.updated_at = max(part.updated_at or size.updated_at, size.updated_at)
    return parts


def _with_room(parts: list[Part], urls: int, size: int) -> Part:
    if not parts[-1].has_room(urls, size):
        parts.append(Part())
    parts[-1].urls += urls
    parts[-1].bytes += size
    return parts[-1]


def _clusters(part: Part) -> Iterator[Cluster]:
    yield from part.pages
    site = current_site()
    for article_id, found in list_articles(site.database, site.locales, part.first, part.last, now=clock.now()):
        if found:
            yield Cluster(article_alternates(article_id, found), {item.tag: item.updated_at for item in found})


def _pages() -> Iterator[Cluster]:
    """Front pages, what is said about the site, and lists."""
    site, now = current_site(), clock.now()
    updates = list_updates(site.database, site.locales, now=now)
    yield Cluster(
        all_locales(lambda tag: url_for("helpdesk.home", tag=tag), url_for("helpdesk.root")),
        updates.get(("site", 0), {}),
    )
    yield Cluster(about_alternates(), {})
    for place in list_lists(site.database, site.locales, updates, now=now):
        if place.addresses:
            yield Cluster(list_alternates(place.addresses), place.updated)


def _file(part: Part) -> Response:
    return _xml(f'<urlset xmlns="{SITEMAPS}" xmlns:xhtml="{XHTML}">\n', map(_entries, _clusters(part)), "</urlset>\n")


def _entries(cluster: Cluster) -> str:
    links = "".join(
        f'<xhtml:link rel="alternate" hreflang="{tag}" href="{escape(url)}"/>' for tag, url in cluster.alternates
    )
    return "".join(
        f"<url><loc>{escape(url)}</loc>{_lastmod(updated_at)}{links}</url>\n" for _, url, updated_at in cluster.urls
    )


def _lastmod(value: datetime | None) -> str:
    return f"<lastmod>{value.isoformat(timespec='seconds')}</lastmod>" if value else ""


def _xml(head: str, lines: Iterable[str], end: str) -> Response:
    response = make_response("".join((DECLARATION, head, *lines, end)))
    response.mimetype = "application/xml"
    return keep(response, "page")
