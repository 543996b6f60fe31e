"""The search backend in memory: for tests, and for what lives no longer than a process."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Mapping, Sequence
from functools import cached_property

import numpy as np

from helpdesk.search.backend import (
    Document,
    Latest,
    SearchQuery,
    SearchResult,
    SearchUnavailable,
    Status,
    nothing_new,
)
from helpdesk.search.collection import (
    FIELD_PLACES,
    FIELDS,
    PLACES,
    Analysed,
    Columns,
    Mask,
    Numbers,
    Part,
    Posting,
    analysed,
)
from helpdesk.search.engine import search, suggest
from helpdesk.search.ranking import BOOSTS, brevity, norms
from helpdesk.search.titles import TitleList
from helpdesk.search.vocabulary import WordList


class _Memory:
    """A Collection of analysed documents."""

    def __init__(self, documents: Mapping[int, Analysed]) -> None:
        self.documents = documents
        self.living = len(documents)
        self.columns = Columns()
        self._terms: dict[tuple[str, str], dict[int, Sequence[int]]] = {}
        self._titles: dict[str, list[int]] = {}
        for number, document in enumerate(documents.values()):
            self.columns.append(document.row)
            self._titles.setdefault(document.title, []).append(number)
            for name, terms in document.terms.items():
                for term, places in terms.items():
                    self._terms.setdefault((name, term), {})[number] = places
        self.languages = self.columns.spoken()
        self.kin: dict[str, dict[str, float]] = {}
        self.norms, self.brevity = norms(self.columns), brevity(self.columns)

    def frequency(self, term: str) -> int:
        return max(len(self._terms.get((name, term), ())) for name in FIELDS)

    def postings(self, term: str) -> Mapping[str, Posting]:
        return {
            name: Posting(np.array([*found]), np.array([*map(len, found.values())], np.uint32))
            for name in FIELDS
            if (found := self._terms.get((name, term)))
        }

    def places(self, term: str, among: Mask) -> Numbers:
        found = [
            number * PLACES + field * FIELD_PLACES + place
            for field, name in enumerate(FIELDS)
            for number, places in self._terms.get((name, term), {}).items()
            if among[number]
            for place in places
        ]
        return np.array(found, np.int64)

    def titled(self, title: str) -> Iterable[int]:
        return self._titles.get(title, []) if title else []

    @cached_property
    def _part(self) -> Part:
        frequencies: dict[str, int] = {}
        for document in self.documents.values():
            for word in document.words:
                frequencies[word] = frequencies.get(word, 0) + 1
        titles = [(number, document.title) for number, document in enumerate(self.documents.values())]
        return Part(0, WordList.of(frequencies.items()), TitleList.of(titles))

    @property
    def word_lists(self) -> Sequence[WordList]:
        return [self._part.words]

    def parts(self) -> Sequence[Part]:
        return [self._part]


class MemoryBackend:
    """A SearchBackend that forgets everything with its process; each change copies the list of what it holds."""

    def __init__(self, weights: Mapping[str, float] = BOOSTS) -> None:
        self._weights = weights
        self._lock = threading.RLock()
        self._indexes: dict[str, _Memory] = {}

    def index(self, locale: str, documents: Sequence[Document], *, delete: Sequence[int] = ()) -> None:
        """See SearchBackend."""
        with self._lock:
            kept = dict(self._find(locale).documents)
            for article_id in (*delete, *(document.article_id for document in documents)):
                kept.pop(article_id, None)
            try:
                self._indexes[locale] = _Memory(kept | {d.article_id: analysed(d) for d in documents})
            except Exception as error:
                raise SearchUnavailable(f"The index of {locale} could not be updated.") from error

    def delete(self, locale: str, article_ids: Sequence[int]) -> None:
        """See SearchBackend."""
        self.index(locale, (), delete=article_ids)

    def rebuild(self, locale: str, documents: Iterable[Document], *, latest: Latest = nothing_new) -> None:
        """See SearchBackend."""
        try:
            found = {document.article_id: document for document in documents}
            stamps = {article_id: document.stamp for article_id, document in found.items()}
            with latest(stamps) as (added, deleted), self._lock:
                for article_id in deleted:
                    found.pop(article_id, None)
                found |= {document.article_id: document for document in added}
                self._indexes[locale] = _Memory({i: analysed(document) for i, document in found.items()})
        except Exception as error:
            raise SearchUnavailable(f"The index of {locale} could not be built.") from error

    def stamps(self, locale: str) -> dict[int, str]:
        """See SearchBackend."""
        with self._lock:
            index = self._indexes.get(locale)
            return {i: document.row.stamp for i, document in index.documents.items()} if index else {}

    def status(self, locale: str) -> Status:
        """See SearchBackend."""
        with self._lock:
            index = self._indexes.get(locale)
            return Status("ready", index.living) if index else Status("missing")

    def search(self, query: SearchQuery) -> SearchResult:
        """See SearchBackend."""
        with self._lock:
            return search(self._find(query.locale), query, self._weights)

    def suggest(self, locale: str, typed: str, *, limit: int) -> tuple[int, ...]:
        """See SearchBackend."""
        with self._lock:
            return suggest(self._find(locale), typed, limit=limit)

    def close(self) -> None:
        """See SearchBackend."""

    def _find(self, locale: str) -> _Memory:
        if locale not in self._indexes:
            raise SearchUnavailable(f"There is no index of {locale}.")
        return self._indexes[locale]
