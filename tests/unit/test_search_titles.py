"""Titles while a reader is still typing."""

from __future__ import annotations

from collections.abc import Iterable

import pytest

from helpdesk.search import titles
from helpdesk.search.analysis import fold_title
from helpdesk.search.titles import TitleList, Titles

ENGLISH = (
    "How to withdraw",
    "Withdraw to a bank account",
    "Bank account: how to add one",
    "Fees for withdrawals",
    "Withdrawals",
    "Reset your password",
    "Why was my withdrawal reset?",
    "Password",
)


def listed(given: Iterable[tuple[int, str]]) -> TitleList:
    return TitleList(lambda: Titles.of(given))


def find(typed: str, *given: str, limit: int = 9) -> list[str]:
    some = listed((number, fold_title(title)) for number, title in enumerate(given))
    return [given[number] for number, _ in some.find(fold_title(typed), limit)]


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("withdraw", ["Withdrawals", "Withdraw to a bank account", "How to withdraw", "Fees for withdrawals", "Why was my withdrawal reset?"]),
        ("withdrawals", ["Withdrawals", "Fees for withdrawals"]),
        ("WITHDRAW t", ["Withdraw to a bank account", "How to withdraw"]),
        ("account bank", ["Withdraw to a bank account", "Bank account: how to add one"]),
        ("reset pass", ["Reset your password"]),
        ("pass reset", ["Reset your password"]),
        ("how to", ["How to withdraw", "Bank account: how to add one"]),
        ("withdr res", ["Why was my withdrawal reset?"]),
        ("wit fee", ["Fees for withdrawals"]),  # nothing has "wit" as a word
        ("h", ["How to withdraw", "Bank account: how to add one"]),
        ("withdraw elephant", []),
        ("ithdraw", []),
        ("", []),
        ("?!", []),
    ],
)  # fmt: skip
def test_all_words_in_any_order(typed: str, found: list[str]) -> None:
    assert find(typed, *ENGLISH) == found


def test_a_whole_word_beats_one_that_is_begun() -> None:
    assert find("in out", "Inside out", "Out and in", "In and out") == ["In and out", "Out and in"]
    assert find("ins ou", "Inside out", "Out and in") == ["Inside out"]


def test_ranks_compare_between_lists() -> None:
    some = listed([(7, "fees"), (3, "fees for all"), (5, "all fees"), (9, "for all who ask fees")])
    assert some.find("fees", 9) == [(7, (0, 4)), (3, (0, 12)), (5, (1, 8)), (9, (1, 20))]
    assert some.find("fees", 2) == [(7, (0, 4)), (3, (0, 12))]
    assert some.find("fees all", 9) == [(3, (1, 12)), (5, (2, 8)), (9, (2, 20))]
    assert listed([]).find("fees", 9) == []
    assert listed([(1, "")]).find("fees", 9) == []


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("提", ["提现费用", "USDT提现", "如何提现到银行卡"]),
        ("提现", ["提现费用", "USDT提现", "如何提现到银行卡"]),
        ("银行卡", ["如何提现到银行卡"]),
        ("提现到银行", ["如何提现到银行卡"]),
        ("银行 提现", ["如何提现到银行卡"]),
        ("usdt提", ["USDT提现"]),
        ("us", ["USDT提现"]),
        ("现提", []),
        ("提现银行卡", []),  # its pieces are there, not the whole
        ("ถอน", ["วิธีถอนเงิน"]),
        ("เงิ", ["วิธีถอนเงิน"]),
        ("出金", ["出金の手数料"]),
        ("手数", ["出金の手数料"]),
        ("비밀", ["비밀번호 재설정"]),
        ("비밃", ["비밀번호 재설정"]),  # on the way to "비밀번"
        ("빔", ["비밀번호 재설정"]),  # on the way to "비미" and "비밀"
        ("비밀벊", ["비밀번호 재설정"]),
        ("재", ["비밀번호 재설정"]),
        ("밀번호", []),  # Korean has spaces
    ],
)
def test_scripts_without_spaces(typed: str, found: list[str]) -> None:
    given = ("如何提现到银行卡", "提现费用", "USDT提现", "วิธีถอนเงิน", "出金の手数料", "비밀번호 재설정")
    assert find(typed, *given) == found


def test_a_stretch_is_found_as_a_whole() -> None:
    assert find("提现到账", "如何提现到银行卡", "现到账时间") == []
    assert find("提现到账", "如何提现到银行卡", "现到账时间", "提现到账时间") == ["提现到账时间"]


def test_accents_and_capitals_do_not_count() -> None:
    assert find("verif", "Vérification", "VÉRIFIER") == ["VÉRIFIER", "Vérification"]
    assert find("rut tien", "Cách rút tiền") == ["Cách rút tiền"]


def test_the_order_of_words_is_looked_up_in_so_many(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(titles, "_MAX_ORDERED", 2)
    some = listed([(1, "b a"), (2, "x b a"), (3, "yy a b"), (4, "zzz a b")])
    assert [number for number, _ in some.find("a b", 9)] == [1, 2, 3, 4]
    monkeypatch.setattr(titles, "_MAX_ORDERED", 9)
    assert [number for number, _ in some.find("a b", 9)] == [3, 4, 1, 2]


def test_articles_and_prepositions_before_a_word_do_not_hide_it() -> None:
    assert find("سحب", "أسباب تأخر السحب", "إيداع") == ["أسباب تأخر السحب"]
    assert find("إيدا", "رسوم السحب والإيداع") == ["رسوم السحب والإيداع"]
    assert find("משיכ", "למה המשיכה מתעכבת") == ["למה המשיכה מתעכבת"]
