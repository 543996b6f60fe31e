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
from helpdesk.queries.articles import ArticleGone, ArticlePage, get_article_page
from helpdesk.services.views import Reader, record_view
from helpdesk.web import frames
from helpdesk.web.caching import send_to, with_query
from helpdesk.web.filters import article_ref, article_url
from helpdesk.web.localization import current_locale, current_site, negotiated
from helpdesk.web.pages import Page, absolute, clean_query, show
from helpdesk.web.security import VISITOR_COOKIE
from helpdesk.web.site.around import look_around
from helpdesk.web.site.feedback import Feedback, current_feedback

log = logging.getLogger(__name__)

REF = re.compile(r"([1-9][0-9]{0,8})(?:-(.*))?", re.DOTALL)


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
    """Read an article: four queries, one more with the voter's cookie."""
    frames.current_frame()  # first: whatever changes while the page is made has to change its tag
    article_id, slug = parse_ref(ref)
    page = find_page(article_id, current_locale())
    if slug != page.slug:
        target = with_query(article_url(article_id, page.slug))
        return send_to(target, 308, "moved")
    feedback = current_feedback(page)
    tag = frames.validator(feedback)
    response = frames.unchanged(tag, "personal") if tag and frames.is_known(tag) else show_article(page, feedback)
    if tag:
        response.set_etag(tag, weak=True)
    if not current_site().settings.cdn_seconds:
        if request.method == "GET":
            _count(page)
    elif VISITOR_COOKIE not in request.cookies and "feedback" not in request.args:
        frames.share(response)
    return response


def current_reader() -> Reader:
    """Who asks."""
    return Reader(
        address=request.remote_addr or "",
        user_agent=request.headers.get("User-Agent", "")[:512],
        purpose=f"{request.headers.get('Sec-Purpose', '')} {request.headers.get('Purpose', '')}",
    )


def _count(page: ArticlePage) -> None:
    """Count the reading; a page is served all the same when the database takes no writes."""
    site = current_site()
    try:
        record_view(
            site.database,
            current_reader(),
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
    home = next((item.tag for item in page.alternates if item.translation_id == page.translation_id), None)
    surroundings = look_around(page)
    frame = Page(
        title=page.title,
        description=page.summary or page.title,
        canonical=absolute(own[home] if home else article_url(page.article_id, page.slug)),
        alternates=_alternates(page, own) if home == current_locale().tag else [],
        is_indexed=not page.is_elsewhere,
        here=here,
        query=query,
    )
    return show(
        "article.html",
        frame,
        policy="personal",
        status=status,
        article=page,
        body=surroundings.html,
        around=surroundings,
        feedback=feedback,
        own_urls=own,
        view_url=_view_url(page),
        share_url=absolute(url_for("helpdesk.article_by_id", article_id=page.article_id)),
    )


def _view_url(page: ArticlePage) -> str:
    """Where the page's script tells that it is read; empty where its GET is counted."""
    if not current_site().settings.cdn_seconds:
        return ""
    return url_for("helpdesk.view", ref=article_ref(page.article_id, page.slug))


def _alternates(page: ArticlePage, own: dict[str, str]) -> list[tuple[str, str]]:
    links = [(tag, absolute(path)) for tag, path in own.items()]
    return [*links, ("x-default", absolute(url_for("helpdesk.article_by_id", article_id=page.article_id)))]
