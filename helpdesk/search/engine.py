"""One search from the typed text to a page of hits, the same for every backend."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial, reduce
from heapq import nlargest, nsmallest
from itertools import count, repeat
from operator import neg, or_

from helpdesk.search import asking
from helpdesk.search.analysis import MAX_QUERY_LENGTH, fold_title, is_unspaced
from helpdesk.search.backend import Hit, Mending, Reason, SearchQuery, SearchResult
from helpdesk.search.bits import bits_of, numbers_of
from helpdesk.search.collection import Collection, Columns, Names, Some
from helpdesk.search.mending import Asked, understand
from helpdesk.search.nearness import nearness_of
from helpdesk.search.ranking import Fits, Ranking, idf, rank

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
    """The answers, told by bits, and what their scores are made of beside the words: factors, the last at most so much.

    `bare` have exactly the title that was asked for, and too little of the words.
    """

    answers: int
    exact: int
    bare: frozenset[int]
    nearness: Fits
    factor: Callable[[int], float | None]
    most: float


def search(collection: Collection, query: SearchQuery, boosts: Mapping[str, float]) -> SearchResult:
    """See SearchBackend.search; the collection is that of the query's locale."""
    asked, mending = understand(collection, query)
    found = rank(collection, (*asked.words, *asked.characters), boosts, partial(_narrow, collection, asked))
    if not _is_enough(collection, found, asked):
        found.answers = 0
    titles = set(map(fold_title, {query.text[:MAX_QUERY_LENGTH], asked.text}))
    titled = {n for title in titles for n in collection.titled(title) if collection.columns.living[n]}
    exact = bits_of(titled, len(collection.columns))
    bare = frozenset(numbers_of(exact & ~found.answers, len(collection.columns)))
    factor, most = _factors(collection, query)
    scored = Scored(found.answers | exact, exact, bare, nearness_of(collection, found), factor, most)
    return _page(collection, query, asked, mending, found, scored)


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
    having, without, left = bits, 0, asking.MAX_COST
    for phrases, is_excluded in wanted:
        if not having and not is_excluded:
            continue
        told = {phrase: asking.with_words(collection, phrase, having or bits) for phrase in phrases}
        left -= sum(asking.cost(collection, phrase, among) for phrase, among in told.items())
        if left >= 0:
            told = {phrase: asking.with_phrase(collection, phrase, among) for phrase, among in told.items()}
        found = reduce(or_, told.values(), 0)
        if not is_excluded:
            having &= found
        elif left >= 0:
            without |= found
    return (having or bits) & ~without


def _is_enough(collection: Collection, found: Ranking, asked: Asked) -> bool:
    """Whether the best document has enough of the query to be an answer."""
    whole = sum(found.weights.values())
    unknown = sum(min(1.0, word.worth) * (UNKNOWN_GRAM if is_unspaced(word.text) else 1) for word in asked.unknown)
    return found.best > 0 and found.best * whole >= ENOUGH * (whole + unknown * idf(0, collection.living))


def _factors(collection: Collection, query: SearchQuery) -> tuple[Callable[[int], float | None], float]:
    """What is known beside the text: how documents fare with readers, and how young announcements are; at most."""
    columns, knowledge = collection.columns, query.knowledge
    news = columns.category_names.find(knowledge.news)
    if not knowledge.priors and news is None:
        return lambda _number: None, 1.0

    def factor(number: int) -> float:
        factor = knowledge.priors.get(columns.translation_ids[number], 1.0)
        if columns.categories[number] == news:
            age = max(0, query.today - columns.published_on[number])
            factor *= 1 + RECENCY * 0.5 ** (age / HALF_LIFE)
        return factor

    return factor, max(1.0, knowledge.greatest_prior) * (1.0 if news is None else 1 + RECENCY)


def _page(
    collection: Collection, query: SearchQuery, asked: Asked, mending: Mending | None, found: Ranking, scored: Scored
) -> SearchResult:
    columns = collection.columns
    matches, counts, sections = _narrowed(columns, query, scored.answers)
    offset, limit = max(0, query.offset), max(0, query.limit)
    best = _in_order(columns, query, found, scored, matches, offset + limit)[offset : offset + limit]
    reasons = _explained(len(columns), found, scored, best) if query.is_explained else {}
    return SearchResult(
        hits=tuple(
            Hit(
                columns.article_ids[number],
                columns.translation_ids[number],
                _value(found, scored, number),
                tuple(reasons.get(number, ())),
            )
            for number in best
        ),
        total=matches.bit_count(),
        local=(matches & ~columns.where("foreign", 1)).bit_count(),
        counts=counts,
        sections=sections,
        searched=asked.text,
        mending=mending,
        also=asked.also,
        missing=asked.missing,
        marks=asked.marks,
        is_partial=_is_partial(asked, found, scored),
    )


