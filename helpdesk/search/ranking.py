"""Which documents match a reader's words, and how well: BM25 term at a time, coordination and nearness.

Robertson and Zaragoza, "The Probabilistic Relevance Framework: BM25 and Beyond", 2009, with Lucene's idf,
which is never negative. Scores depend on the living documents only, not on how the index came about.
"""

from __future__ import annotations

from array import array
from bisect import bisect_left
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from heapq import nlargest
from itertools import compress, pairwise
from math import log
from operator import add

from helpdesk.search.analysis import CODE_LIKE, Span, is_within
from helpdesk.search.collection import FIELDS, PLACES, Block, Collection, TermFit

K1 = 1.2
B = 0.75
BOOSTS: Mapping[str, float] = {"title": 3.0, "keywords": 3.0, "headings": 2.0, "summary": 1.5, "body": 1.0}
# Postings that one query may read, rarest words first: bounds the time of any text on an index of any size.
MAX_POSTINGS = 40_000
# How much a document gains that has all of the query.
COORDINATION = 1.0
# How much a document gains that has all neighbours of the query side by side, and how many of the best are looked at.
NEARNESS = 0.3
NEAR_CANDIDATES = 30

# How well a word fits each document that has it, by document number.
Fits = dict[int, float]


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
    """Scores and the share of the query that is matched, by document number; the words that were worth looking at."""

    scores: Fits
    coverage: Fits
    words: tuple[Word, ...]
    weights: Mapping[Span, float]


def norms(lengths: Sequence[int]) -> array[float]:
    """BM25's length norm of a field by document number; the average is over those that have the field."""
    count = len(lengths) - lengths.count(0) if isinstance(lengths, array) else sum(1 for n in lengths if n)
    average = sum(lengths) / count if count else 1.0
    constant, slope = K1 * (1 - B), K1 * B / average
    return array("f", [constant + slope * length for length in lengths])


def idf(having: int, documents: int) -> float:
    """Lucene's, which is never negative."""
    return log(1 + (documents - having + 0.5) / (having + 0.5))


def rank(collection: Collection, words: Sequence[Word], boosts: Mapping[str, float], *, kept: float = 0.0) -> Ranking:
    """Rank what has any of the words, of which the rarest are looked up as far as the budget goes.

    Words in more than half of the documents bring nothing in when there is a rarer one. Scores grow with the share of
    the words that a document has, in which rare words weigh more: so the little words of a question do not outvote
    what it is about. Documents are left out that have less than `kept` of what the best one has of the query.
    """
    found = _look_up(collection, words, boosts)
    codes = [word.span for word in found if CODE_LIKE.search(word.text)]
    found = {word: fits for word, fits in found.items() if not any(is_within(word.span, code) for code in codes)}
    documents = collection.living
    rare = {word: fits for word, fits in found.items() if 2 * fits.having <= documents} or found
    weights = {word.span: word.worth * idf(fits.having, documents) for word, fits in rare.items()}
    whole = sum(weights.values())
    numbers, scores, coverage = list[int](), list[float](), list[float]()
    left, is_open = 1.0, True
    for word in sorted(rare, key=lambda word: (-weights[word.span], word.span)):
        # What has none of the words so far cannot come near the best one any more.
        is_open = is_open and left >= kept * max(coverage, default=0.0) - 1e-9
        if is_open:
            numbers += rare[word].numbers().difference(numbers)
            more = [0.0] * (len(numbers) - len(scores))
            scores += more
            coverage += more
        share = weights[word.span] / whole
        left -= share
        column = rare[word].column(numbers)
        scores = list(map(add, scores, column))
        coverage = [covered + share if fit else covered for covered, fit in zip(coverage, column, strict=True)]
    least = kept * max(coverage, default=0.0)
    both = [row for row in zip(numbers, scores, coverage, strict=True) if row[2] >= least]
    return Ranking(
        {number: score * (1 + COORDINATION * share) for number, score, share in both},
        {number: share for number, _, share in both},
        tuple(rare),
        weights,
    )


def nearness_of(collection: Collection, ranking: Ranking, candidates: Sequence[int]) -> Fits:
    """Factors from 1 up for documents in which neighbours of the query stand side by side, by number."""
    words = sorted((word for word in ranking.words if word.worth >= 1), key=lambda word: word.span)
    pairs = list(pairwise(words))
    if not pairs:
        return {}
    scores = ranking.scores
    floor = min(nlargest(NEAR_CANDIDATES, map(scores.__getitem__, candidates)), default=0.0)
    near_best = [number for number in candidates if scores[number] >= floor]
    best = set(nlargest(NEAR_CANDIDATES, near_best, key=lambda number: (scores[number], -number)))
    places = {word.span: _places(collection, word, best) for word in words}
    whole = 0.0
    near: Fits = {}
    for one, two in pairs:
        weight = min(ranking.weights[one.span], ranking.weights[two.span])
        whole += weight
        for number in best & {
            place // PLACES
            for first, second in zip(places[one.span], places[two.span], strict=True)
            for place in first
            if place + 1 in second
        }:
            near[number] = near.get(number, 0.0) + weight
    return {number: 1 + NEARNESS * weight / whole for number, weight in near.items()}


