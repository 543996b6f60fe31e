"""Pages of a list, and the links between them."""

from __future__ import annotations

from typing import Any

from flask import request, url_for

from helpdesk.web.api.schemas import PAGES, AskedPage, Links, Paging
from helpdesk.web.pages import absolute


def page_of(asked: AskedPage, total: int) -> tuple[Paging, Links]:
    """Where this page is in a list of so many."""
    pages = min(max(1, -(-total // asked.per_page)), PAGES)
    links = Links(
        first=_url(1),
        prev=_url(min(asked.page - 1, pages)) if asked.page > 1 else None,
        next=_url(asked.page + 1) if asked.page < pages else None,
        last=_url(pages),
    )
    return Paging(asked.page, asked.per_page, pages, total), links


def _url(page: int) -> str:
    """This request's address with another page."""
    query: dict[str, Any] = request.args.to_dict() | {"page": page}
    return absolute(url_for(str(request.endpoint), **query))
