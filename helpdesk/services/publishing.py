"""Publishes, withdraws, restores and deletes what readers see."""

from __future__ import annotations

from typing import Any

from sqlalchemy import delete, func, select, update
from sqlalchemy.engine import Connection

from helpdesk import clock
from helpdesk.errors import RevisionNotFound, SourceNeeded, TranslationNotFound
from helpdesk.models import Article, Revision, Translation
from helpdesk.models.articles import SIGNIFICANCES as SIGNIFICANCES
from helpdesk.services.saving import Draft, Targets, save_again
from helpdesk.services.site import Site


def publish(site: Site, key: str, tag: str) -> bool:
    """Show a translation to readers; whether that changed anything. Raises TranslationNotFound, Busy."""
    return _set_status(site, key, tag, "published")


def unpublish(site: Site, key: str, tag: str) -> bool:
    """Take a translation back to draft; whether that changed anything. Raises TranslationNotFound, Busy."""
    return _set_status(site, key, tag, "draft")


def archive(site: Site, key: str, tag: str) -> bool:
    """Retire a translation; whether that changed anything. Raises TranslationNotFound, Busy.

    An article that is retired in every language answers 410.
    """
    return _set_status(site, key, tag, "archived")


def _set_status(site: Site, key: str, tag: str, status: str) -> bool:
    now = clock.now()
    with site.database.transaction() as connection:
        row = _find(connection, key, tag)
        if row.status == status:
            return False
        values: dict[str, Any] = {"status": status}
        if status == "published":
            values["published_at"] = func.coalesce(Translation.published_at, now)
            values["updated_at"] = func.coalesce(Translation.updated_at, now)
        connection.execute(update(Translation).where(Translation.id == row.id).values(**values))
        site.indexer.note(connection, [row.article_id])
    return True


def restore(site: Site, key: str, tag: str, number: int, *, significance: str = "minor") -> int:
    """Make the text of an earlier revision the current one, as a new revision; its number.

    Status and dates of publication stay. The number stays as well when the text is the current one already.
    Raises TranslationNotFound, RevisionNotFound, Busy.
    """
    locale = site.locales.find(tag)
    with site.database.transaction() as connection:
        row = _find(connection, key, tag)
        old = connection.execute(
            select(Revision.__table__).where(Revision.translation_id == row.id, Revision.number == number)
        ).first()
        if old is None or locale is None:
            raise RevisionNotFound(f"`{key}` has no revision {number} in `{tag}`.")
        draft = Draft(
            title=old.title,
            markdown=old.markdown,
            slug=row.slug,
            summary=old.summary,
            keywords=old.keywords,
            status=row.status,
            based_on=old.based_on,
            significance=significance,
            comment=f"Revision {number} restored",
        )
        targets = Targets.of_json(old.targets)
        save_again(connection, row.article_id, row.source_locale, locale, draft, targets, clock.now())
        site.indexer.note(connection, [row.article_id])
        return int(_find(connection, key, tag).revision)


def delete_translation(site: Site, key: str, tag: str) -> None:
    """Delete a translation with its revisions, votes and views. Raises TranslationNotFound, SourceNeeded, Busy."""
    with site.database.transaction() as connection:
        row = _find(connection, key, tag)
        if tag == row.source_locale:
            raise SourceNeeded(f"`{tag}` is the source of `{key}`; delete the article as a whole, or archive it.")
        connection.execute(delete(Translation).where(Translation.id == row.id))
        site.indexer.note(connection, [row.article_id])


def delete_article(site: Site, key: str) -> None:
    """Delete an article with all of its translations, votes and views. Raises TranslationNotFound, Busy."""
    with site.database.transaction() as connection:
        article_id = connection.execute(select(Article.id).where(Article.key == key)).scalar()
        if article_id is None:
            raise TranslationNotFound(f"There is no article `{key}`.")
        connection.execute(delete(Article).where(Article.id == article_id))
        site.indexer.note(connection, [article_id])


def _find(connection: Connection, key: str, tag: str) -> Any:
    row = connection.execute(
        select(Translation.__table__, Article.source_locale)
        .join(Article, Article.id == Translation.article_id)
        .where(Article.key == key, Translation.locale == tag)
    ).first()
    if row is None:
        raise TranslationNotFound(f"There is no translation of `{key}` in `{tag}`.")
    return row
