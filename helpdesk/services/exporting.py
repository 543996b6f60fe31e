"""Writes all content out as a folder of Markdown, which an import takes in again without a difference."""

from __future__ import annotations

import json
import posixpath
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from operator import attrgetter
from pathlib import Path
from typing import Any

from sqlalchemy import Row, func, select
from sqlalchemy.engine import Connection

from helpdesk.errors import Note
from helpdesk.locales import Locales
from helpdesk.models import (
    Article,
    Body,
    Category,
    CategoryText,
    ImportState,
    Revision,
    Section,
    SectionText,
    Translation,
)
from helpdesk.services.folder import ABOUT, OF_CATEGORY, OF_SECTION
from helpdesk.services.folder_writing import FolderWriter, writing
from helpdesk.services.media import image_path
from helpdesk.services.saving import Targets
from helpdesk.services.site import Progress, Site, no_progress
from helpdesk.text.frontmatter import dump_fields
from helpdesk.text.markdown import readdress, render
from helpdesk.text.slug import slugify

BATCH = 200  # texts that are held in memory
# Front matter in the order of the manual. What says nothing is left out, and a slug that the title makes.
OF_GROUP = ("title", "slug", "summary")
OF_TEXT = (*OF_GROUP, "published_at", "updated_at", "status", "revision", "based_on", "significance", "keywords")


@dataclass(slots=True)
class Exported:
    """What an export did: numbers of articles, translations and files; `notes` say what could not be written."""

    articles: int = 0
    translations: int = 0
    written: int = 0
    unchanged: int = 0
    removed: int = 0
    notes: list[Note] = field(default_factory=list)


def export_content(site: Site, root: Path, *, progress: Progress = no_progress) -> Exported:
    """Write everything into an empty folder, or over what an export wrote there; six queries, one state.

    Raises ExportError, and Busy; then nothing in the folder was changed.
    """
    with writing(root) as folder:
        exporter = _Exporter(folder, site.locales, site.settings.media_path)
        with site.database.read() as connection:
            exporter.run(connection, progress)
        result = exporter.result
        result.written, result.unchanged, result.removed = folder.finish()
    return result


class _Exporter:
    def __init__(self, folder: FolderWriter, locales: Locales, media_path: Path) -> None:
        self.folder, self.locales, self.media_path = folder, locales, media_path
        self.result = Exported()
        self.homes = {""}  # folders of the layout
        self.images: dict[str, str] = {}  # names in the media folder by path

    def run(self, connection: Connection, progress: Progress) -> None:
        categories = self._groups(connection, Category, CategoryText, OF_CATEGORY, lambda row: row.key)
        sections = self._groups(
            connection, Section, SectionText, OF_SECTION, lambda row: f"{categories[row.category_id]}/{row.key}"
        )
        articles = {row.id: row for row in connection.execute(select(Article.__table__).order_by(Article.id))}
        homes = {row.id: f"{sections[row.section_id]}/{row.key}" for row in articles.values()}
        self.homes |= set(homes.values())
        with connection.execute(_TRANSLATIONS, execution_options={"yield_per": BATCH}) as rows:
            for done, (article_id, texts) in enumerate(groupby(rows, key=attrgetter("article_id"))):
                progress(articles[article_id].key, done, len(articles))
                self._article(articles[article_id], homes[article_id], list(texts))
        progress("", len(articles), len(articles))

    def _groups(self, connection: Connection, model: Any, text: Any, file: str, name: Any) -> dict[int, str]:
        """Write categories or sections; their folders by id."""
        homes = {}
        for row in connection.execute(select(model.__table__)):
            homes[row.id] = name(row)
            self.folder.put(f"{homes[row.id]}/{file}", dump_fields({"position": row.position or None}))
        for row in connection.execute(select(text.__table__)):
            self.folder.put(f"{homes[row[0]]}/_index.{row.locale}.md", _markdown(row, OF_GROUP, ""))
        self.homes |= set(homes.values())
        return homes

    def _article(self, article: Row[Any], home: str, texts: Sequence[Row[Any]]) -> None:
        self.result.articles += 1
        taken_in = {name: found for row in texts for name, found in json.loads(row.files or "{}").items()}
        fields = {
            "id": article.id,
            "source": article.source_locale,
            "position": article.position or None,
            "regions": (article.regions or "").split(),
            "withheld": (article.withheld or "").split(),
            "related": article.related.split(),
        }
        self.folder.put(f"{home}/{ABOUT}", dump_fields(fields), taken_in)
        for row in sorted(texts, key=attrgetter("locale")):
            self.result.translations += 1
            if self.locales.find(row.locale) is None:
                reason = "locale is not of this site: an import refuses it"
                self.result.notes.append(Note(f"{home}/{row.locale}.md", 1, reason, row.locale))
            text = _markdown(row, OF_TEXT, self._body(row, home, taken_in))
            self.folder.put(f"{home}/{row.locale}.md", text, taken_in)

    def _body(self, row: Row[Any], home: str, taken_in: Mapping[str, str]) -> str:
        """The text as it was written; only addresses that lead nowhere from this folder are replaced."""
        targets = Targets.of_json(row.targets)
        addresses = dict(targets.links)
        for src, image in targets.images.items():
            name = image.url.rpartition("/")[2]
            place = posixpath.normpath(posixpath.join(home, image_path(src)))
            if not self._is_free(place, home, name):
                place, addresses[src] = f"{home}/{name}", name
            if place not in self.images:
                self.images[place] = name
                self._image(f"{home}/{row.locale}.md", place, name, taken_in)
        written = row.markdown.count("![") + row.markdown.lower().count("<img")
        if written > row.html.count("<img "):  # not all are there: in a plain tree of earlier times they were noted
            images = render(row.markdown).images
            addresses |= {image.src: "" for image in images if image.src not in targets.images}
        return readdress(row.markdown, addresses) if addresses else row.markdown

    def _is_free(self, place: str, home: str, name: str) -> bool:
        """Whether an image can stand there: below its article or beside others' files, and no other one does."""
        is_inside = place.startswith(f"{home}/") or posixpath.dirname(place) in self.homes
        return is_inside and place.isprintable() and self.images.get(place, name) == name

    def _image(self, text: str, place: str, name: str, taken_in: Mapping[str, str]) -> None:
        try:
            data = (self.media_path / name).read_bytes()
        except FileNotFoundError:
            self.result.notes.append(Note(text, 1, "image is not in the media folder", f"{name} for {place}"))
            return
        self.folder.put(place, data, taken_in)


_TRANSLATIONS = (
    select(
        Translation.__table__,
        Body.markdown,
        Body.targets,
        Body.html,
        func.coalesce(Revision.significance, "minor").label("significance"),
        ImportState.files,
    )
    .join(Body, Body.translation_id == Translation.id)
    .outerjoin(Revision, (Revision.translation_id == Translation.id) & (Revision.number == Translation.revision))
    .outerjoin(ImportState, ImportState.translation_id == Translation.id)
    .order_by(Translation.article_id)
)


def _markdown(row: Row[Any], names: Sequence[str], body: str) -> str:
    slug = row.slug if row.slug != slugify(row.title) else ""
    fields = {name: getattr(row, name) for name in names} | {"slug": slug}
    return f"---\n{dump_fields(fields)}---\n{body}"
