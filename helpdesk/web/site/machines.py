"""What machines ask for: health, robots, images, and addresses that nobody knows."""

from __future__ import annotations

import re

from flask import Response, make_response, request, send_from_directory, url_for
from werkzeug.exceptions import NotFound

from helpdesk.services.bootstrapping import is_prepared
from helpdesk.web.caching import keep
from helpdesk.web.localization import activate, current_site, locale_of_path
from helpdesk.web.pages import absolute
from helpdesk.web.rendering import hosted_stylesheet

MEDIA = re.compile(r"[0-9a-f]{32}\.(png|jpg|gif|webp)")


def healthz() -> Response:
    """This process answers."""
    return keep(_plain("ok\n"), "never")


def readyz() -> tuple[dict[str, str], int, dict[str, str]]:
    """200 when this machine can serve pages; an index that lags or is missing only degrades the search."""
    site = current_site()
    is_ready = is_prepared(site)
    search = "ok" if site.indexer.is_ready() else "degraded"
    body = {"database": "ok" if is_ready else "unavailable", "search": search}
    return body, 200 if is_ready else 503, {"Cache-Control": "no-store"}


def robots() -> Response:
    """What crawlers may leave, and where they find what is worth a visit."""
    return keep(_plain("\n".join(("User-agent: *", *robots_lines(), ""))), "hour")


def robots_lines() -> list[str]:
    """Our lines of a robots.txt (RFC 9309), to stand below `User-agent: *`; a host takes them into its own.

    Addresses of each locale are named in full: `/*/search` would be a section of that name as well.
    """
    homes = [url_for("helpdesk.home", tag=locale.tag) for locale in current_site().locales.all]
    lines = [f"Disallow: {home}{name}" for home in homes for name in ("contact", "language", "search", "suggest")]
    root = url_for("helpdesk.root")
    wild = ("articles/*/vote", "articles/*/view", "feed.xml?")
    lines += [f"Disallow: {root}*/{name}" for name in wild]
    return [*lines, "", f"Sitemap: {absolute(url_for('helpdesk.sitemap'))}"]


def _plain(text: str) -> Response:
    response = make_response(text)
    response.mimetype = "text/plain"
    return response


def media(name: str) -> Response:
    """An image by the hash of its bytes; raises NotFound."""
    if MEDIA.fullmatch(name) is None:
        raise NotFound
    response = send_from_directory(current_site().settings.media_path.absolute(), name)
    response.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return keep(response, "forever")


def hosted_style() -> Response:
    """The stylesheet of pages that stand in a host's layout."""
    response = make_response(hosted_stylesheet())
    response.mimetype = "text/css"
    return keep(response, "forever" if "v" in request.args else "hour")


def not_found(rest: str) -> Response:
    """An address that no other route knows, answered in the language of its first part."""
    activate(locale_of_path())
    raise NotFound(f"{request.path}")
