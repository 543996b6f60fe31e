"""What earlier imports read and left: so that the next one reads only what changed, and sees what was edited here."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

from sqlalchemy import Row, select
from sqlalchemy.engine import Connection

from helpdesk.db import Database
from helpdesk.locales import Locales
from helpdesk.models import Article, ImportState, Translation
from helpdesk.services.media import EXTENSIONS, LARGEST_IMAGE
from helpdesk.services.saving import DECIDED
from helpdesk.text.markdown import RENDERER

HASH_LENGTH = 32  # hexadecimal digits, as in the names of images
_DECIDED = [getattr(Translation, name) for name in DECIDED]


@dataclass(frozen=True, slots=True)
class Earlier:
    """What the last import of a translation read, by path below the folder, and whether it was edited here since."""

    files: Mapping[str, str]
    maker: str
    is_edited: bool


@dataclass(frozen=True, slots=True)
class KnownArticle:
    """An article of the database: its row, the tags of its translations, and what is known of those imported."""

    row: Row[Any]
    tags: tuple[str, ...]
    earlier: Mapping[str, Earlier]


Known = Mapping[str, KnownArticle]


def load_known(connection: Connection) -> Known:
    """All articles by key; two queries."""
    state = (ImportState.files, ImportState.maker, ImportState.card)
    is_its = ImportState.translation_id == Translation.id
    statement = select(Translation.article_id, Translation.locale, *_DECIDED, *state).outerjoin(ImportState, is_its)
    found: dict[int, dict[str, Earlier | None]] = {}
    for article_id, tag, *card, files, maker, left in connection.execute(statement):
        earlier = None if files is None else Earlier(json.loads(files), maker, left != _hash_of(card))
        found.setdefault(article_id, {})[tag] = earlier
    known = {}
    for row in connection.execute(select(Article.__table__)):
        own = found.get(row.id, {})
        known[row.key] = KnownArticle(row, tuple(own), {tag: item for tag, item in own.items() if item is not None})
    return known


def save_state(
    database: Database, connection: Connection, maker: str, files: Mapping[tuple[str, str], Mapping[str, str]]
) -> None:
    """Remember what was read for translations, by key and tag, and how they are now; two statements, or none."""
    if not files:
        return
    statement = select(Article.key, Translation.locale, Translation.id, *_DECIDED).join(Translation)
    rows = [
        {"translation_id": row_id, "files": json.dumps(files[key, tag]), "maker": maker, "card": _hash_of(card)}
        for key, tag, row_id, *card in connection.execute(statement)
        if (key, tag) in files
    ]
    upsert = database.upsert(ImportState)
    changes = {name: upsert.excluded[name] for name in ("files", "maker", "card")}
    connection.execute(upsert.on_conflict_do_update(index_elements=["translation_id"], set_=changes), rows)


def maker_of(locales: Locales) -> str:
    """The hash of what decides, besides the files, what texts become."""
    return _hash_of([RENDERER, locales.default.tag, *(locale.tag for locale in locales.all)])


def _hash_of(values: Iterable[object]) -> str:
    return _digest("\n".join(map(str, values)).encode())


def _digest(data: bytes) -> str:
    return sha256(data).hexdigest()[:HASH_LENGTH]


class Files:
    """The files of a folder that is imported, each read and hashed at most once, against what is known of them."""

    def __init__(self, root: Path, maker: str, known: Known, media_path: Path) -> None:
        self.root, self.home = root, Path(os.path.realpath(root))
        self.maker, self.known, self.media_path = maker, known, media_path
        self._hashes: dict[str, str] = {}
        self._folders: dict[str, bool] = {}

    def name(self, path: Path) -> str:
        """The path as a writer knows it, below the folder."""
        return path.relative_to(self.root).as_posix() if path.is_relative_to(self.root) else path.name

    def note(self, name: str, data: bytes) -> None:
        """What was read is what was taken in, whatever happens to the file meanwhile."""
        self._hashes[name] = _digest(data)

    def hash(self, name: str) -> str:
        """Of a file's bytes; "" for what is missing, lies outside or is too large."""
        if name not in self._hashes:
            self._hashes[name] = self._read(f"{self.root}/{name}")
        return self._hashes[name]

    def _read(self, path: str) -> str:
        try:
            # A pipe would keep us waiting.
            if self._lies_inside(path) and os.path.isfile(path) and os.stat(path).st_size <= LARGEST_IMAGE:
                with open(path, "rb") as file:
                    return _digest(file.read())
        except OSError:
            pass
        return ""

    def _lies_inside(self, path: str) -> bool:
        """Whether it surely does; each folder is asked once, and what is a link is read every time."""
        folder = os.path.dirname(path)
        if folder not in self._folders:
            self._folders[folder] = Path(os.path.realpath(folder)).is_relative_to(self.home)
        return self._folders[folder] and not os.path.islink(path)

    def find_article(self, key: str, about: str) -> Row[Any] | None:
        """The row of an article, if its last import read this very file about it."""
        article = self.known.get(key)
        read = {(item.maker, item.files.get(about)) for item in article.earlier.values()} if article else set()
        return article.row if article and read == {(self.maker, self.hash(about))} else None

    def unchanged(self, key: str, source: str, names: Mapping[str, str]) -> set[str]:
        """Of an article's files by tag those that need not be read: nothing changed there, here, or in the source."""
        article = self.known.get(key)
        if article is None or article.row.source_locale != source:
            return set()
        tags = {tag for tag, name in names.items() if self._is_same(name, article.earlier.get(tag))}
        return tags if source in tags else set()

    def _is_same(self, name: str, earlier: Earlier | None) -> bool:
        return (
            earlier is not None
            and not earlier.is_edited
            and earlier.maker == self.maker
            and name in earlier.files
            and all(self.hash(other) == found and self._is_kept(other, found) for other, found in earlier.files.items())
        )

    def _is_kept(self, name: str, found: str) -> bool:
        """Whether the media folder still has an image; other files are kept in the database."""
        extension = EXTENSIONS.get(f".{name.rpartition('.')[2].lower()}")
        return not (found and extension) or (self.media_path / f"{found}.{extension}").is_file()
