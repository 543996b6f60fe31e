"""Votes: a visitor's own, and those that are held until the team has looked at them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Integer, String, cast, func, select

from helpdesk.db import Database
from helpdesk.models import Article, Counter, Revision, Translation, Vote
from helpdesk.queries.reports import EVERYWHERE, Reach
from helpdesk.sql import by_code


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
    """Which held votes: on one article, on translations in reach, first given from a time on and before another."""

    article_id: int | None = None
    since: datetime | None = None
    until: datetime | None = None
    reach: Reach = EVERYWHERE


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


YES = func.sum(cast(Vote.is_helpful, Integer))


def is_held(scope: HeldScope) -> list[ColumnElement[bool]]:
    """The conditions on `Vote` that make a scope."""
    conditions: list[ColumnElement[bool]] = [Vote.status == "held"]
    chosen = scope.reach.conditions()
    if scope.article_id is not None:
        chosen.append(Translation.article_id == scope.article_id)
    if chosen:
        conditions.append(Vote.translation_id.in_(select(Translation.id).where(*chosen)))
    if scope.since is not None:
        conditions.append(Vote.created_at >= scope.since)
    if scope.until is not None:
        conditions.append(Vote.created_at < scope.until)
    return conditions


def count_held(database: Database, scope: HeldScope = HeldScope()) -> HeldCount:
    """Held votes of a scope; one query."""
    statement = (
        select(
            func.coalesce(YES, 0).label("yes"),
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


# How much of a time's text names its day, and its hour.
SPANS = {"day": (10, timedelta(days=1)), "hour": (13, timedelta(hours=1))}


@dataclass(frozen=True, slots=True)
class HeldGroup:
    """Held votes on one article that were first given on one UTC day or in one hour of it.

    The title is the source's, in the locale `lang`.
    """

    article_id: int
    title: str
    lang: str
    begins_at: datetime
    ends_at: datetime
    yes: int
    no: int
    first_at: datetime
    last_at: datetime


@dataclass(frozen=True, slots=True)
class Effect:
    """The figures of a translation as they are, and the held votes that would come to them."""

    article_id: int
    title: str
    locale: str
    yes: int
    no: int
    more_yes: int
    more_no: int


def list_held(
    database: Database, by: str, *, reach: Reach = EVERYWHERE, limit: int, offset: int = 0
) -> tuple[list[HeldGroup], int]:
    """Groups by `day` or `hour`, the latest first, then the largest, and how many there are; two queries."""
    length, span = SPANS[by]
    moment = func.timezone("UTC", Vote.created_at) if database.is_postgres else Vote.created_at
    begin = func.substr(cast(moment, String), 1, length).label("begin")
    source = Translation.__table__.alias("source")
    groups = (
        select(
            Translation.article_id,
            begin,
            YES.label("yes"),
            func.count().label("votes"),
            func.min(Vote.created_at).label("first_at"),
            func.max(Vote.created_at).label("last_at"),
        )
        .join(Translation, Translation.id == Vote.translation_id)
        .where(*is_held(HeldScope(reach=reach)))
        .group_by(Translation.article_id, begin)
    )
    page = groups.order_by(begin.desc(), func.count().desc(), Translation.article_id).limit(limit).offset(offset)
    shown = page.subquery("page")
    titled = (
        select(shown, source.c.title, source.c.locale)
        .join(Article, Article.id == shown.c.article_id)
        .join(source, (source.c.article_id == Article.id) & (source.c.locale == Article.source_locale))
        .order_by(shown.c.begin.desc(), shown.c.votes.desc(), shown.c.article_id)
    )
    with database.read() as connection:
        total = connection.execute(select(func.count()).select_from(groups.subquery())).scalar_one()
        rows = connection.execute(titled).all()
    return [_group(row, span) for row in rows], total


def _group(row: Any, span: timedelta) -> HeldGroup:
    begins_at = datetime.fromisoformat(f"{row.begin}{'' if ' ' in row.begin else ' 00'}:00:00+00:00")
    counts = (row.yes, row.votes - row.yes, row.first_at, row.last_at)
    return HeldGroup(row.article_id, row.title, row.locale, begins_at, begins_at + span, *counts)


def list_effects(database: Database, scope: HeldScope, *, limit: int) -> list[Effect]:
    """What counting held votes would do, where they are the most first; one query."""
    statement = (
        select(
            Translation.article_id,
            Translation.title,
            Translation.locale,
            Counter.yes,
            Counter.no,
            YES.label("more_yes"),
            func.count().label("votes"),
        )
        .select_from(Vote)
        .join(Translation, Translation.id == Vote.translation_id)
        .join(Counter, Counter.translation_id == Translation.id)
        .where(*is_held(scope))
        .group_by(Translation.article_id, Translation.title, Translation.locale, Counter.yes, Counter.no)
        .order_by(func.count().desc(), Translation.article_id, by_code(Translation.locale))
        .limit(limit)
    )
    with database.read() as connection:
        return [Effect(*row[:6], row.votes - row.more_yes) for row in connection.execute(statement)]
