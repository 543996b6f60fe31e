"""What the team does about a query: words that mean the same, a keyword, a new article, or nothing; all of it noted."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import delete, func, insert, select
from sqlalchemy.engine import Connection

from helpdesk.db import new_id, wait_for_turn
from helpdesk.errors import AnswerError
from helpdesk.models import Article, Body, Category, SearchChange, Section, Translation
from helpdesk.queries.knowledge import SynonymLine
from helpdesk.queries.search_changes import TitledText
from helpdesk.queries.users import Member
from helpdesk.services.folder import LONGEST
from helpdesk.services.saving import Draft, Targets, save_again
from helpdesk.services.site import Site
from helpdesk.services.synonyms import add_synonyms
from helpdesk.text.characters import one_line
from helpdesk.text.masking import masked_query
from helpdesk.text.slug import ascii_key

KEYWORD = 100  # characters


@dataclass(frozen=True, slots=True)
class Cause:
    """The query of a locale about which a member does something now."""

    locale: str
    query: str
    member: Member
    now: datetime


def keep_synonym(site: Site, cause: Cause, line: SynonymLine) -> None:
    """Let readers find by a cleaned synonym. Raises AnswerError (`known`), SynonymError, Busy."""
    with site.database.transaction() as connection:
        if not add_synonyms(site, [line], now=cause.now):
            raise AnswerError("known")
        _note(connection, cause, "synonym", f"{line.words} {'↔' if line.is_two_way else '→'} {line.means}")


def add_keyword(site: Site, cause: Cause, text: TitledText, keyword: str) -> None:
    """Give a translation one more keyword, as a revision of significance typo.

    Raises AnswerError (`keyword`: none, too long or with a comma; `known`; `many`; `gone`), Busy.
    """
    word = one_line(keyword)
    if not word or len(word) > KEYWORD or "," in word:
        raise AnswerError("keyword")
    statement = (
        select(Translation.__table__, Article.source_locale, Body.markdown, Body.targets)
        .join(Article, Article.id == Translation.article_id)
        .join(Body, Body.translation_id == Translation.id)
        .where(Translation.id == text.id)
        .with_for_update(of=Translation)
    )
    locale = site.locales.get(text.locale)
    with site.database.transaction() as connection:
        row = connection.execute(statement).first()
        if row is None:
            raise AnswerError("gone")
        known = [item.strip() for item in row.keywords.split(",") if item.strip()]
        if masked_query(word) in map(masked_query, known):
            raise AnswerError("known")
        keywords = ", ".join([*known, word])
        if len(keywords) > LONGEST["keywords"]:
            raise AnswerError("many")
        kept: dict[str, Any] = {name: getattr(row, name) for name in _KEPT}
        kept |= {"significance": "typo", "author": cause.member.name, "comment": f"Keyword from the searches: {word}"}
        draft = Draft(**kept, keywords=keywords)
        source, targets = row.source_locale, Targets.of_json(row.targets)
        save_again(connection, row.article_id, source, locale, draft, targets, cause.now)
        _note(connection, cause, "keyword", word, row.article_id)
        site.indexer.note(connection, [row.article_id])


_KEPT = ("title", "markdown", "slug", "summary", "status", "published_at", "updated_at", "based_on")


def start_article(site: Site, cause: Cause, title: str, *, category: str, section: str) -> str:
    """Begin an article in the query's locale, as a draft whose text is its title until somebody writes it; its key.

    Raises AnswerError (`title`: none or too long; `section`: there is none), Busy.
    """
    title, locale = one_line(title), site.locales.get(cause.locale)
    if not title or len(title) > LONGEST["title"]:
        raise AnswerError("title")
    place = (
        select(Section.id, Section.category_id)
        .join(Category, Category.id == Section.category_id)
        .where(Category.key == category, Section.key == section)
    )
    with site.database.transaction() as connection:
        wait_for_turn(connection, "import")  # which gives keys as well
        found = connection.execute(place).first()
        if found is None:
            raise AnswerError("section")
        highest = select(func.coalesce(func.max(Article.position), 0)).where(Article.category_id == found.category_id)
        key = _free_key(connection, ascii_key(title) or "article")
        article = {"key": key, "category_id": found.category_id, "section_id": found.id, "source_locale": locale.tag}
        article |= {"position": connection.execute(highest).scalar_one() + 1, "created_at": cause.now}
        article_id = new_id(connection, insert(Article).values(**article))
        draft = Draft(title, f"{title}\n", status="draft", author=cause.member.name)
        save_again(connection, article_id, locale.tag, locale, draft, Targets(), cause.now)
        _note(connection, cause, "article", title, article_id)
    return key  # no index is told: a draft is in none


def _free_key(connection: Connection, wanted: str) -> str:
    taken = set(connection.execute(select(Article.key).where(Article.key.startswith(wanted))).scalars())
    keys = (wanted, *(f"{wanted}-{number}" for number in range(2, len(taken) + 3)))
    return next(key for key in keys if key not in taken)


def ignore(site: Site, cause: Cause) -> None:
    """Leave a query out of the reports. Raises Busy."""
    with site.database.transaction() as connection:
        connection.execute(_ignored(cause))
        _note(connection, cause, "ignored")


def stop_ignoring(site: Site, cause: Cause) -> None:
    """Let the reports tell of a query again. Raises Busy."""
    with site.database.transaction() as connection:
        connection.execute(_ignored(cause))


def _ignored(cause: Cause) -> Any:
    here = (SearchChange.locale == cause.locale, SearchChange.query == cause.query)
    return delete(SearchChange).where(*here, SearchChange.kind == "ignored")


def _note(connection: Connection, cause: Cause, kind: str, detail: str = "", article_id: int | None = None) -> None:
    row: dict[str, Any] = {
        "locale": cause.locale,
        "query": cause.query,
        "kind": kind,
        "detail": detail,
        "article_id": article_id,
    }
    row |= {"made_on": cause.now.date(), "made_by": cause.member.email}
    connection.execute(insert(SearchChange).values(**row))
