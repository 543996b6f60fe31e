"""Words by their beginnings, ends and likeness."""

from __future__ import annotations

from itertools import product
from random import Random

import pytest

from helpdesk.search import keys, vocabulary
from helpdesk.search.hangul import composed, keyed
from helpdesk.search.sounds import sounds
from helpdesk.search.vocabulary import WordList, bare, together


def words(*given: str) -> WordList:
    return WordList.of((word, number) for number, word in enumerate(given, 1))


def near(word: str, *given: str) -> dict[str, int]:
    return {found: faults for found, faults, _ in words(*given).near(word)}


def test_a_word_is_in_so_many_documents() -> None:
    some = words("fees", "feed", "fee")
    assert [some.frequency(word) for word in ("fee", "feed", "fees", "fe", "zoo", "")] == [3, 2, 1, 0, 0, 0]
    assert list(some) == [("fee", 3), ("feed", 2), ("fees", 1)]
    assert list(WordList.of([])) == []
    assert WordList.of([]).frequency("fee") == 0


def test_words_by_beginning_and_end() -> None:
    some = words("prüfung", "prüfen", "identitätsprüfung", "kontoprüfung", "konto")
    assert some.starting("prüf", 9) == ["prüfen", "prüfung"]
    assert some.starting("konto", 1) == ["konto"]
    assert some.starting("x", 9) == []
    assert some.ending("prüfung", 9) == ["prüfung", "kontoprüfung", "identitätsprüfung"]
    assert some.ending("prüfung", 2) == ["prüfung", "kontoprüfung"]
    assert some.ending("fungx", 9) == []
    assert (WordList.of([]).starting("a", 9), WordList.of([]).ending("a", 9)) == ([], [])


@pytest.mark.parametrize(
    ("typed", "word", "faults"),
    [
        ("withdrawl", "withdrawal", 1),
        ("witdhrawal", "withdrawal", 1),
        ("wihdrawl", "withdrawal", 2),
        ("ithdrawal", "withdrawal", 1),
        ("withdrawals", "withdrawal", 1),
        ("widthdrawel", "withdrawal", 2),
        ("wtihdrwaal", "withdrawal", 2),
        ("withdrawal", "withdrawal", 0),
        ("fes", "fees", None),  # three letters are too few
        ("feess", "fees", 1),
        ("feas", "fees", 1),
        ("fase", "fees", None),  # two faults in a short word
        ("depsoti", "deposit", None),
        ("depositss", "deposit", None),  # one of the words is short
        ("gebuhrne", "gebühren", 1),  # accents do not count
        ("gebuhren", "gebühren", 0),
        ("strase", "straße", 1),
        ("вывдо", "вывод", 1),
        ("верефикация", "верификация", 1),
        ("εξακριβοση", "εξακρίβωση", 1),
        ("הפקדא", "הפקדה", 1),
        ("التحقيف", "التحقيق", 1),
        ("إيداع", "ايداع", 0),
        ("सत्यापण", "सत्यापन", 1),
        ("로그안", "로그인", 1),  # a letter of a syllable
        ("비밀번허", "비밀번호", 1),
        ("rút", "rút", None),
        ("xac", "xác", None),
        ("xacminhh", "xácminh", 1),
        ("提现方法", "提现方式", None),  # no words
        ("การถอนเงน", "การถอนเงิน", None),
    ],
)
def test_faults(typed: str, word: str, faults: int | None) -> None:
    assert near(typed, word, "another") == ({} if faults is None else {word: faults})


def test_all_near_words_are_found() -> None:
    """Against the plain definition, for every pair of a few thousand words of letters that repeat."""
    some = ["".join(letters) for letters in product("ab", repeat=5)] + [
        "".join(letters) + end for letters in product("ab", repeat=6) for end in ("aa", "bba")
    ]
    found = words(*some)
    for typed in some[::7]:
        limits = {word: 2 if min(len(word), len(typed)) >= 8 else 1 for word in some}
        expected = {
            word: faults for word, limit in limits.items() if (faults := optimal_alignment(typed, word)) <= limit
        }
        assert {word: faults for word, faults, _ in found.near(typed)} == expected


def optimal_alignment(a: str, b: str) -> int:
    rows = [list(range(len(b) + 1))]
    for i, x in enumerate(a, 1):
        rows.append([i])
        for j, y in enumerate(b, 1):
            cost = min(rows[i - 1][j] + 1, rows[i][j - 1] + 1, rows[i - 1][j - 1] + (x != y))
            if i > 1 and j > 1 and x == b[j - 2] and y == a[i - 2]:
                cost = min(cost, rows[i - 2][j - 2] + 1)
            rows[i].append(cost)
    return rows[-1][-1]


