"""What stands behind every page: how far the content has come, and the notice above it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache

from sqlalchemy import case, func, or_, select, true

from helpdesk.db import Database
from helpdesk.models import Notice, State, Translation
from helpdesk.queries.visibility import NOW, AnySelect, Viewer

GENERATION = "generation"


@dataclass(frozen=True, slots=True)
class ShownNotice:
    """A notice in the language `lang`; `token` names this text."""

    html: str
    lang: str
    token: str


@dataclass(frozen=True, slots=True)
class Frame:
    """`generation` changes with every change of content, `due_at` when something scheduled comes due.

    Until `ends_at`, when the next scheduled text comes due or the notice is over, time alone changes no page.
    """

    generation: str
    due_at: datetime | None
    notice: ShownNotice | None
    ends_at: datetime | None = None


def get_frame(database: Database, viewer: Viewer, *, now: datetime) -> Frame:
    """The frame of a viewer's pages; one query."""
    with database.read() as connection:
        row = connection.execute(_frame(viewer.chain), {"now": now}).one()
    notice = None if row.html is None else ShownNotice(row.html, row.locale, row.token)
    ends_at = min((time for time in (row.next_at, row.until) if time is not None), default=None)
    return Frame(row.generation or "", row.due_at, notice, ends_at)


@lru_cache(maxsize=256)
def _frame(chain: tuple[str, ...]) -> AnySelect:
    rank = case(*((Notice.locale == tag, place) for place, tag in enumerate(chain)), else_=len(chain))
    notice = (
        select(Notice.html, Notice.locale, Notice.token, Notice.until)
        .where(Notice.locale.in_(chain), or_(Notice.until.is_(None), Notice.until > NOW))
        .order_by(rank)
        .limit(1)
        .subquery("notice")
    )
    generation = select(State.value).where(State.name == GENERATION).scalar_subquery()
    due_at = select(func.max(Translation.published_at)).where(Translation.published_at <= NOW).scalar_subquery()
    next_at = select(func.min(Translation.published_at)).where(Translation.published_at > NOW).scalar_subquery()
    one = select(generation.label("generation"), due_at.label("due_at"), next_at.label("next_at")).subquery("one")
    return select(one, notice).select_from(one.outerjoin(notice, true()))


@dataclass(frozen=True, slots=True)
class NoticeLine:
    """A notice as it was written; `until` None: until it is cleared."""

    locale: str
    markdown: str
    set_at: datetime
    until: datetime | None


def list_notices(database: Database) -> list[NoticeLine]:
    """The notices of all locales, those that have ended as well."""
    statement = select(Notice.locale, Notice.markdown, Notice.set_at, Notice.until).order_by(Notice.locale)
    with database.read() as connection:
        return [NoticeLine(*row) for row in connection.execute(statement)]
