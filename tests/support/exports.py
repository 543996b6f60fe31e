"""What an export wrote, and what of the database it is to hold."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from sqlalchemy import select

from helpdesk.db import Base
from helpdesk.models import Article, Body, Revision, Translation
from helpdesk.services.folder_writing import LIST
from helpdesk.services.site import Site

# Tables about readers, about this machine, and about the import itself.
OTHER = {"hd_import_state", "hd_state", "hd_outbox", "hd_search_node"}


def files_of(root: Path) -> dict[str, bytes]:
    """All files below a folder but the list that the export keeps for itself."""
    paths = (path for path in root.rglob("*") if path.is_file() and path.name != LIST)
    return {path.relative_to(root).as_posix(): path.read_bytes() for path in paths}


def content_of(site: Site) -> dict[str, list[tuple[Any, ...]]]:
    """Every row of every other table, with ids and times."""
    with site.database.read() as connection:
        return {
            table.name: sorted(map(tuple, connection.execute(select(table))), key=repr)
            for table in Base.metadata.sorted_tables
            if table.name not in OTHER
        }


def texts_of(site: Site) -> dict[tuple[str, str], tuple[Any, ...]]:
    """By key and tag all that is said of a translation, its article and its current revision, whatever their ids.

    Whether it is the demo's is no part of a folder.
    """
    tables = [Article.__table__, Translation.__table__, Body.__table__, Revision.__table__]
    columns = [
        column
        for table in tables
        for column in table.c
        if column.name not in ("id", "is_demo") and column.name[-3:] != "_id"
    ]
    statement = (
        select(Article.key, Translation.locale, *columns)
        .join(Translation, Translation.article_id == Article.id)
        .join(Body, Body.translation_id == Translation.id)
        .join(Revision, (Revision.translation_id == Translation.id) & (Revision.number == Translation.revision))
    )
    with site.database.read() as connection:
        return {(row[0], row[1]): tuple(row) for row in connection.execute(statement)}
