"""What an import would change in the words of a translation, for those who look before it is done."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.engine import Connection

from helpdesk.models import Body, Translation
from helpdesk.services.saving import Draft

FIELDS = {"title": "title", "summary": "summary", "keywords": "keywords", "status": "status", "body": "markdown"}


@dataclass(frozen=True, slots=True)
class Change:
    """A field of a translation, as it is and as it would be."""

    field: str
    before: str
    after: str


def list_changes(connection: Connection, article_id: int, tag: str, draft: Draft) -> tuple[Change, ...]:
    """The fields that saving a draft would change; of a new translation the title alone."""
    old = connection.execute(
        select(Translation.__table__, Body.markdown)
        .join(Body, Body.translation_id == Translation.id)
        .where(Translation.article_id == article_id, Translation.locale == tag)
    ).first()
    if old is None:
        return (Change("title", "", draft.title),)
    pairs = ((name, getattr(old, column), getattr(draft, column)) for name, column in FIELDS.items())
    return tuple(Change(name, before, after) for name, before, after in pairs if before != after)
