"""Which documents match a reader's words, and how well: BM25 term at a time, and coordination.

Robertson and Zaragoza, "The Probabilistic Relevance Framework: BM25 and Beyond", 2009, with Lucene's idf,
which is never negative. Scores depend on the living documents only, not on how the index came about.
"""

from __future__ import annotations

from array import array
from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, cached_property, partial, reduce
from heapq import nlargest
from itertools import count
from math import ceil, inf, log
from operator import add, and_, mul, or_

from helpdesk.search.analysis import CODE_LIKE, Span, is_unspaced, is_within
from helpdesk.search.bits import Sums, bits_where, numbers_of
from helpdesk.search.collection import Brevity, Collection, FieldFit, Some, TermFit

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
# Ends of steps in which it is taken for bounds.
_BRIEF = (0.7, 0.85, 1.0, 1.15, 1.4)
# So many times the answers that are wanted are too many to find out what these have at least; what division loses.
_WIDE, _NEARLY = 6, 1 - 1e-9

# What is kept of terms, about, as the words of questions come again and again.
MAX_FITS = 6_000_000
# Answers with so few words in all are all scored, and of more at most so many for a page far behind.
FEW, MAX_SCORED = 600, 1_000
# Shares and bounds as whole numbers; into how many steps shares are put for bounds.
_WHOLE, _FINE, _STEPS = 1 << 24, 255, 4
# What the limit of a level is of that of the level before, and the level that is begun with.
_LEVEL, _FIRST = 0.8, 4

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


