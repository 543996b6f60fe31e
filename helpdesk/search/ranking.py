"""Which documents match a reader's words, and how well: BM25 term at a time, and coordination.

Robertson and Zaragoza, "The Probabilistic Relevance Framework: BM25 and Beyond", 2009, with Lucene's idf,
which is never negative. Scores depend on the living documents only, not on how the index came about.
"""

from __future__ import annotations

from collections.abc import Callable, Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import reduce
from itertools import groupby, pairwise
from math import log
from operator import and_, or_
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from helpdesk.search.analysis import CODE_LIKE, Span, is_unspaced, is_within
from helpdesk.search.collection import FIELDS, Collection, Columns, Mask, Numbers, Posting, Values

K1 = 1.2
B = 0.75
# Of grams, several of which stand for one word: it is counted often enough without their repetitions.
GRAM_K1 = 0.6
BOOSTS: Mapping[str, float] = {"title": 3.0, "keywords": 3.0, "headings": 2.0, "summary": 1.5, "body": 1.0}
# Postings that one query may read, rarest words first: bounds the time of any text on an index of any size.
# Half of them, where all words are in most documents: these say little, and all of the documents are answers. And a
# quarter, where such words only tell apart what rarer ones bring in.
MAX_POSTINGS = 40_000
# How much a document gains that has all of the query; a long one has more of any query by chance, so the gain shrinks
# with this power of the length, as far as it is so many times the average or less.
COORDINATION = 1.0
BREVITY, MOST = -0.35, 8.0
# What is lost in sums.
_NEARLY = 1 - 1e-9

# How much less a gram counts for a neighbour that stands in the same documents, as both are parts of one word then; and
# what a whole word counts among grams, of which there are several for each of the others.
ALIKE, AMONG_GRAMS = 0.25, 1.5

# A document with so much less of the query than the best one is not an answer to it.
KEPT = 0.25
# From some documents to fewer.
Narrow = Callable[[Mask], Mask]


@dataclass(frozen=True, slots=True, order=True)
class Alternative:
    """One or more terms that stand for a word, all of which a document must have."""

    terms: tuple[str, ...]
    factor: float = 1.0


@dataclass(frozen=True, slots=True)
class Word:
    """A word of the query and its alternatives, of which the best fit counts."""

    text: str
    span: Span
    alternatives: tuple[Alternative, ...]

    def __hash__(self) -> int:
        return hash(self.span)

    @property
    def worth(self) -> float:
        """What the word itself is worth: 1 for a plain one."""
        return max(alternative.factor for alternative in self.alternatives)

    @property
    def terms(self) -> frozenset[str]:
        """All terms of all alternatives."""
        return frozenset(term for alternative in self.alternatives for term in alternative.terms)


@dataclass(frozen=True, slots=True)
class Ranking:
    """The answers to a query, each with its share of the query, what it gains by that, and its score.

    `fits` are of the words that were looked at, in the order of the query, `weights` theirs by place.
    """

    fits: Mapping[Word, Fit]
    weights: Mapping[Span, float]
    numbers: Numbers
    shares: Values
    gains: Values
    scores: Values

    @property
    def best(self) -> float:
        """The greatest share of the query that a document has."""
        return float(self.shares.max(initial=0.0))

    def emptied(self) -> Ranking:
        """The words as they are, and no answers."""
        nothing = np.zeros(0)
        return Ranking(self.fits, self.weights, np.zeros(0, np.int64), nothing, nothing, nothing)


class FieldFit(NamedTuple):
    """A term in one field: what it is worth, which documents have it, how often, and the norms of all documents."""

    name: str
    weight: float
    slope: float
    posting: Posting
    norms: NDArray[np.float32]

    def among(self, wanted: Mask) -> tuple[Numbers, Values]:
        """Which of some documents have the term, and how well it fits each."""
        kept = wanted[self.posting.numbers]
        numbers, often = self.posting.numbers[kept], self.posting.often[kept].astype(np.float64)
        return numbers, self.weight * often / (often + self.slope * self.norms[numbers].astype(np.float64))


