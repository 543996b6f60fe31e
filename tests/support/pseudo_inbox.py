"""The feedback inbox and the page of held votes in the language that is none: everything that they may say."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import delete, select, update

from helpdesk import clock
from helpdesk.models import Vote
from helpdesk.services.site import Site
from tests.support.inbox import plant_votes
from tests.support.pages import Page
from tests.support.pseudo import CONTENT
from tests.support.team import csrf_of

INBOX, HELD = "/{tag}/team/feedback", "/{tag}/team/held"
LEFT, BEFORE, AFTER = "next", 1, 2  # an article that was revised, and its revisions


def read_feedback(visitor: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """An administrator among answers of every kind."""
    site: Site = visitor.app.extensions["helpdesk"]
    _check_held(visitor, site)
    with site.database.transaction() as connection:
        connection.execute(update(Vote).values(is_read=True))
    visitor.get(f"{INBOX}?state=unread")
    visitor.get(f"{INBOX}?state=resolved")
    visitor.get(f"{INBOX}?answer=yes")
    visitor.get(f"{INBOX}?since=2026-05-13&until=2026-05-12", 422)
    said = {"comment": "Σχόλιο", "query": "ξξ", "revision": BEFORE}
    every = "hard incomplete outdated wrong unsolved"
    (vote,) = plant_votes(site, 1, LEFT, visitor.tag, reasons=every, locale=CONTENT, **said)
    (pleased,) = plant_votes(site, 1, LEFT, visitor.tag, is_helpful=True, **said)
    with site.database.transaction() as connection:
        connection.execute(update(Vote).where(Vote.id == pleased).values(visitor="demo-1"))
    _press(visitor, "mine", vote)
    _press(visitor, "reopen", vote)
    with monkeypatch.context() as patch:
        for module in ("helpdesk.queries.inbox", "helpdesk.web.team.inbox"):
            patch.setattr(f"{module}.MOST", 1)
        visitor.get(INBOX)
    _resolve(visitor, site, vote)
    _press(visitor, "resolve", pleased)


def read_only(visitor: Any) -> None:
    """A member who may not resolve, and an answer that somebody else looks after."""
    site: Site = visitor.app.extensions["helpdesk"]
    with site.database.read() as connection:
        vote = connection.execute(select(Vote.id).where(Vote.reasons.like("hard %"))).scalar_one()
    visitor.get(f"{INBOX}/{vote}")


def _press(visitor: Any, action: str, vote: int) -> Page:
    page = visitor.get(f"{INBOX}?state=all")
    seen_at = page.one("input", name="seen_at").get("value")
    return visitor.post(INBOX, csrf=csrf_of(page), seen_at=seen_at, vote=str(vote), action=action)


def _resolve(visitor: Any, site: Site, vote: int) -> None:
    """Resolved with a revision after which readers say nothing, more, less or the same; then answered anew."""
    address = f"{INBOX}/{vote}"
    page = visitor.get(address)
    seen_at = page.one("input", name="seen_at").get("value")
    visitor.post(address, csrf=csrf_of(page), action="resolve", revision=str(AFTER), seen_at=seen_at)
    votes = {number: plant_votes(site, 60, LEFT, visitor.tag, revision=number) for number in (BEFORE, AFTER)}
    for pleased in ({AFTER}, {BEFORE}):
        with site.database.transaction() as connection:
            for number, ids in votes.items():
                values = {"is_helpful": number in pleased}
                connection.execute(update(Vote).where(Vote.id.in_(ids)).values(**values))
        visitor.get(address)
    with site.database.transaction() as connection:
        connection.execute(update(Vote).values(is_helpful=True))
    visitor.get(address)
    with site.database.transaction() as connection:
        connection.execute(
            update(Vote).where(Vote.id == vote).values(is_resolved=False, is_read=False, is_helpful=False)
        )
    visitor.get(address)
    page = visitor.get(INBOX)
    visitor.get(f"{INBOX}/{vote}")
    visitor.post(address, csrf=csrf_of(page), action="unread")


def _check_held(visitor: Any, site: Site) -> None:
    held = {"status": "held", "created_at": clock.now() - timedelta(hours=1)}
    plant_votes(site, 2, LEFT, visitor.tag, comment="Σχόλιο", **held)
    plant_votes(site, 1, "last", visitor.tag, **held)  # nobody else has answered
    visitor.get(INBOX)
    visitor.get(HELD)
    for action in ("count", "drop"):
        form = visitor.get(f"{HELD}/votes").one("form", class_="after")
        fields = {field.get("name"): field.get("value") for field in form.iter("input")}
        visitor.post(f"{HELD}/votes", **fields, action=action)
        plant_votes(site, 1, LEFT, visitor.tag, query=action, **held)
    with site.database.transaction() as connection:
        connection.execute(delete(Vote).where(Vote.status == "held"))
    visitor.get(HELD)
