"""Which documents match a reader's words, and how well: BM25 term at a time, coordination and nearness.

Robertson and Zaragoza, "The Probabilistic Relevance Framework: BM25 and Beyond", 2009, with Lucene's idf,
which is never negative. Scores depend on the living documents only, not on how the index came about.
"""

from __future__ import annotations

import re
from array import array
from collections.abc import Callable, Iterable, Mapping, Sequence
from collections.abc import Collection as Container
from dataclasses import dataclass
from functools import reduce
from heapq import nlargest
from itertools import chain, compress, count, pairwise, repeat
from math import log
from operator import add, and_, mul, or_

from helpdesk.search.analysis import CODE_LIKE, Span, is_unspaced, is_within
from helpdesk.search.collection import PLACES, Block, Collection, FieldFit, TermFit

K1 = 1.2
B = 0.75
# Of grams, several of which stand for one word: it is counted often enough without their repetitions.
GRAM_K1 = 0.6
BOOSTS: Mapping[str, float] = {"title": 3.0, "keywords": 3.0, "headings": 2.0, "summary": 1.5, "body": 1.0}
# Postings that one query may read, rarest words first: bounds the time of any text on an index of any size.
# Half of them, where all words are in most documents: these say little, and all of the documents are answers.
MAX_POSTINGS = 40_000
# How much a document gains that has all of the query; a long one has more of any query by chance, so the gain shrinks
# with this power of the length, as far as it is so many times the average or less.
COORDINATION = 1.0
BREVITY, MOST = -0.35, 8.0
# How much a document gains that has all neighbours of the query side by side, and how many of the best are looked at.
NEARNESS = 0.3
NEAR_CANDIDATES = 30

# What is kept of terms, about, as the words of questions come again and again; and what an entry of a mapping takes.
MAX_FITS, _ENTRY = 3_000_000, 64
# Bytes that are not zero as the digit 1.
_ONE = ord("1")
_DIGITS = bytes((ord("0"), *[_ONE] * 255))
# Digits as what they are worth; and a document that is sought costs as much as so many that are gone through.
_VALUES, _DENSE = bytes.maketrans(b"01", b"\0\1"), 8

# A document with so much less of the query than the best one is not an answer to it.
KEPT = 0.25
# From documents, told by bits, to some of them.
Narrow = Callable[[int], int]
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
    """The share of the query that documents have, by number, and the words that were worth looking at."""

    brevity: Sequence[float]
    coverage: Fits
    fits: Mapping[Word, Fit]
    weights: Mapping[Span, float]

    def gains(self, numbers: Iterable[int]) -> list[float]:
        """The factors for the shares of the query that documents have."""
        shares = ((self.coverage.get(number, 0.0), self.brevity[number]) for number in numbers)
        return [1 + COORDINATION * share * brief for share, brief in shares]

    def scores(self, numbers: Container[int]) -> Fits:
        """Scores of some of these documents."""
        # To go through all is quicker than to seek most of them.
        is_most = 2 * len(numbers) > len(self.brevity)
        places = dict(zip(range(len(self.brevity)) if is_most else numbers, count(), strict=False))
        scores = [0.0] * len(places)
        for fit in self.fits.values():
            scores = list(map(add, scores, fit.column(places)))
        own = map(scores.__getitem__, numbers) if is_most else scores
        return dict(zip(numbers, map(mul, own, self.gains(numbers)), strict=True))


def norms(lengths: Sequence[int]) -> array[float]:
    """BM25's length norm of a field by document number; the average is over those that have the field."""
    count = len(lengths) - lengths.count(0) if isinstance(lengths, array) else sum(1 for n in lengths if n)
    average = sum(lengths) / count if count else 1.0
    constant, slope = K1 * (1 - B), K1 * B / average
    return array("f", [constant + slope * length for length in lengths])


def brevity(lengths: Iterable[Sequence[int]], living: Sequence[int]) -> array[float]:
    """By document number, how much of the gain for the query's share is left to its length, given by fields."""
    whole = list(map(sum, zip(*lengths, strict=True)))
    average = sum(map(mul, whole, living)) / max(1, sum(living)) or 1.0
    return array("f", [min(max(length / average, 1 / MOST), MOST) ** BREVITY for length in whole])


def idf(having: int, documents: int) -> float:
    """Lucene's, which is never negative."""
    return log(1 + (documents - having + 0.5) / (having + 0.5))


