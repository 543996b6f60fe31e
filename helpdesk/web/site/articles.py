"""The article's page, and the address without a locale that leads to it."""

from __future__ import annotations

import logging
import re
from collections.abc import Sequence
from typing import Any

from flask import Response, request, url_for

from helpdesk import clock
from helpdesk.errors import Busy
from helpdesk.queries.addresses import Address
from helpdesk.queries.articles import ArticlePage
from helpdesk.services.searches import log_click
from helpdesk.services.views import Reader, Request, record_view
from helpdesk.web import frames
from helpdesk.web.around import find_page, look_around
from helpdesk.web.caching import send_to, with_query
from helpdesk.web.filters import article_ref, article_url
from helpdesk.web.localization import current_locale, current_site, negotiated
from helpdesk.web.members import current_member
from helpdesk.web.pages import Page, absolute, clean_query, describe, show
from helpdesk.web.security import VISITOR_COOKIE
from helpdesk.web.site.feedback import Feedback, current_feedback
from helpdesk.web.site.sources import find_position, parse_ref, source_of
from helpdesk.web.site.structured import crumbs, tech_article

log = logging.getLogger(__name__)

IMAGE = re.compile(r'src="hd:media/([0-9a-f]+\.[a-z]+)"')


def by_id(article_id: int) -> Response:
    """Send the reader to the best translation that exists."""
    page = find_page(article_id, current_site().locales.default)
    slugs = {item.tag: item.slug for item in page.alternates}
    best = next((locale.tag for locale in current_site().locales.chain(negotiated()) if locale.tag in slugs), None)
    best = best or home_of(page) or page.lang
    # A translation into a language that the site gave up is read below the default one's address.
    tag, slug = (best, slugs[best]) if best in slugs else (current_site().locales.default.tag, page.slug)
    response = send_to(article_url(article_id, slug, tag=tag), 302, "never")
    response.headers["Vary"] = "Accept-Language, Cookie"
    return response


def article(ref: str) -> Response:
    """Read an article: four queries, one more with the voter's cookie."""
    frames.current_frame()  # first: whatever changes while the page is made has to change its tag
    article_id, slug = parse_ref(ref)
    page = find_page(article_id, current_locale())
    if slug != page.slug:
        is_twin = slug.endswith(".md")
        here = url_for("helpdesk.markdown", article_id=article_id) if is_twin else article_url(article_id, page.slug)
        target = with_query(here)
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
    """Who asks, for what is counted."""
    return Reader(
        address=request.remote_addr or "",
        user_agent=request.headers.get("User-Agent", "")[:512],
        purpose=f"{request.headers.get('Sec-Purpose', '')} {request.headers.get('Purpose', '')}",
        is_team=current_member() is not None,
    )


def _count(page: ArticlePage) -> None:
    """Count the reading; a page is served all the same when the database takes no writes."""
    site = current_site()
    try:
        counted = record_view(
            site.database,
            current_reader(),
            translation_id=page.translation_id,
            locale=current_locale().tag,
            source=source_of(request.headers.get("Referer", ""), page.article_id),
            now=clock.now(),
            repeat_minutes=site.settings.view_repeat_minutes,
        )
    except Busy as error:
        log.warning("A view of article %s was not counted: %s", page.article_id, error)
        return
    note_click(page, counted)


def note_click(page: ArticlePage, counted: Request | None) -> None:
    """Note that a reading which counted came out of a search, as the link in its results says."""
    query, position = clean_query(), find_position()
    if counted is not Request.READER or not query or position is None:
        return
    try:
        log_click(
            current_site().database,
            locale=current_locale().tag,
            query=query,
            article_id=page.article_id,
            position=position,
            now=clock.now(),
        )
    except Busy as error:
        log.warning("A click on article %s was not counted: %s", page.article_id, error)


def show_article(page: ArticlePage, feedback: Feedback, status: int = 200) -> Response:
    """The article's page with a state of its vote."""
    here: dict[str, Any] = {"route": "article", "id": page.article_id}
    query = clean_query()
    if query:
        here["q"] = query
    own = {item.tag: article_url(page.article_id, item.slug, tag=item.tag) for item in page.alternates}
    home = home_of(page)
    surroundings = look_around(page)
    canonical, image = canonical_of(page), _first_image(page)
    description = describe(page.summary, page.excerpt, page.title)
    frame = Page(
        title=page.title,
        description=description,
        canonical=canonical,
        lang=page.lang,
        image=image,
        published_at=page.published_at,
        updated_at=page.updated_at,
        markdown_url=url_for("helpdesk.markdown", article_id=page.article_id),
        things=[
            tech_article(page, canonical=canonical, description=description, image=image),
            _way_to(page),
        ],
        alternates=article_alternates(page.article_id, page.alternates) if home == current_locale().tag else [],
        # What is left in a language that the site gave up has no address of its own: it is read, and not searched for.
        is_indexed=not page.is_elsewhere and current_site().locales.find(page.lang) is not None,
        here=here,
        query=query,
        contact_url=feedback.contact_url,
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


def home_of(page: ArticlePage) -> str | None:
    """The tag of the locale at whose address the translation that is served lives."""
    return next((item.tag for item in page.alternates if item.translation_id == page.translation_id), None)


def canonical_of(page: ArticlePage) -> str:
    """The public address of the translation that is served."""
    home = next((item for item in page.alternates if item.translation_id == page.translation_id), None)
    path = article_url(page.article_id, home.slug, tag=home.tag) if home else article_url(page.article_id, page.slug)
    return absolute(path)


def _first_image(page: ArticlePage) -> str | None:
    match = IMAGE.search(page.html)
    return absolute(url_for("helpdesk.media", name=match[1])) if match else None


def _way_to(page: ArticlePage) -> dict[str, Any]:
    category, section = page.category, page.section
    return crumbs(
        (category.title, "helpdesk.category", {"slug": category.slug}),
        (section.title, "helpdesk.section", {"slug": category.slug, "section_slug": section.slug}),
        (page.title, "helpdesk.article", {"ref": article_ref(page.article_id, page.slug)}),
    )


def article_alternates(article_id: int, found: Sequence[Address]) -> list[tuple[str, str]]:
    """hreflang of an article at its addresses."""
    links = [(item.tag, absolute(article_url(article_id, item.slug, tag=item.tag))) for item in found]
    return [*links, ("x-default", absolute(url_for("helpdesk.article_by_id", article_id=article_id)))]


def _view_url(page: ArticlePage) -> str:
    """Where the page's script tells that it is read, and of which search; empty where its GET is counted."""
    if not current_site().settings.cdn_seconds:
        return ""
    ref = article_ref(page.article_id, page.slug)
    return url_for("helpdesk.view", ref=ref, q=clean_query() or None, pos=find_position())
