"""Words and their terms, language by language; offsets are those of the original text."""

from __future__ import annotations

import random
import subprocess
import sys
import threading

import pytest

from helpdesk.locales import SHIPPED
from helpdesk.search.analysis import Token, analyse, fold_title, places, query_terms


def terms(text: str, language: str) -> list[str]:
    return [token.term for token in analyse(text, language)]


def test_tokens_carry_position_and_offsets_of_the_original():
    assert analyse("¡Más cafés!", "es") == [
        Token("mas", 0, 1, 4),
        Token("cafes", 1, 5, 10),
        Token("caf", 1, 5, 10),
    ]


@pytest.mark.parametrize(
    ("language", "text", "expected"),
    [
        ("en", "Withdrawals, user's withdrawing", ["withdraw", "user", "withdraw"]),
        ("en", "2FA", ["2fa", "fa"]),
        ("en", "TRC-20", ["trc20", "trc", "20"]),
        ("en", "TRC20", ["trc20", "trc", "20"]),
        ("en", "v1.2.3", ["v1.2.3", "1.2.3"]),
        ("en", "e-mail", ["email", "mail"]),
        ("en", "api_key", ["apikey", "api", "key"]),
        ("en", "1,000 10000 0,5", ["1.000", "1000", "10000", "0.5"]),
        ("en", "1,000.50", ["1.000.50", "1000.50"]),
        ("fr", "10\u202f000", ["10.000", "10000"]),
        ("sv", "10\u00a0000 kr", ["10.000", "10000", "kr"]),
        ("ru", "1 000 000,50", ["1.000.000.50", "1000000.50"]),
        ("de-CH", "CHF 10 000; 10’000 10'000", ["chf", *["10.000", "10000"] * 3]),
        ("hi", "1,00,000", ["1.00.000", "100000"]),
        ("ar", "١٠٬٠٠٠٫٥", ["10.000.5", "10000.5"]),
        ("ja", "10 000円", ["10.000", "10000", "円"]),
        ("fr", "10 000-20 000.", ["10.000", "10000", "20.000", "20000"]),
        ("en", "TRC 20 100", ["trc", "20", "100"]),
        ("en", "10 0000", ["10", "0000"]),
        ("en", "10 00 1234 567 8", ["10", "00", "1234", "567", "8"]),
        ("en", "2 250,000", ["2", "250.000", "250000"]),
        ("en", "10 000x", ["10", "000x", "000"]),
        ("en", "10\u00a0000 000", ["10", "000", "000"]),
        ("en", "v2 100 200", ["v2", "2", "100", "200"]),
        ("en", "10\n000", ["10", "000"]),
        ("en", "USDT-margined usdt", ["usdtmargin", "usdt", "margin", "usdt"]),
        ("it", "dell'account un’altra", ["account", "altra"]),
        ("ca", "d’accés", ["acc"]),
        ("tr", "İstanbul'da", ["istanbul"]),
        ("fa", "می\u200cخواهم", ["میخواهم"]),
        ("he", 'צה"ל', ["צהל"]),
        ("lo", "ຖອນເງິນ", ["ຖອນ", "ອນເ", "ນເງ", "ເງິ", "ງິນ"]),
        ("km", "ដកប្រ", ["ដកប", "កប្", "ប្រ"]),
        ("my", "ထုတ်", ["ထုတ", "ုတ်"]),
        ("ta", "பணம்", ["பணம்"]),
        ("ml", "പണം", ["പണം"]),
        ("dv", "ފައިސާ", ["ފައިސާ"]),
        ("bo", "དངུལ", ["དངུལ"]),
        ("yue-Hant", "攞錢先", ["攞錢", "錢先"]),
        ("uk", "об'єкт", ["обєкт"]),
        ("vi", "rút tiền Đà", ["rút", "rut", "tiền", "tien", "đà", "da"]),
        ("fr", "l’argent L'argent", ["argent", "argent"]),
        ("ar", "أَحْمَد ١٢٣", ["احمد", "123"]),
        ("he", "והבנק", ["והבנק", "בנק"]),
        ("hi", "ज़रूर", ["ज़रूर", "जरूर"]),
        ("zh-Hans", "提现很慢", ["提现", "现很", "很慢"]),
        ("zh-Hant", "提現", ["提現"]),
        ("zh-Hans", "币", ["币"]),
        ("ja", "ﾃﾞﾓ取引", ["デモ", "モ取", "取引"]),
        ("ko", "출금을 USDT를", ["출금을", "출금", "금을", "usdt", "를"]),
        ("th", "ถอนเงิน", ["ถอน", "อนเ", "นเง", "เงิ", "งิน"]),
        ("xx", "Wörter", ["wörter", "worter"]),
        ("en", "✔️ ‼️ — …", []),
    ],
)
def test_terms(language: str, text: str, expected: list[str]):
    assert terms(text, language) == expected


