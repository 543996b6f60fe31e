"""No text costs a search more than its limits: it is counted what is read of the index, and nothing fails."""

from __future__ import annotations

from collections.abc import Mapping
from math import prod
from random import Random

import numpy as np
import pytest

from helpdesk.search import asking, ranking
from helpdesk.search.asking import MAX_PHRASES, take_apart
from helpdesk.search.backend import Knowledge, SearchQuery, Synonym
from helpdesk.search.collection import Collection, Mask, Numbers, Posting, analysed
from helpdesk.search.engine import search, suggest
from helpdesk.search.memory_backend import MemoryBackend, _Memory
from helpdesk.search.passages import Sought, find_passages, mark
from helpdesk.search.ranking import BOOSTS, marked
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

    def __getattr__(self, name: str) -> object:
        return getattr(self._collection, name)

    def frequency(self, term: str) -> int:
        self.looked_up += 1
        return self._collection.frequency(term)

    def postings(self, term: str) -> Mapping[str, Posting]:
        found = self._collection.postings(term)
        self.read += sum(len(posting.numbers) for posting in found.values())
        return found

    def places(self, term: str, among: Mask) -> Numbers:
        found = self._collection.places(term, among)
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
    everywhere, first = np.ones(39, np.bool_), marked(39, [0])
    ((rare,), (usual,)) = (asking.phrases_of(text, ("en",)) for text in ("rare common", "common usual"))
    assert np.array_equal(asking.with_words(counting, rare, everywhere), first)
    counting.read = 0
    assert np.array_equal(asking.with_phrase(counting, rare, first), first)
    assert counting.read == 2
    assert np.array_equal(asking.with_phrase(counting, usual, everywhere), ~first)


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


def test_words_that_are_nearly_everywhere_may_have_half_of_what_others_have(monkeypatch: pytest.MonkeyPatch):
    documents = [document(i, body="usual common" if i < 9 else f"usual common w{i % 3}") for i in range(12)]
    memory = _Memory({d.article_id: analysed(d) for d in documents})
    words = asking.words_of("usual common", ("en",))
    for postings, expected in ((48, 2), (47, 1)):
        monkeypatch.setattr(ranking, "MAX_POSTINGS", postings)
        assert len(ranking.rank(memory, words, BOOSTS, lambda among: among).fits) == expected


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
