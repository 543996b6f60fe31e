"""Which documents match a reader's words, and how well: BM25 term at a time, coordination and nearness.

Robertson and Zaragoza, "The Probabilistic Relevance Framework: BM25 and Beyond", 2009, with Lucene's idf,
which is never negative. Scores depend on the living documents only, not on how the index came about.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from heapq import nlargest
from itertools import pairwise
from math import log

from helpdesk.search.analysis import CODE_LIKE, Span, is_unspaced, is_within
from helpdesk.search.collection import FIELDS, Block, Collection

K1 = 1.2
B = 0.75
# Of grams, several of which stand for one word: it is counted often enough without their repetitions.
GRAM_K1 = 0.6
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
    found = {word: numbers for word, numbers in found.items() if not any(is_within(word.span, code) for code in codes)}
    documents = collection.living
    rare = {word: numbers for word, numbers in found.items() if 2 * len(numbers) <= documents} or found
    weights = {word.span: word.worth * idf(len(numbers), documents) for word, numbers in rare.items()}
    whole = sum(weights.values())
    scores: Fits = {}
    coverage: Fits = {}
    left, among = 1.0, None
    for word in sorted(rare, key=lambda word: (-weights[word.span], word.span)):
        # What has none of the words so far cannot come near the best one any more.
        if among is None and left < kept * max(coverage.values(), default=0.0) - 1e-9:
            among = set(scores)
        share = weights[word.span] / whole
        left -= share
        for number, score in _best(fit(collection, a, boosts, among) for a in word.alternatives).items():
            scores[number] = scores.get(number, 0.0) + score
            coverage[number] = coverage.get(number, 0.0) + share
    least = kept * max(coverage.values(), default=0.0)
    coverage = {number: share for number, share in coverage.items() if share >= least}
    scores = {number: scores[number] * (1 + COORDINATION * share) for number, share in coverage.items()}
    return Ranking(scores, coverage, tuple(rare), weights)


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
        first, second = places[one.span], places[two.span]
        for number in best:
            if any(place + 1 in second.get(key, ()) for key, found in _of(first, number) for place in found):
                near[number] = near.get(number, 0.0) + weight
    return {number: 1 + NEARNESS * weight / whole for number, weight in near.items()}


def _look_up(collection: Collection, words: Sequence[Word], boosts: Mapping[str, float]) -> dict[Word, set[int]]:
    """The words that are worth looking at, and the living documents that have them."""
    counts = {word: [collection.frequency(term) for term in sorted(word.terms)] for word in words}
    found: dict[Word, set[int]] = {}
    has_rare = False
    spent = 0
    for word in sorted(words, key=lambda word: (sum(counts[word]), word.span)):
        spent += sum(counts[word])
        if found and spent > MAX_POSTINGS:
            break
        if has_rare and 2 * max(counts[word]) > collection.living:
            continue
        if numbers := set[int]().union(*(_having(collection, a, boosts) for a in word.alternatives)):
            found[word] = numbers
            has_rare = has_rare or 2 * len(numbers) <= collection.living
    # In one order whatever the costs were, so that sums of floats are the same.
    return dict(sorted(found.items(), key=lambda item: item[0].span))


def _having(collection: Collection, alternative: Alternative, names: Iterable[str]) -> set[int]:
    """Living documents that have all of its terms."""
    found = set[int].intersection(
        *(
            set[int]().union(*(numbers for name in names for numbers, _ in collection.postings(name, term)))
            for term in alternative.terms
        )
    )
    living = collection.columns.living
    return found if collection.living == len(living) else {number for number in found if living[number]}


def fit(
    collection: Collection, alternative: Alternative, boosts: Mapping[str, float], among: set[int] | None = None
) -> Fits:
    """How well one alternative fits the documents, or some of them, that have all of its terms: the mean of these."""
    first, *others = [term_fit(collection, term, boosts, among) for term in alternative.terms]
    for other in others:
        first = {number: score + other[number] for number, score in first.items() if number in other}
    factor = alternative.factor / len(alternative.terms)
    return first if factor == 1 else {number: score * factor for number, score in first.items()}


def term_fit(collection: Collection, term: str, boosts: Mapping[str, float], among: set[int] | None = None) -> Fits:
    """BM25 of one term in all fields, by the number of each living document, or of some, that has it."""
    scores: Fits = {}
    get = scores.get
    living, count = collection.columns.living, len(collection.columns)
    k1 = GRAM_K1 if is_unspaced(term) else K1
    slope = k1 / K1
    for name, boost in boosts.items():
        blocks = list(collection.postings(name, term))
        if collection.living != count:
            blocks = [_living(block, living) for block in blocks]
        if having := sum(len(numbers) for numbers, _ in blocks):
            norm = collection.norms[name]
            weight = boost * (k1 + 1) * idf(having, collection.living)
            for block in blocks:
                pairs = zip(*block, strict=True) if among is None else _among(block, among)
                for number, frequency in pairs:
                    scores[number] = get(number, 0.0) + weight * frequency / (frequency + slope * norm[number])
    return scores


def _among(block: Block, among: set[int]) -> list[tuple[int, float]]:
    both = among.intersection(block[0])
    frequencies = dict(zip(*block, strict=True)) if both else {}
    return [(number, frequencies[number]) for number in both]


def _living(block: Block, living: bytearray) -> Block:
    numbers, frequencies = block
    kept = [(n, f) for n, f in zip(numbers, frequencies, strict=True) if living[n]]
    return [n for n, _ in kept], [f for _, f in kept]


def _best(alternatives: Iterable[Fits]) -> Fits:
    best, *others = [fit for fit in alternatives if fit] or [{}]
    for fit in others:
        for number, score in fit.items():
            if score > best.get(number, 0.0):
                best[number] = score
    return best


# Where a word's terms stand in one document: places by field and document number.
Places = dict[tuple[str, int], set[int]]


def _places(collection: Collection, word: Word, numbers: set[int]) -> Places:
    places: Places = {}
    for term in word.terms:
        for name in FIELDS:
            for number, found in collection.positions(name, term, numbers).items():
                places.setdefault((name, number), set()).update(found)
    return places


def _of(places: Places, number: int) -> Iterable[tuple[tuple[str, int], set[int]]]:
    return [((name, number), places[name, number]) for name in FIELDS if (name, number) in places]
