"""What readers say, for the team: every no and every comment, with what was made of it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, func, literal, select, text

from helpdesk.db import Database
from helpdesk.models import Article, Category, Revision, Translation, Triage, Vote
from helpdesk.queries.history import MADE_UP
from helpdesk.queries.reports import EVERYWHERE, Reach
from helpdesk.sql import by_code
from helpdesk.text.folding import glob_of, regex_of

STATES = ("open", "unread", "resolved", "all")
# Matches that are counted and can be paged through, and unread ones that are counted.
MOST, MOST_UNREAD = 10_000, 999
# As the indexes have it, to the letter: SQLite takes them for nothing else.
IS_FEEDBACK = text("(NOT hd_vote.is_helpful OR hd_vote.comment <> '')")
IS_UNREAD = text("NOT hd_vote.is_read")
IS_COUNTED = text("hd_vote.status = 'counted'")


@dataclass(frozen=True, slots=True, kw_only=True)
class Filters:
    """Which votes; None leaves nothing out.

    `assignee` is an e-mail address, "" for nobody's; `status` is counted or held; `is_any`: a plain yes as well. Times
    are of the answer that stands, `first_` ones of the first that was given.
    """

    state: str = "all"
    reach: Reach = EVERYWHERE
    article_id: int | None = None
    reason: str | None = None
    is_helpful: bool | None = None
    assignee: str | None = None
    has_comment: bool | None = None
    words: str | None = None
    since: datetime | None = None
    until: datetime | None = None
    first_since: datetime | None = None
    first_until: datetime | None = None
    status: str | None = "counted"
    is_any: bool = False

    def conditions(self, *, is_postgres: bool) -> list[ColumnElement[bool]]:
        """On `Vote`, `Translation` and `Triage`."""
        found: list[Any] = [] if self.is_any else [IS_FEEDBACK]
        named = [(make, getattr(self, name)) for name, make in _CONDITIONS.items()]
        found += [*_OF_STATE[self.state], *(make(value) for make, value in named if value is not None)]
        if self.words:
            found.append(_has(self.words, is_postgres=is_postgres))
        return found + self.reach.conditions()


_OF_STATE: dict[str, list[Any]] = {
    "open": [Vote.is_resolved.is_(False)],
    "unread": [IS_UNREAD, Vote.is_resolved.is_(False)],
    "resolved": [Vote.is_resolved],
    "all": [],
}
_CONDITIONS: dict[str, Callable[[Any], Any]] = {
    "status": lambda value: IS_COUNTED if value == "counted" else Vote.status == value,
    "article_id": lambda value: Translation.article_id == value,
    "reason": lambda value: (literal(" ") + Vote.reasons + " ").contains(f" {value} ", autoescape=True),
    "is_helpful": lambda value: Vote.is_helpful.is_(value),
    "assignee": lambda value: func.coalesce(Triage.assignee, "") == value,
    "has_comment": lambda value: (Vote.comment != "") if value else (Vote.comment == ""),
    "since": lambda value: Vote.updated_at >= value,
    "until": lambda value: Vote.updated_at < value,
    "first_since": lambda value: Vote.created_at >= value,
    "first_until": lambda value: Vote.created_at < value,
}


def _has(words: str, *, is_postgres: bool) -> ColumnElement[bool]:
    """Whether the comment has the words, in any case of any script."""
    if is_postgres:
        return Vote.comment.regexp_match(regex_of(words))
    return Vote.comment.op("GLOB", is_comparison=True)(glob_of(words))


@dataclass(frozen=True, slots=True)
class FeedbackEntry:
    """One vote as the team reads it; made up: the demo's, by nobody.

    `mended_in` is the number of the revision that mends what was said.
    """

    voted_at: datetime
    article_id: int
    article_key: str
    title: str
    locale: str
    asked_locale: str
    is_helpful: bool
    reasons: tuple[str, ...]
    comment: str
    revision: int
    query: str
    status: str
    is_made_up: bool
    id: int
    state: str
    assignee: str
    resolved_at: datetime | None
    resolved_by: str
    mended_in: int | None


@dataclass(frozen=True, slots=True)
class RevisionStep:
    """A revision that came after the one that was judged."""

    number: int
    significance: str
    comment: str
    made_at: datetime


@dataclass(frozen=True, slots=True)
class InboxPage:
    """Entries of one page; `total` is at most one more than `MOST`."""

    entries: list[FeedbackEntry]
    total: int


@dataclass(frozen=True, slots=True)
class Case:
    """One entry with what is needed to decide on it: where it belongs, and what was revised since."""

    entry: FeedbackEntry
    category: str
    slug: str
    steps: tuple[RevisionStep, ...] = field(default=())


COLUMNS = (
    Vote.updated_at,
    Vote.id,
    Vote.locale.label("asked"),
    Vote.is_helpful,
    Vote.reasons,
    Vote.comment,
    Vote.revision,
    Vote.query,
    Vote.status,
    Vote.is_read,
    Vote.is_resolved,
    Vote.visitor.startswith(MADE_UP).label("is_made_up"),
    Translation.locale.label("served"),
    Translation.title,
    Article.id.label("article_id"),
    Article.key,
    Triage.assignee,
    Triage.resolved_at,
    Triage.resolved_by,
    Triage.revision.label("mended_in"),
)


def list_feedback(
    database: Database, filters: Filters, *, limit: int | None = None, offset: int = 0
) -> Iterator[FeedbackEntry]:
    """Votes, the latest first, one at a time; one query."""
    statement = _found(database, filters, *COLUMNS).order_by(Vote.updated_at.desc(), Vote.id.desc())
    with database.read() as connection:
        for row in connection.execute(statement.limit(limit).offset(offset)):
            yield _entry(row)


def get_inbox_page(database: Database, filters: Filters, *, page: int, size: int) -> InboxPage:
    """One page, the last one where there are fewer; two queries, one where nothing is found."""
    matches = _found(database, filters, Vote.id).limit(MOST + 1).subquery()
    with database.read() as connection:
        total = connection.execute(select(func.count()).select_from(matches)).scalar_one()
        last = max(1, -(-min(total, MOST) // size))
        shown = list_feedback(database, filters, limit=size, offset=(min(page, last) - 1) * size)
        return InboxPage(list(shown) if total else [], total)


def count_unread(database: Database, reach: Reach = EVERYWHERE) -> int:
    """Entries that nobody has read, one more than `MOST_UNREAD` for any more; one query on an index of them alone."""
    mine = reach.covers(Vote.translation_id)
    statement = select(Vote.translation_id).where(IS_UNREAD, IS_FEEDBACK, IS_COUNTED, *mine)
    with database.read() as connection:
        unread = statement.limit(MOST_UNREAD + 1).subquery()
        return connection.execute(select(func.count()).select_from(unread)).scalar_one()


def count_unread_by_locale(database: Database, reach: Reach = EVERYWHERE) -> dict[str, int]:
    """Entries that nobody has read by the locale of the translation; one query."""
    unread = (
        select(Vote.translation_id, func.count().label("votes"))
        .where(IS_UNREAD, IS_FEEDBACK, IS_COUNTED)
        .group_by(Vote.translation_id)
        .subquery()
    )
    statement = (
        select(Translation.locale, func.sum(unread.c.votes))
        .join(unread, unread.c.translation_id == Translation.id)
        .where(*reach.conditions())
        .group_by(Translation.locale)
        .order_by(by_code(Translation.locale))
    )
    with database.read() as connection:
        return {tag: int(votes) for tag, votes in connection.execute(statement)}


def find_case(database: Database, vote_id: int, reach: Reach = EVERYWHERE) -> Case | None:
    """A counted no or comment by its id, where it is in reach; two queries."""
    filters = Filters(reach=reach)
    statement = _found(
        database, filters, *COLUMNS, Vote.translation_id, Translation.slug, Category.key.label("category")
    )
    with database.read() as connection:
        row = connection.execute(
            statement.join(Category, Category.id == Article.category_id).where(Vote.id == vote_id)
        ).first()
        if row is None:
            return None
        steps = connection.execute(
            select(Revision.number, Revision.significance, Revision.comment, Revision.created_at)
            .where(Revision.translation_id == row.translation_id, Revision.number > row.revision)
            .order_by(Revision.number.desc())
        ).all()
    return Case(_entry(row), row.category, row.slug, tuple(RevisionStep(*step) for step in steps))


def _found(database: Database, filters: Filters, *columns: Any) -> Any:
    return (
        select(*columns)
        .select_from(Vote)
        .join(Translation, Translation.id == Vote.translation_id)
        .join(Article, Article.id == Translation.article_id)
        .outerjoin(Triage, Triage.vote_id == Vote.id)
        .where(*filters.conditions(is_postgres=database.is_postgres))
    )


def _entry(row: Any) -> FeedbackEntry:
    is_entry = not row.is_helpful or row.comment != ""
    state = "resolved" if row.is_resolved else "read" if row.is_read else "unread"
    return FeedbackEntry(
        voted_at=row.updated_at,
        article_id=row.article_id,
        article_key=row.key,
        title=row.title,
        locale=row.served,
        asked_locale=row.asked,
        is_helpful=row.is_helpful,
        reasons=tuple(row.reasons.split()),
        comment=row.comment,
        revision=row.revision,
        query=row.query,
        status=row.status,
        is_made_up=row.is_made_up,
        id=row.id,
        state=state if is_entry else "",
        assignee=row.assignee or "",
        resolved_at=row.resolved_at,
        resolved_by=row.resolved_by or "",
        mended_in=row.mended_in,
    )
