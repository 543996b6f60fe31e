"""Who sees which translation: the one place that decides it, for every channel."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from enum import Enum
from typing import Any, TypeAlias

from sqlalchemy import BindParameter, ColumnElement, FromClause, ScalarSelect, Select, and_, bindparam, case, select

from helpdesk.db import UtcDateTime
from helpdesk.locales import Locale, Locales
from helpdesk.models import Article, Category, CategoryText, Section, SectionText, Translation

NOW: BindParameter[datetime] = bindparam("now", type_=UtcDateTime())
AnySelect: TypeAlias = "Select[*tuple[Any, ...]]"


class Viewer(Enum):
    """For whom a page is made; the team's own views come with the desk."""

    READER = "reader"
    TEAM = "team"
    PREVIEW = "preview"


class Kind(Enum):
    """Where the translation that is served comes from."""

    OWN = "own"
    INHERITED = "inherited"
    FALLBACK = "fallback"


def chain_of(locales: Locales, locale: Locale) -> tuple[str, ...]:
    """Tags of the locales in which readers of a locale look for a text, in order."""
    return tuple(item.tag for item in locales.chain(locale))


def kind_of(locales: Locales, asked: Locale, served: Locale) -> Kind:
    """Own, inherited (same language and script, so without notice) or fallback (product rule 3)."""
    if asked.tag == served.tag:
        return Kind.OWN
    return Kind.INHERITED if locales.is_same_writing(asked, served) else Kind.FALLBACK


def visible_to(viewer: Viewer, translation: Any = Translation) -> ColumnElement[bool]:
    """Whether a translation may be shown; wants the parameter `now`."""
    published = and_(translation.status == "published", translation.published_at <= NOW)
    return published if viewer is Viewer.READER else translation.status != "archived"


def served_translation(chain: Sequence[str], viewer: Viewer = Viewer.READER) -> ScalarSelect[int]:
    """Id of the translation that readers of `chain` get of an article: the chain, the source, then any other."""
    candidate = Translation.__table__.alias("candidate")
    rank = case(
        *((candidate.c.locale == tag, place) for place, tag in enumerate(chain)),
        (candidate.c.locale == Article.source_locale, len(chain)),
        else_=len(chain) + 1,
    )
    # Ranked inside, ordered outside: SQLite knows no outer column in the ORDER BY of a subquery.
    ranked = (
        select(candidate.c.id, rank.label("rank"))
        .where(candidate.c.article_id == Article.id, visible_to(viewer, candidate.c))
        .correlate(Article)
        .subquery("ranked")
    )
    return select(ranked.c.id).order_by(ranked.c.rank, ranked.c.id).limit(1).correlate(Article).scalar_subquery()


def has_article(column: Any, owner: Any) -> ColumnElement[bool]:
    """Whether a category or section (`Article.category_id`, its id) holds an article that readers can see."""
    return (
        select(Article.id)
        .join(Translation, Translation.article_id == Article.id)
        .where(column == owner, visible_to(Viewer.READER))
        .exists()
    )


def _text(owner: Any, model: Any, owner_column: str, chain: Sequence[str], name: str) -> tuple[FromClause, Any]:
    best = model.__table__.alias(f"best_{name}")
    text = model.__table__.alias(name)
    rank = case(*((best.c.locale == tag, place) for place, tag in enumerate(chain)), else_=len(chain))
    pick = (
        select(best.c.locale)
        .where(best.c[owner_column] == owner)
        .order_by(rank, best.c.locale)
        .limit(1)
        .scalar_subquery()
    )
    return text, and_(text.c[owner_column] == owner, text.c.locale == pick)


def category_text(chain: Sequence[str]) -> tuple[FromClause, Any]:
    """The category's text that readers of `chain` get, and the condition that joins it."""
    return _text(Category.id, CategoryText, "category_id", chain, "category_text")


def section_text(chain: Sequence[str]) -> tuple[FromClause, Any]:
    """The section's text that readers of `chain` get, and the condition that joins it."""
    return _text(Section.id, SectionText, "section_id", chain, "section_text")