class Way(NamedTuple):
    """An alternative, and its terms in all fields."""

    alternative: Alternative
    fits: Sequence[Sequence[FieldFit]]

    @property
    def factor(self) -> float:
        """What each of the terms counts."""
        return self.alternative.factor / len(self.fits)

    def mask(self, documents: int) -> Mask:
        """Of so many documents those that have all terms."""
        return reduce(and_, (marked(documents, *(fit.posting.numbers for fit in fits)) for fits in self.fits))

    def column(self, wanted: Mask, numbers: Numbers) -> Values:
        """How well it fits documents, given in two forms; 0 without any of the terms."""
        columns = []
        for fits in self.fits:
            column = np.zeros(len(wanted))
            for fit in fits:
                having, values = fit.among(wanted)
                column[having] += values
            columns.append(column[numbers])
        if len(columns) == 1:
            return columns[0] * self.factor
        return np.where(np.all(columns, axis=0), sum(columns) * self.factor, 0.0)


class Fit:
    """How well the best of some alternatives fits documents: of each the mean of its terms, all of which count.

    So many documents are `having` one, and have it in the `mask`. The word `counts` so much among those of the query.
    """

    def __init__(self, collection: Collection, ways: Iterable[Alternative], boosts: Mapping[str, float]) -> None:
        self._ways, self.mask = list[Way](), np.zeros(len(collection.columns), np.bool_)
        # By field: how many documents have what fits better, for nothing is worth more because it is rarer than that.
        better = dict[str, int]()
        for _, alike in groupby(sorted(ways, key=_worst_last), _worst_last):
            found = [Way(each, [field_fits(collection, term, boosts, better) for term in each.terms]) for each in alike]
            for way in found:
                if all(way.fits):
                    self._ways.append(way)
                    self.mask |= way.mask(len(self.mask))
            for fit in (fit for way in found for fits in way.fits for fit in fits):
                better[fit.name] = max(better.get(fit.name, 0), len(fit.posting.numbers))
        self.having, self.counts = int(np.count_nonzero(self.mask)), 1.0

    def column(self, wanted: Mask, numbers: Numbers) -> Values:
        """How well the best alternative fits documents, given in two forms; 0 without any."""
        return reduce(np.maximum, (way.column(wanted, numbers) for way in self._ways)) * self.counts

    def parts(self, wanted: Mask, numbers: Numbers) -> Iterator[tuple[int, str, str, float]]:
        """What the best alternative consists of in documents, given in two forms: number, field, term and value."""
        columns = np.array([way.column(wanted, numbers) for way in self._ways])
        best = dict(zip(numbers.tolist(), columns.argmax(axis=0).tolist(), strict=True))
        for index, way in enumerate(self._ways):
            own = wanted & self.mask & marked(len(wanted), [n for n, at in best.items() if at == index])
            for term, fits in zip(way.alternative.terms, way.fits, strict=True):
                for fit in fits:
                    for number, value in zip(*map(np.ndarray.tolist, fit.among(own)), strict=True):
                        yield number, fit.name, term, value * way.factor * self.counts


def marked(documents: int, *numbers: Numbers | Sequence[int]) -> Mask:
    """Of so many documents those with any of these numbers."""
    mask = np.zeros(documents, np.bool_)
    for each in numbers:
        mask[each] = True
    return mask


def foremost(values: NDArray[Any], ids: NDArray[np.int64], number: int) -> NDArray[np.intp]:
    """Where the greatest values are, best first, so many at most; of equal ones the smaller id comes first."""
    places = np.arange(len(values))
    if number < len(values):
        places = np.flatnonzero(values >= np.partition(values, -number)[-number])
    return places[np.lexsort((ids[places], -values[places]))][:number]


def norms(columns: Columns) -> dict[str, NDArray[np.float32]]:
    """BM25's length norms by field; the average is over the living documents that have the field."""
    found = {}
    for name, column in zip(FIELDS, columns.lengths, strict=True):
        lengths = np.asarray(column)
        living = lengths[columns.of("living") & (lengths > 0)]
        average = living.mean() if len(living) else 1.0
        found[name] = (K1 * (1 - B) + K1 * B / average * lengths).astype(np.float32)
    return found


def brevity(columns: Columns) -> NDArray[np.float32]:
    """How much of the gain for the query's share the lengths leave, beside the average of the living documents."""
    lengths = reduce(np.add, map(np.asarray, columns.lengths)).astype(np.float64)
    living = lengths[columns.of("living")]
    average = living.mean() if living.any() else 1.0
    return np.asarray(np.clip(lengths / average, 1 / MOST, MOST) ** BREVITY, np.float32)


def idf(having: int, documents: int) -> float:
    """Lucene's, which is never negative."""
    return log(1 + (documents - having + 0.5) / (having + 0.5))


