"""The product's search, SQLite's FTS5 and tantivy behind one face, each with its index in files."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterable, Sequence
from contextlib import closing
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Protocol

from helpdesk.search.backend import Document, SearchQuery
from helpdesk.search.ranking import BOOSTS

FIELDS = tuple(BOOSTS)


class Engine(Protocol):
    """An index per locale below a folder; opened on first use, in this process."""

    name: str

    def build(self, locale: str, documents: Sequence[Document]) -> None:
        """A first index."""

    def edit(self, locale: str, document: Document) -> None:
        """Replace one article; on the disk when it returns."""

    def search(self, locale: str, text: str) -> list[int]:
        """Ids of the fifteen best."""

    def suggest(self, locale: str, typed: str) -> list[int]:
        """Ids of eight articles whose titles have the words, the last one whole or begun."""

    def close(self) -> None:
        """Let go of files."""


class Helpdesk:
    """The product's own backend, called as the product calls it."""

    name = "helpdesk"

    def __init__(self, root: Path) -> None:
        # On use: what opening costs a process is measured without it.
        from helpdesk.search.whoosh_backend import WhooshBackend

        self.root = root
        self.backend = WhooshBackend(root / self.name)

    def build(self, locale: str, documents: Sequence[Document]) -> None:
        self.backend.rebuild(locale, documents)

    def edit(self, locale: str, document: Document) -> None:
        self.backend.index(locale, [document])

    def search(self, locale: str, text: str) -> list[int]:
        return [hit.article_id for hit in self.backend.search(SearchQuery(locale=locale, text=text)).hits]

    def suggest(self, locale: str, typed: str) -> list[int]:
        return list(self.backend.suggest(locale, typed, limit=8))

    def close(self) -> None:
        self.backend.close()


class Fts5:
    """The words of unicode61, any of which may match, by bm25 with our weights; titles once more for suggestions."""

    name = "FTS5"

    def __init__(self, root: Path) -> None:
        self._root = root / self.name
        self._root.mkdir(exist_ok=True)
        self._open: dict[str, sqlite3.Connection] = {}

    def build(self, locale: str, documents: Sequence[Document]) -> None:
        names = ", ".join(FIELDS)
        connection = self._connection(locale)
        weights = ", ".join(map(str, BOOSTS.values()))
        with connection:
            connection.execute(f"CREATE TABLE document (id INTEGER PRIMARY KEY, {names})")
            connection.execute(
                f"CREATE VIRTUAL TABLE words USING fts5({names}, content=document, content_rowid=id, tokenize=unicode61)"
            )
            connection.execute(
                "CREATE VIRTUAL TABLE titles USING fts5(title, content=document, content_rowid=id,"
                " tokenize=unicode61, prefix='1 2 3')"
            )
            connection.execute("INSERT INTO words (words, rank) VALUES ('rank', ?)", (f"bm25({weights})",))
            rows = ([d.article_id, *_texts(d)] for d in documents)
            connection.executemany(f"INSERT INTO document VALUES (?{', ?' * len(FIELDS)})", rows)
            connection.execute("INSERT INTO words (words) VALUES ('rebuild')")
            connection.execute("INSERT INTO titles (titles) VALUES ('rebuild')")

    def edit(self, locale: str, document: Document) -> None:
        names, ids = ", ".join(FIELDS), (document.article_id,)
        connection = self._connection(locale)
        with connection:
            for table, columns in (("words", names), ("titles", "title")):
                connection.execute(
                    f"INSERT INTO {table} ({table}, rowid, {columns})"
                    f" SELECT 'delete', id, {columns} FROM document WHERE id = ?",
                    ids,
                )
            changes = ", ".join(f"{name} = ?" for name in FIELDS)
            connection.execute(f"UPDATE document SET {changes} WHERE id = ?", (*_texts(document), *ids))
            for table, columns in (("words", names), ("titles", "title")):
                connection.execute(
                    f"INSERT INTO {table} (rowid, {columns}) SELECT id, {columns} FROM document WHERE id = ?", ids
                )

    def search(self, locale: str, text: str) -> list[int]:
        return self._ids(locale, "words", " OR ".join(f'"{part}"' for part in _parts(text)), 15)

    def suggest(self, locale: str, typed: str) -> list[int]:
        *whole, last = re.findall(r"\w+", typed) or [""]
        return self._ids(locale, "titles", " ".join([*(f'"{word}"' for word in whole), f'"{last}" *']), 8)

    def close(self) -> None:
        for connection in self._open.values():
            connection.close()
        self._open.clear()

    def _ids(self, locale: str, table: str, match: str, limit: int) -> list[int]:
        statement = f"SELECT rowid FROM {table} WHERE {table} MATCH ? ORDER BY rank LIMIT ?"
        with closing(self._connection(locale).execute(statement, (match, limit))) as rows:
            return [id for (id,) in rows]

    def _connection(self, locale: str) -> sqlite3.Connection:
        if locale not in self._open:
            connection = self._open[locale] = sqlite3.connect(self._root / f"{locale}.sqlite")
            connection.execute("PRAGMA journal_mode = WAL")
            connection.execute("PRAGMA synchronous = FULL")
        return self._open[locale]


