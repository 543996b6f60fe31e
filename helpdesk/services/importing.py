"""Takes a folder of Markdown in: one transaction, all or nothing, the same folder twice changes nothing."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.parse import quote

from sqlalchemy import func, insert, select, update
from sqlalchemy.engine import Connection

from helpdesk import clock
from helpdesk.db import advance_ids, new_id, wait_for_turn
from helpdesk.errors import ContentError, Note
from helpdesk.models import Article, Media
from helpdesk.services.demo_folder import read_demo
from helpdesk.services.folder import (
    ABOUT,
    ArticleFolder,
    ContentErrors,
    Folder,
    TranslationFile,
    read_folder,
)
from helpdesk.services.import_state import Files, Known, load_known, maker_of, save_state
from helpdesk.services.linking import list_broken
from helpdesk.services.media import BadImage, StoredImage, image_path, read_image, store_image
from helpdesk.services.plain_tree import is_plain_tree, read_plain_tree
from helpdesk.services.previewing import Change, list_changes
from helpdesk.services.pruning import Pruning, plan_pruning, prune_articles, prune_groups, prune_texts
from helpdesk.services.saving import (
    Draft,
    Targets,
    save_group,
    save_group_text,
    save_translation,
    source_headings,
    take_over_group,
)
from helpdesk.services.site import Progress, Site, no_progress
from helpdesk.services.unpacking import check_tree, unpacked
from helpdesk.text.addresses import line_of
from helpdesk.text.markdown import ImageInfo, Rendered, readdress, render

_SCHEME = re.compile("[A-Za-z][A-Za-z0-9+.-]*:")


@dataclass(slots=True)
class Summary:
    """What an import did, or with `dry_run` would do; translations as `key/tag`.

    `kept` are those that were edited here since the last import, and that the folder does not say the same of;
    `changes` are told of a dry run only.
    """

    new: list[str] = field(default_factory=list)
    changed: list[str] = field(default_factory=list)
    unchanged: list[str] = field(default_factory=list)
    kept: list[str] = field(default_factory=list)
    deleted: list[str] = field(default_factory=list)
    notes: list[Note] = field(default_factory=list)
    changes: dict[str, tuple[Change, ...]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class _Made:
    """What becomes of a text: as it is stored, rendered, its pictures, and the hashes of files looked up for it."""

    draft: Draft
    rendered: Rendered
    targets: Targets
    pictures: dict[Path, StoredImage]
    files: dict[str, str]


def import_content(
    site: Site,
    root: Path,
    *,
    dry_run: bool = False,
    is_demo: bool = False,
    locale: str | None = None,
    keep: str = "database",
    prune: bool = False,
    progress: Progress = no_progress,
) -> Summary:
    """Import a folder or ZIP archive of either layout. Raises ContentErrors, and Busy; then nothing was changed.

    `locale` is that of texts of another engine's project whose path names none. What was edited in the database since
    the last import stays, unless `keep` is "folder". `prune` deletes what earlier imports brought and this one lacks.
    """
    if root.is_file():
        with unpacked(root, site.settings, site.locales) as (content, notes):
            options: dict[str, Any] = {"is_demo": is_demo, "locale": locale, "keep": keep, "prune": prune}
            summary = import_content(site, content, dry_run=dry_run, **options, progress=progress)
        summary.notes[:0] = notes
        return summary
    if not root.is_dir():
        raise ContentErrors([ContentError(str(root), 1, "is neither a folder nor a ZIP archive")])
    check_tree(root, site.settings.import_files)
    with site.database.read() as connection:
        known = load_known(connection)
    folder = _read(site, root, known, locale, is_demo=is_demo)
    with site.database.transaction(is_dry=dry_run) as connection:
        wait_for_turn(connection, "import")  # what is looked up here is not there twice a moment later
        now_known = load_known(connection)
        if now_known != known:
            folder = _read(site, root, now_known, locale, is_demo=is_demo)
        importer = _Importer(site, folder, dry_run=dry_run, is_demo=is_demo, keep=keep)
        importer.run(connection, progress, prune=prune)
    return importer.summary


def _read(site: Site, root: Path, known: Known, locale: str | None, *, is_demo: bool) -> Folder:
    files = Files(root, maker_of(site.locales), known, site.settings.media_path)
    if is_demo:
        return read_demo(root, site.locales, files)
    if is_plain_tree(root, site.locales):
        return read_plain_tree(root, site.locales, files, locale)
    return read_folder(root, site.locales, files)


class _Importer:
    def __init__(self, site: Site, folder: Folder, *, dry_run: bool, is_demo: bool, keep: str) -> None:
        self.site, self.folder, self.dry_run, self.is_demo = site, folder, dry_run, is_demo
        self.files, self.known, self.keeps_edits = folder.files, folder.files.known, keep != "folder"
        # Where links may lead: what the folder has, and what was found on the site.
        self.linked = set(folder.articles)
        self.keys = {article.row.id: key for key, article in self.known.items()}
        self.pruning = Pruning()
        self.now: datetime = clock.now()
        self.summary = Summary(notes=list(folder.notes))
        self.errors: list[ContentError] = []
        self.taken_in: dict[tuple[str, str], dict[str, str]] = {}
        self.pictures: dict[Path, StoredImage] = {}
        self.is_regrouped = False

    def run(self, connection: Connection, progress: Progress, *, prune: bool) -> None:
        categories, sections = self._save_groups(connection, prune=prune)
        touched = []
        if prune:
            self.pruning = plan_pruning(self.folder, is_demo=self.is_demo, keeps_edits=self.keeps_edits)
        # Those with an id of their own first, or another one is given it.
        articles = sorted(self.folder.articles.values(), key=lambda article: article.id is None)
        for done, article in enumerate(articles):
            progress(article.key, done, len(articles))
            place = categories[article.category], sections[article.category, article.section]
            article_id, is_touched = self._save_article(connection, article, *place)
            for tag, file in _source_first(article):
                state = self._save_translation(connection, article, article_id, tag, file)
                getattr(self.summary, state).append(f"{article.key}/{tag}")
                is_touched |= state in ("new", "changed")
            if is_touched:
                touched.append(article_id)
                known = self.known.get(article.key)
                if known is not None and known.row.is_demo != self.is_demo:
                    # What a company changes under a key of the demo is its own from then on.
                    connection.execute(update(Article).where(Article.id == article_id).values(is_demo=self.is_demo))
        progress("", len(articles), len(articles))
        if self.errors:
            raise ContentErrors(self.errors)
        if not self.dry_run:
            self._store_pictures()
        save_state(self.site.database, connection, self.files.maker, self.taken_in)
        if prune:
            self.summary.deleted += self.pruning.deleted
            self.summary.kept += self.pruning.kept
            touched += prune_articles(connection, self.pruning)
            groups = categories.values(), sections.values()
            self.is_regrouped |= prune_groups(connection, *groups, is_demo=self.is_demo)
        if touched or self.is_regrouped:
            self.site.indexer.note(connection, touched)

    def _save_groups(self, connection: Connection, *, prune: bool) -> tuple[dict[str, int], dict[tuple[str, str], int]]:
        ids: dict[str, int] = {}
        section_ids: dict[tuple[str, str], int] = {}
        for group in [*self.folder.categories.values(), *self.folder.sections.values()]:
            category_id = ids[group.category] if group.category else None
            owner_id, is_changed = save_group(
                connection,
                category_id=category_id,
                key=group.key,
                position=group.position,
                is_demo=self.is_demo,
            )
            kind = "section" if group.category else "category"
            if group.category:
                section_ids[group.category, group.key] = owner_id
            else:
                ids[group.key] = owner_id
            for tag, text in group.texts.items():
                is_changed |= save_group_text(
                    self.site.database,
                    connection,
                    kind=kind,
                    owner_id=owner_id,
                    locale=tag,
                    title=text.title,
                    slug=text.slug,
                    summary=text.summary,
                )
            if prune:
                is_changed |= prune_texts(connection, kind, owner_id, group.texts, is_demo=self.is_demo)
            if is_changed:
                take_over_group(connection, kind, owner_id, is_demo=self.is_demo)
                self.is_regrouped = True
        return ids, section_ids

    def _save_article(
        self, connection: Connection, article: ArticleFolder, category_id: int, section_id: int
    ) -> tuple[int, bool]:
        """Its id, and whether its place changed, which the index has to learn."""
        values: dict[str, Any] = {
            "category_id": category_id,
            "section_id": section_id,
            "source_locale": article.source,
            "regions": article.regions,
            "withheld": article.withheld,
            "related": article.related,
        }
        if article.position is not None:
            values["position"] = article.position
        if article.key in self.known:
            row = self.known[article.key].row
            if article.id not in (None, row.id):
                self._refuse(article, f"has the id {row.id} already, not {article.id}")
            if self.folder.is_plain and self.keeps_edits and row.category_id != category_id:
                page = self.files.name(next(iter(article.translations.values())).path)
                reason = f"would replace `{article.key}`, an article of another category; rename it, or --keep folder"
                self.errors.append(ContentError(page, 1, reason))
            changes = {name: value for name, value in values.items() if getattr(row, name) != value}
            if changes:
                connection.execute(update(Article).where(Article.id == row.id).values(**changes))
            return int(row.id), bool(changes)
        if article.id is not None:
            if article.id in self.keys:
                self._refuse(article, f"wants the id {article.id}, which `{self.keys[article.id]}` has")
                return article.id, False
            values["id"] = article.id
        if "position" not in values:
            highest = select(func.coalesce(func.max(Article.position), 0)).where(Article.category_id == category_id)
            values["position"] = connection.execute(highest).scalar_one() + 1
        values |= {"key": article.key, "created_at": self.now, "is_demo": self.is_demo}
        article_id = new_id(connection, insert(Article).values(**values))
        self.keys[article_id] = article.key
        if "id" in values:
            advance_ids(connection, Article.id)
        return article_id, True

    def _save_translation(
        self, connection: Connection, article: ArticleFolder, article_id: int, tag: str, file: TranslationFile
    ) -> str:
        if file.draft is None:
            return "unchanged"
        locale = self.site.locales.get(tag)
        ids = () if tag == article.source else source_headings(connection, article_id)
        made = self._make(connection, file, file.draft, rtl=locale.direction == "rtl", heading_ids=ids)
        if not self.is_demo:
            links, gone = made.rendered.links, self.pruning.articles.keys()
            for link in list_broken(connection, links, self.linked, gone, article_id=article_id, locale=tag):
                self._object(file, link, f"the link `{link}` leads to no article", "link to no article")
        changes = list_changes(connection, article_id, tag, made.draft) if self.dry_run else ()
        earlier = self.known[article.key].earlier.get(tag) if article.key in self.known else None
        state = save_translation(
            connection,
            article_id,
            locale,
            made.draft,
            made.rendered,
            made.targets,
            self.now,
            is_kept=self.keeps_edits and earlier is not None and earlier.is_edited,
        )
        if changes and state != "kept":
            self.summary.changes[f"{article.key}/{tag}"] = changes
        if state != "kept":
            self._note_pictures(connection, made.pictures)
            names = [self.files.name(path) for path in (file.path, file.path.parent / ABOUT)]
            self.taken_in[article.key, tag] = {name: self.files.hash(name) for name in names} | made.files
        return state

    def _make(self, connection: Connection, file: TranslationFile, draft: Draft, **options: Any) -> _Made:
        """Render a text; that of a plain tree with addresses that lead to the same from any other folder."""
        first = render(draft.markdown, **options)
        files, pictures, images, addresses = {}, {}, {}, {}
        for src in dict.fromkeys(image.src for image in first.images if image.src):
            path = Path(os.path.realpath(file.path.parent / image_path(src)))
            name = path.relative_to(self.files.home).as_posix() if path.is_relative_to(self.files.home) else ""
            if name:
                files[name] = self.files.hash(name)
            image = self._find_image(file, src, path)
            address = _name_of(name) if self.folder.is_plain else src
            if image is not None:
                images[address] = ImageInfo(f"hd:media/{image.name}", image.width, image.height)
                pictures[path] = image
            addresses[src] = "" if image is None else quote(address)
        if self.folder.is_plain:
            draft = replace(draft, markdown=readdress(draft.markdown, addresses))
        rendered = render(draft.markdown, images=images, **options) if addresses else first
        return _Made(draft, rendered, Targets(images), pictures, files)

    def _find_image(self, file: TranslationFile, src: str, path: Path) -> StoredImage | None:
        try:
            if _SCHEME.match(src) or src.startswith("//"):
                raise BadImage("stands on another site, which would learn of every reader; put it beside the text")
            if not path.is_relative_to(self.files.home):
                raise BadImage("leads out of the folder")
            return read_image(path)
        except BadImage as error:
            self._object(file, src, f"the image `{src}` {error}", f"image {error}; its description is shown")
            return None

    def _object(self, file: TranslationFile, address: str, reason: str, kind: str) -> None:
        """What is an error in our own layout is a note in trees that were made for another engine."""
        where, line = self.files.name(file.path), line_of(file.path.read_text("utf-8"), address) or 1
        if self.folder.is_plain:
            self.summary.notes.append(Note(where, line, kind, address))
        else:
            self.errors.append(ContentError(where, line, reason))

    def _note_pictures(self, connection: Connection, pictures: dict[Path, StoredImage]) -> None:
        self.pictures |= pictures
        for image in pictures.values():
            row = {"hash": image.hash, "extension": image.extension, "width": image.width, "height": image.height}
            connection.execute(self.site.database.upsert(Media).values(**row).on_conflict_do_nothing())

    def _store_pictures(self) -> None:
        """Once nothing is wrong: before the rows that name them are committed, and none that no row names."""
        for path, image in self.pictures.items():
            try:
                store_image(self.site.settings.media_path, path, image)
            except BadImage as error:
                raise ContentErrors(
                    [ContentError(path.relative_to(self.files.home).as_posix(), 1, str(error))]
                ) from None

    def _refuse(self, article: ArticleFolder, reason: str) -> None:
        where = f"{article.category}/{article.section}/{article.key}/_article.yaml"
        self.errors.append(
            ContentError(where, line_of((self.folder.root / where).read_text("utf-8"), "id:") or 1, reason)
        )


def _name_of(path: str) -> str:
    """A name for an image beside the texts of an article, made of its path in a plain tree."""
    return re.sub(r"[^\w.-]+", "-", path)


def _source_first(article: ArticleFolder) -> Iterator[tuple[str, TranslationFile]]:
    """The source before the others, which take its heading ids and refer to its revision."""
    return iter(sorted(article.translations.items(), key=lambda item: (item[0] != article.source, item[0])))
