"""No text costs a search more than its limits: it is counted what is read of the index, and nothing fails."""

from __future__ import annotations

from collections.abc import Collection as Container
from collections.abc import Iterable
from random import Random

import pytest

from helpdesk.search import asking, ranking
from helpdesk.search.asking import MAX_PHRASES, take_apart
from helpdesk.search.backend import SearchQuery
from helpdesk.search.collection import Block, Collection, TermFit, analysed
from helpdesk.search.engine import search, suggest
from helpdesk.search.memory_backend import _Memory
from helpdesk.search.passages import find_passages, mark
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
        self.looked_up = self.read = 0
        self.fits: dict[object, TermFit] = {}

    def __getattr__(self, name: str) -> object:
        return getattr(self._collection, name)

    def frequency(self, term: str) -> int:
        self.looked_up += 1
        return self._collection.frequency(term)

    def postings(self, field: str, term: str) -> Iterable[Block]:
        for block in self._collection.postings(field, term):
            self.read += len(block[0])
            yield block

    def places(self, term: str, numbers: Container[int] | None) -> Iterable[int]:
        found = list(self._collection.places(term, numbers))
        self.read += len(found)
        return found


_MEMORY = _Memory({item.article_id: analysed(item) for item in _DOCUMENTS})


@pytest.mark.parametrize("name", SHAPES)
def test_no_shape_of_text_fails_or_reads_without_end(name: str, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(ranking, "MAX_POSTINGS", BUDGET)
    monkeypatch.setattr(asking, "MAX_COST", BUDGET)
    text = SHAPES[name](Random(name), _ASKING)
    for locale in ("en", "de", "zh-Hans", "ja", "ko", "ru", "th"):
        counting = _Counting(_MEMORY)
        search(counting, SearchQuery(locale=locale, text=text), BOOSTS)
        assert counting.read <= MAX_READ
        assert counting.looked_up <= MAX_LOOK_UPS
        suggest(counting, text, limit=8)
        cut = text[:2_000]
        marked = mark(cut, query=text, languages=("en", locale), language=locale)
        assert "".join(segment.text for segment in marked) == cut
        for passage in find_passages(cut, query=text, languages=("en", locale), language=locale):
            assert any(segment.is_match for segment in passage)


def test_what_is_explained_reads_each_term_a_few_times_however_many_hits():
    reads = []
    for limit in (1, 50):
        counting = _Counting(_MEMORY)
        query = SearchQuery(locale="en", text=" ".join(_ASKING.common[:16]), limit=limit, is_explained=True)
        assert len(search(counting, query, BOOSTS).hits) == limit
        reads.append(counting.read)
    assert reads[0] == reads[1]


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
        reads.append(counting.read)
    assert reads[0] < reads[1] < reads[2]


def test_the_rarest_terms_of_a_phrase_are_read_and_others_where_these_stand():
    documents = [document(1, "rare common", "x"), *(document(i, f"w{i}", "common usual " * 9) for i in range(2, 40))]
    counting = _Counting(_Memory({d.article_id: analysed(d) for d in documents}))
    rare, usual = (frozenset(asking.phrases_of(text, ("en",))) for text in ("rare common", "common usual"))
    assert asking.documents_with(counting, rare) == {0}
    assert counting.read == 2
    assert asking.documents_with(counting, usual) == set(range(1, 39))


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


def test_documents_have_the_same_scores_alone_and_among_all():
    words = asking.words_of(" ".join([*_ASKING.common[:3], *_ASKING.common[-3:], _ASKING.rare[0]]), ("en",))
    found = ranking.rank(_MEMORY, words, BOOSTS, lambda bits: bits)
    everywhere = ranking.Ranking(
        _MEMORY.brevity, dict.fromkeys(range(len(_DOCUMENTS)), 0.5) | found.coverage, found.fits, found.weights
    )
    scores = everywhere.scores(everywhere.coverage)
    assert scores == {number: everywhere.scores({number})[number] for number in everywhere.coverage}
    assert min(scores.values()) == 0 < max(scores.values())


def test_phrases_are_found_in_the_same_documents_however_many_places_are_compared(monkeypatch: pytest.MonkeyPatch):
    texts = [f"{first} {second}" for first in _ASKING.common[:12] for second in _ASKING.common[:12]]
    phrases = [frozenset(asking.phrases_of(text, ("en",))) for text in texts]
    expected = [asking.documents_with(_MEMORY, phrase) for phrase in phrases]
    assert sum(map(bool, expected)) > 20
    monkeypatch.setattr(asking, "_MANY", 0)
    assert [asking.documents_with(_MEMORY, phrase) for phrase in phrases] == expected


def test_words_that_are_nearly_everywhere_may_have_half_of_what_others_have(monkeypatch: pytest.MonkeyPatch):
    documents = [document(i, body="usual common" if i < 9 else f"usual common w{i % 3}") for i in range(12)]
    memory = _Memory({d.article_id: analysed(d) for d in documents})
    words = asking.words_of("usual common", ("en",))
    for postings, expected in ((48, 2), (47, 1)):
        monkeypatch.setattr(ranking, "MAX_POSTINGS", postings)
        assert len(ranking.rank(memory, words, BOOSTS, lambda bits: bits).fits) == expected
