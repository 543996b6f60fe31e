"""The little words that questions are made of."""

from __future__ import annotations

import pytest

from helpdesk.search.analysis import query_terms
from helpdesk.search.backend import SearchQuery
from helpdesk.search.little import worths
from helpdesk.search.memory_backend import MemoryBackend
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
        ("Which fee is WHAT'S due", "en-SG", {"Which": 0.7, "is": 0.7, "WHAT'S": 0.7}),
        ("turn it off, not on", "en", {"it": 0.7}),
        ("Wofür dürfen", "de", {"Wofür": 0.7, "dürfen": 0.7}),
        ("durfen wer", "de", {"durfen": 0.7, "wer": 0.7}),
        ("mà mã ma", "vi", {"mà": 0.7, "ma": 0.7}),
        ("أين الدفع", "ar", {"أين": 0.7}),
        ("hvad koster", "nb", {}),
        ("hva koster", "nb", {"hva": 0.7}),
        ("what 什么", "tlh", {}),
        ("", "en", {}),
        # Of three letters one is in a little word, then two, then all of them.
        ("ฝากอะไร", "th", {"กอะ": 0.667, "อะไ": 0.5, "ะไร": 0.5, "ากอ": 0.833}),
        ("什么是出金", "zh-Hans", {"什么": 0.5, "么是": 0.75}),
        ("什麼是出金", "zh-Hant", {"什麼": 0.5, "麼是": 0.75}),
        ("출금은 어떻게", "ko", {"어떻게": 0.5, "어떻": 0.5, "떻게": 0.5}),
    ],
)
def test_worths(text: str, language: str, expected: dict[str, float]) -> None:
    spans = list(query_terms(text, [language]))
    found_worths = worths(text, spans, language)
    assert {text[start:end]: round(worth, 3) for (start, end), worth in found_worths.items()} == expected


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
