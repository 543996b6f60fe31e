"""Titles while the reader is still typing."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, or_, select

from helpdesk.db import Database
from helpdesk.locales import Locale, Locales
from helpdesk.models import Article, Counter, Translation
from helpdesk.queries.listing import Link, make_link
from helpdesk.queries.visibility import is_readable, reader_of, served_translation, titled_translation

WORDS = 8  # of what is typed that are looked at


def suggest(
    database: Database, locales: Locales, locale: Locale, typed: str, *, limit: int, now: datetime
) -> tuple[Link, ...]:
    """Articles whose title has every word that was typed, whole or begun, the most read first; one query."""
    words = typed.split()[:WORDS]
    if not words:
        return ()
    viewer = reader_of(locales, locale)
    titled = Translation.__table__.alias("titled")
    statement = (
        select(Article.id, Article.key, Article.regions, titled.c.slug, titled.c.title, titled.c.locale)
        .select_from(Article)
        .join(titled, titled.c.id == titled_translation(viewer))
        .join(Counter, Counter.translation_id == served_translation(viewer))
        .where(is_readable(viewer), *(_has_word(titled.c.title, word) for word in words))
        .order_by(Counter.views.desc(), Article.id)
        .limit(limit)
    )
    with database.read() as connection:
        return tuple(map(make_link, connection.execute(statement, {"now": now})))


def _has_word(title: Any, word: str) -> ColumnElement[bool]:
    """SQLite knows no capitals but A to Z: so a word is looked for as typed, in small letters and with a capital."""
    forms = sorted({word, word.lower(), word.capitalize()})
    return or_(*(title.icontains(form, autoescape=True) for form in forms))
