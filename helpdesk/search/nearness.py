"""How near the words of a query stand to each other in the best answers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise, repeat
from operator import add, itemgetter

from helpdesk.search.analysis import Span
from helpdesk.search.collection import FIELD_PLACES, PLACES, Collection, Mask
from helpdesk.search.ranking import Ranking, Word, foremost, marked

# How much a document gains that has all neighbours of the query side by side, and how many of the best are looked at.
NEARNESS = 0.3
NEAR_CANDIDATES = 20
# How much it gains beside that with all of the query in one stretch of so many words, of which one begins at each half.
TOGETHER, STRETCH = 0.3, 32
_HALF = STRETCH // 2
_HALVES, _OF_TITLE = PLACES // _HALF, FIELD_PLACES // _HALF
# The nearness of what is worth no more says nothing: it is a part of words.
LESSER = 0.5


def nearness_of(collection: Collection, ranking: Ranking) -> dict[int, float]:
    """Factors from 1 up for documents in which words of the query stand near each other, by number."""
    words = sorted((word for word in ranking.fits if word.worth > LESSER), key=lambda word: word.span)
    if len(words) < 2:
        return {}
    ids = collection.columns.of("article_ids")[ranking.numbers]
    best = ranking.numbers[foremost(ranking.scores, ids, NEAR_CANDIDATES)].tolist()
    among = marked(len(collection.columns), best)
    places = {word: _places(collection, word, among) for word in words}
    whole = 0.0
    near: dict[int, float] = {}
    for one, two in pairwise(words):
        weight = min(ranking.weights[one.span], ranking.weights[two.span])
        whole += weight
        after = places[two].intersection(map(add, places[one], repeat(1)))
        for number in {place // PLACES for place in after}.intersection(best):
            near[number] = near.get(number, 0.0) + weight
    together = _together(words, places, ranking.weights)
    gains = {n: NEARNESS * near.get(n, 0.0) / whole + TOGETHER * together.get(n, 0.0) for n in best}
    return {number: 1 + gain for number, gain in gains.items() if gain}


def _together(
    words: Sequence[Word], places: Mapping[Word, set[int]], weights: Mapping[Span, float]
) -> dict[int, float]:
    """The greatest share of the query that a document has in one stretch and in its title, by number."""
    titled, stretches = dict[int, float](), dict[int, float]()
    for word in words:
        weight = weights[word.span]
        halves = {place // _HALF for place in places[word]}
        if having := {half // _HALVES for half in halves if half % _HALVES < _OF_TITLE}:
            halves = {half for half in halves if half // _HALVES not in having}
            for number in having:
                titled[number] = titled.get(number, 0.0) + weight
        # Each half ends one stretch and begins the next.
        for stretch in halves.union(map(add, halves, repeat(1))):
            stretches[stretch] = stretches.get(stretch, 0.0) + weight
    # Of several of a document, the last one stays.
    most = {stretch // _HALVES: weight for stretch, weight in sorted(stretches.items(), key=itemgetter(1))}
    whole = sum(weights[word.span] for word in words)
    return {n: (most.get(n, 0.0) + titled.get(n, 0.0)) / whole for n in {*most, *titled}}


def _places(collection: Collection, word: Word, among: Mask) -> set[int]:
    """Where the word's terms stand in the documents: see Collection.places."""
    return set[int]().union(*(collection.places(term, among).tolist() for term in word.terms))