def rank(collection: Collection, words: Sequence[Word], boosts: Mapping[str, float], narrow: Narrow) -> Ranking:
    """Rank what has any of the words, of which the rarest are looked up as far as the budget goes.

    Words in more than half of the documents bring nothing in when there is a rarer one. Scores grow with the share of
    the words that a document has, in which rare words weigh more: so the little words of a question do not outvote
    what it is about. Documents are left out that `narrow` takes from those with any of the words, told by bits, and
    then what has less than KEPT of what the best one has of the query.
    """
    found = _look_up(collection, words, boosts)
    codes = [word.span for word in found if CODE_LIKE.search(word.text)]
    found = {word: fits for word, fits in found.items() if not any(is_within(word.span, code) for code in codes)}
    documents = collection.living
    rare = {word: fits for word, fits in found.items() if 2 * fits.having <= documents} or found
    weights = {word.span: word.worth * idf(fits.having, documents) for word, fits in rare.items()}
    whole = sum(weights.values())
    best_first = sorted(rare, key=lambda word: (-weights[word.span], word.span))
    shares = [(weights[word.span] / whole, rare[word].bits) for word in best_first]
    among = narrow(reduce(or_, (fit.bits for fit in rare.values()), 0))
    coverage = _coverage(shares, among, len(collection.columns))
    return Ranking(collection.brevity, coverage, rare, weights)


