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
    """`generation` changes with every change of content, `due_at` when something scheduled comes due."""

    generation: str
    due_at: datetime | None
    notice: ShownNotice | None


def get_frame(database: Database, viewer: Viewer, *, now: datetime) -> Frame:
    """The frame of a viewer's pages; one query."""
    with database.read() as connection:
        row = connection.execute(_frame(viewer.chain), {"now": now}).one()
    notice = None if row.html is None else ShownNotice(row.html, row.locale, row.token)
    return Frame(row.generation or "", row.due_at, notice)


@lru_cache(maxsize=256)
def _frame(chain: tuple[str, ...]) -> AnySelect:
    rank = case(*((Notice.locale == tag, place) for place, tag in enumerate(chain)), else_=len(chain))
    notice = (
        select(Notice.html, Notice.locale, Notice.token)
        .where(Notice.locale.in_(chain), or_(Notice.until.is_(None), Notice.until > NOW))
        .order_by(rank)
        .limit(1)
        .subquery("notice")
    )
    generation = select(State.value).where(State.name == GENERATION).scalar_subquery()
    due_at = select(func.max(Translation.published_at)).where(Translation.published_at <= NOW).scalar_subquery()
    one = select(generation.label("generation"), due_at.label("due_at")).subquery("one")
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
