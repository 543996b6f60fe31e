"""Articles, their translations, and what stands in narrow tables of its own so that lists and counters stay fast."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint, text, true
from sqlalchemy.orm import Mapped, mapped_column

from helpdesk.db import Base, UtcDateTime

STATUSES = ("draft", "in_review", "published", "archived")
SIGNIFICANCES = ("typo", "minor", "major")


def one_of(column: str, values: Iterable[str]) -> str:
    """The condition of a constraint that a column holds one of these words."""
    return f"{column} IN ({', '.join(repr(value) for value in values)})"


class Article(Base):
    """One answer, in any number of languages."""

    __tablename__ = "hd_article"
    __table_args__ = (
        Index(
            "ix_hd_article_category_id_position",
            "category_id",
            "position",
            "id",
            "section_id",
            "source_locale",
            "regions",
            "withheld",
        ),
        Index(
            "ix_hd_article_section_id_position",
            "section_id",
            "position",
            "id",
            "source_locale",
            "regions",
            "withheld",
        ),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(unique=True)
    # The section's category, repeated so that a category's list is one index scan.
    category_id: Mapped[int] = mapped_column(ForeignKey("hd_category.id"))
    section_id: Mapped[int] = mapped_column(ForeignKey("hd_section.id"))
    position: Mapped[int] = mapped_column(default=0)
    source_locale: Mapped[str]
    # Region codes between spaces, " SG EU "; NULL: everywhere.
    regions: Mapped[str | None]
    # Tags of regional locales that do not show it, between spaces, " en-SG "; NULL: none.
    withheld: Mapped[str | None]
    # Keys of the articles that editors put beside it, between spaces; empty: the index finds them.
    related: Mapped[str] = mapped_column(default="", server_default="")
    is_demo: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)


class Translation(Base):
    """An article in one locale, the source one included: the columns of its card."""

    __tablename__ = "hd_translation"
    __table_args__ = (
        UniqueConstraint("article_id", "locale"),
        CheckConstraint(one_of("status", STATUSES), name="status"),
        # Visibility is decided on this index alone, whatever the width of the row.
        Index("ix_hd_translation_visible", "article_id", "status", "published_at", "locale", "has_body", "id"),
        Index("ix_hd_translation_updated_at", "updated_at", "article_id"),
        # The last publication that has come due is part of every page's validator.
        Index("ix_hd_translation_published_at", "published_at"),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    article_id: Mapped[int] = mapped_column(ForeignKey("hd_article.id", ondelete="CASCADE"))
    locale: Mapped[str]
    title: Mapped[str]
    slug: Mapped[str]
    summary: Mapped[str] = mapped_column(default="")
    # First sentences of the body, for cards of articles without a summary.
    excerpt: Mapped[str] = mapped_column(default="")
    keywords: Mapped[str] = mapped_column(default="")
    status: Mapped[str]
    # False: title, summary and keywords only; the body comes from the chain.
    has_body: Mapped[bool] = mapped_column(default=True, server_default=true())
    published_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    # Publication of the last revision of significance minor or major; a typo does not move it.
    updated_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    # Number of the current revision, and of the source's revision that it was made from.
    revision: Mapped[int] = mapped_column(default=1)
    based_on: Mapped[int | None]


class Body(Base):
    """A translation's text as written and as rendered when it was saved."""

    __tablename__ = "hd_body"
    translation_id: Mapped[int] = mapped_column(ForeignKey("hd_translation.id", ondelete="CASCADE"), primary_key=True)
    markdown: Mapped[str]
    html: Mapped[str]
    text: Mapped[str]
    # JSON: [[level, id, text], ...]
    headings: Mapped[str]
    # JSON: what addresses in the Markdown stand for, {picture: [address, width, height], page: "article:key#anchor"}
    targets: Mapped[str] = mapped_column(default="{}", server_default="{}")
    # How long the text takes to read; 0: nothing to read.
    minutes: Mapped[int] = mapped_column(default=0, server_default="0")


class Counter(Base):
    """A translation's figures; changed only as `n = n + 1`."""

    __tablename__ = "hd_counter"
    __table_args__ = (Index("ix_hd_counter_views", "views", "translation_id"),)
    translation_id: Mapped[int] = mapped_column(ForeignKey("hd_translation.id", ondelete="CASCADE"), primary_key=True)
    views: Mapped[int] = mapped_column(default=0, server_default=text("0"))
    yes: Mapped[int] = mapped_column(default=0, server_default=text("0"))
    no: Mapped[int] = mapped_column(default=0, server_default=text("0"))


class Revision(Base):
    """Immutable snapshot of a translation."""

    __tablename__ = "hd_revision"
    __table_args__ = (
        UniqueConstraint("translation_id", "number"),
        # When what was changed is known without reading the texts.
        Index("ix_hd_revision_steps", "translation_id", "number", "significance", "created_at"),
        CheckConstraint(one_of("significance", SIGNIFICANCES), name="significance"),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    translation_id: Mapped[int] = mapped_column(ForeignKey("hd_translation.id", ondelete="CASCADE"))
    number: Mapped[int]
    title: Mapped[str]
    summary: Mapped[str]
    keywords: Mapped[str] = mapped_column(default="", server_default="")
    markdown: Mapped[str]
    # As in `Body`: a restored text shows its pictures and leads to its pages.
    targets: Mapped[str] = mapped_column(default="{}", server_default="{}")
    author: Mapped[str]
    comment: Mapped[str]
    significance: Mapped[str]
    based_on: Mapped[int | None]
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)


class ImportState(Base):
    """What the last import of a folder read for a translation, and how it left it."""

    __tablename__ = "hd_import_state"
    translation_id: Mapped[int] = mapped_column(ForeignKey("hd_translation.id", ondelete="CASCADE"), primary_key=True)
    # JSON: {path below the folder: start of the SHA-256 of its bytes, "" for a file that was looked for in vain}
    files: Mapped[str]
    # Hashes of all else that decides what a text becomes, and of what it left in the columns of the card.
    maker: Mapped[str]
    card: Mapped[str]


class Redirect(Base):
    """A slug that a category or section once had in a locale; articles need none, their id is in the URL."""

    __tablename__ = "hd_redirect"
    __table_args__ = (CheckConstraint(one_of("kind", ("category", "section")), name="kind"),)
    kind: Mapped[str] = mapped_column(primary_key=True)
    locale: Mapped[str] = mapped_column(primary_key=True)
    slug: Mapped[str] = mapped_column(primary_key=True)
    target_id: Mapped[int] = mapped_column(primary_key=True)


class Media(Base):
    """An image in the media folder, named by the SHA-256 of its bytes."""

    __tablename__ = "hd_media"
    hash: Mapped[str] = mapped_column(primary_key=True)
    extension: Mapped[str]
    width: Mapped[int]
    height: Mapped[int]