def test_words_by_keys_of_any_kind() -> None:
    some = words("gebühr", "银行", "gebuhr", "因行", "gëbuhr", "ja")
    assert some.having("gebuhr", bare) == [("gebühr", 1), ("gëbuhr", 5)]
    assert some.having("yin hang", sounds) == [("因行", 4), ("银行", 2)]
    assert some.having("yin xing", sounds) == [("因行", 4), ("银行", 2)]
    assert some.having("yin hang", bare) == some.having("银行", sounds) == some.having("ja", bare) == []
    assert WordList.of([]).having("gebuhr", bare) == []


def test_words_of_other_keys_with_the_same_hash_are_not_found(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(keys, "hash", lambda _key: 7, raising=False)
    some = words("gebühr", "gebaren", "ähnlich", "withdrawal")
    assert some.having("gebuhr", bare) == [("gebühr", 1)]
    assert [word for word, *_ in some.near("gebuhrr")] == ["gebühr"]


def test_short_lists_are_looked_up_as_one() -> None:
    long = WordList.of((f"fee{number}", 1) for number in range(2_001))
    short = [WordList.of([("fees", 2), ("gebühr", 1)]), WordList.of([("fees", 3), ("feet", 1), ("gëbuhr", 4)])]
    assert together([short[0], long]) == [long, short[0]]
    assert together([]) == []
    first, one = together([short[0], long, short[1]])
    assert first is long
    assert list(one) == [("fees", 5), ("feet", 1), ("gebühr", 1), ("gëbuhr", 4)]
    assert (one.frequency("fees"), one.starting("fee", 9)) == (5, ["fees", "feet"])
    assert sorted(one.near("fees")) == sorted(found for words in short for found in words.near("fees"))
    assert one.having("gebuhr", bare) == [("gebühr", 1), ("gëbuhr", 4)]


@pytest.mark.parametrize("count", [0, 1, 31, 32, 33, 5_000])
def test_a_list_is_made_again_of_what_was_packed(count: int, monkeypatch: pytest.MonkeyPatch) -> None:
    rng = Random(count)
    pairs = {"".join(rng.choices("abcdeü银行", k=rng.randint(1, 12))): rng.randint(1, 90_000) for _ in range(count)}
    made = WordList.of(pairs.items())
    packed = made.packed_keys()
    assert list(made.near("ü" * 9)) == []
    # Its keys are all in memory, and those of the other are read.
    monkeypatch.setattr(keys, "_SMALL", -1)
    again = WordList(made.packed, lambda size, at: packed[at : at + size])
    assert list(made) == list(again) == sorted(pairs.items())
    for word in [*rng.sample(sorted(pairs), min(count, 300)), "", "a", "zz", "行行行行行"]:
        beginning, end = word[:2], word[-2:]
        assert again.frequency(word) == pairs.get(word, 0)
        assert again.frequency(f"{word}x") == pairs.get(f"{word}x", 0)
        assert again.starting(beginning, 9_999) == sorted(each for each in pairs if each.startswith(beginning))
        assert set(again.ending(end, 9_999)) == {each for each in pairs if each.endswith(end)}
        assert sorted(again.near(f"{word}x")) == sorted(made.near(f"{word}x"))


def test_words_that_all_begin_alike_cost_no_more_than_so_many(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(vocabulary, "_MAX_COMPARED", 50)
    many = words(*(f"aaaaaaa{chr(97 + i % 26)}{chr(97 + i // 26)}" for i in range(600)))
    assert len(list(many.near("aaaaaaazz"))) <= 50


@pytest.mark.parametrize("text", ["가", "각", "값", "갑", "로그인", "비밀번호", "없애다", "위험", "뷁", "읽기"])
def test_syllables_are_keyed_and_composed(text: str) -> None:
    assert composed(keyed(text)) == text
    assert len(keyed(text)) > len(text)


def test_half_a_syllable_is_the_beginning_of_a_whole_one() -> None:
    assert keyed("비밀번호") == "ㅂㅣㅁㅣㄹㅂㅓㄴㅎㅗ"
    for begun in ("ㅂ", "비", "빔", "비미", "비밀버", "비밀벊"):
        assert keyed("비밀번호").startswith(keyed(begun))
    assert keyed("\u1107\u1161") == keyed("바")
    assert keyed("pin 번호") == "pin ㅂㅓㄴㅎㅗ"