def rank(
    collection: Collection,
    words: Sequence[Word],
    boosts: Mapping[str, float],
    narrow: Narrow,
    little: Container[Span] = (),
) -> Ranking:
    """Rank what has any of the words, of which the rarest are looked up as far as the budget goes.

    Words in more than half of the documents bring nothing in when there is a rarer one that is not little. Scores grow
    with the share of the words that a document has, in which rare words weigh more: so the little words of a question
    do not outvote what it is about. Documents are left out that `narrow` takes from those with any of the words, and
    then what has less than KEPT of what the best one has of the query.
    """
    found = _look_up(collection, words, boosts, little)
    codes = [word.span for word in found if CODE_LIKE.search(word.text)]
    fits = {word: fit for word, fit in found.items() if not any(is_within(word.span, code) for code in codes)}
    living = collection.living
    rare = [word for word, fit in fits.items() if 2 * fit.having <= living]
    bringing = fits if all(word.span in little for word in rare) else rare
    for word, counts in _counts(fits).items():
        fits[word].counts = counts
    weights = {word.span: fit.counts * word.worth * idf(fit.having, living) for word, fit in fits.items()}
    among = narrow(reduce(or_, (fits[word].mask for word in bringing), marked(len(collection.columns))))
    numbers, whole = np.flatnonzero(among), sum(weights.values())
    shares = np.zeros(len(numbers))
    for word in sorted(fits, key=lambda word: (-weights[word.span], word.span)):
        shares += weights[word.span] / whole * fits[word].mask[numbers]
    kept = shares >= _NEARLY * KEPT * shares.max(initial=0.0)
    numbers, shares = numbers[kept], shares[kept]
    wanted, scores = marked(len(among), numbers), np.zeros(len(numbers))
    for fit in fits.values():
        scores += fit.column(wanted, numbers)
    gains = 1 + COORDINATION * shares * collection.brevity[numbers]
    return Ranking(fits, weights, numbers, shares, gains, scores * gains)


def _counts(fits: Mapping[Word, Fit]) -> dict[Word, float]:
    """What each word counts, given in the order of the query: grams that lie over others are parts of words."""
    counts = {word: 1.0 for word in fits if len(word.text) > 1 and is_unspaced(word.text)}
    for one, two in pairwise(sorted(counts, key=lambda word: word.span)):
        if two.span[0] < one.span[1]:
            both = int(np.count_nonzero(fits[one].mask & fits[two].mask))
            for word in (one, two):
                counts[word] += ALIKE * both / min(fits[one].having, fits[two].having)
    whole = AMONG_GRAMS if len(counts) > 1 else 1.0
    others = {word: whole for word in fits if not is_unspaced(word.text)}
    return others | {word: 1 / count for word, count in counts.items()}


def _look_up(
    collection: Collection, words: Sequence[Word], boosts: Mapping[str, float], little: Container[Span]
) -> dict[Word, Fit]:
    """The words that are worth looking at, and how well they fit the living documents that have them."""
    counts = {word: [collection.frequency(term) for term in word.terms] for word in words}
    found: dict[Word, Fit] = {}
    has_rare = False
    spent = 0
    for word in sorted(filter(lambda word: any(counts[word]), words), key=lambda word: (sum(counts[word]), word.span)):
        is_common = 2 * max(counts[word]) > collection.living
        if has_rare and is_common and (word.span in little or is_unspaced(word.text)):
            continue
        spent += sum(counts[word])
        if found and spent > MAX_POSTINGS // (1 if not is_common else 4 if has_rare else 2):
            break
        fit = Fit(collection, word.alternatives, boosts)
        if fit.having:
            found[word] = fit
            has_rare = has_rare or (2 * fit.having <= collection.living and word.span not in little)
    # In one order whatever the costs were, so that sums of floats are the same.
    return dict(sorted(found.items(), key=lambda item: item[0].span))


def _worst_last(alternative: Alternative) -> float:
    return -alternative.factor


def field_fits(
    collection: Collection, term: str, boosts: Mapping[str, float], least: Mapping[str, int]
) -> list[FieldFit]:
    """BM25 of one term by fields, of the living documents that have it; as if these were no fewer than `least`."""
    k1 = GRAM_K1 if is_unspaced(term) else K1
    living, found = collection.columns.of("living"), list[FieldFit]()
    for name, posting in collection.postings(term).items():
        if collection.living < len(living):
            kept = living[posting.numbers]
            posting = Posting(posting.numbers[kept], posting.often[kept])
        having = max(len(posting.numbers), least.get(name, 0))
        weight = boosts[name] * (k1 + 1) * idf(having, collection.living)
        found.append(FieldFit(name, weight, k1 / K1, posting, collection.norms[name]))
    return found