def _look_up(collection: Collection, words: Sequence[Word], boosts: Mapping[str, float]) -> dict[Word, Fit]:
    """The words that are worth looking at, and how well they fit the living documents that have them."""
    counts = {word: [collection.frequency(term) for term in word.terms] for word in words}
    found: dict[Word, Fit] = {}
    has_rare = False
    spent = 0
    for word in sorted(words, key=lambda word: (sum(counts[word]), word.span)):
        spent += sum(counts[word])
        if found and spent > MAX_POSTINGS:
            break
        if has_rare and 2 * max(counts[word]) > collection.living:
            continue
        fit = Fit(collection, word.alternatives, boosts)
        if fit.having:
            found[word] = fit
            has_rare = has_rare or 2 * fit.having <= collection.living
    # In one order whatever the costs were, so that sums of floats are the same.
    return dict(sorted(found.items(), key=lambda item: item[0].span))


class Fit:
    """How well the best of some alternatives fits the documents: of each the mean of its terms, all of which count."""

    def __init__(
        self, collection: Collection, alternatives: Iterable[Alternative], boosts: Mapping[str, float]
    ) -> None:
        self._ways = []
        for alternative in alternatives:
            fits = [term_fit(collection, term, boosts) for term in alternative.terms]
            if all(fit.having for fit in fits):
                self._ways.append((alternative.factor / len(fits), fits))
        is_plain = [len(fits) for _, fits in self._ways] == [1]
        self.having = self._ways[0][1][0].having if is_plain else len(self.numbers())

    def numbers(self) -> set[int]:
        """Of the documents that have all terms of one of the alternatives."""
        return {
            number for _, fits in self._ways for number in set[int].intersection(*(set(fit.numbers()) for fit in fits))
        }

    def column(self, numbers: Sequence[int]) -> list[float]:
        """How well these documents fit, in their order; 0 without any of the alternatives."""
        columns = [] if self._ways else [[0.0] * len(numbers)]
        for factor, fits in self._ways:
            first, *others = (fit.column(numbers) for fit in fits)
            if others:
                first = [sum(scores) if all(scores) else 0.0 for scores in zip(first, *others, strict=True)]
            columns.append(first if factor == 1 else [score * factor for score in first])
        return columns[0] if len(columns) == 1 else list(map(max, *columns))


def term_fit(collection: Collection, term: str, boosts: Mapping[str, float]) -> TermFit:
    """BM25 of one term in all fields, for each living document that has it."""
    memo, key = collection.fits, (term, *boosts.items())
    if known := memo.pop(key, None):
        memo[key] = known
        return known
    fits: dict[int, float] = {}
    # What stands in other fields mostly stands in the last one, the body, as well.
    for name, boost in reversed([*boosts.items()]):
        blocks = _living_blocks(collection, name, term)
        weight, norm = _weight(collection, blocks, boost), collection.norms[name]
        is_first, get = not fits, fits.get
        for block in blocks:
            scores = [weight * often / (often + norm[number]) for number, often in zip(*block, strict=True)]
            if is_first:
                fits.update(zip(block[0], scores, strict=True))
            else:
                fits.update((n, get(n, 0.0) + score) for n, score in zip(block[0], scores, strict=True))
    return memo.keep(key, TermFit.of(fits, len(collection.columns)))


def reasons(collection: Collection, term: str, boosts: Mapping[str, float], number: int) -> dict[str, float]:
    """What one document has of `term_fit` by the fields in which the term stands."""
    found = {}
    for name, boost in boosts.items():
        blocks = _living_blocks(collection, name, term)
        for numbers, frequencies in blocks:
            index = bisect_left(numbers, number)
            if numbers[index : index + 1] and numbers[index] == number:
                often = frequencies[index]
                found[name] = _weight(collection, blocks, boost) * often / (often + collection.norms[name][number])
    return found


def _living_blocks(collection: Collection, name: str, term: str) -> list[Block]:
    blocks, living = collection.postings(name, term), collection.columns.living
    if collection.living == len(living):
        return list(blocks)
    return [
        (list(compress(numbers, kept)), list(compress(frequencies, kept)))
        for numbers, frequencies in blocks
        if (kept := list(map(living.__getitem__, numbers)))
    ]


def _weight(collection: Collection, blocks: Sequence[Block], boost: float) -> float:
    return boost * (K1 + 1) * idf(sum(len(numbers) for numbers, _ in blocks), collection.living)


def _places(collection: Collection, word: Word, numbers: set[int]) -> list[set[int]]:
    """Where the word's terms stand in the documents, by field: see Collection.places."""
    return [{place for term in word.terms for place in collection.places(name, term, numbers)} for name in FIELDS]
