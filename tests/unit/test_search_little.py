"""The little words that questions are made of."""

from __future__ import annotations

import pytest

from helpdesk.search.analysis import query_terms
from helpdesk.search.backend import Knowledge, SearchQuery, Synonym
from helpdesk.search.little import littleness
from helpdesk.search.memory_backend import MemoryBackend
from helpdesk.search.passages import Sought, mark
from tests.support.searching import document, found


def index(*texts: str, language: str = "en") -> MemoryBackend:
    """Articles of these texts, numbered from 1, among others."""
    backend = MemoryBackend()
    others = [document(i, f"number{'x' * i}", "something else", language=language) for i in range(20, 40)]
    backend.rebuild(language, [*(document(i, "", text, language=language) for i, text in enumerate(texts, 1)), *others])
    return backend


@pytest.mark.parametrize(
    ("text", "language", "expected"),
    [
        ("Which fee is WHAT'S due", "en-SG", {"Which": 1, "is": 1, "WHAT'S": 1}),
        ("turn it off, not on", "en", {"it": 1}),
        ("Wofür dürfen", "de", {"Wofür": 1, "dürfen": 1}),
        ("durfen wer", "de", {"durfen": 1, "wer": 1}),
        ("mà mã ma", "vi", {"mà": 1, "ma": 1}),
        ("أين الدفع", "ar", {"أين": 1}),
        ("hvad koster", "nb", {}),
        ("hva koster", "nb", {"hva": 1}),
        ("what 什么", "tlh", {}),
        ("what is 什么", "tlh", {"what": 1, "is": 1}),
        ("", "en", {}),
        # Of three letters one is in a little word, then two, then all of them.
        ("ฝากอะไร", "th", {"กอะ": 0.667, "อะไ": 1, "ะไร": 1, "ากอ": 0.333}),
        ("什么是出金", "zh-Hans", {"什么": 1, "么是": 0.5}),
        ("什麼是出金", "zh-Hant", {"什麼": 1, "麼是": 0.5}),
        ("출금은 어떻게", "ko", {"어떻게": 1, "어떻": 1, "떻게": 1}),
    ],
)
def test_how_much_is_little(text: str, language: str, expected: dict[str, float]) -> None:
    shares = littleness(text, list(query_terms(text, [language])), [language])
    assert {text[start:end]: round(share, 3) for (start, end), share in shares.items()} == expected


@pytest.mark.parametrize(
    ("text", "languages", "expected"),
    [
        ("how do I withdraw", ["ar", "en"], {"how", "do", "I"}),
        ("متى أستلم المبلغ", ["ar", "en"], {"متى"}),
        # As many are little in the one as in the other, so it is the reader's own.
        ("was ist IT", ["de", "en"], {"was", "ist"}),
        ("was ist IT", ["en", "de"], {"was", "IT"}),
        ("was is IT", ["de", "en"], {"was", "is", "IT"}),
        ("how do I withdraw", ["ar"], {"how", "do", "I"}),
        ("withdraw", ["ar", "en"], set()),
        ("ist", ["en"], set()),
        ("哪所大学获得了大多数IT组织的赞誉", ["zh-Hans"], set()),
        ("ما هو IT", ["ar"], {"ما", "هو"}),
    ],
)
def test_little_words_are_those_of_one_language(text: str, languages: list[str], expected: set[str]) -> None:
    shares = littleness(text, list(query_terms(text, languages)), languages)
    assert {text[start:end] for start, end in shares} == expected


@pytest.mark.parametrize("language", ["ar", "en"])
def test_who_asks_in_english_elsewhere_misses_no_little_words(language: str) -> None:
    """Of the article the reader's language has a translation, or not."""
    backend = MemoryBackend()
    others = (document(i, f"كلمة{i}", "how my نص", language="ar") for i in range(20, 40))
    backend.rebuild("ar", [document(1, "withdraw bitcoin", language=language), *others])
    result = backend.search(SearchQuery(locale="ar", text="how do I withdraw my bitcoin"))
    assert ([hit.article_id for hit in result.hits], result.missing) == ([1], ())
    assert {"how do I withdraw my bitcoin"[start:end] for start, end in result.marks} == {"withdraw", "bitcoin"}


