"""What a text is understood as: its words with all that may stand for them, mended where nothing has them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from helpdesk.search import asking, compounds
from helpdesk.search.analysis import Span, analyse, is_unspaced, primary_of
from helpdesk.search.asking import Phrase, characters_of, is_known, phrases_of, take_apart, words_of
from helpdesk.search.backend import Mending, SearchQuery
from helpdesk.search.collection import Collection
from helpdesk.search.kin import kin, nouns
from helpdesk.search.little import littleness, telling
from helpdesk.search.ranking import Alternative, Word, idf
from helpdesk.search.rescue import readings
from helpdesk.search.spelling import correct, joined
from helpdesk.search.vocabulary import WordList

# What a compound is worth for one of its words, and its words together for the compound; how many compounds.
WIDER, PIECES, MAX_WIDER = 0.7, 0.8, 8
# What a little word is worth beside another one, and what an n-gram that stands in nothing else: there are several of
# them for each word. It counts as if it were in one document of so many at least, or in as many as have any other word.
WORD, GRAM, USUAL = 0.7, 0.5, 4
# What a noun is worth for the verb of a question.
NOUN = 0.8
# What a word of the same kin is worth by its likeness, and how many; none for words that one document in so many has.
KIN, MAX_KIN, COMMON = 0.6, 4, 10
# Words of one query that are put right, as hardly any reader has more of them wrong.
MAX_CORRECTED = 8
# Of so many words it is kept, as those of questions come again and again.
MAX_KIN_WORDS = 10_000


@dataclass(frozen=True, slots=True)
class Asked:
    """A text as it is searched; `phrases` and `excluded` have one set of readings for each that stands in the text.

    `little` are the places of words that questions are made of, and of grams that lie in such or touch them.
    """

    text: str
    words: tuple[Word, ...]
    little: frozenset[Span]
    characters: tuple[Word, ...]
    phrases: tuple[frozenset[Phrase], ...]
    excluded: tuple[frozenset[Phrase], ...]
    also: tuple[str, ...]
    unknown: tuple[Word, ...]

    @property
    def missing(self) -> tuple[str, ...]:
        """Words as typed that no document has, but no little ones and no grams, as these are no words."""
        words = (word for word in self.unknown if word.span not in self.little and not is_unspaced(word.text))
        return tuple(dict.fromkeys(word.text for word in words))

    @property
    def marks(self) -> dict[Span, frozenset[str]]:
        """The terms by which answers are told, by the places of words: little ones only where nothing else is asked."""
        return telling({word.span: word.terms for word in self.words}, self.little)

    @property
    def has_grams(self) -> bool:
        """Whether parts of words stand for words."""
        return any(is_unspaced(word.text) for word in self.words)


def understand(collection: Collection, query: SearchQuery) -> tuple[Asked, Mending | None]:
    """The query as typed or, where no document has half of its words or one of them, as it was probably meant."""
    asked = _ask(collection, query, query.text)
    if query.is_literal or not asked.unknown:
        return asked, None
    if 2 * len(asked.unknown) >= len(asked.words):
        for text, mending in readings(asked.text, query.locale, collection.word_lists):
            again = _ask(collection, query, text)
            if len(again.unknown) * len(asked.words) < len(asked.unknown) * len(again.words):
                return again, mending
    text = _corrected(collection, asked, query.locale)
    return (asked, None) if text == asked.text else (_ask(collection, query, text), "spelling")


def _ask(collection: Collection, query: SearchQuery, text: str) -> Asked:
    languages = tuple(dict.fromkeys((query.locale, *collection.languages)))
    taken = take_apart(text)
    words, also = asking.with_synonyms(words_of(taken.text, languages), query.knowledge.synonyms, languages)
    shares = littleness(taken.text, [word.span for word in words], languages)
    lists = collection.word_lists
    words = [
        word if word.span in shares else _with(word, _derived(word.text, query.locale, lists, collection))
        for word in words
    ]
    words = asking.weighed(words, _worths(collection, words, shares))
    akin = [
        word if query.is_literal or word.span in shares else _with(word, _akin(word, query.locale, lists, collection))
        for word in words
    ]
    return Asked(
        text=taken.whole,
        words=asking.without_borders(collection, akin),
        little=frozenset(shares),
        characters=tuple(characters_of(taken.text)),
        phrases=tuple(frozenset(phrases_of(phrase, languages)) for phrase in taken.phrases),
        excluded=tuple(frozenset(phrases_of(phrase, languages)) for phrase in taken.excluded),
        also=also,
        unknown=_outermost([word for word in words if not is_known(collection, word)]),
    )


def _worths(collection: Collection, words: Sequence[Word], shares: Mapping[Span, float]) -> dict[Span, float]:
    """What little words are worth here: articles ask less than readers do, so many of them are in few articles."""
    documents, found = collection.living, dict[Span, float]()
    if not shares:
        return found
    told = (max(map(collection.frequency, word.terms)) for word in words if word.span not in shares)
    usual = max(documents // USUAL, min(filter(None, told), default=0))
    for word in words:
        if share := shares.get(word.span):
            own = idf(max(map(collection.frequency, word.terms)), documents)
            worth = 1 - (1 - (GRAM if is_unspaced(word.text) else WORD)) * share
            found[word.span] = worth * min(1.0, idf(usual, documents) / own)
    return found


def _outermost(words: Sequence[Word]) -> tuple[Word, ...]:
    """Without the parts of codes that are among them as a whole."""
    outer, reach = set[Span](), -1
    for start, end in sorted({word.span for word in words}, key=lambda span: (span[0], -span[1])):
        if end > reach:
            outer.add((start, end))
            reach = end
    return tuple(word for word in words if word.span in outer)


def _with(word: Word, more: Iterable[Alternative]) -> Word:
    """The word with what else may stand for it."""
    known = {alternative.terms for alternative in word.alternatives}
    found = {alternative for alternative in more if alternative.terms not in known}
    return Word(word.text, word.span, (*word.alternatives, *sorted(found))) if found else word


def _derived(text: str, language: str, lists: Sequence[WordList], collection: Collection) -> Iterator[Alternative]:
    """What a language makes of a word: compounds that have it and its own pieces, or the nouns for a verb."""
    primary = primary_of(language)
    if primary in compounds.LANGUAGES:
        for whole in compounds.wider(text, language, lists, MAX_WIDER):
            yield Alternative(_terms([whole], language), WIDER)
        if pieces := compounds.split(text, language, lists):
            yield Alternative(_terms(pieces, language), PIECES)
    elif primary == "ar":
        found = (_terms([noun], language) for noun in nouns(text))
        yield from (Alternative(terms, NOUN) for terms in found if collection.frequency(*terms))


def _terms(words: Sequence[str], language: str) -> tuple[str, ...]:
    return tuple(analyse(word, language)[0].term for word in words)


def _akin(word: Word, language: str, lists: Sequence[WordList], collection: Collection) -> Iterator[Alternative]:
    """Words of the same kin, where it is not a word that many documents have."""
    known = word.terms
    if is_unspaced(word.text) or COMMON * max(map(collection.frequency, known)) > collection.living:
        return
    found = collection.kin.get(word.text)
    if found is None:
        if len(collection.kin) >= MAX_KIN_WORDS:
            collection.kin.clear()
        found = collection.kin[word.text] = _kin(word.text, language, lists, collection)
    yield from (Alternative((term,), worth) for term, worth in found.items() if term not in known)


def _kin(text: str, language: str, lists: Sequence[WordList], collection: Collection) -> dict[str, float]:
    """Terms of a word's kin, each with what it is worth."""
    own, found = {token.term for token in analyse(text, language)}, dict[str, float]()
    for other, likeness in kin(text, language, lists):
        term = analyse(other, language)[0].term
        if term not in own and collection.frequency(term):
            found.setdefault(term, KIN * likeness)
        if len(found) == MAX_KIN:
            break
    return found


def _corrected(collection: Collection, asked: Asked, language: str) -> str:
    """The text with the words that nothing has put right, where that can be done; little words are no typos."""
    lists = collection.word_lists
    text, at, pieces, tried = asked.text, 0, list[str](), 0
    unknown = {word.span for word in asked.unknown}
    for word, following in zip(asked.words, (*asked.words[1:], None), strict=True):
        start, end = word.span
        is_meant = word.span in asked.little or is_unspaced(word.text) or any(map(str.isdigit, word.text))
        if is_meant or word.span not in unknown or start < at or tried == MAX_CORRECTED:
            continue
        tried += 1
        is_split = following is not None and text[end : following.span[0]] == " "
        if following and is_split and (whole := joined(word.text, following.text, language, lists)):
            pieces += text[at:start], whole
            at = following.span[1]
        elif better := correct(word.text, language, lists):
            pieces += text[at:start], better
            at = end
    return "".join((*pieces, text[at:]))
