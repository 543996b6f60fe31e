"""An article as every audience finds it: by id, its links made real, and the ways on from it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from flask import current_app, url_for
from werkzeug.exceptions import Gone, NotFound

from helpdesk import clock
from helpdesk.locales import Locale
from helpdesk.queries.articles import ArticleGone, ArticlePage, get_article_page
from helpdesk.queries.listing import Link, list_links
from helpdesk.queries.searching import list_similar
from helpdesk.queries.visibility import reader_of
from helpdesk.web.filters import article_url
from helpdesk.web.frames import current_frame
from helpdesk.web.localization import current_locale, current_site

PRIVATE_ADDRESS = re.compile(r'(href|src)="(article:([a-z0-9-]+)(?:#([^"]*))?|hd:media/([0-9a-f]+\.[a-z]+))"')
RELATED = 4
REMEMBERED = 20_000  # articles of a process whose related ones need not be searched again


@dataclass(frozen=True, slots=True)
class Around:
    """The text with real addresses, and the ways on from it."""

    html: str
    related: tuple[Link, ...]
    previous: Link | None
    next: Link | None


def find_page(article_id: int, locale: Locale) -> ArticlePage:
    """The article for readers of a locale; raises NotFound, Gone."""
    site = current_site()
    page = get_article_page(site.database, site.locales, locale, article_id, now=clock.now())
    if page is None:
        raise NotFound
    if isinstance(page, ArticleGone):
        raise Gone
    return page


def look_around(page: ArticlePage) -> Around:
    """Everything that the article's page links to; one query, and a search where nobody chose related articles."""
    site, locale = current_site(), current_locale()
    similar = () if page.related else _similar(page)
    keys = {match[3] for match in PRIVATE_ADDRESS.finditer(page.html) if match[3]}
    links = list_links(
        site.database,
        reader_of(site.locales, locale, by_link=True),
        ids=[i for i in (*similar, page.previous_id, page.next_id) if i is not None],
        keys=sorted(keys.union(page.related)),
        now=clock.now(),
    )
    by_id, by_key = {link.article_id: link for link in links}, {link.key: link for link in links}
    chosen = [by_key.get(key) for key in page.related] or [by_id.get(i) for i in similar]
    here = set(site.locales.regions(locale))
    related = (link for link in chosen if link and link.article_id != page.article_id)
    return Around(
        html=resolve(page.html, by_key),
        related=tuple(link for link in related if not link.regions or link.regions & here),
        previous=by_id.get(page.previous_id or 0),
        next=by_id.get(page.next_id or 0),
    )


def _similar(page: ArticlePage) -> tuple[int, ...]:
    """Ids of what the index finds for the title; searched once for each state of the content; () without an index."""
    site, locale, generation = current_site(), current_locale(), current_frame().generation
    memory: dict[object, tuple[int, ...]] = current_app.extensions["helpdesk_similar"]
    place = (generation, locale.tag, page.article_id)
    found = memory.get(place)
    if found is None:
        if not site.indexer.ensure(locale):
            return ()
        found = list_similar(site.indexer.backend, locale, page.article_id, page.title, limit=RELATED)
        if len(memory) >= REMEMBERED:
            memory.clear()
        memory[place] = found
    return found


def resolve(html: str, links: Mapping[str, Link]) -> str:
    """Stored addresses become real ones: images below this site's prefix, articles in the reader's locale."""

    def real(match: re.Match[str]) -> str:
        attribute, _address, key, anchor, media = match.groups()
        if media:
            return f'{attribute}="{url_for("helpdesk.media", name=media)}"'
        if key not in links:
            return ""  # a link to what the reader cannot see stays text
        fragment = f"#h-{anchor}" if anchor else ""
        return f'{attribute}="{article_url(links[key].article_id, links[key].slug)}{fragment}"'

    return PRIVATE_ADDRESS.sub(real, html)
