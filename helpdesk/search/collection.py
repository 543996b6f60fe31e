"""An opened index as ranking reads it, whoever keeps it: postings, columns, words and titles."""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import compress
from typing import Any, NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from helpdesk.search.analysis import fold_title, places, surfaces
from helpdesk.search.backend import Document
from helpdesk.search.titles import TitleList
from helpdesk.search.vocabulary import WordList

FIELDS = ("title", "keywords", "headings", "summary", "body")
# More places than a field can have, and a document: it begins at its number times this.
FIELD_PLACES = 1 << 21
PLACES = len(FIELDS) * FIELD_PLACES
# Documents by number in their order, or places; a flag for each document; a value for each of some documents.
Numbers = NDArray[np.int64]
Mask = NDArray[np.bool_]
Values = NDArray[np.float64]


class Row(NamedTuple):
    """What is kept of a document beside its terms; `lengths` are in words, by field."""

    article_id: int
    translation_id: int
    language: str
    title_language: str
    category: str
    section: str
    is_foreign: bool
    published_on: int
    updated_at: int
    stamp: str
    lengths: tuple[int, ...]


class Analysed(NamedTuple):
    """A document ready to be kept: where each term stands by field, its distinct words, its folded title."""

    row: Row
    terms: Mapping[str, Mapping[str, Sequence[int]]]
    words: frozenset[str]
    title: str


def analysed(document: Document) -> Analysed:
    """What an index keeps of a document."""
    terms: dict[str, dict[str, list[int]]] = {}
    lengths, words = [], set[str]()
    for name in FIELDS:
        text = getattr(document, name)
        language = document.language if name in ("headings", "body") else document.title_language
        terms[name], length = places(text, language)
        lengths.append(length)
        words |= surfaces(text, language)
    row = Row(
        document.article_id,
        document.translation_id,
        document.language,
        document.title_language,
        document.category,
        document.section,
        document.is_foreign,
        document.published_on,
        document.updated_at,
        document.stamp,
        tuple(lengths),
    )
    return Analysed(row, terms, frozenset(words), fold_title(document.title))


class Names:
    """Few names that stand in many documents, as small numbers."""

    def __init__(self) -> None:
        self.names: list[str] = []
        self._numbers: dict[str, int] = {}

    def number(self, name: str) -> int:
        """The name's number, a new one for a new name."""
        number = self._numbers.get(name)
        if number is None:
            number = self._numbers[name] = len(self.names)
            self.names.append(name)
        return number

    def find(self, name: str) -> int | None:
        """The number of a name that stands in some document."""
        return self._numbers.get(name)


class Columns:
    """Rows by document number, some eighty bytes each; the deleted ones have their numbers still."""

    def __init__(self) -> None:
        self.article_ids = array("q")
        self.translation_ids = array("q")
        self.languages, self.title_languages = array("H"), array("H")
        self.categories = array("H")
        self.sections = array("H")
        self.foreign = bytearray()
        self.published_on = array("i")
        self.updated_at = array("q")
        self.stamps = bytearray()
        self.lengths = tuple(array("I") for _ in FIELDS)
        self.living = bytearray()
        self.language_names, self.category_names, self.section_names = Names(), Names(), Names()

    def __len__(self) -> int:
        return len(self.living)

    def append(self, row: Row, *, is_living: bool = True) -> None:
        """The next document's row."""
        self.article_ids.append(row.article_id)
        self.translation_ids.append(row.translation_id)
        self.languages.append(self.language_names.number(row.language))
        self.title_languages.append(self.language_names.number(row.title_language))
        self.categories.append(self.category_names.number(row.category))
        self.sections.append(self.section_names.number(row.section))
        self.foreign.append(row.is_foreign)
        self.published_on.append(row.published_on)
        self.updated_at.append(row.updated_at)
        self.stamps += bytes.fromhex(row.stamp)
        for column, length in zip(self.lengths, row.lengths, strict=True):
            column.append(length)
        self.living.append(is_living)

    def extend(self, other: Columns) -> None:
        """All rows of other columns, after these."""
        for column, more in zip(self._plain(), other._plain(), strict=True):
            column.extend(more)
        for (names, column), (theirs, more) in zip(self._named(), other._named(), strict=True):
            numbers = [names.number(name) for name in theirs.names]
            column.extend([numbers[number] for number in more])

    def arrays(self) -> tuple[array[int] | bytearray, ...]:
        """All columns, in one order."""
        return *self._plain(), *(column for _, column in self._named())

    def names(self) -> tuple[Names, ...]:
        """What numbers in columns stand for, in one order."""
        return self.category_names, self.section_names, self.language_names

    def _plain(self) -> tuple[array[int] | bytearray, ...]:
        ids = self.article_ids, self.translation_ids
        return *ids, self.foreign, self.published_on, self.updated_at, self.stamps, *self.lengths, self.living

    def _named(self) -> tuple[tuple[Names, array[int]], ...]:
        return (
            (self.category_names, self.categories),
            (self.section_names, self.sections),
            (self.language_names, self.languages),
            (self.language_names, self.title_languages),
        )

    def spoken(self) -> list[str]:
        """The languages of living documents and their titles."""
        living = {*compress(self.languages, self.living), *compress(self.title_languages, self.living)}
        return sorted(self.language_names.names[language] for language in living)

    def of(self, column: str) -> NDArray[Any]:
        """The values of a column by document number; the columns are complete from then on."""
        values = getattr(self, column)
        return np.frombuffer(values, np.bool_) if isinstance(values, bytearray) else np.asarray(values)

    def stamp(self, number: int) -> str:
        """As it was given."""
        return self.stamps[16 * number : 16 * number + 16].hex()


@dataclass(frozen=True, slots=True)
class Part:
    """Documents that came together; their words and titles never change. Numbers in titles are without `offset`."""

    offset: int
    words: WordList
    titles: TitleList


class Posting(NamedTuple):
    """Documents that have a term in a field, by number in their order, and how often each has it."""

    numbers: Numbers
    often: NDArray[np.unsignedinteger]


class Collection(Protocol):
    """The documents of one locale at one moment; serves one thread at a time.

    Numbers lie below `len(columns)`. What is deleted may still stand in postings, words and titles.
    """

    @property
    def columns(self) -> Columns:
        """Rows by document number."""

    @property
    def living(self) -> int:
        """How many documents are not deleted."""

    @property
    def languages(self) -> Sequence[str]:
        """Those of living documents and their titles, sorted."""

    @property
    def norms(self) -> Mapping[str, NDArray[np.float32]]:
        """BM25's length norms by field and document number."""

    @property
    def brevity(self) -> NDArray[np.float32]:
        """How much of the gain for the query's share a document's length leaves, by number."""

    @property
    def kin(self) -> dict[str, dict[str, float]]:
        """What is kept of words: the terms of their kin, and what each is worth."""

    def frequency(self, term: str) -> int:
        """In how many living documents the term is at least; quick."""

    def postings(self, term: str) -> Mapping[str, Posting]:
        """Which documents have the term, by those fields in which one has it, in the order of FIELDS."""

    def places(self, term: str, among: Mask) -> Numbers:
        """Where the term stands in some documents: places in their fields after all before, each once, in no order."""

    def titled(self, title: str) -> Iterable[int]:
        """Documents, deleted ones too, that have exactly this folded title."""

    @property
    def word_lists(self) -> Sequence[WordList]:
        """The words of all parts, those of small ones in one list."""

    def parts(self) -> Sequence[Part]:
        """Words and titles, made on first use."""