def _narrowed(columns: Columns, query: SearchQuery, matches: int) -> tuple[int, dict[str, int], dict[str, int]]:
    """The matches in the chosen category and section, and counts by the keys of categories and sections."""
    counts = _counts(columns, "categories", columns.category_names, matches)
    sections: dict[str, int] = {}
    if query.category is not None:
        matches &= columns.where("categories", columns.category_names.find(query.category))
        sections = _counts(columns, "sections", columns.section_names, matches)
        if query.section is not None:
            matches &= columns.where("sections", columns.section_names.find(query.section))
    return matches, counts, sections


def _counts(columns: Columns, column: str, names: Names, matches: int) -> dict[str, int]:
    counts = ((name, (matches & columns.where(column, n)).bit_count()) for n, name in enumerate(names.names))
    return dict(sorted((name, count) for name, count in counts if count))


def _is_partial(asked: Asked, found: Ranking, scored: Scored) -> bool:
    if scored.exact or not scored.answers or asked.has_grams or len(asked.words) > FEW_WORDS:
        return False
    return found.best < 0.999


def _in_order(
    columns: Columns, query: SearchQuery, found: Ranking, scored: Scored, matches: int, number: int
) -> list[int]:
    """The first documents as they are shown: exact titles, then local ones, then by what was asked for, then by id."""
    foreign = columns.where("foreign", 1)
    groups = [matches & ~foreign, matches & foreign]
    if query.sort == "relevance":
        groups = [group & part for part in (scored.exact, ~scored.exact) for group in groups]
    first = partial(_best, columns, found, scored) if query.sort == "relevance" else partial(_latest, columns, query)
    ordered = list[int]()
    for group in groups:
        if group and len(ordered) < number:
            ordered += first(group, number - len(ordered))
    return ordered


def _best(columns: Columns, found: Ranking, scored: Scored, group: int, number: int) -> list[int]:
    """The first documents of a group by score, and far behind by what it may be."""
    ids = columns.article_ids
    value = partial(_value, found, scored)
    stages = found.leading(group, number, value, scored.most)
    bare = [n for n in scored.bare if group >> len(columns) - 1 - n & 1]
    ordered = nlargest(number, sorted([*next(stages), *bare], key=ids.__getitem__), key=value)
    for stage in stages:
        if len(ordered) >= number:
            break
        ordered += sorted(stage, key=ids.__getitem__)
    return ordered


def _latest(columns: Columns, query: SearchQuery, group: int, number: int) -> list[int]:
    """The first documents of a group by date or views."""
    numbers, views = numbers_of(group, len(columns)), query.knowledge.views
    if query.sort == "updated":
        values = map(columns.updated_at.__getitem__, numbers)
    else:
        values = map(views.get, map(columns.translation_ids.__getitem__, numbers), repeat(0))
    rows = zip(map(neg, values), map(columns.article_ids.__getitem__, numbers), numbers, strict=True)
    return [n for _, _, n in nsmallest(number, rows)]


def _value(found: Ranking, scored: Scored, number: int) -> float:
    """A document's score."""
    if number in scored.bare:
        return 0.0
    score = found.score(number) * scored.nearness.get(number, 1.0)
    return score if (factor := scored.factor(number)) is None else score * factor


def _explained(documents: int, found: Ranking, scored: Scored, best: Sequence[int]) -> dict[int, list[Reason]]:
    """What documents' scores are made of, by number, in the order in which they are reckoned."""
    some = Some(bits_of(best, documents), dict(zip(sorted(best), count(), strict=False)))
    exact = set(numbers_of(some.bits & scored.exact, documents))
    reasons = {number: [Reason("the exact title", 0.0)] if number in exact else [] for number in best}
    for fit in found.fits.values():
        for number, name, term, value in fit.parts(some):
            reasons[number].append(Reason(f"{name}: {term}", value))
    for number, own in reasons.items():
        gain = 1.0 if number in scored.bare else found.gain(number)
        own.append(Reason("share of the words", gain, is_factor=True))
        for what, factor in (("nearness", scored.nearness.get(number)), ("readers and age", scored.factor(number))):
            if factor is not None:
                own.append(Reason(what, factor, is_factor=True))
    return reasons
