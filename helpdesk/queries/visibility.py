"""Who sees which translation: the one place that decides it, for every channel."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from typing import Any, TypeAlias

from sqlalchemy import (
    BindParameter,
    ColumnElement,
    FromClause,
    ScalarSelect,
    Select,
    and_,
    bindparam,
    case,
    literal,
    or_,
    select,
)

from helpdesk.db import UtcDateTime
from helpdesk.locales import Locale, Locales
from helpdesk.models import Article, Category, CategoryText, Section, SectionText, Translation
from helpdesk.sql import by_code

NOW: BindParameter[datetime] = bindparam("now", type_=UtcDateTime())
AnySelect: TypeAlias = "Select[*tuple[Any, ...]]"


class Role(Enum):
    """What a viewer may see; the team's own views come with the desk."""

    READER = "reader"
    TEAM = "team"
    PREVIEW = "preview"


@dataclass(frozen=True, slots=True)
class Viewer:
    """For whom something is looked up: `chain` are the tags in which a text is looked for, in order.

    `regions` are those of the viewer; None: an article of any region, as a link to it opens it.
    """

    chain: tuple[str, ...]
    regions: tuple[str, ...] | None
    role: Role = Role.READER

    @property
    def tag(self) -> str:
        """The locale asked for."""
        return self.chain[0]


# Somebody, in whatever locale and region: for what is said about an article as a whole.
ANYBODY = Viewer((), None)


class Kind(Enum):
    """Where the translation that is served comes from."""

    OWN = "own"
    INHERITED = "inherited"
    FALLBACK = "fallback"


def reader_of(locales: Locales, locale: Locale, *, by_link: bool = False) -> Viewer:
    """A reader of a locale; `by_link` also sees what is limited to other regions."""
    chain = tuple(item.tag for item in locales.chain(locale))
    return Viewer(chain, None if by_link else locales.regions(locale))


def kind_of(locales: Locales, asked: Locale, served: Locale | None) -> Kind:
    """Own, inherited (same language and script, so without notice) or fallback (product rule 3)."""
    if served is None:
        return Kind.FALLBACK
    if asked.tag == served.tag:
        return Kind.OWN
    return Kind.INHERITED if locales.is_same_writing(asked, served) else Kind.FALLBACK


def visible_to(viewer: Viewer, translation: Any) -> ColumnElement[bool]:
    """Whether a translation may be shown to a viewer; wants `Article` in the statement and the parameter `now`.

    Regions and withholding are the article's (product rule 1); what a regional locale withholds of its own is shown
    to nobody.
    """
    if viewer.role is not Role.READER:
        return translation.status != "archived"  # type: ignore[no-any-return]
    conditions = [
        translation.status == "published",
        translation.published_at <= NOW,
        not_withheld(translation.locale, *viewer.chain[:1]),
    ]
    if viewer.regions is not None:
        places = [Article.regions.contains(f" {region} ") for region in viewer.regions]
        conditions.append(or_(Article.regions.is_(None), *places))
    return and_(*conditions)


def not_withheld(*tags: Any) -> ColumnElement[bool]:
    """Whether an article is withheld in none of some locales, given as tags or columns."""
    places = [~Article.withheld.contains(literal(" ") + tag + literal(" ")) for tag in tags]
    return or_(Article.withheld.is_(None), and_(*places))


def served_translation(viewer: Viewer) -> ScalarSelect[int]:
    """Id of the translation whose body a viewer gets of an article: the chain, the source, then any other."""
    return _best(viewer, lambda candidate: candidate.has_body)


def titled_translation(viewer: Viewer) -> ScalarSelect[int]:
    """Id of the translation whose title a viewer gets: as above, but in the chain a title alone will do."""
    return _best(viewer, lambda candidate: or_(candidate.has_body, candidate.locale.in_(viewer.chain)))


def _best(viewer: Viewer, fits: Callable[[Any], ColumnElement[bool]]) -> ScalarSelect[int]:
    candidate = Translation.__table__.alias("candidate")
    rank = case(
        *((candidate.c.locale == tag, place) for place, tag in enumerate(viewer.chain)),
        (candidate.c.locale == Article.source_locale, len(viewer.chain)),
        else_=len(viewer.chain) + 1,
    )
    # Ranked inside, ordered outside: SQLite knows no outer column in the ORDER BY of a subquery.
    ranked = (
        select(candidate.c.id, rank.label("rank"))
        .where(candidate.c.article_id == Article.id, visible_to(viewer, candidate.c), fits(candidate.c))
        .correlate(Article)
        .subquery("ranked")
    )
    return select(ranked.c.id).order_by(ranked.c.rank, ranked.c.id).limit(1).correlate(Article).scalar_subquery()


def is_readable(viewer: Viewer) -> ColumnElement[bool]:
    """Whether a viewer gets anything of `Article`."""
    return (
        select(Translation.id)
        .where(Translation.article_id == Article.id, Translation.has_body, visible_to(viewer, Translation))
        .correlate(Article)
        .exists()
    )


def has_article(viewer: Viewer, column: Any, owner: Any) -> ColumnElement[bool]:
    """Whether a category or section (`Article.category_id`, its id) holds an article that a viewer gets."""
    return select(Article.id).where(column == owner, is_readable(viewer)).exists()


def _text(owner: Any, model: Any, owner_column: str, chain: Sequence[str], name: str) -> tuple[FromClause, Any]:
    best = model.__table__.alias(f"best_{name}")
    text = model.__table__.alias(name)
    rank = case(*((best.c.locale == tag, place) for place, tag in enumerate(chain)), else_=len(chain))
    pick = (
        select(best.c.locale)
        .where(best.c[owner_column] == owner)
        .order_by(rank, by_code(best.c.locale))
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