def _coverage(shares: Sequence[tuple[float, int]], among: int, documents: int) -> Fits:
    """The share that documents have of words, given by shares and bits in that order; not less than KEPT of the best.

    What has the same words goes together, until there are so many combinations that one by one is quicker.
    """
    groups, left = [(0.0, among)] if among else [], 1.0
    later = list(shares) if among else []
    while later and len(groups) <= max(16, documents // 32):
        share, bits = later.pop(0)
        left -= share
        split = ((covered, group, group & bits) for covered, group in groups)
        pairs = (((covered + share, both), (covered, group ^ both)) for covered, group, both in split)
        groups = [(covered, group) for covered, group in chain.from_iterable(pairs) if group]
        # What has too little cannot come near the best one any more.
        least = KEPT * max(covered for covered, _ in groups) - left - 1e-9
        groups = [(covered, group) for covered, group in groups if covered >= least]
    if not later:
        least = KEPT * max((covered for covered, _ in groups), default=0.0)
        groups = [(covered, group) for covered, group in groups if covered >= least]
    rows = {number: c for c, group in groups for number in _numbers(group, documents)}
    if not later:
        return rows
    numbers, coverage = list(rows), list(rows.values())
    for share, bits in later:
        having = map(f"{bits:0{documents}b}".__getitem__, numbers)
        coverage = [c + share if has == "1" else c for c, has in zip(coverage, having, strict=True)]
    least = KEPT * max(coverage, default=0.0)
    return {number: c for number, c in zip(numbers, coverage, strict=True) if c >= least}


def nearness_of(collection: Collection, ranking: Ranking, scores: Fits) -> Fits:
    """Factors from 1 up for documents in which neighbours of the query stand side by side, by number."""
    words = sorted((word for word in ranking.fits if word.worth >= 1), key=lambda word: word.span)
    pairs = list(pairwise(words))
    if not pairs:
        return {}
    floor = min(nlargest(NEAR_CANDIDATES, scores.values()), default=0.0)
    near_best = [number for number, score in scores.items() if score >= floor]
    best = nlargest(NEAR_CANDIDATES, near_best, key=lambda number: (scores[number], -number))
    masks = [(number, 1 << len(collection.columns) - 1 - number) for number in best]
    wanted: dict[Word, set[int]] = {word: set() for word in words}
    for one, two in pairs:
        having = ranking.fits[one].loose & ranking.fits[two].loose
        both = [number for number, mask in masks if having & mask]
        wanted[one].update(both)
        wanted[two].update(both)
    places = {word: _places(collection, word, numbers) for word, numbers in wanted.items()}
    whole = 0.0
    near: Fits = {}
    for one, two in pairs:
        weight = min(ranking.weights[one.span], ranking.weights[two.span])
        whole += weight
        after = places[two].intersection(map(add, places[one], repeat(1)))
        for number in {place // PLACES for place in after}.intersection(best):
            near[number] = near.get(number, 0.0) + weight
    return {number: 1 + NEARNESS * weight / whole for number, weight in near.items()}


def _look_up(collection: Collection, words: Sequence[Word], boosts: Mapping[str, float]) -> dict[Word, Fit]:
    """The words that are worth looking at, and how well they fit the living documents that have them."""
    counts = {word: [collection.frequency(term) for term in word.terms] for word in words}
    found: dict[Word, Fit] = {}
    has_rare = False
    spent = 0
    for word in sorted(filter(lambda word: any(counts[word]), words), key=lambda word: (sum(counts[word]), word.span)):
        spent += sum(counts[word])
        is_common = 2 * max(counts[word]) > collection.living
        if found and spent > (MAX_POSTINGS if has_rare or not is_common else MAX_POSTINGS // 2):
            break
        if has_rare and is_common:
            continue
        fit = Fit(collection, word.alternatives, boosts)
        if fit.having:
            found[word] = fit
            has_rare = has_rare or 2 * fit.having <= collection.living
    # In one order whatever the costs were, so that sums of floats are the same.
    return dict(sorted(found.items(), key=lambda item: item[0].span))


class Fit:
    """How well the best of some alternatives fits the documents: of each the mean of its terms, all of which count."""

    def __init__(self, collection: Collection, ways: Iterable[Alternative], boosts: Mapping[str, float]) -> None:
        self._ways = []
        # Of documents that have all terms of one alternative, and of those that have any.
        self.bits = self.loose = 0
        for alternative in ways:
            fits = [term_fit(collection, term, boosts) for term in alternative.terms]
            if bits := reduce(and_, (fit.bits for fit in fits)):
                self._ways.append((alternative.factor / len(fits), fits))
                self.bits |= bits
            self.loose |= reduce(or_, (fit.bits for fit in fits))
        self.having = self.bits.bit_count()

    def column(self, places: Mapping[int, int]) -> list[float]:
        """How well these documents fit, in order of their places; 0 without any of the alternatives."""
        columns = [] if self._ways else [[0.0] * len(places)]
        for factor, fits in self._ways:
            first, *others = (fit.column(places) for fit in fits)
            if others:
                first = [sum(scores) if all(scores) else 0.0 for scores in zip(first, *others, strict=True)]
            columns.append(first if factor == 1 else [score * factor for score in first])
        return columns[0] if len(columns) == 1 else list(map(max, *columns))


def term_fit(collection: Collection, term: str, boosts: Mapping[str, float]) -> TermFit:
    """BM25 of one term in all fields, for each living document that has it."""
    memo, key = collection.fits, (term, *boosts.items())
    if known := memo.pop(key, None):
        return memo.setdefault(key, known)
    living, fields = collection.columns.living, list[FieldFit]()
    k1 = GRAM_K1 if is_unspaced(term) else K1
    sparse, dense = set[int](), 0
    for name, boost in boosts.items():
        blocks = list(collection.postings(name, term))
        if blocks:
            often = _often(blocks, len(living))
            if isinstance(often, bytearray):
                dense |= int.from_bytes(often)
            else:
                sparse.update(*(numbers for numbers, _ in blocks))
            weight = boost * (k1 + 1) * idf(_having(collection, blocks), collection.living)
            fields.append((weight, collection.norms[name], often))
    if not fields:
        return TermFit(0, 1.0, ())
    bits = bits_of(sparse, len(living)) | (_bits(dense, len(living)) if dense else 0)
    if collection.living != len(living):
        bits &= _bits(int.from_bytes(living), len(living))
    if len(memo) * (len(living) + 1_000) > MAX_FITS:
        memo.pop(next(iter(memo)))
    return memo.setdefault(key, TermFit(bits, k1 / K1, fields))


def bits_of(numbers: Iterable[int], documents: int) -> int:
    """Bits of documents, from the highest one down."""
    marks = bytearray(b"0") * (documents + 1)
    for number in numbers:
        marks[number + 1] = _ONE
    return int(marks, 2)


def _numbers(bits: int, documents: int) -> Iterable[int]:
    """The documents that have a bit; many are picked from all, few are sought."""
    digits = f"{bits:0{documents}b}"
    if _DENSE * bits.bit_count() > documents:
        return compress(range(documents), digits.encode().translate(_VALUES))
    return (match.start() for match in re.finditer("1", digits))


def _bits(number: int, documents: int) -> int:
    """Of the bytes of a number, one a document, those that are not zero."""
    return int(b"0" + number.to_bytes(documents).translate(_DIGITS), 2)


def _often(blocks: Sequence[Block], documents: int) -> dict[int, int] | bytearray:
    """How often a term is in documents, in the form that takes less room."""
    pairs = chain.from_iterable(zip(*block, strict=True) for block in blocks)
    if _ENTRY * sum(len(numbers) for numbers, _ in blocks) < documents or any(max(times) > 255 for _, times in blocks):
        return dict(pairs)
    often = bytearray(documents)
    for number, times in pairs:
        often[number] = times
    return often


def _having(collection: Collection, blocks: Sequence[Block]) -> int:
    """How many living documents these are."""
    living = collection.columns.living
    if collection.living == len(living):
        return sum(len(numbers) for numbers, _ in blocks)
    return sum(sum(map(living.__getitem__, numbers)) for numbers, _ in blocks)


def _places(collection: Collection, word: Word, numbers: set[int]) -> set[int]:
    """Where the word's terms stand in the documents: see Collection.places."""
    return set[int]().union(*(collection.places(term, numbers) for term in word.terms)) if numbers else set()
