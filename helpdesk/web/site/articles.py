"""The article's page, and the address without a locale that leads to it."""

from __future__ import annotations

import logging
import re
from typing import Any

from flask import Response, request, url_for
from werkzeug.exceptions import Gone, NotFound

from helpdesk import clock
from helpdesk.errors import Busy
from helpdesk.locales import Locale
from helpdesk.queries.articles import ArticleGone, ArticlePage, find_link_targets, get_article_page
from helpdesk.queries.visibility import Kind
from helpdesk.services.views import Reader, record_view
from helpdesk.web.caching import send_to, with_query
from helpdesk.web.filters import article_url
from helpdesk.web.localization import current_locale, current_site, negotiated
from helpdesk.web.pages import Page, absolute, clean_query, show
from helpdesk.web.site.feedback import Feedback, current_feedback

log = logging.getLogger(__name__)

REF = re.compile(r"([1-9][0-9]{0,8})(?:-(.*))?", re.DOTALL)
PRIVATE_ADDRESS = re.compile(r'(href|src)="(article:([a-z0-9-]+)(?:#([^"]*))?|hd:media/([0-9a-f]+\.[a-z]+))"')


def by_id(article_id: int) -> Response:
    """Send the reader to the best translation that exists."""
    page = find_page(article_id, current_site().locales.default)
    slugs = {item.tag: item.slug for item in page.alternates}
    best = next((locale.tag for locale in current_site().locales.chain(negotiated()) if locale.tag in slugs), None)
    best = best or page.lang
    # A translation into a language that the site gave up is read below the default one's address.
    tag, slug = (best, slugs[best]) if best in slugs else (current_site().locales.default.tag, page.slug)
    response = send_to(article_url(article_id, slug, tag=tag), 302, "never")
    response.headers["Vary"] = "Accept-Language, Cookie"
    return response


def parse_ref(ref: str) -> tuple[int, str]:
    """Id and slug; raises NotFound."""
    match = REF.fullmatch(ref)
    if match is None:
        raise NotFound
    return int(match[1]), match[2] or ""


def find_page(article_id: int, locale: Locale) -> ArticlePage:
    """The article for readers of a locale; raises NotFound, Gone."""
    site = current_site()
    page = get_article_page(site.database, site.locales, locale, article_id, now=clock.now())
    if page is None:
        raise NotFound
    if isinstance(page, ArticleGone):
        raise Gone
    return page


def article(ref: str) -> Response:
    """Read an article: two queries, one more with the voter's cookie, one more when it links to others."""
    article_id, slug = parse_ref(ref)
    page = find_page(article_id, current_locale())
    if slug != page.slug:
        target = with_query(article_url(article_id, page.slug))
        return send_to(target, 308, "moved")
    response = show_article(page, current_feedback(page))
    if request.method == "GET":
        _count(page)
    return response


def _count(page: ArticlePage) -> None:
    """Count the reading; a page is served all the same when the database takes no writes."""
    reader = Reader(
        address=request.remote_addr or "",
        user_agent=request.headers.get("User-Agent", "")[:512],
        purpose=f"{request.headers.get('Sec-Purpose', '')} {request.headers.get('Purpose', '')}",
    )
    site = current_site()
    try:
        record_view(
            site.database,
            reader,
            translation_id=page.translation_id,
            locale=current_locale().tag,
            now=clock.now(),
            repeat_minutes=site.settings.view_repeat_minutes,
        )
    except Busy as error:
        log.warning("A view of article %s was not counted: %s", page.article_id, error)


def show_article(page: ArticlePage, feedback: Feedback, status: int = 200) -> Response:
    """The article's page with a state of its vote."""
    here: dict[str, Any] = {"route": "article", "id": page.article_id}
    query = clean_query()
    if query:
        here["q"] = query
    own = {item.tag: article_url(page.article_id, item.slug, tag=item.tag) for item in page.alternates}
    frame = Page(
        title=page.title,
        description=page.summary or page.title,
        canonical=absolute(own.get(page.lang) or article_url(page.article_id, page.slug)),
        alternates=_alternates(page, own) if page.kind is Kind.OWN else [],
        here=here,
        query=query,
    )
    return show(
        "article.html",
        frame,
        policy="personal",
        status=status,
        article=page,
        body=resolve(page.html),
        feedback=feedback,
        own_urls=own,
    )


def _alternates(page: ArticlePage, own: dict[str, str]) -> list[tuple[str, str]]:
    links = [(tag, absolute(path)) for tag, path in own.items()]
    return [*links, ("x-default", absolute(url_for("helpdesk.article_by_id", article_id=page.article_id)))]


def resolve(html: str) -> str:
    """Stored addresses become real ones: images below this site's prefix, articles in the reader's locale."""
    keys = {match[3] for match in PRIVATE_ADDRESS.finditer(html) if match[3]}
    site = current_site()
    targets = find_link_targets(site.database, site.locales, current_locale(), keys, now=clock.now()) if keys else {}

    def real(match: re.Match[str]) -> str:
        attribute, _address, key, anchor, media = match.groups()
        if media:
            return f'{attribute}="{url_for("helpdesk.media", name=media)}"'
        if key not in targets:
            return ""  # a link to what the reader cannot see stays text
        fragment = f"#h-{anchor}" if anchor else ""
        return f'{attribute}="{article_url(*targets[key])}{fragment}"'

    return PRIVATE_ADDRESS.sub(real, html)
