"""One article as a reader of one locale gets it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from functools import lru_cache
from urllib.parse import unquote

from sqlalchemy import ScalarSelect, bindparam, select, tuple_

from helpdesk.db import Database
from helpdesk.locales import Locale, Locales
from helpdesk.models import Article, Body, Category, Counter, Section, Translation
from helpdesk.queries.addresses import Address, Limits, addresses
from helpdesk.queries.translations import outdated_since
from helpdesk.queries.visibility import (
    ANYBODY,
    AnySelect,
    Kind,
    Viewer,
    category_text,
    is_readable,
    kind_of,
    not_withheld,
    reader_of,
    section_text,
    served_translation,
    titled_translation,
    visible_to,
)
from helpdesk.text.markdown import Heading, list_destinations


@dataclass(frozen=True, slots=True)
class Crumb:
    """A step of the way to the article; `lang` is the tag of its title's own locale."""

    title: str
    slug: str
    lang: str


@dataclass(frozen=True, slots=True)
class ArticlePage:
    """All that the article's page shows but the reader's own vote.

    `alternates` are the addresses at which its translations live; `regions` those that it is limited to, and
    `is_elsewhere` says that the reader's is not among them.
    """

    article_id: int
    translation_id: int
    key: str
    slug: str
    title: str
    title_lang: str
    summary: str
    excerpt: str
    html: str
    headings: tuple[Heading, ...]
    minutes: int
    category: Crumb
    section: Crumb
    section_key: str
    published_at: datetime
    updated_at: datetime
    views: int
    revision: int
    lang: str
    kind: Kind
    outdated_since: datetime | None
    alternates: tuple[Address, ...]
    regions: tuple[str, ...]
    is_elsewhere: bool
    related: tuple[str, ...]
    previous_id: int | None
    next_id: int | None


@dataclass(frozen=True, slots=True)
class ArticleGone:
    """The article was archived in every language."""


def get_article_page(
    database: Database, locales: Locales, locale: Locale, article_id: int, *, now: datetime
) -> ArticlePage | ArticleGone | None:
    """The article by id; two queries, a third only when it is not to be had. None: unknown or not for readers."""
    viewer = reader_of(locales, locale, by_link=True)
    values = {"id": article_id, "now": now}
    with database.read() as connection:
        row = connection.execute(_page(viewer, locales.regions(locale)), values).first()
        if row is None:
            return ArticleGone() if connection.execute(_archived(viewer), values).first() else None
        translations = connection.execute(_TRANSLATIONS, values).all()
    regions = tuple((row.regions or "").split())
    return ArticlePage(
        article_id=row.id,
        translation_id=row.translation_id,
        key=row.key,
        slug=row.slug,
        title=row.title,
        title_lang=row.title_locale,
        summary=row.title_summary or row.summary,
        excerpt=row.excerpt,
        html=row.html,
        headings=tuple(Heading(*entry) for entry in json.loads(row.headings)),
        minutes=row.minutes,
        category=Crumb(row.category_title, row.category_slug, row.category_locale),
        section=Crumb(row.section_title, row.section_slug, row.section_locale),
        section_key=row.section_key,
        published_at=row.published_at,
        updated_at=row.updated_at or row.published_at,
        views=row.views,
        revision=row.revision,
        lang=row.locale,
        kind=kind_of(locales, locale, locales.find(row.locale)),
        outdated_since=row.outdated_since,
        alternates=addresses(locales, Limits.of(row), translations),
        regions=regions,
        is_elsewhere=bool(regions) and not set(regions) & set(locales.regions(locale)),
        related=tuple(row.related.split()),
        previous_id=row.previous_id,
        next_id=row.next_id,
    )


def get_text(database: Database, translation_id: int) -> str:
    """A translation's text without markup; one query."""
    with database.read() as connection:
        return str(connection.execute(select(Body.text).where(Body.translation_id == translation_id)).scalar_one())


