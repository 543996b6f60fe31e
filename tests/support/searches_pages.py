"""The report of searches as members of the team open it."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

import pytest
from flask import Flask
from sqlalchemy import delete, select

from helpdesk.models import SearchChange, SearchClick, SearchLog
from helpdesk.services.site import Site
from tests.support.pages import CheckingClient, Page, text_of
from tests.support.team import add_member, come_in, csrf_of

REPORT, CHANGES = "/en/team/searches", "/en/team/searches/changes"


PHONE, DELAYED = 16, 17


ARABIC = "تحويل المال"


@pytest.fixture(autouse=True)
def nothing_searched(site: Site) -> None:
    with site.database.transaction() as connection:
        for table in (SearchLog, SearchClick):
            connection.execute(delete(table))


def member(site: Site, app: Flask, role: str = "editor", **limits: Any) -> CheckingClient:
    add_member(site, role, **limits)
    client = CheckingClient(app)
    come_in(client)
    return client


@pytest.fixture
def editor(site: Site, app: Flask) -> CheckingClient:
    return member(site, app)


def address(query: str, locale: str = "en", page: str = "en", **values: str) -> str:
    return f"/{page}/team/searches/query?{urlencode({'locale': locale, 'q': query, **values})}"


def act(client: CheckingClient, query: str, locale: str = "en", page: str = "en", **form: str) -> Page:
    """A form of a query's page, sent."""
    here = address(query, locale, page)
    return client.post(here, {"csrf": csrf_of(client.get(here)), **form})


def told(site: Site) -> list[tuple[Any, ...]]:
    columns = ("locale", "query", "kind", "detail", "article_id", "made_on", "made_by")
    statement = select(*(getattr(SearchChange, name) for name in columns)).order_by(SearchChange.id)
    with site.database.read() as connection:
        return [tuple(row) for row in connection.execute(statement)]


def table(page: Page) -> list[list[str]]:
    return [[text_of(cell) for cell in row] for row in page.one("tbody").iter("tr")]
