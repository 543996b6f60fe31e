"""One search from the typed text to a page of hits, the same for every backend."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial, reduce
from itertools import repeat
from operator import or_
from typing import Any

import numpy as np
from numpy.typing import NDArray

from helpdesk.search import asking
from helpdesk.search.analysis import MAX_QUERY_LENGTH, fold_title, is_unspaced
from helpdesk.search.backend import Hit, Mending, Reason, SearchQuery, SearchResult
from helpdesk.search.collection import Collection, Columns, Mask, Names, Numbers, Values
from helpdesk.search.mending import Asked, understand
from helpdesk.search.nearness import nearness_of
from helpdesk.search.ranking import Ranking, foremost, idf, marked, rank

# Whose best document has so little of a query has no answer to it: words that nothing has count as the rarest.
ENOUGH = 0.12
# Half of the grams of any text are no words, and stand nowhere.
UNKNOWN_GRAM = 0.25
# What the newest announcement gains, and after how many days half of it is gone.
RECENCY, HALF_LIFE = 0.3, 90
# Of longer queries, which are questions, nobody expects an article with all of the words.
FEW_WORDS = 4


@dataclass(frozen=True, slots=True)
class Answers:
    """The documents that answer; by number which have exactly the title that was asked for, scores, and `factors`.

    These are what is known beside the text: how documents fare with readers, and their age. `nearness` some have.
    """

    numbers: Numbers
    exact: Mask
    scores: Values
    nearness: Mapping[int, float]
    factors: Values


def search(collection: Collection, query: SearchQuery, boosts: Mapping[str, float]) -> SearchResult:
    """See SearchBackend.search; the collection is that of the query's locale."""
    asked, mending = understand(collection, query)
    words, narrow = (*asked.words, *asked.characters), partial(_narrow, collection, asked)
    found = rank(collection, words, boosts, narrow, asked.little)
    if not _is_enough(collection, found, asked):
        found = found.emptied()
    return _page(collection.columns, query, asked, mending, found, _answers(collection, query, asked, found))


def _answers(collection: Collection, query: SearchQuery, asked: Asked, found: Ranking) -> Answers:
    columns = collection.columns
    titles = set(map(fold_title, {query.text[:MAX_QUERY_LENGTH], asked.text}))
    exact = marked(len(columns), [number for title in titles for number in collection.titled(title)])
    exact &= columns.of("living")
    nearness, factors, scores = nearness_of(collection, found), np.ones(len(columns)), np.zeros(len(columns))
    factors[found.numbers] = _factors(columns, query, found.numbers)
    # What has only the title, and too little of the words, scores nothing.
    scores[found.numbers] = found.scores
    for number, factor in nearness.items():
        scores[number] *= factor
    return Answers(
        np.flatnonzero(exact | marked(len(columns), found.numbers)), exact, scores * factors, nearness, factors
    )


def suggest(collection: Collection, typed: str, *, limit: int) -> tuple[int, ...]:
    """See SearchBackend.suggest."""
    folded = fold_title(typed[:MAX_QUERY_LENGTH])
    columns = collection.columns
    found = [
        (rank, columns.article_ids[part.offset + number])
        for part in collection.parts()
        for number, rank in part.titles.find(folded, limit)
        if columns.living[part.offset + number]
    ]
    return tuple(article_id for _, article_id in sorted(found)[:limit])


def _narrow(collection: Collection, asked: Asked, among: Mask) -> Mask:
    """Documents with all phrases, or if there is none all, and without what is excluded."""
    wanted = [(phrases, False) for phrases in asked.phrases if phrases] + [
        (phrases, True) for phrases in asked.excluded
    ]
    having, without, left = among, np.zeros_like(among), asking.MAX_COST
    for phrases, is_excluded in wanted:
        if not having.any() and not is_excluded:
            continue
        scope = having if having.any() else among
        told = {phrase: asking.with_words(collection, phrase, scope) for phrase in phrases}
        left -= sum(asking.cost(collection, phrase, having) for phrase, having in told.items())
        if left >= 0:
            told = {phrase: asking.with_phrase(collection, phrase, having) for phrase, having in told.items()}
        found = reduce(or_, told.values(), np.zeros_like(among))
        if not is_excluded:
            having = having & found
        elif left >= 0:
            without |= found
    return (having if having.any() else among) & ~without


def _is_enough(collection: Collection, found: Ranking, asked: Asked) -> bool:
    """Whether the best document has enough of the query to be an answer."""
    whole = sum(found.weights.values())
    unknown = sum(min(1.0, word.worth) * (UNKNOWN_GRAM if is_unspaced(word.text) else 1) for word in asked.unknown)
    return found.best > 0 and found.best * whole >= ENOUGH * (whole + unknown * idf(0, collection.living))


