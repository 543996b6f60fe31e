from __future__ import annotations

import pytest

from helpdesk.text.excerpt import first_sentences


@pytest.mark.parametrize(
    ("text", "limit", "excerpt"),
    [
        ("One is here. Two is here. Three.", 25, "One is here. Two is here."),
        ("Pay e.g. 3.5 USD now. Then wait.", 22, "Pay e.g. 3.5 USD now."),
        ("Das ist z. B. so. Ende.", 18, "Das ist z. B. so."),
        ("Он сказал: «Да!» Потом ушёл.", 17, "Он сказал: «Да!»"),
        ("点击提现。然后等待！完成", 19, "点击提现。"),
        ("点击提现。然后等待！完成", 20, "点击提现。然后等待！"),
        ("हाँ। नहीं।", 6, "हाँ।"),
        ("هل وصلت؟ نعم.", 9, "هل وصلت؟"),
        ("", 20, ""),
        ("\n \n", 20, ""),
    ],
)
def test_whole_sentences_up_to_the_limit(text: str, limit: int, excerpt: str) -> None:
    assert first_sentences(text, limit) == excerpt


def test_titles_and_labels_wait_for_paragraphs() -> None:
    assert first_sentences("Before you start\nNote\nYou need a wallet.\nNext\nAnd a device.") == (
        "You need a wallet. And a device."
    )
    assert first_sentences("Before you start\nNote") == "Before you start Note"[:16]


@pytest.mark.parametrize(
    ("text", "limit", "excerpt"),
    [
        ("The quick brown fox jumps over the lazy dog", 20, "The quick brown fox…"),
        ("The quick brown fox, jumps over the lazy dog", 22, "The quick brown fox…"),
        ("如何提现到外部钱包并且等待确认", 11, "如何提现到…"),
        ("x" * 50, 11, "x" * 10 + "…"),
        ("e\u0301" * 50, 5, "e\u0301" * 4 + "…"),
        ("नि" * 60, 6, "नि" * 2 + "…"),
    ],
)
def test_a_long_first_sentence_is_cut_between_words_or_graphemes(text: str, limit: int, excerpt: str) -> None:
    assert first_sentences(text, limit) == excerpt