@lru_cache(maxsize=256)
def _page(viewer: Viewer, regions: tuple[str, ...]) -> AnySelect:
    category, category_on = category_text(viewer.chain)
    section, section_on = section_text(viewer.chain)
    titled = Translation.__table__.alias("titled")
    return (
        select(
            Article.id,
            Article.key,
            Article.regions,
            Article.withheld,
            Article.related,
            Translation.id.label("translation_id"),
            Translation.locale,
            Translation.summary,
            Translation.excerpt,
            Translation.published_at,
            Translation.updated_at,
            Translation.revision,
            titled.c.locale.label("title_locale"),
            titled.c.title,
            titled.c.slug,
            titled.c.summary.label("title_summary"),
            Body.html,
            Body.headings,
            Body.minutes,
            Counter.views,
            outdated_since().label("outdated_since"),
            category.c.title.label("category_title"),
            category.c.slug.label("category_slug"),
            category.c.locale.label("category_locale"),
            Section.key.label("section_key"),
            section.c.title.label("section_title"),
            section.c.slug.label("section_slug"),
            section.c.locale.label("section_locale"),
            _neighbour(replace(viewer, regions=regions), is_next=False).label("previous_id"),
            _neighbour(replace(viewer, regions=regions), is_next=True).label("next_id"),
        )
        .select_from(Article)
        .join(Translation, Translation.id == served_translation(viewer))
        .join(titled, titled.c.id == titled_translation(viewer))
        .join(Body, Body.translation_id == Translation.id)
        .join(Counter, Counter.translation_id == Translation.id)
        .join(Category, Category.id == Article.category_id)
        .join(category, category_on)
        .join(Section, Section.id == Article.section_id)
        .join(section, section_on)
        .where(Article.id == bindparam("id"))
    )


def _neighbour(viewer: Viewer, *, is_next: bool) -> ScalarSelect[int]:
    """Id of the article before or after this one in its section, as a list of the section shows them."""
    here = Article.__table__.alias("here")
    place, own = tuple_(Article.position, Article.id), tuple_(here.c.position, here.c.id)
    order = (Article.position, Article.id) if is_next else (Article.position.desc(), Article.id.desc())
    return (
        select(Article.id)
        .join(here, here.c.section_id == Article.section_id)
        .where(here.c.id == bindparam("id"), place > own if is_next else place < own, is_readable(viewer))
        .order_by(*order)
        .limit(1)
        .correlate(None)
        .scalar_subquery()
    )


# Every translation that readers can see somewhere, whoever asks.
_TRANSLATIONS = (
    select(Translation.id, Translation.locale, Translation.slug, Translation.updated_at)
    .join(Article, Article.id == Translation.article_id)
    .where(Article.id == bindparam("id"), Translation.has_body, visible_to(ANYBODY, Translation))
)


@lru_cache(maxsize=256)
def _archived(viewer: Viewer) -> AnySelect:
    return (
        select(Translation.id)
        .join(Article, Article.id == Translation.article_id)
        .where(Article.id == bindparam("id"), Translation.status == "archived", not_withheld(viewer.tag))
    )


@dataclass(frozen=True, slots=True)
class Source:
    """A translation's text as it was written; `targets` are what its addresses stand for, by the address.

    That is `hd:media/<name>`, `article:<key>` or the address itself.
    """

    markdown: str
    targets: Mapping[str, str]


def get_source(database: Database, translation_id: int) -> Source:
    """The text of a translation that exists; one query."""
    statement = select(Body.markdown, Body.targets).where(Body.translation_id == translation_id)
    with database.read() as connection:
        row = connection.execute(statement).one()
    known = {address: to if isinstance(to, str) else to[0] for address, to in json.loads(row.targets).items()}
    written = list_destinations(row.markdown)
    return Source(
        row.markdown, {address: known.get(unquote(address), known.get(address, address)) for address in written}
    )
