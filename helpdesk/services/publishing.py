"""Publishes and withdraws translations."""

from __future__ import annotations

from typing import Any

from sqlalchemy import func, select, update

from helpdesk import clock
from helpdesk.errors import TranslationNotFound
from helpdesk.models import Article, Translation
from helpdesk.services.site import Site


def publish(site: Site, key: str, tag: str) -> bool:
    """Show a translation to readers; whether that changed anything. Raises TranslationNotFound, Busy."""
    return _set_status(site, key, tag, "published")


def unpublish(site: Site, key: str, tag: str) -> bool:
    """Take a translation back to draft; whether that changed anything. Raises TranslationNotFound, Busy."""
    return _set_status(site, key, tag, "draft")


def _set_status(site: Site, key: str, tag: str, status: str) -> bool:
    now = clock.now()
    with site.database.transaction() as connection:
        row = connection.execute(
            select(Translation.id, Translation.article_id, Translation.status)
            .join(Article, Article.id == Translation.article_id)
            .where(Article.key == key, Translation.locale == tag)
        ).first()
        if row is None:
            raise TranslationNotFound(f"There is no translation of `{key}` in `{tag}`.")
        if row.status == status:
            return False
        values: dict[str, Any] = {"status": status}
        if status == "published":
            values["published_at"] = func.coalesce(Translation.published_at, now)
            values["updated_at"] = func.coalesce(Translation.updated_at, now)
        connection.execute(update(Translation).where(Translation.id == row.id).values(**values))
        site.indexer.note(connection, [row.article_id])
    return True
