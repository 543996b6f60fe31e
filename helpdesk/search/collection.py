"""An opened index as ranking reads it, whoever keeps it: postings, columns, words and titles."""

from __future__ import annotations

from array import array
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import compress, repeat
from operator import add, eq
from typing import NamedTuple, Protocol

from helpdesk.search.analysis import fold_title, places, surfaces
from helpdesk.search.backend import Document
from helpdesk.search.bits import bits_where, numbers_of
from helpdesk.search.titles import TitleList
from helpdesk.search.vocabulary import WordList

FIELDS = ("title", "keywords", "headings", "summary", "body")
# More places than a field can have, and a document: it begins at its number times this.
FIELD_PLACES = 1 << 21
PLACES = len(FIELDS) * FIELD_PLACES
# A document that is sought by its bit costs as much as so many that are gone through, and one that has a term and is
# not wanted only a part of that.
_SOUGHT, _SKIPPED = 4, 3
# To find its number in the bits costs as much as so many of those.
_NUMBERED = 12


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
        self._bits: dict[tuple[str, int | None], int] = {}

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

    def where(self, column: str, value: int | None) -> int:
        """The bits of documents with a value in a column that is complete; none with None."""
        bits = self._bits.get((column, value))
        if bits is None:
            numbers: Iterable[int] = () if value is None else getattr(self, column)
            bits = self._bits[column, value] = bits_where(bytes(map(eq, numbers, repeat(value))))
        return bits

    def stamp(self, number: int) -> str:
        """As it was given."""
        return self.stamps[16 * number : 16 * number + 16].hex()


@dataclass(frozen=True, slots=True)
class Part:
    """Documents that came together; their words and titles never change. Numbers in titles are without `offset`."""

    offset: int
    words: WordList
    titles: TitleList


class Some:
    """Some documents as bits, and each with its place from 0 on."""

    def __init__(self, bits: int, places: Mapping[int, int]) -> None:
        self.bits, self.places = bits, places
        self._norms: dict[tuple[str, float], list[float]] = {}

    def norms(self, field: str, slope: float, norms: Sequence[float]) -> list[float]:
        """The norms of these documents in a field, given for all, times a slope; kept for other terms."""
        found = self._norms.get((field, slope))
        if found is None:
            found = self._norms[field, slope] = [slope * norms[number] for number in self.places]
        return found


class Block(NamedTuple):
    """Documents that have a term in a field, told by bits.

    How often they have it, at most `most` times, is told along `numbers` or by number, both counted from `offset` on.
    """

    bits: int
    most: int
    offset: int
    numbers: Sequence[int] | None
    often: Sequence[int]

    def told(self, bits: int, having: int, documents: int) -> Iterable[tuple[int, int]]:
        """So many documents that have the term, whose bits these are, each with how often it has it."""
        _bits, _most, offset, numbers, often = self
        if numbers is None:
            return [(n, often[n - offset]) for n in numbers_of(bits, documents, having)]
        return [(n, often[bisect_left(numbers, n - offset)]) for n in numbers_of(bits, documents, having)]

    def among(self, places: Mapping[int, int]) -> Iterable[tuple[int, int]]:
        """As `told`, of some documents; quick where few others have the term."""
        _bits, _most, offset, numbers, often = self
        shifted = map(add, numbers or (), repeat(offset)) if offset else numbers or ()
        return [pair for pair in zip(shifted, often, strict=True) if pair[0] in places]

    def times(self, places: Mapping[int, int]) -> Iterable[int]:
        """How often each of some documents, in their order, has the term; quick where most of them have it."""
        _bits, _most, offset, numbers, often = self
        if numbers is not None:
            known = dict(zip(map(add, numbers, repeat(offset)) if offset else numbers, often, strict=True))
            return map(known.get, places, repeat(0))
        end = offset + len(often)
        if not offset and next(reversed(places)) < end:
            return map(often.__getitem__, places)
        return [often[n - offset] if offset <= n < end else 0 for n in places]


class FieldFit(NamedTuple):
    """A term in one field: its weight, what it is worth at most, the norms, which documents have it, and how often."""

    name: str
    weight: float
    worth: float
    norms: Sequence[float]
    bits: int
    blocks: Sequence[Block]


class TermFit(NamedTuple):
    """Which living documents have a term, as a bit for each from the highest one down, and how well it fits them."""

    bits: int
    slope: float
    fields: Sequence[FieldFit]

    def column(self, some: Some) -> list[float]:
        """The scores of documents, in order of their places; 0 without the term."""
        scores, places, slope = [0.0] * len(some.places), some.places, self.slope
        for name, weight, _worth, norms, _bits, blocks in self.fields:
            for block in blocks:
                bits = block.bits & some.bits
                if not bits:
                    continue
                having = bits.bit_count()
                if _SOUGHT * having > len(places) + len(block.numbers or ()) // _SKIPPED:
                    rows = zip(scores, block.times(places), some.norms(name, slope, norms), strict=True)
                    scores = [score + weight * times / (times + norm) for score, times, norm in rows]
                    continue
                is_short = block.numbers is not None and len(block.numbers) < _NUMBERED * having
                for number, times in block.among(places) if is_short else block.told(bits, having, len(norms)):
                    scores[places[number]] += weight * times / (times + slope * norms[number])
        return scores

    def parts(self, some: Some) -> Iterator[tuple[int, str, float]]:
        """The numbers of documents and their fields that have the term, each with its score."""
        for name, weight, _worth, norms, _bits, blocks in self.fields:
            for block in blocks:
                bits = block.bits & some.bits
                for number, times in block.told(bits, bits.bit_count(), len(norms)):
                    yield number, name, weight * times / (times + self.slope * norms[number])


class Brevity(NamedTuple):
    """How much of the gain for the query's share is left to documents, by number; those to whom at most so much is."""

    of: Sequence[float]
    steps: Sequence[tuple[float, int]]


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
    def norms(self) -> Mapping[str, Sequence[float]]:
        """BM25's length norms by field and document number."""

    @property
    def least_norms(self) -> Mapping[str, float]:
        """The least norms of documents that have the field at all."""

    @property
    def brevity(self) -> Brevity:
        """What the lengths of documents leave of the gain for a query's share."""

    @property
    def fits(self) -> dict[object, TermFit]:
        """What ranking keeps of terms, those asked for last at the end."""

    @property
    def kin(self) -> dict[str, dict[str, float]]:
        """What is kept of words: the terms of their kin, and what each is worth."""

    def frequency(self, term: str) -> int:
        """In how many living documents the term is at least; quick."""

    def postings(self, field: str, term: str) -> Iterable[Block]:
        """Where the term is."""

    def places(self, term: str, bits: int | None) -> Iterable[int]:
        """Where the term stands in these documents at least, or in all: places in their fields after all before."""

    def titled(self, title: str) -> Iterable[int]:
        """Documents, deleted ones too, that have exactly this folded title."""

    @property
    def word_lists(self) -> Sequence[WordList]:
        """The words of all parts, those of small ones in one list."""

    def parts(self) -> Sequence[Part]:
        """Words and titles, made on first use."""
