"""One search from the typed text to a page of hits, the same for every backend."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from collections.abc import Collection as Collection_
from dataclasses import dataclass
from functools import cache, partial
from heapq import nlargest
from itertools import accumulate, chain

from helpdesk.search import asking
from helpdesk.search.analysis import MAX_QUERY_LENGTH, fold_title, is_unspaced
from helpdesk.search.backend import Hit, Mending, Reason, SearchQuery, SearchResult, Sort
from helpdesk.search.collection import Collection, Columns, Names
from helpdesk.search.mending import Asked, understand
from helpdesk.search.ranking import Fit, Fits, Ranking, bits_of, idf, nearness_of, rank, term_fit

# Whose best document has so little of a query has no answer to it: words that nothing has count as the rarest.
ENOUGH = 0.12
# Half of the grams of any text are no words, and stand nowhere.
UNKNOWN_GRAM = 0.25
# What the newest announcement gains, and after how many days half of it is gone.
RECENCY, HALF_LIFE = 0.3, 90
# Of longer queries, which are questions, nobody expects an article with all of the words.
FEW_WORDS = 4


@dataclass(frozen=True, slots=True)
class Scored:
    """Scores of the answers by document number, and what they were made of beside the words."""

    scores: Fits
    exact: frozenset[int]
    nearness: Fits
    factors: Fits


def search(collection: Collection, query: SearchQuery, boosts: Mapping[str, float]) -> SearchResult:
    """See SearchBackend.search; the collection is that of the query's locale."""
    asked, mending = understand(collection, query)
    found = rank(collection, (*asked.words, *asked.characters), boosts, partial(_narrow, collection, asked))
    fits = found.scores(found.coverage if _is_enough(collection, found, asked) else ())
    titles = {fold_title(query.text[:MAX_QUERY_LENGTH]), fold_title(asked.text)}
    exact = frozenset(n for title in titles for n in collection.titled(title) if collection.columns.living[n])
    nearness = nearness_of(collection, found, fits)
    scores = dict.fromkeys(exact, 0.0) | fits
    factors = _factors(collection, query, scores)
    for number, factor in chain(nearness.items(), factors.items()):
        scores[number] *= factor
    return _page(collection, query, asked, mending, found, Scored(scores, exact, nearness, factors), boosts)


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


def _narrow(collection: Collection, asked: Asked, bits: int) -> int:
    """Documents with all phrases, or if there is none all, and without what is excluded."""
    wanted = [(phrases, False) for phrases in asked.phrases if phrases] + [
        (phrases, True) for phrases in asked.excluded
    ]
    costs = accumulate(asking.cost(collection, phrases) for phrases, _ in wanted)
    having, without = bits, 0
    for index, ((phrases, is_excluded), cost) in enumerate(zip(wanted, costs, strict=True)):
        if index and cost > asking.MAX_COST:
            break
        found = bits_of(asking.documents_with(collection, phrases), len(collection.columns))
        having, without = (having, without | found) if is_excluded else (having & found, without)
    return (having or bits) & ~without


def _is_enough(collection: Collection, found: Ranking, asked: Asked) -> bool:
    """Whether the best document has enough of the query to be an answer."""
    best = max(found.coverage.values(), default=0.0)
    whole = sum(found.weights.values())
    unknown = sum(UNKNOWN_GRAM if is_unspaced(word.text) else 1 for word in asked.unknown)
    return best > 0 and best * whole >= ENOUGH * (whole + unknown * idf(0, collection.living))


def _factors(collection: Collection, query: SearchQuery, numbers: Iterable[int]) -> Fits:
    """What is known beside the text: how documents fare with readers, and how young announcements are."""
    columns, knowledge = collection.columns, query.knowledge
    news = columns.category_names.find(knowledge.news)
    if not knowledge.priors and news is None:
        return {}
    factors: Fits = {}
    for number in numbers:
        factor = knowledge.priors.get(columns.translation_ids[number], 1.0)
        if columns.categories[number] == news:
            age = max(0, query.today - columns.published_on[number])
            factor *= 1 + RECENCY * 0.5 ** (age / HALF_LIFE)
        factors[number] = factor
    return factors