def _factors(columns: Columns, query: SearchQuery, numbers: Numbers) -> Values:
    """What is known beside the text: how documents fare with readers, and how young announcements are."""
    knowledge = query.knowledge
    factors = _known(knowledge.priors, columns, numbers, 1.0) if knowledge.priors else np.ones(len(numbers))
    if (news := columns.category_names.find(knowledge.news)) is not None:
        is_news = columns.of("categories")[numbers] == news
        ages = np.maximum(0, query.today - columns.of("published_on")[numbers[is_news]])
        factors[is_news] *= 1 + RECENCY * 0.5 ** (ages / HALF_LIFE)
    return factors


def _known(values: Mapping[int, float], columns: Columns, numbers: Numbers, otherwise: float) -> Values:
    """What is known of some documents by the ids of their translations."""
    ids = columns.of("translation_ids")[numbers].tolist()
    return np.array(list(map(values.get, ids, repeat(otherwise))), np.float64)


def _page(
    columns: Columns, query: SearchQuery, asked: Asked, mending: Mending | None, found: Ranking, answers: Answers
) -> SearchResult:
    matches, counts, sections = _narrowed(columns, query, answers.numbers)
    offset, limit = max(0, query.offset), max(0, query.limit)
    best = _in_order(columns, query, answers, matches, offset + limit)[offset:]
    reasons = _explained(found, answers, best) if query.is_explained else {}
    return SearchResult(
        hits=tuple(
            Hit(
                columns.article_ids[number],
                columns.translation_ids[number],
                float(answers.scores[number]),
                tuple(reasons.get(number, ())),
            )
            for number in best
        ),
        total=len(matches),
        local=int(np.count_nonzero(~columns.of("foreign")[matches])),
        counts=counts,
        sections=sections,
        searched=asked.text,
        mending=mending,
        also=asked.also,
        missing=asked.missing,
        marks=asked.marks,
        is_partial=_is_partial(asked, found, answers),
    )


def _narrowed(columns: Columns, query: SearchQuery, matches: Numbers) -> tuple[Numbers, dict[str, int], dict[str, int]]:
    """The matches in the chosen category and section, and counts by the keys of categories and sections."""
    counts = _counts(columns.of("categories")[matches], columns.category_names)
    sections: dict[str, int] = {}
    if query.category is not None:
        matches = matches[columns.of("categories")[matches] == columns.category_names.find(query.category)]
        sections = _counts(columns.of("sections")[matches], columns.section_names)
        if query.section is not None:
            matches = matches[columns.of("sections")[matches] == columns.section_names.find(query.section)]
    return matches, counts, sections


def _counts(values: NDArray[Any], names: Names) -> dict[str, int]:
    counts = zip(names.names, np.bincount(values, minlength=len(names.names)).tolist(), strict=True)
    return dict(sorted((name, count) for name, count in counts if count))


def _is_partial(asked: Asked, found: Ranking, answers: Answers) -> bool:
    if answers.exact.any() or not len(answers.numbers) or asked.has_grams or len(asked.words) > FEW_WORDS:
        return False
    return found.best < 0.999


def _in_order(columns: Columns, query: SearchQuery, answers: Answers, matches: Numbers, number: int) -> list[int]:
    """The first documents as they are shown: exact titles, then local ones, then by what was asked for, then by id."""
    groups = columns.of("foreign")[matches].astype(np.uint8)
    if query.sort == "relevance":
        groups[~answers.exact[matches]] += 2
    ordered = list[int]()
    for group in np.unique(groups):
        if len(ordered) < number:
            ordered += _first(columns, query, answers, matches[groups == group], number - len(ordered))
    return ordered


def _first(columns: Columns, query: SearchQuery, answers: Answers, group: Numbers, number: int) -> list[int]:
    """The first documents of a group."""
    if query.sort == "updated":
        values = columns.of("updated_at")[group]
    elif query.sort == "views":
        values = _known(query.knowledge.views, columns, group, 0)
    else:
        values = answers.scores[group]
    first: list[int] = group[foremost(values, columns.of("article_ids")[group], number)].tolist()
    return first


def _explained(found: Ranking, answers: Answers, best: list[int]) -> dict[int, list[Reason]]:
    """What documents' scores are made of, by number, in the order in which they are reckoned."""
    reasons = {number: [Reason("the exact title", 0.0)] if answers.exact[number] else [] for number in best}
    ranked = np.intersect1d(best, found.numbers)
    wanted = marked(len(answers.exact), ranked)
    for fit in found.fits.values():
        for number, name, term, value in fit.parts(wanted, ranked):
            reasons[number].append(Reason(f"{name}: {term}", value))
    gains = dict(zip(ranked.tolist(), found.gains[np.searchsorted(found.numbers, ranked)].tolist(), strict=True))
    for number, own in reasons.items():
        own.append(Reason("share of the words", gains.get(number, 1.0), is_factor=True))
        others = {"nearness": answers.nearness.get(number, 1.0), "readers and age": float(answers.factors[number])}
        own += [Reason(what, factor, is_factor=True) for what, factor in others.items() if factor != 1]
    return reasons
