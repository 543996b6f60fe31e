"""Takes word of a reading from a page's own script, where a cache in front answers in our place."""

from __future__ import annotations

import logging

from flask import Response, make_response, request, url_for

from helpdesk import clock
from helpdesk.errors import Busy
from helpdesk.queries.articles import ArticlePage
from helpdesk.services.views import record_told_view
from helpdesk.web.around import find_page
from helpdesk.web.caching import keep, send_to
from helpdesk.web.localization import current_locale, current_site
from helpdesk.web.security import Verdict, judge_post, network_hash
from helpdesk.web.site.articles import current_reader, note_click
from helpdesk.web.site.sources import parse_ref, source_of

log = logging.getLogger(__name__)


def view_page(ref: str) -> Response:
    """Somebody opened the script's address by hand: the article is what they want."""
    return send_to(url_for("helpdesk.article", ref=ref), 303, "never")


def view(ref: str) -> Response:
    """Count a reading, or not: nobody waits for the answer. Raises NotFound, Gone.

    `from` is the path of the page that its reader came from, where that is one of this site's.
    """
    request.max_content_length = current_site().settings.form_bytes
    article_id, _slug = parse_ref(ref)
    page = find_page(article_id, current_locale())
    # Without a cache in front the page's own GET was counted.
    if current_site().settings.cdn_seconds and judge_post() is Verdict.OWN:
        _count(page)
    return keep(make_response("", 204), "never")


def _count(page: ArticlePage) -> None:
    site = current_site()
    try:
        counted = record_told_view(
            site.database,
            current_reader(),
            network=network_hash("view"),
            limit=site.settings.new_voters_per_minute,
            translation_id=page.translation_id,
            locale=current_locale().tag,
            source=source_of(request.host_url.rstrip("/") + request.form.get("from", ""), page.article_id),
            now=clock.now(),
            repeat_minutes=site.settings.view_repeat_minutes,
        )
    except Busy as error:
        log.warning("A view of article %s was not counted: %s", page.article_id, error)
        return
    if counted is None:
        log.info("A view of article %s was not counted: its network told of too many.", page.article_id)
    note_click(page, counted)
