"""What a reader asks: words, "phrases" and -exclusions, each with all the terms that may stand for it.

Nothing else has a meaning in a query, so no input is an error, and none is dear.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from helpdesk.search.analysis import MAX_QUERY_LENGTH, Span, analyse, characters, query_terms
from helpdesk.search.backend import Synonym
from helpdesk.search.collection import FIELDS, PLACES, Collection, Mask, Numbers
from helpdesk.search.ranking import Alternative, Word, marked

# Phrases and exclusions of a query, of more the first count; and the documents that may be gone through to find them,
# of which one that is sought counts as so many. After that a phrase is no more than its words, and nothing excludes it.
MAX_PHRASES, MAX_COST, _SOUGHT = 8, 100_000, 16
# Words of a phrase by which documents are told apart before places are compared, rare ones first.
_TOLD = 6
# What a synonym is worth beside the word itself.
SYNONYM = 0.8
# What letters with digits or underscores are worth beside another word: who names a code means that code.
CODE = 2.0
# What a Chinese character is worth beside the pairs that it is in.
CHARACTER = 0.35

_QUOTED = re.compile('(?<!\\S)(-?)["“„”«»「『]([^"“„”«»「」『』]*)["“”«»」』](?!\\w)')
_CODE = re.compile(r"\d.*[^\W\d]|[^\W\d].*\d|_")
_EXCLUDED = re.compile(r"(?<!\S)-(?=[^\W_])(\S+)")

# What a pair of them is worth of which one is in more than so many documents: such a character is mostly grammar, and
# the pair belongs to two words.
BORDER, COMMON = 0.5, 0.75

# Terms, of which one must stand there, by their distance from where a phrase begins.
Phrase = tuple[tuple[int, frozenset[str]], ...]


@dataclass(frozen=True, slots=True)
class Parts:
    """A query taken apart: `whole` as it was read, `text` the words to rank at their places, `phrases` among them."""

    whole: str
    text: str
    phrases: tuple[str, ...]
    excluded: tuple[str, ...]


def take_apart(text: str) -> Parts:
    """Phrases stand in quotes, what is not wanted has a minus before it; a query of exclusions alone has none."""
    text = text[:MAX_QUERY_LENGTH]
    phrases, excluded = [], []
    rest = text
    for match in _QUOTED.finditer(text):
        if match[1]:
            excluded.append(match[2])
            rest = _blank(rest, match)
        else:
            phrases.append(match[2])
    for match in _EXCLUDED.finditer(rest):
        excluded.append(match[1])
        rest = _blank(rest, match)
    if not rest.strip():
        return Parts(text, text, (), ())
    return Parts(text, rest, tuple(phrases[:MAX_PHRASES]), tuple(excluded[:MAX_PHRASES]))


def _blank(text: str, match: re.Match[str]) -> str:
    return text[: match.start()] + " " * len(match[0]) + text[match.end() :]


def words_of(text: str, languages: Sequence[str]) -> list[Word]:
    """The words of a text in order, each with its own terms."""
    return [
        Word(
            text[start:end],
            (start, end),
            tuple(Alternative((term,), CODE if _CODE.search(text[start:end]) else 1.0) for term in sorted(terms)),
        )
        for (start, end), terms in query_terms(text, languages).items()
    ]


def characters_of(text: str) -> list[Word]:
    """Chinese characters that say a little more than their pairs."""
    return [Word(char, span, (Alternative((char,), CHARACTER),)) for span, char in characters(text).items()]


def without_borders(collection: Collection, words: Sequence[Word]) -> tuple[Word, ...]:
    """The words, of which pairs of Chinese characters are worth less where one of the two is nearly everywhere."""
    pairs = [word for word in words if len(word.text) == 2 and characters(word.text)]
    most = COMMON * collection.living
    common = {char for char in {*"".join(word.text for word in pairs)} if collection.frequency(char) > most}
    return tuple(weighed(words, {word.span: BORDER for word in pairs if not common.isdisjoint(word.text)}))


def weighed(words: Sequence[Word], worths: Mapping[Span, float]) -> list[Word]:
    """The words, of which some are worth less, by their places."""
    return [
        Word(word.text, word.span, tuple(Alternative(a.terms, worths[word.span] * a.factor) for a in word.alternatives))
        if word.span in worths
        else word
        for word in words
    ]


def phrases_of(text: str, languages: Sequence[str]) -> set[Phrase]:
    """A phrase as it stands in texts of each language; empty without words."""
    found = set()
    for language in languages:
        places: dict[int, set[str]] = {}
        for token in analyse(text, language):
            places.setdefault(token.position, set()).add(token.term)
        if places:
            found.add(tuple((place, frozenset(terms)) for place, terms in sorted(places.items())))
    return found


def with_synonyms(
    words: Sequence[Word], synonyms: tuple[Synonym, ...], languages: tuple[str, ...]
) -> tuple[list[Word], tuple[str, ...]]:
    """The words with what else may stand for them, and the synonyms that were put in."""
    known = _by_first_term(synonyms, languages[0])
    found: dict[int, list[Alternative]] = {}
    used: list[str] = []
    own = [{term for alternative in word.alternatives for term in alternative.terms} for word in words]
    for index, terms in enumerate(own):
        for sequence, means in {pair for term in terms for pair in known.get(term, ())}:
            reach = own[index : index + len(sequence)]
            if len(reach) == len(sequence) and all(t in there for t, there in zip(sequence, reach, strict=True)):
                used.append(means)
                alternatives = [Alternative(found_terms, SYNONYM) for found_terms in _terms(means, languages)]
                for place in range(index, index + len(sequence)):
                    found.setdefault(place, []).extend(alternatives)
    widened = [
        Word(word.text, word.span, (*word.alternatives, *sorted(found.get(i, ()), key=lambda a: a.terms)))
        for i, word in enumerate(words)
    ]
    return widened, tuple(dict.fromkeys(used))


@lru_cache(maxsize=64)
def _by_first_term(synonyms: tuple[Synonym, ...], language: str) -> dict[str, tuple[tuple[tuple[str, ...], str], ...]]:
    found: dict[str, tuple[tuple[tuple[str, ...], str], ...]] = {}
    for synonym in synonyms:
        for sequence in _terms(synonym.words, (language,)):
            found[sequence[0]] = (*found.get(sequence[0], ()), (sequence, synonym.means))
    return found


@lru_cache(maxsize=4096)
def _terms(text: str, languages: Sequence[str]) -> tuple[tuple[str, ...], ...]:
    """The words of a synonym as terms of each language, the most exact one of every word."""
    found = []
    for language in languages:
        places: dict[int, str] = {}
        for token in analyse(text, language):
            places.setdefault(token.position, token.term)
        found.append(tuple(places.values()))
    return tuple(dict.fromkeys(filter(None, found)))


def is_known(collection: Collection, word: Word) -> bool:
    """Whether some document may have the word, or what stands for it."""
    return any(all(map(collection.frequency, alternative.terms)) for alternative in word.alternatives)


def with_words(collection: Collection, phrase: Phrase, among: Mask) -> Mask:
    """Which of some documents have the rarest words of a phrase in one of their fields."""
    found, told = np.zeros_like(among), _rarest_first(collection, phrase)[:_TOLD]
    postings = [[collection.postings(term) for term in terms] for _, terms in told]
    for name in FIELDS:
        having = among
        for each in postings:
            having = having & marked(len(among), *(fields[name].numbers for fields in each if name in fields))
        found |= having
    return found


def cost(collection: Collection, phrase: Phrase, among: Mask) -> int:
    """Documents that are gone through to find a phrase in some: the other terms are sought where two stand together."""
    if len(phrase) == 1:
        return 0
    sought = _SOUGHT * int(np.count_nonzero(among))
    return sum(min(sought, _count(collection, terms)) for _, terms in _rarest_first(collection, phrase)[:2])


def with_phrase(collection: Collection, phrase: Phrase, among: Mask) -> Mask:
    """Which of some documents that have the words of a phrase in one field have the phrase."""
    if len(phrase) == 1:
        return among
    starts: Numbers | None = None
    for distance, terms in _rarest_first(collection, phrase):
        places = _in_order([collection.places(term, among) for term in terms])
        here = places[np.diff(places, prepend=-1) > 0] - distance
        if starts is not None:
            both = _in_order((starts, here))
            here = both[1:][np.diff(both) == 0]
        starts, among = here, marked(len(among), here // PLACES)
    return among


def _in_order(places: Sequence[Numbers]) -> Numbers:
    """All of them; those that are given in a few runs are merged."""
    return np.sort(np.concatenate(places), kind="stable")


def _rarest_first(collection: Collection, phrase: Phrase) -> list[tuple[int, frozenset[str]]]:
    return sorted(phrase, key=lambda item: _count(collection, item[1]))


def _count(collection: Collection, terms: Iterable[str]) -> int:
    return sum(map(collection.frequency, terms))