def _page(
    collection: Collection,
    query: SearchQuery,
    asked: Asked,
    mending: Mending | None,
    found: Ranking,
    scored: Scored,
    boosts: Mapping[str, float],
) -> SearchResult:
    columns = collection.columns
    matches, counts, sections = _narrowed(columns, query, scored.scores)
    offset, limit = max(0, query.offset), max(0, query.limit)
    why = explained(collection, found, boosts, scored) if query.is_explained else lambda _number: ()
    best = _in_order(columns, query, scored, _near_top(columns, query, scored, matches))
    return SearchResult(
        hits=tuple(
            Hit(
                columns.article_ids[number],
                columns.translation_ids[number],
                scored.scores[number],
                why(number),
            )
            for number in best[offset : offset + limit]
        ),
        total=len(matches),
        local=len(matches) - sum(map(columns.foreign.__getitem__, matches)),
        counts=counts,
        sections=sections,
        searched=asked.text,
        mending=mending,
        also=asked.also,
        missing=asked.missing,
        is_partial=_is_partial(asked, found, scored),
    )


def _narrowed(
    columns: Columns, query: SearchQuery, scores: Fits
) -> tuple[Collection_[int], dict[str, int], dict[str, int]]:
    """The matches in the chosen category and section, and counts by the keys of categories and sections."""
    counts = Counter(map(columns.categories.__getitem__, scores))
    matches: Collection_[int] = scores
    sections: Counter[int] = Counter()
    if query.category is not None:
        category = columns.category_names.find(query.category)
        matches = [number for number in scores if columns.categories[number] == category]
        sections = Counter(map(columns.sections.__getitem__, matches))
        if query.section is not None:
            section = columns.section_names.find(query.section)
            matches = [number for number in matches if columns.sections[number] == section]
    return matches, _named(counts, columns.category_names), _named(sections, columns.section_names)


def _named(counts: Mapping[int, int], names: Names) -> dict[str, int]:
    return dict(sorted((names.names[number], count) for number, count in counts.items()))


def _is_partial(asked: Asked, found: Ranking, scored: Scored) -> bool:
    if scored.exact or not scored.scores or asked.has_grams or len(asked.words) > FEW_WORDS:
        return False
    return max(map(found.coverage.__getitem__, scored.scores)) < 0.999


def _near_top(columns: Columns, query: SearchQuery, scored: Scored, matches: Collection_[int]) -> Collection_[int]:
    """Matches among which the page's are: most of many have too small a score, which is told quickly."""
    count = query.offset + query.limit
    if query.sort != "relevance" or not 0 < count < len(matches) // 4:
        return matches
    local = [number for number in matches if not columns.foreign[number]]
    if len(local) < count:
        return matches
    floor = nlargest(count, map(scored.scores.__getitem__, local))[-1]
    chosen = {number for number in local if scored.scores[number] >= floor}
    return chosen | scored.exact.intersection(matches)


def _in_order(columns: Columns, query: SearchQuery, scored: Scored, numbers: Iterable[int]) -> list[int]:
    """Documents as they are shown: exact titles, then local ones, then by what was asked for, equals by article id."""
    views, ids = query.knowledge.views, columns.translation_ids
    values: dict[Sort, Callable[[int], float]] = {
        "relevance": scored.scores.__getitem__,
        "updated": columns.updated_at.__getitem__,
        "views": lambda number: views.get(ids[number], 0),
    }
    # What counts least goes first, as sorting leaves equals in their order.
    found = sorted(numbers, key=columns.article_ids.__getitem__)
    found.sort(key=values[query.sort], reverse=True)
    found.sort(key=columns.foreign.__getitem__)
    if query.sort == "relevance":
        found.sort(key=scored.exact.__contains__, reverse=True)
    return found


def explained(
    collection: Collection, found: Ranking, boosts: Mapping[str, float], scored: Scored
) -> Callable[[int], tuple[Reason, ...]]:
    """Tells what a document's score is made of, in the order in which it is reckoned."""
    fits = cache(lambda alternative: Fit(collection, [alternative], boosts))

    def explain(number: int) -> tuple[Reason, ...]:
        reasons = [Reason("the exact title", 0.0)] if number in scored.exact else []
        for word in found.fits:
            _fit, best = max((fits(a).column({number: 0})[0], a) for a in word.alternatives)
            for term in best.terms:
                for name in boosts:
                    (value,) = term_fit(collection, term, {name: boosts[name]}).column({number: 0})
                    if value:
                        reasons.append(Reason(f"{name}: {term}", value * best.factor / len(best.terms)))
        reasons.append(Reason("share of the words", found.gains([number])[0], is_factor=True))
        for what, factors in (("neighbours", scored.nearness), ("readers and age", scored.factors)):
            if number in factors:
                reasons.append(Reason(what, factors[number], is_factor=True))
        return tuple(reasons)

    return explain
