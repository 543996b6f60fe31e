"""The tree of categories and sections as a reader of one locale sees it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any

from sqlalchemy import CompoundSelect, Integer, Select, bindparam, literal, select, true, union_all

from helpdesk.db import Database
from helpdesk.locales import Locale, Locales
from helpdesk.models import Article, Category, CategoryText, Redirect, Section, SectionText
from helpdesk.queries.addresses import homes
from helpdesk.queries.visibility import AnySelect, Viewer, category_text, has_article, reader_of, section_text


@dataclass(frozen=True, slots=True)
class SectionLink:
    """A section; `lang` is the tag of its title's own locale."""

    id: int
    key: str
    title: str
    slug: str
    summary: str
    lang: str


@dataclass(frozen=True, slots=True)
class CategoryLink:
    """A category with those of its sections that hold something to read."""

    id: int
    key: str
    title: str
    slug: str
    summary: str
    lang: str
    sections: tuple[SectionLink, ...]


def list_categories(
    database: Database, locales: Locales, locale: Locale, *, now: datetime, with_empty: bool = False
) -> tuple[CategoryLink, ...]:
    """All categories that hold something to read, or all, with their sections, in order; one query."""
    statement = _tree(reader_of(locales, locale), with_empty)
    with database.read() as connection:
        rows = connection.execute(statement, {"now": now}).all()
    tree: dict[int, tuple[CategoryLink, list[SectionLink]]] = {}
    for row in rows:
        head = CategoryLink(row.category_id, row.key, row.title, row.slug, row.summary, row.locale, sections=())
        _, sections = tree.setdefault(row.category_id, (head, []))
        sections.append(
            SectionLink(
                row.section_id,
                row.section_key,
                row.section_title,
                row.section_slug,
                row.section_summary,
                row.section_locale,
            )
        )
    return tuple(
        CategoryLink(c.id, c.key, c.title, c.slug, c.summary, c.lang, tuple(sections)) for c, sections in tree.values()
    )


@lru_cache(maxsize=256)
def _tree(viewer: Viewer, with_empty: bool) -> AnySelect:
    category, category_on = category_text(viewer.chain)
    section, section_on = section_text(viewer.chain)
    return (
        select(
            Category.id.label("category_id"),
            Category.key,
            category.c.title,
            category.c.slug,
            category.c.summary,
            category.c.locale,
            Section.id.label("section_id"),
            Section.key.label("section_key"),
            section.c.title.label("section_title"),
            section.c.slug.label("section_slug"),
            section.c.summary.label("section_summary"),
            section.c.locale.label("section_locale"),
        )
        .select_from(Category)
        .join(category, category_on)
        .join(Section, Section.category_id == Category.id)
        .join(section, section_on)
        .where(true() if with_empty else has_article(viewer, Article.section_id, Section.id))
        .order_by(Category.position, Category.id, Section.position, Section.id)
    )


def find_moved_category(database: Database, slug: str) -> int | None:
    """Id of a category that has, or once had, this slug in any locale."""
    return _first(
        database,
        select(CategoryText.category_id.label("id")).where(CategoryText.slug == slug),
        select(Redirect.target_id.label("id")).where(Redirect.kind == "category", Redirect.slug == slug),
    )


def find_moved_section(database: Database, category_id: int, slug: str) -> int | None:
    """Id of a section of the category that has, or once had, this slug in any locale."""
    within = select(Section.id).where(Section.category_id == category_id)
    return _first(
        database,
        select(SectionText.section_id.label("id")).where(SectionText.slug == slug, SectionText.section_id.in_(within)),
        select(Redirect.target_id.label("id")).where(
            Redirect.kind == "section", Redirect.slug == slug, Redirect.target_id.in_(within)
        ),
    )


def _first(database: Database, *statements: Select[int]) -> int | None:
    with database.read() as connection:
        row = connection.execute(union_all(*statements).order_by("id").limit(1)).first()
    return None if row is None else int(row[0])


@dataclass(frozen=True, slots=True)
class ListAddress:
    """A locale's address of the list whose text, in `lang`, is at home there."""

    tag: str
    lang: str
    slug: str
    section_slug: str | None


def list_addresses(
    database: Database, locales: Locales, category_id: int, section_id: int | None, *, now: datetime
) -> tuple[ListAddress, ...]:
    """Where the texts of a category, or of a section in it, live: in locales that have something to list; one query."""
    viewers = tuple(reader_of(locales, locale) for locale in locales.all)
    values = {"category_id": category_id, "section_id": section_id, "now": now}
    slugs: dict[str, dict[str, str]] = {"category": {}, "section": {}, "shown": {}}
    with database.read() as connection:
        for kind, tag, slug in connection.execute(_texts(viewers, section_id is not None), values):
            slugs[kind][tag] = slug
    categories, sections = slugs["category"], slugs["section"]
    texts = categories if section_id is None else sections
    served = {viewer.tag: _nearest(viewer, texts) for viewer in viewers if viewer.tag in slugs["shown"]}
    at_home = {tag: text for text, tag in homes(locales, served).items()}
    return tuple(
        ListAddress(
            viewer.tag,
            at_home[viewer.tag],
            categories[_nearest(viewer, categories)],
            sections[_nearest(viewer, sections)] if sections else None,
        )
        for viewer in viewers
        if viewer.tag in at_home
    )


def _nearest(viewer: Viewer, texts: Mapping[str, str]) -> str:
    """Whose text a viewer gets, as `category_text` picks it."""
    return next((tag for tag in viewer.chain if tag in texts), min(texts))


@lru_cache(maxsize=64)
def _texts(viewers: tuple[Viewer, ...], is_section: bool) -> CompoundSelect[Any]:
    category_id, section_id = bindparam("category_id", type_=Integer), bindparam("section_id", type_=Integer)
    column, owner = (Article.section_id, section_id) if is_section else (Article.category_id, category_id)
    return union_all(
        select(literal("category").label("kind"), CategoryText.locale, CategoryText.slug).where(
            CategoryText.category_id == category_id
        ),
        select(literal("section"), SectionText.locale, SectionText.slug).where(SectionText.section_id == section_id),
        *(
            select(literal("shown"), literal(viewer.tag), literal("")).where(has_article(viewer, column, owner))
            for viewer in viewers
        ),
    )
