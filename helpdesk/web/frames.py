"""What stands behind every page of a request, and the validators that are made of it."""

from __future__ import annotations

import hashlib
from dataclasses import fields
from functools import lru_cache
from pathlib import Path
from typing import cast

from flask import Response, current_app, g, make_response, request

from helpdesk import clock
from helpdesk.config import Settings
from helpdesk.queries.frame import Frame, ShownNotice, get_frame
from helpdesk.queries.visibility import reader_of
from helpdesk.web import caching
from helpdesk.web.caching import keep
from helpdesk.web.localization import current_locale, current_site

EMPTY = Frame("", None, None)
# Settings that differ from machine to machine while the pages are the same, or are secret.
NOT_SHOWN = {"instance_dir", "index_dir", "media_dir", "translations_dir"}
NOT_SHOWN |= {"database_url", "secret_key", "oidc_client_secret"}
NOT_SHOWN |= {"smtp_url", "alert_url", "alert_secret"}
# Pages that are the same for every reader. An article's depends on the reader's vote: its view asks for itself.
VALIDATED = {"home", "category", "section", "about_views", "search", "suggest"}
# What machines ask for: content alone, without the notice, a day's figures, or a host's layout around it.
DOCUMENTS = {
    "sitemap",
    "sitemap_part",
    "feed",
    "category_feed",
    "opensearch",
    "markdown",
    "llms",
    "llms_of_default",
}


def current_frame() -> Frame:
    """The frame of this request; one query, once."""
    if "hd_frame" not in g:
        site = current_site()
        g.hd_frame = get_frame(site.database, reader_of(site.locales, current_locale()), now=clock.now())
    return cast(Frame, g.hd_frame)


def ask_no_more() -> None:
    """An error page is shown with what is known: the database may be what failed."""
    g.setdefault("hd_frame", EMPTY)


def notice() -> ShownNotice | None:
    """The site-wide notice for this reader."""
    return current_frame().notice


def fingerprint(settings: Settings, *folders: Path) -> str:
    """A hash of all but the content that pages are made of: the same on every machine with this code and settings.

    `folders` hold the host's own versions of our templates, and the catalogs; they need not exist.
    """
    digest = hashlib.sha256(_code())
    for path in (path for folder in folders for path in sorted(folder.rglob("*"))):
        digest.update(path.read_bytes() if path.is_file() else b"")
    shown = [(f.name, getattr(settings, f.name)) for f in fields(settings) if f.name not in NOT_SHOWN]
    digest.update(repr(shown).encode())
    return digest.hexdigest()


@lru_cache(maxsize=1)
def _code() -> bytes:
    digest = hashlib.sha256()
    for path in sorted(Path(__file__).parents[1].rglob("*")):
        if path.suffix in (".py", ".html", ".css", ".js") and "sampledata" not in path.parts:
            digest.update(path.read_bytes())
    return digest.digest()


def validator(*parts: object) -> str | None:
    """The entity tag of this request's page; None where a template outside of our sight has a part in it."""
    return None if current_app.debug or current_site().settings.layout else content_tag(*parts)


def content_tag(*parts: object) -> str:
    """The entity tag of what this request asks, out of the content's generation and never of figures that move.

    Figures are refreshed once a day.
    """
    frame = current_frame()
    known = (
        current_app.extensions["helpdesk_fingerprint"],
        frame,
        clock.today(),
        request.host_url,
        request.root_path,
        request.full_path,
        parts,
    )
    return hashlib.sha256(repr(known).encode()).hexdigest()[:32]


def document_validator() -> str | None:
    """The entity tag of what is made of the content alone."""
    if current_app.debug:
        return None
    frame = current_frame()
    known = (
        current_app.extensions["helpdesk_fingerprint"],
        frame.generation,
        frame.due_at,
        request.host_url,
        request.root_path,
        request.full_path,
    )
    return hashlib.sha256(repr(known).encode()).hexdigest()[:32]


def is_known(tag: str | None) -> bool:
    """Whether the client has the page with this tag."""
    return tag is not None and request.if_none_match.contains_weak(tag)


def unchanged(tag: str, policy: str) -> Response:
    """304: what the client has is still true."""
    response = make_response("", 304)
    response.set_etag(tag, weak=True)
    return keep(response, policy)


def answer_if_unchanged() -> Response | None:
    """Before a page that is the same for everybody is made: one query decides whether it need not be.

    `If-None-Match: *` asks whether there is a page at all, which is known only afterwards.
    """
    name = (request.endpoint or "").rpartition(".")[2]
    is_noted = name == "search" and request.args.get("q")  # a search is looked up each time, and counted
    if name not in VALIDATED | DOCUMENTS or is_noted or request.method not in ("GET", "HEAD"):
        return None
    g.hd_tag = document_validator() if name in DOCUMENTS else validator()
    return unchanged(g.hd_tag, "page") if is_known(g.hd_tag) and not request.if_none_match.star_tag else None


def give_no_validator() -> None:
    """This answer depends on more than the content."""
    g.pop("hd_tag", None)
    g.hd_is_passing = True


def is_passing() -> bool:
    """Whether no validator may be put on this answer."""
    return "hd_is_passing" in g


def add_validator(response: Response) -> Response:
    """The tag of a page that was made, and how long caches in front may keep it."""
    tag = g.get("hd_tag")
    if tag is not None and response.status_code == 200:
        if request.if_none_match.star_tag:
            response = unchanged(tag, "page")
        response.set_etag(tag, weak=True)
    return share(response) if "hd_tag" in g and response.status_code in (200, 304) else response


def share(response: Response) -> Response:
    """Let caches in front keep a page as long as the settings say, and never beyond what comes due."""
    seconds, ends_at = current_site().settings.cdn_seconds, current_frame().ends_at
    if ends_at is not None:
        seconds = min(seconds, int((ends_at - clock.now()).total_seconds()))
    return caching.share(response, seconds) if seconds > 0 else response
