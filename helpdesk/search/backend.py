"""What every search index offers to the product, and the values that pass between them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field
from typing import Literal, Protocol

from helpdesk.errors import HelpdeskError
from helpdesk.search.analysis import Span

Sort = Literal["relevance", "updated", "views"]
# How a query that found nothing was mended: its spelling, the keyboard it was typed on, the script it was written in.
Mending = Literal["spelling", "keyboard", "script"]


class SearchUnavailable(HelpdeskError):
    """The locale has no usable index now: none was built, it is broken, or its disk refuses; rebuild it."""


@dataclass(frozen=True, slots=True)
class Document:
    """What readers of a locale find of one article; `language` is that of the translation served.

    Title, summary and keywords are in `title_language`: they may come from a translation that has no text yet.
    `is_foreign`: title and text are a fallback in another language. `published_on` are days since 1970, `updated_at`
    seconds. `stamp` are 32 hexadecimal digits that change with anything else here.
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
    is_foreign: bool = False
    published_on: int = 0
    updated_at: int = 0


@dataclass(frozen=True, slots=True)
class Synonym:
    """Who asks for `words` finds `means` as well; each is one or more words as a reader types them."""

    words: str
    means: str


@dataclass(frozen=True, slots=True)
class Knowledge:
    """What the database knows beside the documents; one object serves the queries of a locale for a while.

    `synonyms` are one-way, `priors` factors around 1 by translation id, `views` by translation id; absent: 1 and 0.
    Documents of the category `news` count for more while they are young.
    """

    synonyms: tuple[Synonym, ...] = ()
    priors: Mapping[int, float] = field(default_factory=dict)
    views: Mapping[int, int] = field(default_factory=dict)
    news: str = ""


NO_KNOWLEDGE = Knowledge()


@dataclass(frozen=True, slots=True, kw_only=True)
class SearchQuery:
    """What a reader asked, as typed: words, "phrases" and -exclusions.

    `category` narrows the hits, not the counts; `section`, a key in that category, narrows the hits, not the sections.
    `is_literal`: nothing is mended. `today` is in days since 1970.
    """

    locale: str
    text: str
    category: str | None = None
    section: str | None = None
    sort: Sort = "relevance"
    limit: int = 15
    offset: int = 0
    is_literal: bool = False
    is_explained: bool = False
    today: int = 0
    knowledge: Knowledge = NO_KNOWLEDGE


@dataclass(frozen=True, slots=True)
class Reason:
    """A part of a score: what it is for, such as `title: withdraw`, and what it adds or multiplies by."""

    what: str
    value: float
    is_factor: bool = False


@dataclass(frozen=True, slots=True)
class Hit:
    """An article found; scores compare within one result only. `reasons` only if they were asked for."""

    article_id: int
    translation_id: int
    score: float
    reasons: tuple[Reason, ...] = ()


@dataclass(frozen=True, slots=True)
class SearchResult:
    """One page of hits, best first: those with exactly the title asked for, local ones, fallbacks.

    `counts` per category ignores the query's category and section, `sections` (of the chosen category) its section;
    `total` ignores nothing, and `local` of them are in the reader's language. `searched` is the text that was
    searched, and `mending` says why that is not what was typed; `also` are the synonyms that were searched beside it.
    `marks` are the terms that answers are told by, for each word of it by its place.
    `missing` are words of it that no article has; `is_partial`: no article has all the others either.
    """

    hits: tuple[Hit, ...]
    total: int
    local: int
    counts: Mapping[str, int]
    sections: Mapping[str, int]
    searched: str
    mending: Mending | None = None
    also: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()
    marks: Mapping[Span, frozenset[str]] = field(default_factory=dict)
    is_partial: bool = False


@dataclass(frozen=True, slots=True)
class Status:
    """How a locale's index is: `missing` was never built, `broken` is there and cannot be used."""

    state: Literal["ready", "missing", "broken"]
    documents: int = 0
    bytes: int = 0


# Documents to put in and ids of articles to take out.
Changes = tuple[Sequence[Document], Sequence[int]]
# Given the stamps that a new index has by article id, holds back all further changes while its context is open and
# gives those that the new index lacks.
Latest = Callable[[Mapping[int, str]], AbstractContextManager[Changes]]


def nothing_new(_stamps: Mapping[int, str]) -> AbstractContextManager[Changes]:
    """For documents that cannot have changed meanwhile."""
    return nullcontext(((), ()))


class SearchBackend(Protocol):
    """One index per locale, with one document for each article that a reader of the locale can see.

    Every method may be called from any thread and process at once.
    """

    def index(self, locale: str, documents: Sequence[Document], *, delete: Sequence[int] = ()) -> None:
        """Called by the indexer after a commit: replace documents by article id, and take out article ids.

        Idempotent, and durable when it returns; all or nothing. Raises SearchUnavailable where there is no
        usable index: a few documents must not pass for the whole.
        """

    def delete(self, locale: str, article_ids: Sequence[int]) -> None:
        """Called by whoever has only something to take out; as `index`."""

    def rebuild(self, locale: str, documents: Iterable[Document], *, latest: Latest = nothing_new) -> None:
        """Called by the indexer for a first or new index: built beside the old one, which answers and is kept in
        step meanwhile; what `latest` gives goes in before the new one takes its place.

        Raises SearchUnavailable when it cannot be written, or `documents` or `latest` fail: then the old one stays.
        """

    def stamps(self, locale: str) -> dict[int, str]:
        """Called by the indexer to skip what is unchanged: stamps by article id; {} without an index."""

    def status(self, locale: str) -> Status:
        """Called before updates, by the readiness page and the doctor; cheap where nothing changed, never raises."""

    def search(self, query: SearchQuery) -> SearchResult:
        """Called by queries for readers, with any text: it sees every update that returned before.

        An empty or meaningless text finds nothing. Raises SearchUnavailable, and nothing else.
        """

    def suggest(self, locale: str, typed: str, *, limit: int) -> tuple[int, ...]:
        """Called for every key that a reader presses: ids of articles whose title has all words of `typed`, the last
        one whole or begun; best first. Raises SearchUnavailable, and nothing else.
        """

    def close(self) -> None:
        """Let go of open files; the backend may be used again and opens them anew."""
