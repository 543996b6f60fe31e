"""The way from an article to people: counted, and on to wherever the company wants to be asked."""

from __future__ import annotations

import logging
from urllib.parse import urlencode

from flask import Response, request
from werkzeug.exceptions import Gone, NotFound

from helpdesk import clock
from helpdesk.errors import Busy
from helpdesk.queries.articles import ArticlePage
from helpdesk.services.views import record_contact
from helpdesk.web import security
from helpdesk.web.around import find_page
from helpdesk.web.caching import send_to
from helpdesk.web.filters import plain_contact_url
from helpdesk.web.localization import current_locale, current_site
from helpdesk.web.pages import clean_query
from helpdesk.web.site.articles import current_reader
from helpdesk.web.site.sources import parse_ref

log = logging.getLogger(__name__)


def contact() -> Response:
    """303 to the people who help: the address names an article, and never where to go.

    Whoever asks for help gets there, whatever became of the article.
    """
    try:
        page = find_page(parse_ref(request.args.get("article", ""))[0], current_locale())
    except (NotFound, Gone, Busy):
        return send_to(plain_contact_url(clean_query()), 303, "never")
    if request.method == "GET" and security.judge_post() is security.Verdict.OWN:
        _count(page)
    return send_to(_target(page), 303, "never")


def _target(page: ArticlePage) -> str:
    """With article, section, locale, search and vote, so that nobody has to say it twice."""
    vote = request.args.get("vote", "")
    facts = {
        "article": str(page.article_id),
        "section": page.section_key,
        "locale": current_locale().tag,
        "query": clean_query(),
        "vote": vote if vote in ("yes", "no") else "",
    }
    facts = {name: value for name, value in facts.items() if value}
    target = current_site().settings.contact_url
    if target.startswith("mailto:"):
        lines = ["", "", *(f"{name}: {value}" for name, value in facts.items()), ""]
        facts = {"subject": page.title, "body": "\r\n".join(lines)}  # RFC 6068, 5
    return f"{target}{'&' if '?' in target else '?'}{urlencode(facts).replace('+', '%20')}"


def _count(page: ArticlePage) -> None:
    """Count a click on an article's own page; the way is open all the same when nothing can be written."""
    site = current_site()
    try:
        record_contact(
            site.database,
            current_reader(),
            translation_id=page.translation_id,
            locale=current_locale().tag,
            now=clock.now(),
            repeat_minutes=site.settings.view_repeat_minutes,
        )
    except Busy as error:
        log.warning("A contact after article %s was not counted: %s", page.article_id, error)
