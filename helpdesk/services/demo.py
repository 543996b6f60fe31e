"""The demo exchange: loads its content and figures into an empty site, and takes all of it away again."""

from __future__ import annotations

import csv
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import ColumnElement, delete, func, insert, select, union_all, update
from sqlalchemy.engine import Connection

from helpdesk.models import (
    Article,
    Body,
    Category,
    Counter,
    DailyTally,
    Media,
    Revision,
    Section,
    Translation,
    Vote,
)
from helpdesk.services.importing import import_content
from helpdesk.services.site import Progress, Site, no_progress

SAMPLEDATA = Path(__file__).parent.parent / "sampledata"
FIGURES = "figures.csv"


def load_demo(site: Site, progress: Progress = no_progress) -> None:
    """Import the demo and its figures in one transaction. Raises Busy."""
    with site.database.transaction() as connection:
        import_content(site, SAMPLEDATA, is_demo=True, progress=progress)
        load_figures(site, connection, SAMPLEDATA / FIGURES)


def load_figures(site: Site, connection: Connection, path: Path) -> None:
    """Add daily views and votes (columns article, locale, day, views, yes, no) to those translations that there are."""
    rows = connection.execute(
        select(Article.key, Translation.locale, Translation.id, Translation.revision).join(
            Translation, Translation.article_id == Article.id
        )
    )
    translations = {(row.key, row.locale): (row.id, row.revision) for row in rows}
    tallies: list[dict[str, Any]] = []
    votes: list[dict[str, Any]] = []
    with path.open(encoding="utf-8", newline="") as file:
        for line in csv.DictReader(file):
            found = translations.get((line["article"], line["locale"]))
            if found is None:
                continue
            translation_id, revision = found
            day = date.fromisoformat(line["day"])
            if int(line["views"]):
                tallies.append(
                    {
                        "translation_id": translation_id,
                        "locale": line["locale"],
                        "day": day,
                        "views": int(line["views"]),
                    }
                )
            for is_helpful, number in ((True, int(line["yes"])), (False, int(line["no"]))):
                for _ in range(number):
                    votes.append(_vote(translation_id, revision, line["locale"], day, is_helpful, len(votes)))
    for model, values in ((DailyTally, tallies), (Vote, votes)):
        if values:
            connection.execute(insert(model), values)
    _recount(connection)


def _vote(translation_id: int, revision: int, locale: str, day: date, is_helpful: bool, number: int) -> dict[str, Any]:
    noon = datetime(day.year, day.month, day.day, 12, tzinfo=UTC)
    return {
        "visitor": f"demo-{number}",
        "translation_id": translation_id,
        "locale": locale,
        "is_helpful": is_helpful,
        "revision": revision,
        "status": "counted",
        "created_at": noon,
        "updated_at": noon,
    }


def _recount(connection: Connection) -> None:
    def votes(is_helpful: bool) -> ColumnElement[int]:
        return (
            select(func.count())
            .where(
                Vote.translation_id == Counter.translation_id,
                Vote.status == "counted",
                Vote.is_helpful.is_(is_helpful),
            )
            .scalar_subquery()
        )

    views = (
        select(func.coalesce(func.sum(DailyTally.views), 0))
        .where(DailyTally.translation_id == Counter.translation_id)
        .scalar_subquery()
    )
    connection.execute(update(Counter).values(views=views, yes=votes(True), no=votes(False)))


def remove_demo(site: Site) -> int:
    """Delete the demo's articles with votes and views, and what of its categories is then empty; articles deleted."""
    with site.database.transaction() as connection:
        ids = list(connection.execute(select(Article.id).where(Article.is_demo)).scalars())
        site.indexer.note(connection, ids)
        connection.execute(delete(Article).where(Article.is_demo))
        for model, column in ((Section, Article.section_id), (Category, Article.category_id)):
            used = select(column)
            connection.execute(delete(model).where(model.is_demo, model.id.not_in(used)))
        images = _unused_images(connection)
        connection.execute(delete(Media).where(Media.hash.in_([name.partition(".")[0] for name in images])))
    for name in images:
        (site.settings.media_path / name).unlink(missing_ok=True)
    return len(ids)


def _unused_images(connection: Connection) -> list[str]:
    names = [f"{row.hash}.{row.extension}" for row in connection.execute(select(Media.hash, Media.extension))]
    return [
        name
        for name in names
        if connection.execute(
            union_all(
                select(Body.translation_id).where(Body.html.contains(name)),
                # An earlier text that is restored shows its pictures again.
                select(Revision.translation_id).where(Revision.targets.contains(name)),
            ).limit(1)
        ).first()
        is None
    ]
