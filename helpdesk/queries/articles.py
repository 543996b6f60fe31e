"""One article as a reader of one locale gets it."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any

from sqlalchemy import bindparam, select

from helpdesk.db import Database
from helpdesk.locales import Locale, Locales
from helpdesk.models import Article, Body, Category, Counter, Section, Translation
from helpdesk.queries.translations import outdated_since
from helpdesk.queries.visibility import (
    AnySelect,
    Kind,
    Viewer,
    category_text,
    chain_of,
    kind_of,
    section_text,
    served_translation,
    visible_to,
)
from helpdesk.text.markdown import Heading


@dataclass(frozen=True, slots=True)
class Crumb:
    """A step of the way to the article; `lang` is the tag of its title's own locale."""

    title: str
    slug: str
    lang: str


@dataclass(frozen=True, slots=True)
class Alternate:
    """A translation of the same article that a reader can open."""

    tag: str
    slug: str


@dataclass(frozen=True, slots=True)
class ArticlePage:
    """All that the article's page shows but the reader's own vote."""

    article_id: int
    translation_id: int
    key: str
    slug: str
    title: str
    summary: str
    html: str
    headings: tuple[Heading, ...]
    category: Crumb
    section: Crumb
    published_at: datetime
    updated_at: datetime
    views: int
    revision: int
    lang: str
    kind: Kind
    outdated_since: datetime | None
    alternates: tuple[Alternate, ...]


@dataclass(frozen=True, slots=True)
class ArticleGone:
    """The article was archived in every language."""


def get_article_page(
    database: Database, locales: Locales, locale: Locale, article_id: int, *, now: datetime
) -> ArticlePage | ArticleGone | None:
    """The article by id; two queries, a third only when it is not to be had. None: unknown or not for readers."""
    chain = chain_of(locales, locale)
    values = {"id": article_id, "now": now}
    with database.read() as connection:
        row = connection.execute(_page(chain), values).first()
        if row is None:
            archived = select(Translation.id).where(
                Translation.article_id == article_id, Translation.status == "archived"
            )
            return ArticleGone() if connection.execute(archived).first() else None
        alternates = connection.execute(_ALTERNATES, values).all()
    served = locales.find(row.locale)
    return ArticlePage(
        article_id=row.id,
        translation_id=row.translation_id,
        key=row.key,
        slug=row.slug,
        title=row.title,
        summary=row.summary,
        html=row.html,
        headings=tuple(Heading(*entry) for entry in json.loads(row.headings)),
        category=Crumb(row.category_title, row.category_slug, row.category_locale),
        section=Crumb(row.section_title, row.section_slug, row.section_locale),
        published_at=row.published_at,
        updated_at=row.updated_at,
        views=row.views,
        revision=row.revision,
        lang=row.locale,
        kind=Kind.FALLBACK if served is None else kind_of(locales, locale, served),
        outdated_since=row.outdated_since,
        alternates=_in_order(locales, alternates),
    )


def _in_order(locales: Locales, rows: Sequence[Any]) -> tuple[Alternate, ...]:
    """Translations in the switcher's order; of a locale that the site no longer has, nothing is shown."""
    slugs = {row.locale: row.slug for row in rows}
    return tuple(Alternate(item.tag, slugs[item.tag]) for item in locales.all if item.tag in slugs)


@lru_cache(maxsize=256)
def _page(chain: Sequence[str]) -> AnySelect:
    category, category_on = category_text(chain)
    section, section_on = section_text(chain)
    return (
        select(
            Article.id,
            Article.key,
            Translation.id.label("translation_id"),
            Translation.locale,
            Translation.slug,
            Translation.title,
            Translation.summary,
            Translation.published_at,
            Translation.updated_at,
            Translation.revision,
            Body.html,
            Body.headings,
            Counter.views,
            outdated_since().label("outdated_since"),
            category.c.title.label("category_title"),
            category.c.slug.label("category_slug"),
            category.c.locale.label("category_locale"),
            section.c.title.label("section_title"),
            section.c.slug.label("section_slug"),
            section.c.locale.label("section_locale"),
        )
        .select_from(Article)
        .join(Translation, Translation.id == served_translation(chain))
        .join(Body, Body.translation_id == Translation.id)
        .join(Counter, Counter.translation_id == Translation.id)
        .join(Category, Category.id == Article.category_id)
        .join(category, category_on)
        .join(Section, Section.id == Article.section_id)
        .join(section, section_on)
        .where(Article.id == bindparam("id"))
    )


_ALTERNATES = select(Translation.locale, Translation.slug).where(
    Translation.article_id == bindparam("id"), visible_to(Viewer.READER)
)


def find_link_targets(
    database: Database, locales: Locales, locale: Locale, keys: Iterable[str], *, now: datetime
) -> Mapping[str, tuple[int, str]]:
    """Id and slug, in the reader's locale, of the articles with these keys that the reader can see."""
    chain = chain_of(locales, locale)
    statement = (
        select(Article.key, Article.id, Translation.slug)
        .join(Translation, Translation.id == served_translation(chain))
        .where(Article.key.in_(list(keys)))
    )
    with database.read() as connection:
        return {row.key: (row.id, row.slug) for row in connection.execute(statement, {"now": now})}
