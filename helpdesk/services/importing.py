"""Takes a folder of Markdown in: one transaction, all or nothing, the same folder twice changes nothing."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from sqlalchemy import func, insert, select, update
from sqlalchemy.engine import Connection

from helpdesk import clock
from helpdesk.db import advance_ids, new_id, wait_for_turn
from helpdesk.errors import ContentError, HelpdeskError, Note
from helpdesk.models import Article, Media
from helpdesk.services.folder import ArticleFolder, ContentErrors, Folder, TranslationFile, read_demo, read_folder
from helpdesk.services.media import BadImage, StoredImage, read_image, store_image
from helpdesk.services.plain_tree import is_plain_tree, read_plain_tree
from helpdesk.services.saving import Targets, save_group, save_group_text, save_translation
from helpdesk.services.site import Progress, Site, no_progress
from helpdesk.text.markdown import ImageInfo, Rendered, render
from helpdesk.text.slug import ascii_key


@dataclass(slots=True)
class Summary:
    """What an import did, or with `dry_run` would do; translations as `key/tag`."""

    new: list[str] = field(default_factory=list)
    changed: list[str] = field(default_factory=list)
    unchanged: list[str] = field(default_factory=list)
    notes: list[Note] = field(default_factory=list)


class _DryRun(HelpdeskError):
    """Rolls the transaction back once the summary is known."""


def import_content(
    site: Site,
    root: Path,
    *,
    dry_run: bool = False,
    is_demo: bool = False,
    progress: Progress = no_progress,
) -> Summary:
    """Import a folder of either layout. Raises ContentErrors, and Busy; then nothing was changed."""
    if not root.is_dir():
        raise ContentErrors([ContentError(str(root), 1, "is not a folder")])
    read = read_demo if is_demo else read_plain_tree if is_plain_tree(root, site.locales) else read_folder
    folder = read(root, site.locales)
    importer = _Importer(site, folder, dry_run=dry_run, is_demo=is_demo)
    try:
        with site.database.transaction() as connection:
            wait_for_turn(connection, "import")  # what is looked up here is not there twice a moment later
            importer.run(connection, progress)
            if dry_run:
                raise _DryRun
    except _DryRun:
        pass
    return importer.summary


class _Importer:
    def __init__(self, site: Site, folder: Folder, *, dry_run: bool, is_demo: bool) -> None:
        self.site, self.folder, self.dry_run, self.is_demo = site, folder, dry_run, is_demo
        self.now: datetime = clock.now()
        self.summary = Summary(notes=list(folder.notes))
        self.errors: list[ContentError] = []
        self.is_regrouped = False

    def run(self, connection: Connection, progress: Progress) -> None:
        categories, sections = self._save_groups(connection)
        touched = []
        articles = list(self.folder.articles.values())
        for done, article in enumerate(articles):
            progress(article.key, done, len(articles))
            place = categories[article.category], sections[article.category, article.section]
            article_id, is_touched = self._save_article(connection, article, *place)
            for tag, file in _source_first(article):
                state = self._save_translation(connection, article, article_id, tag, file)
                getattr(self.summary, state).append(f"{article.key}/{tag}")
                is_touched |= state != "unchanged"
            if is_touched:
                touched.append(article_id)
        progress("", len(articles), len(articles))
        if self.errors:
            raise ContentErrors(self.errors)
        if touched or self.is_regrouped:
            self.site.indexer.note(connection, touched)

    def _save_groups(self, connection: Connection) -> tuple[dict[str, int], dict[tuple[str, str], int]]:
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
            self.is_regrouped |= is_changed
            if group.category:
                section_ids[group.category, group.key] = owner_id
            else:
                ids[group.key] = owner_id
            for tag, text in group.texts.items():
                self.is_regrouped |= save_group_text(
                    self.site.database,
                    connection,
                    kind="section" if group.category else "category",
                    owner_id=owner_id,
                    locale=tag,
                    title=text.title,
                    slug=text.slug,
                    summary=text.summary,
                )
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
            # What a company takes in under a key of the demo is its own from then on.
            "is_demo": self.is_demo,
        }
        if article.position is not None:
            values["position"] = article.position
        row = connection.execute(select(Article.__table__).where(Article.key == article.key)).first()
        if row is not None:
            if article.id not in (None, row.id):
                self._refuse(article, f"has the id {row.id} already, not {article.id}")
            changes = {name: value for name, value in values.items() if getattr(row, name) != value}
            if changes:
                connection.execute(update(Article).where(Article.id == row.id).values(**changes))
            return int(row.id), bool(changes)
        if article.id is not None:
            taken = connection.execute(select(Article.key).where(Article.id == article.id)).scalar()
            if taken is not None:
                self._refuse(article, f"wants the id {article.id}, which `{taken}` has")
                return article.id, False
            values["id"] = article.id
        if "position" not in values:
            highest = select(func.coalesce(func.max(Article.position), 0)).where(Article.category_id == category_id)
            values["position"] = connection.execute(highest).scalar_one() + 1
        values |= {"key": article.key, "created_at": self.now}
        article_id = new_id(connection, insert(Article).values(**values))
        if "id" in values:
            advance_ids(connection, Article.id)
        return article_id, True

    def _save_translation(
        self, connection: Connection, article: ArticleFolder, article_id: int, tag: str, file: TranslationFile
    ) -> str:
        locale = self.site.locales.get(tag)
        ids = () if tag == article.source else self._heading_ids(article)
        rendered, targets = self._render(connection, file, rtl=locale.direction == "rtl", heading_ids=ids)
        if tag == article.source:
            self._source = (article.key, rendered)
        return save_translation(connection, article_id, locale, file.draft, rendered, targets, self.now)

    def _heading_ids(self, article: ArticleFolder) -> list[tuple[int, str]]:
        key, source = self._source
        return [(heading.level, heading.id) for heading in source.headings] if key == article.key else []

    def _render(self, connection: Connection, file: TranslationFile, **options: Any) -> tuple[Rendered, Targets]:
        first = render(file.draft.markdown, **options)
        images = {}
        for image in first.images:
            stored = self._store(connection, file, image.src)
            if stored is not None:
                images[image.src] = ImageInfo(f"hd:media/{stored.name}", stored.width, stored.height)
        targets = Targets(images, self._links(file, first.links) if self.folder.is_plain else {})
        if not images and not targets.links:
            return first, targets
        return render(file.draft.markdown, images=images, links=targets.links, **options), targets

    def _store(self, connection: Connection, file: TranslationFile, src: str) -> StoredImage | None:
        path = (file.path.parent / unquote(urlsplit(src).path).lstrip("/")).resolve()
        try:
            if urlsplit(src).scheme or src.startswith("//"):
                raise BadImage("stands on another site, which would learn of every reader; put it beside the text")
            if not path.is_relative_to(self.folder.root.resolve()):
                raise BadImage("leads out of the folder")
            image = read_image(path)
        except BadImage as error:
            where, line = file.path.relative_to(self.folder.root).as_posix(), _line_of(file.path, src)
            if self.folder.is_plain:
                self.summary.notes.append(Note(where, line, f"image {error}; its description is shown", src))
            else:
                self.errors.append(ContentError(where, line, f"the image `{src}` {error}"))
            return None
        if not self.dry_run:
            store_image(self.site.settings.media_path, path, image)
        row = {"hash": image.hash, "extension": image.extension, "width": image.width, "height": image.height}
        connection.execute(self.site.database.upsert(Media).values(**row).on_conflict_do_nothing())
        return image

    def _links(self, file: TranslationFile, written: Sequence[str]) -> dict[str, str]:
        """The links of a plain tree to its own files, as links to articles."""
        found = {}
        top = file.path.relative_to(self.folder.root).parts[0]
        here = posixpath.dirname(file.path.relative_to(self.folder.root / top).as_posix())
        for link in written:
            path, _, anchor = link.partition("#")
            if urlsplit(link).scheme or not path.endswith(".md"):
                continue
            key = ascii_key(posixpath.normpath(posixpath.join(here, path))[: -len(".md")].replace("/", "-"))
            if key in self.folder.articles:
                found[link] = f"article:{key}" + (f"#{anchor}" if anchor else "")
        return found

    def _refuse(self, article: ArticleFolder, reason: str) -> None:
        where = f"{article.category}/{article.section}/{article.key}/_article.yaml"
        self.errors.append(ContentError(where, 1, reason))


def _line_of(path: Path, src: str) -> int:
    """Where a picture is named in a file, percent-encoded or not."""
    lines = path.read_text("utf-8").splitlines()
    return next((n for n, line in enumerate(lines, start=1) if src in unquote(line)), 1)


def _source_first(article: ArticleFolder) -> Iterator[tuple[str, TranslationFile]]:
    """The source before the others, which take its heading ids and refer to its revision."""
    return iter(sorted(article.translations.items(), key=lambda item: (item[0] != article.source, item[0])))