class Tantivy:
    """Its default words, any of which may match, with our weights; positions are kept, texts are not."""

    name = "tantivy"

    def __init__(self, root: Path) -> None:
        import tantivy

        self._tantivy = tantivy
        self._root = root / self.name
        builder = tantivy.SchemaBuilder()
        builder.add_integer_field("id", indexed=True, fast=True)
        for name in FIELDS:
            builder.add_text_field(name)
        self._schema = builder.build()
        self._open: dict[str, Any] = {}
        self._writers: dict[str, Any] = {}

    def build(self, locale: str, documents: Sequence[Document]) -> None:
        writer = self._writer(locale)
        for document in documents:
            self._add(writer, document)
        writer.commit()
        writer.wait_merging_threads()
        del self._writers[locale]
        self._open[locale].reload()

    def edit(self, locale: str, document: Document) -> None:
        writer = self._writer(locale)
        writer.delete_documents_by_term("id", document.article_id)
        self._add(writer, document)
        writer.commit()
        self._index(locale).reload()

    def search(self, locale: str, text: str) -> list[int]:
        index = self._index(locale)
        query = index.parse_query(" ".join(f'"{part}"' for part in _parts(text)), list(FIELDS), field_boosts=BOOSTS)
        return self._ids(index, query, 15)

    def suggest(self, locale: str, typed: str) -> list[int]:
        query, must = self._tantivy.Query, self._tantivy.Occur.Must
        *whole, last = re.findall(r"\w+", typed.lower()) or [""]
        parts = [(must, query.term_query(self._schema, "title", word)) for word in whole]
        parts.append((must, query.regex_query(self._schema, "title", f"{last}.*")))
        return self._ids(self._index(locale), query.boolean_query(parts), 8)

    def close(self) -> None:
        self._writers.clear()
        self._open.clear()

    def _ids(self, index: Any, query: Any, limit: int) -> list[int]:
        searcher = index.searcher()
        places = [place for _score, place in searcher.search(query, limit, count=False).hits]
        return list(searcher.fast_field_values("id", places)) if places else []

    def _add(self, writer: Any, document: Document) -> None:
        texts = dict(zip(FIELDS, _texts(document), strict=True))
        writer.add_document(self._tantivy.Document(id=document.article_id, **texts))

    def _writer(self, locale: str) -> Any:
        if locale not in self._writers:
            self._writers[locale] = self._index(locale).writer(64_000_000, 1)
        return self._writers[locale]

    def _index(self, locale: str) -> Any:
        if locale not in self._open:
            folder = self._root / locale
            folder.mkdir(parents=True, exist_ok=True)
            self._open[locale] = self._tantivy.Index(self._schema, str(folder))
        return self._open[locale]


HAS_TANTIVY = find_spec("tantivy") is not None
ENGINES: dict[str, type[Helpdesk] | type[Fts5] | type[Tantivy]] = {
    engine.name: engine for engine in (Helpdesk, Fts5, Tantivy) if engine is not Tantivy or HAS_TANTIVY
}


def _texts(document: Document) -> list[str]:
    return [getattr(document, name) for name in FIELDS]


def _parts(text: str) -> Iterable[str]:
    """Words, and phrases in quotes, without the quotes; one impossible word for a text without any."""
    parts = re.findall(r'"([^"]+)"|(\w+)', text)
    return [" ".join(re.findall(r"\w+", phrase or word)) for phrase, word in parts] or ["\u2205"]
