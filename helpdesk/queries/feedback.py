"""Votes: a visitor's own, and all of them for the team."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Integer, cast, func, select

from helpdesk.db import Database
from helpdesk.models import Article, Revision, Translation, Vote
from helpdesk.queries.history import MADE_UP


@dataclass(frozen=True, slots=True)
class OwnVote:
    """What a visitor said; `is_settled` is False once a major revision came after it.

    `is_held` says that it is in no figure until the team has looked at it.
    """

    is_helpful: bool
    reasons: tuple[str, ...]
    comment: str
    is_settled: bool
    is_held: bool


@dataclass(frozen=True, slots=True)
class FeedbackEntry:
    """One vote as the team reads it; made up: the demo's, by nobody."""

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


def find_own_vote(database: Database, visitor: str, translation_id: int) -> OwnVote | None:
    """The visitor's vote on a translation; one query."""
    later = (
        select(Revision.id)
        .where(
            Revision.translation_id == translation_id,
            Revision.number > Vote.revision,
            Revision.significance == "major",
        )
        .exists()
    )
    statement = select(Vote.is_helpful, Vote.reasons, Vote.comment, Vote.status, later.label("is_later")).where(
        Vote.visitor == visitor, Vote.translation_id == translation_id
    )
    with database.read() as connection:
        row = connection.execute(statement).first()
    if row is None:
        return None
    return OwnVote(
        is_helpful=row.is_helpful,
        reasons=tuple(row.reasons.split()),
        comment=row.comment,
        is_settled=not row.is_later,
        is_held=row.status == "held",
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class HeldScope:
    """Which held votes: on one article, or first given from a time on and before another."""

    article_id: int | None = None
    since: datetime | None = None
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class HeldCount:
    """How many held votes there are, on how many articles, and when the first and the last of them came."""

    yes: int
    no: int
    articles: int
    first_at: datetime | None
    last_at: datetime | None

    @property
    def votes(self) -> int:
        """All of them."""
        return self.yes + self.no


def is_held(scope: HeldScope) -> list[ColumnElement[bool]]:
    """The conditions on `Vote` that make a scope."""
    conditions: list[ColumnElement[bool]] = [Vote.status == "held"]
    if scope.article_id is not None:
        translations = select(Translation.id).where(Translation.article_id == scope.article_id)
        conditions.append(Vote.translation_id.in_(translations))
    if scope.since is not None:
        conditions.append(Vote.created_at >= scope.since)
    if scope.until is not None:
        conditions.append(Vote.created_at < scope.until)
    return conditions


def count_held(database: Database, scope: HeldScope = HeldScope()) -> HeldCount:
    """Held votes of a scope; one query."""
    statement = (
        select(
            func.coalesce(func.sum(cast(Vote.is_helpful, Integer)), 0).label("yes"),
            func.count().label("votes"),
            func.count(Translation.article_id.distinct()).label("articles"),
            func.min(Vote.created_at).label("first_at"),
            func.max(Vote.created_at).label("last_at"),
        )
        .join(Translation, Translation.id == Vote.translation_id)
        .where(*is_held(scope))
    )
    with database.read() as connection:
        row = connection.execute(statement).one()
    return HeldCount(row.yes, row.votes - row.yes, row.articles, row.first_at, row.last_at)


def list_feedback(
    database: Database,
    *,
    article_id: int | None = None,
    locale: str | None = None,
    since: datetime | None = None,
    only_no: bool = False,
    status: str | None = None,
) -> Iterator[FeedbackEntry]:
    """Votes, the latest first, one at a time."""
    statement = (
        select(Vote, Translation.locale.label("served"), Translation.title, Article.id, Article.key)
        .join(Translation, Translation.id == Vote.translation_id)
        .join(Article, Article.id == Translation.article_id)
        .order_by(Vote.updated_at.desc(), Vote.id.desc())
    )
    if article_id is not None:
        statement = statement.where(Article.id == article_id)
    if locale is not None:
        statement = statement.where(Translation.locale == locale)
    if since is not None:
        statement = statement.where(Vote.updated_at >= since)
    if only_no:
        statement = statement.where(Vote.is_helpful.is_(False))
    if status is not None:
        statement = statement.where(Vote.status == status)
    columns = statement.with_only_columns(
        Vote.updated_at,
        Vote.locale.label("asked"),
        Vote.is_helpful,
        Vote.reasons,
        Vote.comment,
        Vote.revision,
        Vote.query,
        Vote.status,
        Vote.visitor.startswith(MADE_UP).label("is_made_up"),
        Translation.locale.label("served"),
        Translation.title,
        Article.id.label("article_id"),
        Article.key,
        maintain_column_froms=True,
    )
    with database.read() as connection:
        for row in connection.execute(columns):
            yield FeedbackEntry(
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
            )
