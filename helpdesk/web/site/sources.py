"""What the address of an article says, and the page that its reader comes from."""

from __future__ import annotations

import re
from urllib.parse import parse_qs, unquote, urlsplit

from flask import current_app, request
from werkzeug.exceptions import HTTPException, NotFound

from helpdesk.services.views import Source
from helpdesk.web.localization import current_site
from helpdesk.web.security import is_ours

POSITION = re.compile("[1-9][0-9]{0,5}")
REF = re.compile(r"([1-9][0-9]{0,8})(?:-(.*))?", re.DOTALL)
# Our pages that lead to articles, by the names of their routes; results say so in the links to what they found.
LISTS = {"home", "category", "section", "search"}
ARTICLES = {"article", "vote_page"}


def parse_ref(ref: str) -> tuple[int, str]:
    """Id and slug; raises NotFound."""
    match = REF.fullmatch(ref)
    if match is None:
        raise NotFound
    return int(match[1]), match[2] or ""


def find_position() -> int | None:
    """The article's place in the results that its reader comes from."""
    found = request.args.get("pos", "")
    return int(found) if POSITION.fullmatch(found) else None


def source_of(address: str, article_id: int) -> Source:
    """Where a reader of an article comes from, by the address of the page before.

    Elsewhere are pages of others, those of ours that lead to no article, and the article's own, as after a switch.
    """
    try:
        name, ref, query = _route_of(address)
        if name not in LISTS | ARTICLES | {"suggest"}:
            return Source.ELSEWHERE
        if find_position() is not None or name == "suggest" or (name == "search" and parse_qs(query).get("q")):
            return Source.SEARCHED
        if name in LISTS:
            return Source.LISTED
        return Source.LINKED if parse_ref(ref)[0] != article_id else Source.ELSEWHERE
    except HTTPException:
        return Source.ELSEWHERE


def _route_of(address: str) -> tuple[str, str, str]:
    """Name, `ref` and query of the page of ours at an address; raises HTTPException where there is none."""
    adapter = current_app.create_url_adapter(request)
    if adapter is None or not is_ours(address):
        raise NotFound
    parts = urlsplit(address)
    root, path = request.root_path, unquote(parts.path)
    if not path.startswith(f"{root}/"):
        raise NotFound
    endpoint, values = adapter.match(path.removeprefix(root), "GET")
    blueprint, _dot, name = endpoint.rpartition(".")
    if blueprint != "helpdesk" or current_site().locales.find(values.get("tag", "")) is None:
        raise NotFound
    return name, values.get("ref", ""), parts.query
