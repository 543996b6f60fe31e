"""What a report is about: days, and translations."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

from sqlalchemy import ColumnElement, select

from helpdesk.models import Article, Category, Translation


@dataclass(frozen=True, slots=True)
class Period:
    """UTC days from one on and before another; None: no end."""

    since: date | None = None
    until: date | None = None

    def holds(self, day: date) -> bool:
        """Whether a day is in it."""
        return (self.since is None or day >= self.since) and (self.until is None or day < self.until)

    def covers(self, column: Any) -> list[ColumnElement[bool]]:
        """The conditions on a column of days."""
        since = [] if self.since is None else [column >= self.since]
        return since if self.until is None else [*since, column < self.until]

    def covers_times(self, column: Any) -> list[ColumnElement[bool]]:
        """The conditions on a column of times."""
        since = [] if self.since is None else [column >= _midnight(self.since)]
        return since if self.until is None else [*since, column < _midnight(self.until)]


def _midnight(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Reach:
    """Translations in some locales (tags) and categories (keys); none of a kind: in all."""

    locales: tuple[str, ...] = ()
    categories: tuple[str, ...] = ()

    @property
    def is_all(self) -> bool:
        """Whether it leaves nothing out."""
        return not self.locales and not self.categories

    def conditions(self) -> list[ColumnElement[bool]]:
        """The conditions on `Translation`, for any statement that has it."""
        found: list[ColumnElement[bool]] = [Translation.locale.in_(self.locales)] if self.locales else []
        if self.categories:
            articles = select(Article.id).join(Category, Category.id == Article.category_id)
            found.append(Translation.article_id.in_(articles.where(Category.key.in_(self.categories))))
        return found

    def covers(self, column: Any) -> list[ColumnElement[bool]]:
        """The conditions on a column of translations' ids, for a statement that has no more of them."""
        return [] if self.is_all else [column.in_(select(Translation.id).where(*self.conditions()))]


ALWAYS, EVERYWHERE = Period(), Reach()
