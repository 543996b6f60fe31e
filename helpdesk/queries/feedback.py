"""Votes: a visitor's own, and all of them for the team."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from helpdesk.db import Database
from helpdesk.models import Article, Revision, Translation, Vote


@dataclass(frozen=True, slots=True)
class OwnVote:
    """What a visitor said; `is_settled` is False once a major revision came after it."""

    is_helpful: bool
    reasons: tuple[str, ...]
    comment: str
    is_settled: bool


@dataclass(frozen=True, slots=True)
class FeedbackEntry:
    """One vote as the team reads it."""

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
    statement = select(Vote.is_helpful, Vote.reasons, Vote.comment, later.label("is_later")).where(
        Vote.visitor == visitor, Vote.translation_id == translation_id
    )
    with database.read() as connection:
        row = connection.execute(statement).first()
    if row is None:
        return None
    return OwnVote(row.is_helpful, tuple(row.reasons.split()), row.comment, not row.is_later)


def list_feedback(
    database: Database,
    *,
    article_id: int | None = None,
    locale: str | None = None,
    since: datetime | None = None,
    only_no: bool = False,
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
    columns = statement.with_only_columns(
        Vote.updated_at,
        Vote.locale.label("asked"),
        Vote.is_helpful,
        Vote.reasons,
        Vote.comment,
        Vote.revision,
        Vote.query,
        Vote.status,
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
            )
