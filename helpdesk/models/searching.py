"""What was searched and read, synonyms, and the outbox through which content reaches each machine's index."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from helpdesk.db import Base, Text, UtcDateTime
from helpdesk.models.articles import one_of

# In the order of its code points on both databases.
Ordered = Text().with_variant(Text(collation="C"), "postgresql")


class SearchLog(Base):
    """One page of results that was shown, and what came of the search; no person, and no time but the UTC day."""

    __tablename__ = "hd_search_log"
    __table_args__ = (
        # All that is counted over days: no row of the log is read for it.
        Index("ix_hd_search_log_locale_searched_on", "locale", "searched_on", "query", "page", "results", "correction"),
        # The same of one query, and which search of it was the last.
        Index(
            "ix_hd_search_log_query", "locale", "query", "page", "searched_on", "id", "results", "correction", "refined"
        ),
        Index(
            "ix_hd_search_log_refined",
            "locale",
            "searched_on",
            "refined",
            "query",
            sqlite_where=text("refined <> ''"),
            postgresql_where=text("refined <> ''"),
        ),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    searched_on: Mapped[date]
    locale: Mapped[str]
    # As `text.characters.normalized` writes it, which makes one query of its spellings; what is personal is masked.
    query: Mapped[str] = mapped_column(Ordered)
    category: Mapped[str | None]
    results: Mapped[int]
    page: Mapped[int]
    # What was searched instead, because nothing was found as typed; empty: nothing else.
    correction: Mapped[str]
    # The query of the results from which this one was typed in its place, written as it; empty: none.
    refined: Mapped[str] = mapped_column(Ordered, default="", server_default="")


class SearchChange(Base):
    """What the team did about a query, so that a report can say whether it helped."""

    __tablename__ = "hd_search_change"
    __table_args__ = (
        Index("ix_hd_search_change_locale_query", "locale", "query"),
        CheckConstraint(one_of("kind", ("synonym", "keyword", "article", "ignored")), name="kind"),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    locale: Mapped[str]
    query: Mapped[str] = mapped_column(Ordered)
    kind: Mapped[str]
    # The synonym that was added, or the keyword.
    detail: Mapped[str] = mapped_column(default="", server_default="")
    # That got the keyword, or was begun.
    article_id: Mapped[int | None] = mapped_column(ForeignKey("hd_article.id", ondelete="SET NULL"), index=True)
    made_on: Mapped[date]
    # E-mail address of a member.
    made_by: Mapped[str]


class SearchClick(Base):
    """How often an article was read out of the results of a query on a UTC day; no person.

    Positions count from 1; below 0 they are made up, for the demo.
    """

    __tablename__ = "hd_search_click"
    locale: Mapped[str] = mapped_column(primary_key=True)
    query: Mapped[str] = mapped_column(Ordered, primary_key=True)
    clicked_on: Mapped[date] = mapped_column(primary_key=True)
    article_id: Mapped[int] = mapped_column(
        ForeignKey("hd_article.id", ondelete="CASCADE"), primary_key=True, index=True
    )
    position: Mapped[int] = mapped_column(primary_key=True)
    clicks: Mapped[int]


class Synonym(Base):
    """Who asks for `words` finds `means` as well, and the other way round where it is two-way."""

    __tablename__ = "hd_synonym"
    __table_args__ = (UniqueConstraint("locale", "words", "means"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    locale: Mapped[str]
    words: Mapped[str]
    means: Mapped[str]
    is_two_way: Mapped[bool]
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)


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
