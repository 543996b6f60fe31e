"""The language switch: to the same page in another locale, and the reader's choice remembered."""

from __future__ import annotations

import logging
from typing import Any

from flask import Response, make_response, redirect, request, url_for
from werkzeug.exceptions import NotFound

from helpdesk import clock
from helpdesk.errors import Busy
from helpdesk.queries.categories import list_categories
from helpdesk.services.views import record_switch
from helpdesk.web import security
from helpdesk.web.around import find_page
from helpdesk.web.caching import keep
from helpdesk.web.filters import article_url
from helpdesk.web.localization import COOKIE_YEAR, LOCALE_COOKIE, cookie_path, current_locale, current_site
from helpdesk.web.members import team_address
from helpdesk.web.pages import clean_query
from helpdesk.web.site.articles import current_reader

log = logging.getLogger(__name__)

# Parameters of a page that stay when its language changes; the page itself refuses what is wrong with them.
KEPT = ("category", "section", "sort", "exact", "page")


def switch() -> Response:
    """303 to the page that route and ids name: there is no address to smuggle in. Raises NotFound, Gone."""
    response = make_response(redirect(_target(), 303))
    if request.args.get("route") == "article":
        _count(int(request.args["id"]))
    if not security.is_prefetch():
        response.set_cookie(
            LOCALE_COOKIE,
            current_locale().tag,
            max_age=COOKIE_YEAR,
            httponly=True,
            secure=request.is_secure,
            samesite="Lax",
            path=cookie_path(),
        )
    return keep(response, "never")


def _target() -> str:
    route = request.args.get("route", "home")
    if route == "home":
        return url_for("helpdesk.home")
    if route == "team":
        return team_address(request.args)
    if route == "about_views":
        return url_for("helpdesk.about_views")
    query: dict[str, Any] = {name: request.args[name] for name in KEPT if request.args.get(name)}
    if words := clean_query():
        query["q"] = words
    if route == "search":
        return url_for("helpdesk.search", **query)
    if route == "suggest":
        return url_for("helpdesk.suggest", q=query.get("q"))
    raw = request.args.get("id", "")
    if not raw.isascii() or not raw.isdigit() or len(raw) > 9:
        raise NotFound
    if route == "article":
        article_id = int(raw)
        carried = {"q": query["q"]} if "q" in query else {}
        return article_url(article_id, find_page(article_id, current_locale()).slug, **carried)
    of_lists = {name: value for name, value in query.items() if name in ("sort", "page")}
    return _list(route, int(raw), of_lists)


def _list(route: str, owner_id: int, query: dict[str, Any]) -> str:
    site = current_site()
    for category in list_categories(site.database, site.locales, current_locale(), now=clock.now()):
        if route == "category" and category.id == owner_id:
            return url_for("helpdesk.category", slug=category.slug, **query)
        for section in category.sections:
            if route == "section" and section.id == owner_id:
                return url_for("helpdesk.section", slug=category.slug, section_slug=section.slug, **query)
    raise NotFound


def _count(article_id: int) -> None:
    """Count a click in the menu of an article's own page; the switch works all the same when nothing can be written."""
    site, left = current_site(), current_site().locales.find(request.args.get("from", ""))
    if left is None or request.method != "GET" or security.judge_post() is not security.Verdict.OWN:
        return
    try:
        record_switch(
            site.database,
            current_reader(),
            article_id,
            left=left.tag,
            chosen=current_locale().tag,
            now=clock.now(),
        )
    except Busy as error:
        log.warning("A switch on article %s was not counted: %s", article_id, error)