@pytest.mark.parametrize(
    ("language", "one", "other"),
    [
        ("tr", "İSTANBUL", "istanbul"),
        ("tr", "giriş", "giris"),
        ("tr", "ISPARTA", "ısparta"),
        ("de", "Größe", "Groesse"),
        ("de", "Größe", "Grosse"),
        ("de", "Straße", "STRASSE"),
        ("es", "verificación", "verificacion"),
        ("pt-BR", "verificação", "verificacao"),
        ("ru", "ещё", "еще"),
        ("el", "ΛΟΓΑΡΙΑΣΜΌΣ", "λογαριασμος"),
        ("fa", "كيف", "کیف"),
        ("ko", "출금", "\u110e\u116e\u11af\u1100\u1173\u11b7"),
        ("en", "don’t", "don't"),
        ("en", "ＢＩＴＣＯＩＮ", "bitcoin"),
        ("ar", "١٠٠٠", "1000"),
        ("ar", "إيداع", "الايداع"),
        ("ar", "مدرسة", "مدرسه"),
        ("ar", "والكاثوليك", "الكاثوليك"),
        ("he", "לחשבון", "חשבון"),
        ("sr-Cyrl", "рачун", "račun"),
        ("hi", "किताबें", "किताब"),
        ("th", "เงิน", "ถอนเงิน"),
        ("fr", "10 000", "10,000"),
        ("xx", "10\u2009000", "10.000"),
    ],
)
def test_spellings_of_one_word_share_a_term(language: str, one: str, other: str):
    assert set(terms(one, language)) & set(terms(other, language))


def test_simplified_and_traditional_are_not_mixed():
    assert not set(terms("提现", "zh-Hans")) & set(terms("提現", "zh-Hant"))


def test_every_span_lies_in_the_text_and_in_order():
    rng = random.Random(7)
    alphabet = "aZé9ß_-.'’ ,İﾃﾞ한글하\u1112\u1161\u11ab提现ถอนิ่हि\u200d\u0301\ud800\U0001f600\"אב\n"
    for _ in range(500):
        text = "".join(rng.choices(alphabet, k=40))
        for language in ("en", "tr", "ja", "de", "he", ""):
            tokens = analyse(text, language)
            assert all(0 <= t.start < t.end <= len(text) and t.term for t in tokens)
            positions = [t.position for t in tokens]
            assert positions == sorted(positions)
            "".join(t.term for t in tokens).encode()


