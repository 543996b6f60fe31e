"""The log of searches, and the outbox through which content reaches each machine's index."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from helpdesk.db import Base, UtcDateTime


class SearchLog(Base):
    """One search and what came of it; no person."""

    __tablename__ = "hd_search_log"
    __table_args__ = (Index("ix_hd_search_log_locale_searched_at", "locale", "searched_at"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    searched_at: Mapped[datetime] = mapped_column(UtcDateTime)
    locale: Mapped[str]
    query: Mapped[str]
    category: Mapped[str | None]
    results: Mapped[int]


class SearchNode(Base):
    """A machine with an index of its own."""

    __tablename__ = "hd_search_node"
    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(unique=True)
    seen_at: Mapped[datetime] = mapped_column(UtcDateTime)


class Outbox(Base):
    """An article that a machine's index has yet to take in; the row goes only if its token is unchanged."""

    __tablename__ = "hd_outbox"
    node_id: Mapped[int] = mapped_column(ForeignKey("hd_search_node.id", ondelete="CASCADE"), primary_key=True)
    # No foreign key: a deleted article has to leave the index as well.
    article_id: Mapped[int] = mapped_column(primary_key=True)
    token: Mapped[str]
    # In the future for an article with a translation that is to be published then.
    due_at: Mapped[datetime] = mapped_column(UtcDateTime)
