"""One search from the typed text to a page of hits, the same for every backend."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection as Container
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from heapq import nsmallest

from helpdesk.search import asking, ranking
from helpdesk.search.analysis import fold_title
from helpdesk.search.asking import Phrase, is_known, phrases_of, take_apart, with_synonyms, words_of
from helpdesk.search.backend import Hit, Mending, Reason, SearchQuery, SearchResult
from helpdesk.search.collection import Collection
from helpdesk.search.ranking import Fits, Ranking, Word, add_nearness, idf, rank

# A document with so much less of the query than the best one is not an answer to it.
KEPT = 0.25
# Whose best document has so little of a query has no answer to it: words that nothing has count as the rarest.
ENOUGH = 0.12
# What the newest announcement gains, and after how many days half of it is gone.
RECENCY, HALF_LIFE = 0.3, 90


@dataclass(frozen=True, slots=True)
class Asked:
    """A text as it is searched."""

    text: str
    words: tuple[Word, ...]
    phrases: tuple[frozenset[Phrase], ...]
    excluded: tuple[frozenset[Phrase], ...]
    also: tuple[str, ...]
    unknown: tuple[Word, ...]


def search(collection: Collection, query: SearchQuery, boosts: Mapping[str, float]) -> SearchResult:
    """See SearchBackend.search; the collection is that of the query's locale."""
    asked, mending = _understand(collection, query)
    found = rank(collection, asked.words, boosts)
    allowed = _filtered(collection, asked, found.scores)
    kept = _enough(collection, found, asked, allowed)
    exact = {n for n in collection.titled(fold_title(query.text)) if collection.columns.living[n]}
    scores = {number: found.scores[number] for number in kept}
    for number in exact:
        scores.setdefault(number, 0.0)
    near = add_nearness(collection, found, kept)
    for number, factor in near.items():
        scores[number] *= factor
    factors = _factors(collection, query, scores)
    for number, factor in factors.items():
        scores[number] *= factor
    return _page(collection, query, asked, mending, found, scores, exact)


def suggest(collection: Collection, typed: str, *, limit: int) -> tuple[int, ...]:
    """See SearchBackend.suggest."""
    folded = fold_title(typed)
    columns = collection.columns
    found = [
        (rank, columns.article_ids[part.offset + number])
        for part in collection.parts()
        for number, rank in part.titles.find(folded, limit)
        if columns.living[part.offset + number]
    ]
    return tuple(article_id for _, article_id in sorted(found)[:limit])


def _understand(collection: Collection, query: SearchQuery) -> tuple[Asked, Mending | None]:
    """The query as typed, or mended where nothing has its words."""
    asked = _ask(collection, query, query.text)
    return asked, None


def _ask(collection: Collection, query: SearchQuery, text: str) -> Asked:
    languages = tuple(dict.fromkeys((query.locale, *collection.languages)))
    parts = take_apart(text)
    words, also = with_synonyms(words_of(parts.text, languages), query.knowledge.synonyms, languages)
    return Asked(
        text=text,
        words=tuple(words),
        phrases=tuple(frozenset(phrases_of(phrase, languages)) for phrase in parts.phrases),
        excluded=tuple(frozenset(phrases_of(phrase, languages)) for phrase in parts.excluded),
        also=also,
        unknown=tuple(word for word in words if not is_known(collection, word)),
    )


def _filtered(collection: Collection, asked: Asked, scores: Fits) -> Container[int]:
    """Documents with all phrases, or if there is none all, and without what is excluded."""
    allowed: set[int] = set(scores)
    for phrases in asked.phrases:
        if phrases:
            allowed &= asking.documents_with(collection, phrases)
    allowed = allowed or set(scores)
    for phrases in asked.excluded:
        allowed -= asking.documents_with(collection, phrases)
    return allowed


def _enough(collection: Collection, found: Ranking, asked: Asked, allowed: Container[int]) -> list[int]:
    """Documents that have enough of the query to be an answer."""
    best = max((found.coverage[number] for number in allowed), default=0.0)
    whole = sum(found.weights.values())
    if not best or best * whole < ENOUGH * (whole + len(asked.unknown) * idf(0, collection.living)):
        return []
    return [number for number in allowed if found.coverage[number] >= KEPT * best]


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
    scores: Fits,
    exact: set[int],
) -> SearchResult:
    columns = collection.columns
    counts = Counter(columns.categories[number] for number in scores)
    matches: Container[int] = scores
    sections: Counter[int] = Counter()
    if query.category is not None:
        category = columns.category_names.find(query.category)
        matches = [number for number in scores if columns.categories[number] == category]
        sections = Counter(columns.sections[number] for number in matches)
        if query.section is not None:
            section = columns.section_names.find(query.section)
            matches = [number for number in matches if columns.sections[number] == section]
    offset, limit = max(0, query.offset), max(0, query.limit)
    best = nsmallest(offset + limit, matches, key=_order(collection, query, scores, exact))
    full = max((found.coverage.get(number, 0.0) for number in scores), default=1.0)
    return SearchResult(
        hits=tuple(
            Hit(
                columns.article_ids[number],
                columns.translation_ids[number],
                scores[number],
                _reasons(collection, query, found, number) if query.is_explained else (),
            )
            for number in best[offset:]
        ),
        total=len(matches),
        local=sum(not columns.foreign[number] for number in matches),
        counts={columns.category_names.names[n]: count for n, count in sorted(counts.items())},
        sections={columns.section_names.names[n]: count for n, count in sorted(sections.items())},
        searched=asked.text,
        mending=mending,
        also=asked.also,
        missing=tuple(word.text for word in asked.unknown) if scores else (),
        is_partial=not exact and full < 0.999,
    )


def _order(
    collection: Collection, query: SearchQuery, scores: Fits, exact: set[int]
) -> Callable[[int], tuple[float, ...]]:
    """The sort key of a document: local ones first, equals by article id."""
    columns, views = collection.columns, query.knowledge.views
    if query.sort == "updated":
        return lambda n: (columns.foreign[n], -columns.updated_at[n], columns.article_ids[n])
    if query.sort == "views":
        return lambda n: (columns.foreign[n], -views.get(columns.translation_ids[n], 0), columns.article_ids[n])
    return lambda n: (n not in exact, columns.foreign[n], -scores[n], columns.article_ids[n])


def _reasons(collection: Collection, query: SearchQuery, found: Ranking, number: int) -> tuple[Reason, ...]:
    return ()