def test_threads_get_the_same_stems():
    words = [f"{stem}{ending}" for stem in ("withdraw", "deposit", "verif") for ending in ("als", "ing", "ied")]
    texts = [" ".join(f"{word}{'x' * i}ing" for word in words) for i in range(60)]
    results: list[list[list[str]]] = []
    threads = [
        threading.Thread(target=lambda: results.append([terms(text, "en-GB") for text in texts])) for _ in range(4)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert results == [[terms(text, "en") for text in texts]] * 4


def test_query_words_unite_languages_and_stand_once():
    assert query_terms("Withdrawals WITHDRAWALS auszahlen", ["en", "de"]) == {
        (0, 11): frozenset({"withdraw", "withdrawal"}),
        (24, 33): frozenset({"auszahlen", "auszahl"}),
    }


def test_query_is_capped_in_length_and_words():
    assert len(query_terms(" ".join(f"w{chr(97 + i % 26)}{chr(97 + i // 26)}" for i in range(60)), ["en"])) == 32
    assert query_terms("a" * 300 + " late", ["en"]) == {(0, 256): frozenset({"a" * 64})}
    han = "".join(chr(0x4E00 + i) for i in range(500))
    assert len(query_terms(han, ["zh"])) == 96
    # One word and 93 pairs of characters; what comes first in the text counts.
    assert len(query_terms(f"usdt {han}", ["zh"])) == 94
    assert len(query_terms(f"{' '.join(f'w{chr(97 + i)}' for i in range(26))} {han}", ["zh"])) == 26 + 96 - 3 * 26
    assert query_terms("?! …", ["en"]) == {}


@pytest.mark.parametrize(
    "unit",
    [
        "a",
        "a-",
        "1,",
        "1 ",
        "000 ",
        "1 000 ",
        "\u00a0000",
        "1.000 ",
        "提",
        "ถ",
        "é'",
        "a\u0301",
        "'",
        "\u0301",
        ".",
        "1",
    ],
)
def test_long_monotonous_text_is_no_harder_than_its_length(unit: str):
    """Whatever is quadratic in it would not come back from this for minutes."""
    text = unit * 80_000
    assert [t for t in analyse(text, "en") if not 0 <= t.start < t.end <= len(text)] == []


def test_an_amount_stands_where_it_is_written_and_its_groups_beside_it():
    assert analyse("Pay 10 000 now", "xx")[1:3] == [Token("10.000", 1, 4, 10), Token("10000", 1, 4, 10)]
    found, length = places("Pay 10 000 now", "xx")
    assert found == {"pay": [0], "10.000": [1], "10000": [1], "10": [1], "000": [1], "now": [2]}
    assert length == 3


def test_places_are_those_of_analysis():
    text = "Größe l'été TRC-20 1,000 USDTを出金 출금을 하다 ถอนเงิน והבנק"
    for language in (*SHIPPED, "xx", "sr-Cyrl", "yue-Hant", "", "x", "EN_us"):
        tokens = analyse(text, language)
        found, length = places(text, language)
        assert length == tokens[-1].position + 1
        for term in {token.term for token in tokens}:
            assert found[term] == [token.position for token in tokens if token.term == term]
        assert set(found) - {token.term for token in tokens} == {"出", "金"}


def test_accents_kept_and_folded_share_a_position():
    for language, word, forms in [("vi", "tiền", {"tiền", "tien"}), ("xx", "Ünï", {"ünï", "uni"})]:
        assert {(token.term, token.position) for token in analyse(word, language)} == {(form, 0) for form in forms}


PURE = """
import sys
sys.modules["Stemmer"] = None
from helpdesk.search.analysis import analyse
for line in sys.stdin:
    language, word = line.split()
    print(*(token.term for token in analyse(word, language)))
"""


def test_terms_are_the_same_with_and_without_pystemmer():
    words = [
        "withdrawals",
        "Größen",
        "verificación",
        "l'argent",
        "выводы",
        "मुद्राओं",
        "الإيداعات",
        "λογαριασμού",
        "çekimler",
        "penarikan",
    ]
    asked = [(word, tag) for tag in SHIPPED for word in words]
    lines = "".join(f"{tag} {word}\n" for word, tag in asked)
    done = subprocess.run([sys.executable, "-c", PURE], input=lines, capture_output=True, text=True, check=True)
    assert done.stdout.splitlines() == [" ".join(terms(*pair)) for pair in asked]


@pytest.mark.parametrize(
    ("title", "folded"),
    [
        ("  ¿Cómo RETIRAR—fondos? ", "como retirar fondos"),
        ("İade", "iade"),
        ("提现？", "提现"),
        ("Straße", "strasse"),
        ("?!…", ""),
        ("", ""),
    ],
)
def test_fold_title(title: str, folded: str):
    assert fold_title(title) == folded
