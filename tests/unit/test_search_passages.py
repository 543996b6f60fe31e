"""Passages: from anywhere in the text, nothing but the text, matches on whole words."""

from __future__ import annotations

import random

import pytest

from helpdesk.search.analysis import query_terms
from helpdesk.search.passages import Passage, Sought, find_passages, mark


def asked(query: str, *languages: str) -> Sought:
    return Sought(query_terms(query, languages or ["en"]))


def plain(passage: Passage) -> str:
    return "".join(segment.text for segment in passage)


def marked(passage: Passage) -> list[str]:
    return [segment.text for segment in passage if segment.is_match]


def test_words_are_marked_whole_and_by_stem():
    assert mark("How withdrawals work", asked("withdraw"), language="en") == (
        ("How ", False),
        ("withdrawals", True),
        (" work", False),
    )


def test_a_title_without_a_match_is_one_segment():
    assert mark("Fees", asked("withdraw"), language="en") == (("Fees", False),)
    assert mark("", asked("withdraw"), language="en") == ()


def test_sentences_that_cover_the_query_come_in_text_order():
    text = (
        "Welcome to the help center.\nA passkey replaces the password. It is quick.\n"
        + "Filler sentence here. " * 500
        + "\nLost devices are removed under Security."
    )
    passages = find_passages(text, asked("lost passkey"), language="en")
    assert [plain(p) for p in passages] == [
        "A passkey replaces the password.",
        "Lost devices are removed under Security.",
    ]
    assert [marked(p) for p in passages] == [["passkey"], ["Lost"]]


def test_the_sentence_with_all_the_words_is_worth_more_than_many_with_one():
    text = "Fees apply. Fees vary. The withdrawal fees are shown first. Fees change."
    passages = find_passages(text, asked("withdrawal fees"), language="en", count=1)
    assert [plain(p) for p in passages] == ["The withdrawal fees are shown first."]


def test_long_sentences_are_cut_at_words():
    text = "word " * 100 + "the passkey stands here " + "tail " * 100
    (passage,) = find_passages(text, asked("passkey"), language="en", width=80)
    shown = plain(passage)
    assert shown.startswith("…word ")
    assert shown.endswith(" tail…")
    assert 60 <= len(shown) <= 80
    assert shown[1:-1] in text
    assert marked(passage) == ["passkey"]


def test_chinese_runs_are_merged_and_half_as_wide():
    text = "平台说明" * 40 + "如何提现到银行卡" + "其他内容" * 40
    (passage,) = find_passages(text, asked("提现到", "zh-Hans"), language="zh-Hans")
    assert marked(passage) == ["提现到"]
    assert len(plain(passage)) == 80


def test_thai_matches_end_with_whole_characters():
    (passage,) = find_passages("วิธีถอนเงินได้", asked("ถอนเงิน", "th"), language="th")
    assert marked(passage) == ["ถอนเงิน"]


def test_a_code_found_whole_does_not_mark_its_parts():
    text = "Send 20 USDT by TRC-20 only."
    assert marked(mark(text, asked("TRC20"), language="en")) == ["TRC-20"]


def test_abbreviations_do_not_end_a_sentence():
    text = "Use a code, e.g. from an app. Done."
    assert [plain(p) for p in find_passages(text, asked("code"), language="en")] == ["Use a code, e.g. from an app."]


def test_nothing_matches():
    assert find_passages("Some text.", asked("zebra"), language="en") == ()
    assert find_passages("Some text.", asked("?!"), language="en") == ()
    assert find_passages("", asked("text"), language="en") == ()


def test_passages_hold_nothing_but_the_text():
    rng = random.Random(11)
    words = ["pay", "fee", "card", "提现", "ถอนเงิน", "x" * 300, "a.b", "é", "\u0301", "출금을", ".", "。", "\n", "..."]
    for _ in range(300):
        text = rng.choice((" ", "")).join(rng.choices(words, k=60))
        for width in (1, 20, 160):
            for passage in find_passages(
                text, asked("pay 提现 ถอนเงิน xxx 출금", "en", "zh"), language="en", width=width
            ):
                assert plain(passage).strip("…") in text
                assert len(plain(passage)) <= max(width, 3)
                assert any(segment.is_match for segment in passage)


@pytest.mark.parametrize("unit", ["pay", "pay ", "pay. ", ".", "pay.", "提现", "。", "\n", "pay\n", ". ", "?!"])
def test_long_monotonous_text_is_no_harder_than_its_length(unit: str):
    """Whatever is quadratic in it would not come back from this for minutes."""
    text = unit * 50_000
    found = find_passages(text, asked("pay 提现"), language="en")
    assert [plain(passage) for passage in found if plain(passage).strip("…") not in text] == []
