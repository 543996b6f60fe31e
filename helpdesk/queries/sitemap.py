"""All articles at their addresses, in bulk: for the sitemap."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby

from sqlalchemy import bindparam, func, select

from helpdesk.db import Database
from helpdesk.locales import Locales
from helpdesk.models import Article, Translation
from helpdesk.queries.addresses import Address, Limits, addresses, homes
from helpdesk.queries.categories import ListAddress, list_categories
from helpdesk.queries.visibility import ANYBODY, visible_to


@dataclass(frozen=True, slots=True)
class Size:
    """How much of a sitemap an article takes at most: its translations, and the characters of their slugs."""

    article_id: int
    translations: int
    characters: int
    updated_at: datetime


@dataclass(frozen=True, slots=True)
class ListPlace:
    """A category or section at its addresses, with the last update of what is listed there by tag."""

    addresses: tuple[ListAddress, ...]
    updated: Mapping[str, datetime]


# Every translation that readers can see somewhere.
_VISIBLE = (Translation.has_body, visible_to(ANYBODY, Translation))
_SIZES = (
    select(
        Article.id,
        func.count().label("translations"),
        func.sum(func.length(Translation.slug)).label("characters"),
        func.max(Translation.updated_at).label("updated_at"),
    )
    .join(Translation, Translation.article_id == Article.id)
    .where(*_VISIBLE)
    .group_by(Article.id)
    .order_by(Article.id)
)
_UPDATES = (
    select(
        Article.category_id,
        Article.section_id,
        Translation.locale,
        func.max(Translation.updated_at).label("updated_at"),
    )
    .join(Translation, Translation.article_id == Article.id)
    .where(*_VISIBLE)
    .group_by(Article.category_id, Article.section_id, Translation.locale)
)
_ARTICLES = (
    select(
        Article.id.label("article_id"),
        Article.regions,
        Article.withheld,
        Translation.id,
        Translation.locale,
        Translation.slug,
        Translation.updated_at,
    )
    .join(Translation, Translation.article_id == Article.id)
    .where(Article.id.between(bindparam("first"), bindparam("last")), *_VISIBLE)
    .order_by(Article.id, Translation.id)
)


def list_sizes(database: Database, *, now: datetime) -> list[Size]:
    """Every article that somebody can read, by id; one query."""
    with database.read() as connection:
        return [Size(*row) for row in connection.execute(_SIZES, {"now": now})]


def list_updates(database: Database, locales: Locales, *, now: datetime) -> dict[tuple[str, int], dict[str, datetime]]:
    """When ("site", 0), ("category", id) and ("section", id) last changed, by the tag of the locale; one query."""
    changed: dict[tuple[str, int], dict[str, datetime]] = {}
    with database.read() as connection:
        for row in connection.execute(_UPDATES, {"now": now}):
            for place in (("site", 0), ("category", row.category_id), ("section", row.section_id)):
                times = changed.setdefault(place, {})
                times[row.locale] = max(times.get(row.locale, row.updated_at), row.updated_at)
    chains = {locale.tag: [item.tag for item in locales.chain(locale)] for locale in locales.all}
    return {
        place: {
            tag: max(found)
            for tag, chain in chains.items()
            if (found := [times[text] for text in chain if text in times])
        }
        for place, times in changed.items()
    }


def list_lists(
    database: Database, locales: Locales, updates: Mapping[tuple[str, int], Mapping[str, datetime]], *, now: datetime
) -> Iterator[ListPlace]:
    """Every category and section where its texts are at home, as `list_addresses` has it; a query for each locale."""
    lists: dict[tuple[str, int], list[ListAddress]] = {}
    for locale in locales.all:
        for category in list_categories(database, locales, locale, now=now):
            here = ListAddress(locale.tag, category.lang, category.slug, None)
            lists.setdefault(("category", category.id), []).append(here)
            for part in category.sections:
                below = ListAddress(locale.tag, part.lang, category.slug, part.slug)
                lists.setdefault(("section", part.id), []).append(below)
    for place, shown in lists.items():
        at_home = homes(locales, {item.tag: item.lang for item in shown})
        yield ListPlace(tuple(item for item in shown if at_home.get(item.lang) == item.tag), updates.get(place, {}))


def list_articles(
    database: Database, locales: Locales, first: int, last: int, *, now: datetime
) -> Iterator[tuple[int, tuple[Address, ...]]]:
    """The articles with ids in a range and their addresses, by id; one query."""
    with database.read() as connection:
        rows = connection.execute(_ARTICLES, {"first": first, "last": last, "now": now}).all()
    for article_id, group in groupby(rows, key=lambda row: int(row.article_id)):
        translations = list(group)
        yield article_id, addresses(locales, Limits.of(translations[0]), translations)