def test_a_little_word_does_not_outvote_what_is_asked_about() -> None:
    assert found(index("whose text", "passkey text"), "whose passkey") == [2, 1]
    assert found(index("anyone text", "passkey text"), "anyone passkey") == [1, 2]


def test_a_little_word_that_hardly_any_article_has_is_no_rare_one() -> None:
    """Articles say `you` where readers say `I`."""
    backend = MemoryBackend()
    many = [document(i, f"number{'x' * i}", "withdraw" if i % 5 < 2 else "other") for i in range(20, 40)]
    backend.rebuild("en", [document(1, "withdraw"), document(2, "I and my authenticator"), *many])
    assert found(backend, "can I withdraw my money")[0] == 1


def test_a_little_word_is_no_typo_and_not_missed_and_has_no_kin() -> None:
    backend = index("wenn dieselbe", "zahlen", language="de")
    result = backend.search(SearchQuery(locale="de", text="wann zahlen"))
    assert ([hit.article_id for hit in result.hits], result.mending, result.missing) == ([2], None, ())
    assert backend.search(SearchQuery(locale="de", text="qqqq zahlen", is_literal=True)).missing == ("qqqq",)
    assert backend.search(SearchQuery(locale="de", text="zaheln")).mending == "spelling"
    assert found(index("diesel", "x", language="de"), "dieser", "de", is_literal=False) == []


def test_an_answer_may_lack_little_words_sooner_than_others() -> None:
    backend = MemoryBackend()
    backend.rebuild("en", [document(1, "passkey"), *(document(i, f"other{i}") for i in range(2, 200))])
    assert found(backend, "passkey whose whom theirs ours yours mine myself") == [1]
    assert found(backend, "passkey anyone begin carry dwell enter frost guard") == []


@pytest.mark.parametrize(
    ("text", "language", "expected"),
    [
        ("How do I withdraw my bitcoin?", "en", ["withdraw", "bitcoin"]),
        ("what is this", "en", ["what", "is", "this"]),
        ("fees -card of what", "en", ["fees"]),
        ("什么是出金", "zh-Hans", ["是出", "出金"]),
        ("", "en", []),
    ],
)
def test_answers_are_told_by_what_is_asked_about(text: str, language: str, expected: list[str]) -> None:
    """Little words are in every text, and mark nothing where there are others."""
    result = index(text, language=language).search(SearchQuery(locale=language, text=text))
    assert [result.searched[start:end] for start, end in result.marks] == expected


def test_what_found_an_article_is_what_is_marked() -> None:
    """Kin, nouns for verbs, compounds and synonyms, not only the words as typed."""
    for words, title, language, synonyms in (
        ("religious", "religion", "en", ()),
        ("كيف أسحب", "السحب", "ar", ()),
        ("Auszahlung", "Auszahlungslimit", "de", ()),
        ("pin", "personal code", "en", (Synonym("pin", "personal code"),)),
    ):
        backend = MemoryBackend()
        backend.rebuild(language, [document(1, title), *(document(n, f"Other{n}") for n in range(2, 30))])
        query = SearchQuery(locale=language, text=words, knowledge=Knowledge(synonyms=synonyms))
        result = backend.search(query)
        assert [hit.article_id for hit in result.hits] == [1]
        assert [
            part.text for part in mark(title, Sought(result.marks), language=language) if part.is_match
        ] == title.split()


def test_what_most_articles_are_about_is_not_outvoted_by_a_little_word():
    backend = MemoryBackend()
    about = [document(i, f"Title {i}", "account and more") for i in range(1, 8)]
    others = [document(i, f"Other {i}", "something") for i in range(20, 24)]
    backend.rebuild(
        "en", [*about, document(8, "Guide", "closing my account"), document(9, "Guide", "my words"), *others]
    )
    assert found(backend, "my account") == [8, *range(1, 8), 9]
