"""What every search index offers to the product, and the values that pass between them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Protocol

from helpdesk.errors import HelpdeskError


class SearchUnavailable(HelpdeskError):
    """The locale has no usable index now: none was built, it is broken, or its disk refuses; rebuild it."""


@dataclass(frozen=True, slots=True)
class Document:
    """What readers of a locale find of one article; `language` is that of the translation served.

    Title, summary and keywords are in `title_language`: they may come from a translation that has no text yet.
    """

    article_id: int
    translation_id: int
    language: str
    title_language: str
    category: str
    section: str
    title: str
    headings: str
    summary: str
    keywords: str
    body: str
    stamp: str


@dataclass(frozen=True, slots=True)
class SearchQuery:
    """What a reader asked, as typed; `category` narrows the hits, not the counts."""

    locale: str
    text: str
    category: str | None = None
    limit: int = 15
    offset: int = 0


@dataclass(frozen=True, slots=True)
class Hit:
    """An article found; scores compare within one result only."""

    article_id: int
    translation_id: int
    score: float


@dataclass(frozen=True, slots=True)
class SearchResult:
    """One page of hits, best first; `counts` per category ignores the query's category, `total` does not.

    `terms` are the analysed terms by which articles were found, without those too common to tell any apart.
    """

    hits: tuple[Hit, ...]
    total: int
    counts: dict[str, int]
    terms: frozenset[str]


class SearchBackend(Protocol):
    """One index per locale, with one document for each article that a reader of the locale can see.

    Every method may be called from any thread and process at once.
    """

    def update(self, locale: str, *, add: Sequence[Document], remove: Sequence[int]) -> None:
        """Called by the indexer after a commit: replace documents by article id, remove article ids.

        Idempotent, and durable when it returns; all or nothing. Raises SearchUnavailable where there is no
        usable index to update: a few documents must not pass for the whole.
        """

    def rebuild(self, locale: str, documents: Iterable[Document]) -> None:
        """Called by the indexer for a first or new index: built beside the old one, which answers meanwhile.

        Raises SearchUnavailable when it cannot be written, or `documents` fail: then the old one stays.
        """

    def stamps(self, locale: str) -> dict[int, str]:
        """Called by the indexer to skip what is unchanged: stamps by article id; {} without an index."""

    def is_ready(self, locale: str) -> bool:
        """Called before updates and by the readiness page: whether `search` would answer; never raises."""

    def search(self, query: SearchQuery) -> SearchResult:
        """Called by queries for readers, with any text: it sees every update that returned before.

        An empty or meaningless text finds nothing. Raises SearchUnavailable, and nothing else.
        """

    def close(self) -> None:
        """Let go of open files; the backend may be used again and opens them anew."""
