"""Categories (tabs of the site) and sections (topics inside one), with their texts per locale."""

from __future__ import annotations

from sqlalchemy import ForeignKey, Index, UniqueConstraint, false
from sqlalchemy.orm import Mapped, mapped_column

from helpdesk.db import Base


class Category(Base):
    """One tab of the site."""

    __tablename__ = "hd_category"
    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(unique=True)
    position: Mapped[int] = mapped_column(default=0)
    is_demo: Mapped[bool] = mapped_column(default=False)
    # Whether an import of a folder brought it.
    is_imported: Mapped[bool] = mapped_column(default=False, server_default=false())


class CategoryText(Base):
    """A category's title, slug and summary in one locale."""

    __tablename__ = "hd_category_text"
    __table_args__ = (Index("ix_hd_category_text_slug", "slug", "locale"),)
    category_id: Mapped[int] = mapped_column(ForeignKey("hd_category.id", ondelete="CASCADE"), primary_key=True)
    locale: Mapped[str] = mapped_column(primary_key=True)
    title: Mapped[str]
    slug: Mapped[str]
    summary: Mapped[str] = mapped_column(default="")


class Section(Base):
    """A topic inside a category."""

    __tablename__ = "hd_section"
    __table_args__ = (UniqueConstraint("category_id", "key"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    category_id: Mapped[int] = mapped_column(ForeignKey("hd_category.id", ondelete="CASCADE"))
    key: Mapped[str]
    position: Mapped[int] = mapped_column(default=0)
    is_demo: Mapped[bool] = mapped_column(default=False)
    # Whether an import of a folder brought it.
    is_imported: Mapped[bool] = mapped_column(default=False, server_default=false())


class SectionText(Base):
    """A section's title, slug and summary in one locale."""

    __tablename__ = "hd_section_text"
    __table_args__ = (Index("ix_hd_section_text_slug", "slug", "locale"),)
    section_id: Mapped[int] = mapped_column(ForeignKey("hd_section.id", ondelete="CASCADE"), primary_key=True)
    locale: Mapped[str] = mapped_column(primary_key=True)
    title: Mapped[str]
    slug: Mapped[str]
    summary: Mapped[str] = mapped_column(default="")
