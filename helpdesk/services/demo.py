"""The demo exchange: loads its content and figures into an empty site, and takes all of it away again."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any, NamedTuple

from sqlalchemy import delete, insert, select, union_all
from sqlalchemy.engine import Connection

from helpdesk.models import (
    Article,
    Body,
    Category,
    DailyTally,
    Media,
    Revision,
    SearchClick,
    SearchLog,
    Section,
    State,
    Translation,
    Vote,
)
from helpdesk.queries.history import HISTORY, MADE_UP
from helpdesk.services.counting import recount
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
    tallies: list[dict[str, Any]] = []
    votes: list[dict[str, Any]] = []
    for figure in read_figures(connection, path):
        if figure.views:
            names = ("translation_id", "locale", "day", "views")
            tallies.append({name: getattr(figure, name) for name in names})
        for is_helpful, number in ((True, figure.yes), (False, figure.no)):
            votes += [_vote(figure, is_helpful, len(votes) + n) for n in range(number)]
    for model, values in ((DailyTally, tallies), (Vote, votes)):
        if values:
            connection.execute(insert(model), values)
    recount(connection, select(Translation.id))


class Figure(NamedTuple):
    """What the demo came with for one day of one translation."""

    translation_id: int
    revision: int
    locale: str
    day: date
    views: int
    yes: int
    no: int


def read_figures(connection: Connection, path: Path) -> Iterator[Figure]:
    """The figures of those translations that there are."""
    rows = connection.execute(
        select(Article.key, Translation.locale, Translation.id, Translation.revision)
        .join(Translation, Translation.article_id == Article.id)
        .where(Article.is_demo)
    )
    translations = {(row.key, row.locale): (row.id, row.revision) for row in rows}
    with path.open(encoding="utf-8", newline="") as file:
        for line in csv.DictReader(file):
            if found := translations.get((line["article"], line["locale"])):
                numbers = (int(line[name]) for name in ("views", "yes", "no"))
                yield Figure(*found, line["locale"], date.fromisoformat(line["day"]), *numbers)


def _vote(figure: Figure, is_helpful: bool, number: int) -> dict[str, Any]:
    noon = datetime(figure.day.year, figure.day.month, figure.day.day, 12, tzinfo=UTC)
    return {
        "visitor": f"{MADE_UP}{number}",
        "translation_id": figure.translation_id,
        "locale": figure.locale,
        "is_helpful": is_helpful,
        "revision": figure.revision,
        "status": "counted",
        "created_at": noon,
        "updated_at": noon,
    }


def remove_demo(site: Site) -> int:
    """Delete the demo's articles with votes and views, and what of its categories is then empty; articles deleted.

    A made-up history goes as well: its searches, and its clicks and votes on what a company took over from the demo.
    """
    with site.database.transaction() as connection:
        ids = list(connection.execute(select(Article.id).where(Article.is_demo)).scalars())
        site.indexer.note(connection, ids)
        connection.execute(delete(Article).where(Article.is_demo))
        connection.execute(delete(SearchLog).where(SearchLog.id < 0))
        connection.execute(delete(SearchClick).where(SearchClick.position < 0))
        connection.execute(delete(State).where(State.name == HISTORY))
        made_up = Vote.visitor.startswith(MADE_UP)
        voted = connection.execute(select(Vote.translation_id).where(made_up).distinct()).scalars().all()
        connection.execute(delete(Vote).where(made_up))
        recount(connection, voted)
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
