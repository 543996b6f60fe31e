"""Words that are derived from one another."""

from __future__ import annotations

import pytest

from helpdesk.search.backend import SearchQuery
from helpdesk.search.kin import kin, nouns
from helpdesk.search.memory_backend import MemoryBackend
from helpdesk.search.vocabulary import WordList
from tests.support.searching import document, found

ENGLISH = WordList.of((word, 1) for word in ("port", "religion", "religions", "relic", "reliable", "area", "areas"))
GERMAN = WordList.of((word, 1) for word in ("südkalifornien", "süden", "bälle", "ball"))
ARABIC = WordList.of((word, 1) for word in ("ثقافي", "والثقافية", "ثقب", "بالثقافات", "للثقافة"))


@pytest.mark.parametrize(
    ("word", "language", "part", "expected"),
    [
        ("Religious", "en", ENGLISH, [("religion", 0.727), ("religions", 0.667)]),
        ("religion", "en-SG", ENGLISH, [("religion", 1.0), ("religions", 0.909)]),
        ("areal", "en", ENGLISH, [("area", 0.667), ("areas", 0.5)]),
        ("südkalifornische", "de", GERMAN, [("südkalifornien", 0.75)]),
        ("الثقافة", "ar", ARABIC, [("للثقافة", 1.0), ("ثقافي", 0.5), ("بالثقافات", 0.4), ("والثقافية", 0.4)]),
        ("الثقافة", "fa", ARABIC, []),
        ("ports", "en", ENGLISH, [("port", 0.667)]),
        ("port", "en", ENGLISH, []),
        ("religion2", "en", ENGLISH, []),
        ("religion-areas", "en", ENGLISH, []),
        ("ศาสนาคริสต์", "th", WordList.of([("ศาสนาคริสต์", 1)]), []),
        ("", "en", ENGLISH, []),
    ],
)
def test_kin(word: str, language: str, part: WordList, expected: list[tuple[str, float]]) -> None:
    assert [(other, round(likeness, 3)) for other, likeness in kin(word, language, [part])] == expected


def test_kin_of_all_parts_where_many_words_begin_alike() -> None:
    many = WordList.of(
        (f"conta{first}{second}", 1) for first in "abcdefghijklmnopqr" for second in "abcdefghijklmnopqr"
    )
    assert len(list(many)) > 200
    own = WordList.of([("contact", 1), ("contacted", 1)])
    alike = [other for other, _ in kin("contacts", "en", [many, own])]
    assert alike[:3] == ["contact", "contacted", "contaca"]
    assert {other[:6] for other in alike} == {"contac"}


@pytest.fixture
def index() -> MemoryBackend:
    backend = MemoryBackend()
    others = {n: document(n, f"number{'x' * n}") for n in range(10, 40)}
    backend.rebuild("en", [document(1, "religious"), document(2, "religion"), *others.values()])
    return backend


def test_a_derived_word_is_found_after_the_word_itself(index: MemoryBackend) -> None:
    assert found(index, "religious", is_literal=False) == [1, 2]
    assert found(index, "religion", is_literal=False) == [2, 1]
    assert sorted(found(index, "religiosity", is_literal=False)) == [1, 2]
    # Whoever searches for just what was typed gets no other word.
    assert (found(index, "religious"), found(index, "religiosity")) == ([1], [])


def test_of_a_word_that_many_documents_have_none_is_sought(index: MemoryBackend) -> None:
    index.index("en", [document(n, "religious") for n in range(3, 9)])
    assert found(index, "religious", is_literal=False) == [1, 3, 4, 5, 6, 7, 8]
    assert found(index, "religion", is_literal=False)[0] == 2


@pytest.mark.parametrize(
    ("verb", "expected"),
    [
        ("أسحب", ["سحب", "تسحيب"]),
        ("أحول", ["حول", "تحويل"]),
        ("تستخدم", ["ستخدم", "استخدام"]),
        ("أستلم", ["ستلم", "استلام"]),
        ("ننتقل", ["نتقل", "انتقال"]),
        ("سحب", []),
        ("أم", []),
        ("I withdraw", []),
    ],
)
def test_nouns(verb: str, expected: list[str]) -> None:
    assert nouns(verb) == expected


def test_a_question_with_a_verb_finds_the_noun_and_is_not_mended() -> None:
    backend = MemoryBackend()
    backend.rebuild("ar", [document(1, "السحب", language="ar"), document(2, "احسب", language="ar")])
    result = backend.search(SearchQuery(locale="ar", text="كيف أسحب"))
    assert ([hit.article_id for hit in result.hits], result.mending) == ([1], None)
