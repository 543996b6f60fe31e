"""Which documents match a reader's words, and how well: BM25 term at a time, with coordination.

Robertson and Zaragoza, "The Probabilistic Relevance Framework: BM25 and Beyond", 2009, with Lucene's idf,
which is never negative. Scores depend on the living documents only, not on how the index came about.
"""

from __future__ import annotations

from array import array
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import log

from helpdesk.search.analysis import Span, needless_parts

K1 = 1.2
B = 0.75
BOOSTS: Mapping[str, float] = {"title": 3.0, "keywords": 3.0, "headings": 2.0, "summary": 1.5, "body": 1.0}
# Postings that one query may read, rarest words first: bounds the time of any text on an index of any size.
MAX_POSTINGS = 100_000

# How well one term fits each document that has it, by document number.
Fits = Mapping[int, float]


@dataclass(frozen=True, slots=True)
class Ranking:
    """Scores by document number, for every match, and the terms that were worth looking at."""

    scores: dict[int, float]
    terms: frozenset[str]


def norms(lengths: Sequence[int]) -> array[float]:
    """BM25's length norm of a field by document number; the average is over those that have the field."""
    present = [length for length in lengths if length]
    average = sum(present) / len(present) if present else 1.0
    return array("f", (K1 * (1 - B + B * length / average) for length in lengths))


def fits(
    frequencies: Mapping[str, Sequence[tuple[int, float]]], norms: Mapping[str, array[float]], documents: int
) -> Fits:
    """BM25 of one term: its (document number, frequency) pairs per field, among so many documents."""
    scores: dict[int, float] = {}
    for field, pairs in frequencies.items():
        weight = BOOSTS[field] * (K1 + 1) * _idf(len(pairs), documents)
        norm = norms[field]
        for number, frequency in pairs:
            scores[number] = scores.get(number, 0.0) + weight * frequency / (frequency + norm[number])
    return scores


def rank(
    words: Mapping[Span, frozenset[str]],
    documents: int,
    *,
    frequency: Callable[[str], int],
    look_up: Callable[[str], Fits],
) -> Ranking:
    """Rank what has any of the words; a word is the set of its terms, of which the best fit counts.

    `frequency` is quick and says in how many documents a term is at least, `look_up` says in which.

    Words in more than half of the documents bring nothing in when there is a rarer one. Scores are multiplied
    by the share of the words that a document has, in which rare words weigh more: so the little words of a
    question do not outvote what it is about.
    """
    found = _look_up(words, documents, frequency, look_up)
    for span in needless_parts(words, set(found)):
        found.pop(span, None)
    rare = {span: fit for span, fit in found.items() if 2 * len(fit) <= documents} or found
    scores: dict[int, float] = {}
    matched: dict[int, float] = {}
    whole = 0.0
    for fit in rare.values():
        weight = _idf(len(fit), documents)
        whole += weight
        for number, score in fit.items():
            scores[number] = scores.get(number, 0.0) + score
            matched[number] = matched.get(number, 0.0) + weight
    for number, weight in matched.items():
        scores[number] *= weight / whole
    return Ranking(scores, frozenset(term for span in rare for term in words[span]))


def _idf(having: int, documents: int) -> float:
    return log(1 + (documents - having + 0.5) / (having + 0.5))


def _look_up(
    words: Mapping[Span, frozenset[str]],
    documents: int,
    frequency: Callable[[str], int],
    look_up: Callable[[str], Fits],
) -> dict[Span, Fits]:
    counts = {span: [frequency(term) for term in terms] for span, terms in words.items()}
    found: dict[Span, Fits] = {}
    has_rare = False
    spent = 0
    for span in sorted(words, key=lambda span: (sum(counts[span]), span)):
        spent += sum(counts[span])
        if found and spent > MAX_POSTINGS:
            break
        if has_rare and 2 * max(counts[span]) > documents:
            continue
        if fit := _best(look_up(term) for term in sorted(words[span])):
            found[span] = fit
            has_rare = has_rare or 2 * len(fit) <= documents
    # In one order whatever the costs were, so that sums of floats are the same.
    return {span: found[span] for span in sorted(found)}


def _best(alternatives: Iterable[Fits]) -> Fits:
    first, *others = [fit for fit in alternatives if fit] or [{}]
    if not others:
        return first
    best = dict(first)
    for fit in others:
        for number, score in fit.items():
            if score > best.get(number, 0.0):
                best[number] = score
    return best
