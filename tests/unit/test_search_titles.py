"""Titles while a reader is still typing."""

from __future__ import annotations

from collections.abc import Iterable
from random import Random

import pytest

from helpdesk.search import titles
from helpdesk.search.analysis import fold_title
from helpdesk.search.titles import TitleList, pack

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
    return TitleList.of(given)


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


def plainly(given: Iterable[tuple[int, str]], typed: str) -> list[tuple[int, tuple[int, int]]]:
    """Titles with words of one script, as they are found without any table."""
    *others, last = words = list(dict.fromkeys(typed.split()))
    by_text = sorted((len(title), title, number) for number, title in given)

    def has(title: str, *, is_whole: bool) -> bool:
        begun = tuple(f" {word}" + " " * is_whole for word in others)
        return all(word in f" {title} " for word in (*begun, f" {last}"))

    def rank(title: str) -> int:
        text, at = f" {title}", 0
        for word in words:
            at = text.find(f" {word}", at)
            if at < 0:
                return 2
            at += len(word)
        return 1

    whole = [each for each in by_text if has(each[1], is_whole=True)]
    having = whole or [each for each in by_text if has(each[1], is_whole=False)]
    first = [each for each in by_text if each[1].startswith(typed)]
    found = [(0, *each) for each in first] + sorted((rank(each[1]), *each) for each in having if each not in first)
    return [(number, (rank, length)) for rank, length, _, number in found]


def some_titles(count: int, letters: str) -> list[tuple[int, str]]:
    rng = Random(count)
    words = ["".join(rng.choices(letters, k=rng.randint(1, 4))) for _ in range(40)]
    return [(number, " ".join(rng.choices(words, k=rng.randint(1, 5)))) for number in rng.sample(range(9_999), count)]


@pytest.mark.parametrize("letters", ["ab", "дж", "aдéת"])
@pytest.mark.parametrize("count", [1, 63, 64, 65, 700])
def test_what_was_packed_is_found(count: int, letters: str) -> None:
    rng, given = Random(count), some_titles(count, letters)
    packed, several = pack(given), listed(given)
    some = TitleList(lambda size, at: packed[at : at + size])
    words = [each for _, title in given for word in title.split() for each in (word, word[:2], word + letters[0])]
    for _ in range(300):
        typed = " ".join(rng.choices(words, k=rng.randint(1, 3)))[: rng.randint(1, 9)].strip()
        expected = plainly(given, typed)
        assert some.find(typed, 9_999) == several.find(typed, 9_999) == expected
        assert some.find(typed, 3) == expected[:3]


def test_of_what_was_packed_little_is_read() -> None:
    given, read = some_titles(2_000, "abcdefgh"), list[int]()
    packed = pack(given)

    def piece(size: int, at: int) -> bytes:
        read.append(size)
        return packed[at : at + size]

    some = TitleList(piece)
    assert some.find(given[0][1], 1)
    read.clear()
    assert some.find(" ".join(given[1][1].split()[::-1]), 8)
    assert sum(read) < len(packed) / 4
