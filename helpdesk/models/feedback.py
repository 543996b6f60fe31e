"""Votes, daily tallies of views, and the short-lived rows that recognize a repeat or a flood."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, LargeBinary, UniqueConstraint, false, text
from sqlalchemy.orm import Mapped, mapped_column

from helpdesk.db import Base, UtcDateTime
from helpdesk.models.articles import one_of


class Vote(Base):
    """One visitor's yes or no on one translation. No address and no user agent is ever stored."""

    __tablename__ = "hd_vote"
    __table_args__ = (
        # The invariant of the whole feature: one row per visitor and translation, whatever happens.
        UniqueConstraint("visitor", "translation_id"),
        # The figures of an article and of its revisions are counted on this index alone.
        Index("ix_hd_vote_figures", "translation_id", "status", "is_helpful", "revision"),
        Index("ix_hd_vote_updated_at", "updated_at"),
        Index(
            "ix_hd_vote_held",
            "created_at",
            "translation_id",
            sqlite_where=text("status = 'held'"),
            postgresql_where=text("status = 'held'"),
        ),
        # What the inbox lists, and what of it nobody has read yet.
        Index(
            "ix_hd_vote_feedback",
            "updated_at",
            "id",
            "status",
            "is_resolved",
            "translation_id",
            sqlite_where=text("NOT is_helpful OR comment <> ''"),
            postgresql_where=text("NOT is_helpful OR comment <> ''"),
        ),
        Index(
            "ix_hd_vote_unread",
            "translation_id",
            "status",
            sqlite_where=text("NOT is_read AND (NOT is_helpful OR comment <> '')"),
            postgresql_where=text("NOT is_read AND (NOT is_helpful OR comment <> '')"),
        ),
        CheckConstraint(one_of("status", ("counted", "held")), name="status"),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    visitor: Mapped[str]
    translation_id: Mapped[int] = mapped_column(ForeignKey("hd_translation.id", ondelete="CASCADE"))
    # The locale the reader asked for, which a fallback's differs from.
    locale: Mapped[str]
    is_helpful: Mapped[bool]
    status: Mapped[str] = mapped_column(default="counted")
    # Number of the revision that was judged.
    revision: Mapped[int]
    # Keys of reasons between spaces; empty: none.
    reasons: Mapped[str] = mapped_column(default="")
    comment: Mapped[str] = mapped_column(default="")
    # The search that led to the article, out of the vote's own Referer.
    query: Mapped[str] = mapped_column(default="")
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    updated_at: Mapped[datetime] = mapped_column(UtcDateTime)
    # By the team, since the answer was last given; what is resolved was read.
    is_read: Mapped[bool] = mapped_column(default=False, server_default=false())
    is_resolved: Mapped[bool] = mapped_column(default=False, server_default=false())


class Triage(Base):
    """What the team made of a vote.

    `resolved_at` and what stands beside it stay where the visitor answered anew after it, and the vote is open again.
    """

    __tablename__ = "hd_triage"
    vote_id: Mapped[int] = mapped_column(ForeignKey("hd_vote.id", ondelete="CASCADE"), primary_key=True)
    # E-mail address of the member who looks after it; empty: nobody.
    assignee: Mapped[str] = mapped_column(default="", server_default="")
    resolved_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    resolved_by: Mapped[str] = mapped_column(default="", server_default="")
    # Number of the translation's revision that mends what was said; NULL: none.
    revision: Mapped[int | None]


class DailyTally(Base):
    """Views of a translation on one UTC day, per locale asked for, and beside them what was not counted and why."""

    __tablename__ = "hd_daily_tally"
    # What came today is taken off the counters, to know how they stood when the day began.
    __table_args__ = (Index("ix_hd_daily_tally_day", "day"),)
    translation_id: Mapped[int] = mapped_column(ForeignKey("hd_translation.id", ondelete="CASCADE"), primary_key=True)
    locale: Mapped[str] = mapped_column(primary_key=True)
    day: Mapped[date] = mapped_column(primary_key=True)
    views: Mapped[int] = mapped_column(default=0, server_default=text("0"))
    repeats: Mapped[int] = mapped_column(default=0, server_default=text("0"))
    prefetches: Mapped[int] = mapped_column(default=0, server_default=text("0"))
    bots: Mapped[int] = mapped_column(default=0, server_default=text("0"))
    team: Mapped[int] = mapped_column(default=0, server_default=text("0"))
    # Of the views: from the results of a search, from a list, from another article; the others came from outside.
    searched: Mapped[int] = mapped_column(default=0, server_default=text("0"))
    listed: Mapped[int] = mapped_column(default=0, server_default=text("0"))
    linked: Mapped[int] = mapped_column(default=0, server_default=text("0"))


class ContactTally(Base):
    """How often readers of a translation went on to ask people for help on a UTC day; no person."""

    __tablename__ = "hd_contact_tally"
    __table_args__ = (Index("ix_hd_contact_tally_day", "day"),)
    translation_id: Mapped[int] = mapped_column(ForeignKey("hd_translation.id", ondelete="CASCADE"), primary_key=True)
    locale: Mapped[str] = mapped_column(primary_key=True)
    day: Mapped[date] = mapped_column(primary_key=True)
    contacts: Mapped[int] = mapped_column(default=0, server_default=text("0"))


class Reading(Base):
    """A reading that was counted, by a keyed hash that nobody can turn back; goes with its day's key."""

    __tablename__ = "hd_reading"
    fingerprint: Mapped[bytes] = mapped_column(LargeBinary, primary_key=True)
    read_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)


class ReadingKey(Base):
    """The random key of one UTC day."""

    __tablename__ = "hd_reading_key"
    day: Mapped[date] = mapped_column(primary_key=True)
    key: Mapped[bytes] = mapped_column(LargeBinary)


class SwitchTally(Base):
    """How often readers of an article left one language for another on a UTC day; no person."""

    __tablename__ = "hd_switch_tally"
    article_id: Mapped[int] = mapped_column(ForeignKey("hd_article.id", ondelete="CASCADE"), primary_key=True)
    from_locale: Mapped[str] = mapped_column(primary_key=True)
    to_locale: Mapped[str] = mapped_column(primary_key=True)
    day: Mapped[date] = mapped_column(primary_key=True)
    switches: Mapped[int] = mapped_column(default=0, server_default=text("0"))


class RequestTally(Base):
    """Requests of a network or visitor (keyed hash) in one minute, for the limits; gone after an hour."""

    __tablename__ = "hd_request_tally"
    network: Mapped[bytes] = mapped_column(LargeBinary, primary_key=True)
    minute: Mapped[int] = mapped_column(primary_key=True)
    requests: Mapped[int]
    # Voters without a cookie among them, each of which would be one more voice.
    newcomers: Mapped[int] = mapped_column(default=0, server_default=text("0"))
