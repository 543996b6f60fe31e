"""No text costs a search more than its limits: it is counted what is read of the index, and nothing fails."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from math import prod
from random import Random

import pytest

from helpdesk.search import asking, ranking
from helpdesk.search.asking import MAX_PHRASES, take_apart
from helpdesk.search.backend import Knowledge, SearchQuery, Synonym
from helpdesk.search.bits import bits_of, numbers_of
from helpdesk.search.collection import Block, Collection, TermFit, analysed
from helpdesk.search.engine import search, suggest
from helpdesk.search.memory_backend import MemoryBackend, _Memory
from helpdesk.search.passages import Sought, find_passages, mark
from helpdesk.search.ranking import BOOSTS
from tests.bench.corpus import Asking, planted
from tests.bench.hostile import SHAPES
from tests.support.searching import document

BUDGET = 300
# Two common words read up to 500; a text has at most 96 grams, and three others that may be meant are tried.
MAX_READ, MAX_LOOK_UPS = 2_000, 400
_DOCUMENTS = planted("en", 100)
_ASKING = Asking(_DOCUMENTS)


class _Counting:
    """A collection that counts what is read of it."""

    def __init__(self, collection: Collection) -> None:
        self._collection = collection
        self.looked_up = self.read = self.places_read = 0
        self.fits: dict[object, TermFit] = {}

    def __getattr__(self, name: str) -> object:
        return getattr(self._collection, name)

    def frequency(self, term: str) -> int:
        self.looked_up += 1
        return self._collection.frequency(term)

    def postings(self, field: str, term: str) -> Iterable[Block]:
        for block in self._collection.postings(field, term):
            self.read += block.bits.bit_count()
            yield block

    def places(self, term: str, bits: int | None) -> Iterable[int]:
        found = list(self._collection.places(term, bits))
        self.read += len(found)
        self.places_read += len(found)
        return found


_MEMORY = _Memory({item.article_id: analysed(item) for item in _DOCUMENTS})


@pytest.mark.parametrize("name", SHAPES)
def test_no_shape_of_text_fails_or_reads_without_end(name: str, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(ranking, "MAX_POSTINGS", BUDGET)
    monkeypatch.setattr(asking, "MAX_COST", BUDGET)
    text = SHAPES[name](Random(name), _ASKING)
    for locale in ("en", "de", "zh-Hans", "ja", "ko", "ru", "th"):
        counting = _Counting(_MEMORY)
        sought = Sought(search(counting, SearchQuery(locale=locale, text=text), BOOSTS).marks)
        assert counting.read <= MAX_READ
        assert counting.looked_up <= MAX_LOOK_UPS
        suggest(counting, text, limit=8)
        cut = text[:2_000]
        marked = mark(cut, sought, language=locale)
        assert "".join(segment.text for segment in marked) == cut
        for passage in find_passages(cut, sought, language=locale):
            assert any(segment.is_match for segment in passage)


def test_what_is_explained_reads_each_term_a_few_times_however_many_hits():
    reads = []
    for limit in (1, 50):
        counting = _Counting(_MEMORY)
        query = SearchQuery(locale="en", text=" ".join(_ASKING.common[:16]), limit=limit, is_explained=True)
        assert len(search(counting, query, BOOSTS).hits) == limit
        reads.append(counting.read)
    assert reads[0] == reads[1]


def test_only_the_best_of_what_stands_for_a_word_is_explained():
    texts = ("fee charge town hall", "charge town", "fee town", "town hall", "fee fee", "city fee hall", *["other"] * 9)
    memory = _Memory({n: analysed(document(n, body=text)) for n, text in enumerate(texts, 1)})
    knowledge = Knowledge(synonyms=(Synonym("city", "town hall"),))
    result = search(memory, SearchQuery(locale="en", text="city fee", is_explained=True, knowledge=knowledge), BOOSTS)
    assert len(result.hits) == 5
    for hit in result.hits:
        added = sum(reason.value for reason in hit.reasons if not reason.is_factor)
        assert added * prod(reason.value for reason in hit.reasons if reason.is_factor) == pytest.approx(hit.score)
    named = {hit.article_id: {reason.what for reason in hit.reasons if not reason.is_factor} for hit in result.hits}
    assert named[3] == {"body: fee"}
    assert named[4] == {"body: town", "body: hall"}


def test_of_many_phrases_and_exclusions_the_first_count():
    many = [f"w{number}" for number in range(20)]
    parts = take_apart("word " + " ".join(f'"{word} x"' for word in many))
    assert parts.phrases == tuple(f"{word} x" for word in many[:MAX_PHRASES])
    assert take_apart("word -" + " -".join(many)).excluded == tuple(many[:MAX_PHRASES])


def test_of_many_phrases_the_first_count_and_no_more_than_may_be_read():
    common = _ASKING.common[:16]
    text = " ".join(f'"{first} {second}"' for first, second in zip(common[::2], common[1::2], strict=True))
    reads = []
    for costs in (1, 400, 10_000):
        counting = _Counting(_MEMORY)
        with pytest.MonkeyPatch.context() as patched:
            patched.setattr(asking, "MAX_COST", costs)
            search(counting, SearchQuery(locale="en", text=text), BOOSTS)
        reads.append(counting.places_read)
    assert reads[0] < reads[1] < reads[2]


def test_a_phrase_that_costs_too_much_is_no_more_than_its_words(monkeypatch: pytest.MonkeyPatch):
    documents = [document(1, "one two"), document(2, "two one"), document(3, "one", "two")]
    others = [document(number, "three") for number in range(4, 9)]
    memory = _Memory({d.article_id: analysed(d) for d in (*documents, *others)})
    for costs, wanted, excluding in ((asking.MAX_COST, {1}, {2, 3}), (0, {1, 2}, {1, 2, 3})):
        monkeypatch.setattr(asking, "MAX_COST", costs)
        for text, expected in (('"one two"', wanted), ('one -"one two"', excluding)):
            result = search(memory, SearchQuery(locale="en", text=text, is_literal=True), BOOSTS)
            assert {hit.article_id for hit in result.hits} == expected


def test_the_rarest_terms_of_a_phrase_are_read_and_others_where_these_stand():
    documents = [document(1, "rare common", "x"), *(document(i, f"w{i}", "common usual " * 9) for i in range(2, 40))]
    counting = _Counting(_Memory({d.article_id: analysed(d) for d in documents}))
    everywhere = (1 << 39) - 1
    ((rare,), (usual,)) = (asking.phrases_of(text, ("en",)) for text in ("rare common", "common usual"))
    assert asking.with_words(counting, rare, everywhere) == bits_of([0], 39)
    counting.read = 0
    assert asking.with_phrase(counting, rare, bits_of([0], 39)) == bits_of([0], 39)
    assert counting.read == 2
    assert asking.with_phrase(counting, usual, everywhere) == bits_of(range(1, 39), 39)


def test_what_is_kept_of_terms_is_bounded(monkeypatch: pytest.MonkeyPatch):
    counting = _Counting(_MEMORY)
    monkeypatch.setattr(ranking, "MAX_FITS", 10 * (1_000 + len(_DOCUMENTS)))
    for word in _ASKING.common:
        search(counting, SearchQuery(locale="en", text=word), BOOSTS)
    last = _ASKING.common[-1]
    assert len(counting.fits) == 11
    before = counting.read
    search(counting, SearchQuery(locale="en", text=last), BOOSTS)
    assert counting.read == before


def test_a_text_that_is_too_long_is_suggested_for_by_its_beginning():
    memory = _Memory({1: analysed(document(1, "a" * 256))})
    assert suggest(memory, "a" * 256 + " other", limit=8) == (1,)


def test_words_that_bring_no_answer_in_still_tell_answers_apart():
    filler = [document(i, f"other{i}", "common usual") for i in range(10, 30)]
    documents = [document(1, "rare seldom", "x"), document(2, "rare seldom", "common x"), *filler]
    rest = [document(i, f"none{i}", "y") for i in range(30, 90)]
    counting = _Counting(_Memory({d.article_id: analysed(d) for d in (*documents, *rest)}))
    result = search(counting, SearchQuery(locale="en", text="rare seldom common"), BOOSTS)
    assert [hit.article_id for hit in result.hits] == [2, 1]


@pytest.mark.parametrize("words", [1, 2, 6])
def test_the_best_answers_are_those_of_all_that_are_scored(words: int, monkeypatch: pytest.MonkeyPatch):
    asked = asking.words_of(" ".join(_ASKING.common[:words]), ("en",))
    monkeypatch.setattr(ranking, "FEW", 10**6)
    everything = ranking.rank(_MEMORY, asked, BOOSTS, lambda bits: bits)
    scores = {n: everything.score(n) for n in numbers_of(everything.answers, len(_DOCUMENTS))}
    best_first = sorted(scores, key=lambda n: (-scores[n], n))
    assert len(scores) > 90
    monkeypatch.setattr(ranking, "FEW", 0)
    for first_level in (0, 4):
        monkeypatch.setattr(ranking, "_FIRST", first_level)
        for count in (1, 15, 50, len(scores)):
            found = ranking.rank(_MEMORY, asked, BOOSTS, lambda bits: bits)
            first = next(found.leading(found.answers, count, found.score, 1.0))
            assert sorted(first, key=lambda n: (-scores[n], n))[:count] == best_first[:count]
            assert {n: found.score(n) for n in first} == {n: scores[n] for n in first}
            some = bits_of([n for n in scores if n % 3], len(_DOCUMENTS))
            for fewer in (1, count // 2 + 1):
                again = next(found.leading(some, fewer, found.score, 1.0))
                expected = [n for n in best_first if n % 3][:fewer]
                assert sorted(again, key=lambda n: (-scores[n], n))[:fewer] == expected


def test_no_score_is_above_its_limit(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(ranking, "FEW", 0)
    for text in (*_ASKING.common[:9], *(" ".join(_ASKING.common[at : at + 4]) for at in range(9))):
        found = ranking.rank(_MEMORY, asking.words_of(text, ("en",)), BOOSTS, lambda bits: bits)
        for level in range(20):
            below = found.answers & ~found._reaching(level)
            assert all(found.score(n) < found._limit(level) for n in numbers_of(below, len(_DOCUMENTS)))


def test_pages_far_behind_go_on_where_those_before_end(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(ranking, "FEW", 0)
    monkeypatch.setattr(ranking, "MAX_SCORED", 20)
    query = SearchQuery(locale="en", text=" ".join(_ASKING.common[:2]), limit=10)
    pages = [search(_MEMORY, replace(query, offset=offset), BOOSTS) for offset in range(0, 110, 10)]
    found = [hit.article_id for page in pages for hit in page.hits]
    assert len(found) == len(set(found)) == pages[0].total > 90


def test_phrases_are_found_in_the_same_documents_however_many_places_are_compared(monkeypatch: pytest.MonkeyPatch):
    texts = [f"{first} {second}" for first in _ASKING.common[:12] for second in _ASKING.common[:12]]
    phrases = [phrase for text in texts for phrase in asking.phrases_of(text, ("en",))]
    among = [asking.with_words(_MEMORY, phrase, (1 << len(_DOCUMENTS)) - 1) for phrase in phrases]
    expected = [asking.with_phrase(_MEMORY, *pair) for pair in zip(phrases, among, strict=True)]
    assert sum(map(bool, expected)) > 20
    monkeypatch.setattr(asking, "_MANY", 0)
    assert [asking.with_phrase(_MEMORY, *pair) for pair in zip(phrases, among, strict=True)] == expected


def test_words_that_are_nearly_everywhere_may_have_half_of_what_others_have(monkeypatch: pytest.MonkeyPatch):
    documents = [document(i, body="usual common" if i < 9 else f"usual common w{i % 3}") for i in range(12)]
    memory = _Memory({d.article_id: analysed(d) for d in documents})
    words = asking.words_of("usual common", ("en",))
    for postings, expected in ((48, 2), (47, 1)):
        monkeypatch.setattr(ranking, "MAX_POSTINGS", postings)
        assert len(ranking.rank(memory, words, BOOSTS, lambda bits: bits).fits) == expected


def test_of_many_misspelt_words_the_first_are_put_right():
    words = [
        "account",
        "bitcoin",
        "deposit",
        "exchange",
        "finance",
        "holiday",
        "invoice",
        "journal",
        "kitchen",
        "leather",
    ]
    backend = MemoryBackend()
    backend.rebuild("en", [document(1, " ".join(words))])
    slips = [f"{word[:-1]}q{word[-1]}" for word in words]
    result = backend.search(SearchQuery(locale="en", text=" ".join(slips)))
    assert (result.mending, result.searched.split()) == ("spelling", [*words[:8], *slips[8:]])
    assert result.missing == tuple(slips[8:])