class Ranking:
    """The answers to a query, told by bits, and their scores, which are reckoned for those that may be shown."""

    def __init__(self, brevity: Brevity, fits: Mapping[Word, Fit], weights: Mapping[Span, float], among: int) -> None:
        self.fits, self.weights = fits, weights
        self._brevity, self._documents = brevity, len(brevity.of)
        self._numbers = cache(partial(numbers_of, documents=self._documents))
        # What was scored, and by level what may have a score above its limit.
        self._scores, self._scored, self._above = Fits(), 0, dict[int, int]()
        # All answers were scored that may have so much.
        self._complete = inf
        whole = sum(weights.values())
        best_first = sorted(fits, key=lambda word: (-weights[word.span], word.span))
        self._parts = [(word, weights[word.span] / whole) for word in best_first]
        self._shares = Sums()
        for word, part in self._parts:
            self._shares.add(round(part * _WHOLE), fits[word].bits)
        best = self._shares.greatest(among)
        self.answers = self._shares.reaching(max(1, ceil(KEPT * best)), among)
        # The greatest share of the query that a document has.
        self.best = self.share(self._documents - self._shares.reaching(best, among).bit_length()) if best else 0.0

    def share(self, number: int) -> float:
        """The share of the query that a document has."""
        place = self._documents - 1 - number
        return reduce(add, (part for word, part in self._parts if self.fits[word].bits >> place & 1), 0.0)

    def gain(self, number: int) -> float:
        """The factor for the share of the query that a document has."""
        return 1 + COORDINATION * self.share(number) * self._brevity.of[number]

    def score(self, number: int) -> float:
        """An answer's score."""
        if number not in self._scores:
            self._reckon(1 << self._documents - 1 - number)
        return self._scores[number]

    def leading(self, among: int, number: int, value: Callable[[int], float], most: float) -> Iterator[list[int]]:
        """Answers in stages, of which each comes before the next and is in no order: the first `number` may end there.

        The first stage has those of the greatest value, a score times a factor that is never above `most` but for
        answers that were scored before; after MAX_SCORED of them, others follow by what their scores may be. Stages
        after the first `number` may be left out.
        """
        among &= self.answers
        level, least, scored = _FIRST, -inf, self._scored
        known, limit = self._foremost(among & scored, number, value)
        if _NEARLY * limit / most >= self._complete:
            yield known
            return
        is_few = among.bit_count() * len(self.fits) <= FEW
        bits = among if is_few else among & (self._reaching(level) | scored)
        while bits != among and self._limit(level) * most > least:
            if least == -inf and bits.bit_count() >= number:
                least = self._least(bits, number, value)
                far = self._below(least / most)
                beyond = among & (self._reaching(far) | scored)
                if beyond.bit_count() <= MAX_SCORED:
                    level, bits = far, beyond
                continue
            more = among & (self._reaching(level + 1) | scored)
            if bits and more.bit_count() > MAX_SCORED:
                break
            level, bits = level + 1, more
        else:
            self._complete = max(0.0, _NEARLY * least / most) if among == self.answers else self._complete
        first = bits if least == -inf else bits & (self._with(_NEARLY * least / most) | scored)
        self._reckon(first)
        yield self._foremost(first, number, value)[0]
        while left := among & ~bits:
            level += 1
            yield self._numbers(left & self._reaching(level))
            bits |= self._reaching(level)

    def _foremost(self, bits: int, number: int, value: Callable[[int], float]) -> tuple[list[int], float]:
        """Of answers that were scored those of the greatest values, and the least of these; all, where they are few."""
        numbers = self._numbers(bits)
        if len(numbers) < number:
            return numbers, -inf
        values = list(map(value, numbers))
        least = nlargest(number, values)[-1] if number else inf
        return [n for n, own in zip(numbers, values, strict=True) if own >= least], least

    def _least(self, bits: int, number: int, value: Callable[[int], float]) -> float:
        """What the value of so many answers is at least, as those show of which most may be expected."""
        for level in reversed(range(_FIRST)):
            fewer = bits & self._reaching(level) if bits.bit_count() > _WIDE * number else 0
            if fewer.bit_count() < number:
                break
            bits = fewer
        self._reckon(bits)
        return nlargest(number, map(value, self._numbers(bits)))[-1]

    def _reckon(self, bits: int) -> None:
        """The scores of some answers."""
        if not (bits := bits & ~self._scored):
            return
        numbers = self._numbers(bits)
        some = Some(bits, dict(zip(numbers, count(), strict=False)))
        columns = {word: fit.column(some) for word, fit in self.fits.items()}
        scores = shares = [0.0] * len(numbers)
        for column in columns.values():
            scores = list(map(add, scores, column))
        for word, part in self._parts:
            shares = [share + part if fit else share for share, fit in zip(shares, columns[word], strict=True)]
        brief = map(self._brevity.of.__getitem__, numbers)
        gains = [1 + COORDINATION * share * left for share, left in zip(shares, brief, strict=True)]
        self._scores.update(zip(numbers, map(mul, scores, gains), strict=True))
        self._scored |= bits

    def _limit(self, level: int) -> float:
        """What scores may be at most below a level."""
        return self._bounds[0] * _LEVEL ** (level + 1)

    def _below(self, least: float) -> int:
        """The first level with a limit that is not above a score, or the one at which all answers are."""
        _, unit, _, sharing = self._bounds
        limit = max(least, unit * min(gain for gain, _, _ in sharing))
        return next(level for level in count(_FIRST) if self._limit(level) <= limit)

    def _reaching(self, level: int) -> int:
        """The answers whose scores may reach the limit of a level."""
        if level not in self._above:
            self._above[level] = self._with(self._limit(level))
        return self._above[level]

    def _with(self, score: float) -> int:
        """The answers that may have such a score."""
        _, unit, sums, sharing = self._bounds
        least = score / unit
        needed = ((max(1, ceil(least / gain)), most, bits) for gain, most, bits in sharing)
        return reduce(or_, (sums.reaching(value, bits) for value, most, bits in needed if value <= most), 0)

    @cached_property
    def _bounds(self) -> tuple[float, float, Sums, Sequence[tuple[float, int, int]]]:
        """The greatest score; what fits may be at most, and their unit; gains, each with the most and who has it."""
        bounds, sums = [bound for fit in self.fits.values() for bound in fit.bounds], Sums()
        unit = sum(value for value, _ in bounds) / _FINE
        for value, bits in bounds:
            sums.add(ceil(value / unit), bits)
        # A share is less than that of the next step; of equal steps the last one counts.
        steps = [((n + 1) / _STEPS, n * _WHOLE // _STEPS) for n in range(_STEPS)]
        by_bits = {self._shares.reaching(least, self.answers): share for share, least in steps}
        sharing = [
            (1 + COORDINATION * share * left, sums.greatest(having), having)
            for bits, share in by_bits.items()
            for left, brief in self._brevity.steps
            if (having := bits & brief)
        ]
        top = max(gain * unit * most for gain, most, _ in sharing)
        return top, unit, sums, sharing


def norms(lengths: Sequence[int]) -> array[float]:
    """BM25's length norm of a field by document number; the average is over those that have the field."""
    count = len(lengths) - lengths.count(0)
    average = sum(lengths) / count if count else 1.0
    constant, slope = K1 * (1 - B), K1 * B / average
    return array("f", [constant + slope * length for length in lengths])


def brevity(lengths: Iterable[Sequence[int]], living: Sequence[int]) -> Brevity:
    """Of documents with these lengths, given by fields."""
    whole = list(map(sum, zip(*lengths, strict=True)))
    average = sum(map(mul, whole, living)) / max(1, sum(living)) or 1.0
    # Many have the same length.
    different = list(set(whole))
    left = array("f", [min(max(length / average, 1 / MOST), MOST) ** BREVITY for length in different])
    ends = sorted({*_BRIEF, MOST**-BREVITY + 0.01})
    of = array("f", map(dict(zip(different, left, strict=True)).__getitem__, whole))
    steps = dict(zip(different, map(partial(bisect_left, ends), left), strict=True))
    rows = bytes(map(steps.__getitem__, whole))
    flags = (rows.translate(bytes(row) + b"\1" + bytes(255 - row)) for row in range(len(ends)))
    return Brevity(of, list(zip(ends, map(bits_where, flags), strict=True)))


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
    among = narrow(reduce(or_, (fit.bits for fit in rare.values()), 0))
    return Ranking(collection.brevity, rare, weights, among)


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
        self._ways: dict[Alternative, list[TermFit]] = {}
        # Of documents that have all terms of one alternative, and of those that have any.
        self.bits = self.loose = 0
        bounds: dict[str, tuple[float, int]] = {}
        for alternative in ways:
            fits = [term_fit(collection, term, boosts) for term in alternative.terms]
            if bits := reduce(and_, (fit.bits for fit in fits)):
                factor = alternative.factor / len(fits)
                self._ways[alternative] = fits
                self.bits |= bits
                for name in boosts:
                    fields = [field for fit in fits for field in fit.fields if field.name == name]
                    value, having = bounds.get(name, (0.0, 0))
                    value = max(value, factor * sum(field.worth for field in fields))
                    bounds[name] = value, reduce(or_, (field.bits for field in fields), having)
            self.loose |= reduce(or_, (fit.bits for fit in fits))
        self.having = self.bits.bit_count()
        # What the word is worth at most in a field, and which documents have it there.
        self.bounds = [bound for bound in bounds.values() if bound[0]]

    def column(self, some: Some) -> list[float]:
        """How well these documents fit, in order of their places; 0 without any of the alternatives."""
        columns = [column for _, column in self._columns(some)] or [[0.0] * len(some.places)]
        return columns[0] if len(columns) == 1 else list(map(max, *columns))

    def parts(self, some: Some) -> Iterator[tuple[int, str, str, float]]:
        """How well the best alternative fits each of some documents that has one, by number, field and term."""
        rows = [[(value, way) for value in column] for way, column in self._columns(some)]
        values = zip(some.places, map(max, zip(*rows, strict=True)), strict=False)
        best = {number: way for number, (value, way) in values if value}
        for alternative in dict.fromkeys(best.values()):
            factor = alternative.factor / len(alternative.terms)
            for term, fit in zip(alternative.terms, self._ways[alternative], strict=True):
                for number, name, score in fit.parts(some):
                    if best.get(number) == alternative:
                        yield number, name, term, score * factor

    def _columns(self, some: Some) -> Iterator[tuple[Alternative, list[float]]]:
        for alternative, fits in self._ways.items():
            factor = alternative.factor / len(fits)
            first, *others = (fit.column(some) for fit in fits)
            if others:
                first = [sum(scores) if all(scores) else 0.0 for scores in zip(first, *others, strict=True)]
            yield alternative, first if factor == 1 else [score * factor for score in first]


def term_fit(collection: Collection, term: str, boosts: Mapping[str, float]) -> TermFit:
    """BM25 of one term in all fields, for each living document that has it."""
    memo, key = collection.fits, (term, *boosts.items())
    if known := memo.pop(key, None):
        return memo.setdefault(key, known)
    columns, fields = collection.columns, list[FieldFit]()
    k1 = GRAM_K1 if is_unspaced(term) else K1
    for name, boost in boosts.items():
        blocks = list(collection.postings(name, term))
        if blocks:
            bits = reduce(or_, (block.bits for block in blocks)) & columns.where("living", 1)
            weight = boost * (k1 + 1) * idf(bits.bit_count(), collection.living)
            most, least_norm = max(block.most for block in blocks), collection.least_norms[name]
            worth = weight * most / (most + k1 / K1 * least_norm)
            fields.append(FieldFit(name, weight, worth, collection.norms[name], bits, blocks))
    if not fields:
        return TermFit(0, 1.0, ())
    bits = reduce(or_, (field.bits for field in fields))
    if len(memo) * (len(columns) + 1_000) > MAX_FITS:
        memo.pop(next(iter(memo)))
    return memo.setdefault(key, TermFit(bits, k1 / K1, fields))
