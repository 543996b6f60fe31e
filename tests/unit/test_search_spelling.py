"""Corrections of single words."""

from __future__ import annotations

import pytest

from helpdesk.search.spelling import correct, joined
from helpdesk.search.vocabulary import WordList

WORDS = {
    "en": "withdrawal withdrawals verification deposit account password two factor login page arrivals rivals fees sell email",
    "de": "überprüfung gebühren auszahlung passwort ändern straße",
    "fr": "vérification dépôt déposer retrait sécurité",
    "es": "verificación contraseña depósito retiro",
    "pt": "verificação depósito saque",
    "pl": "wypłata weryfikacja hasło",
    "tr": "şifre çekme doğrulama ısınma",
    "ru": "верификация вывод средств аккаунт пароль",
    "uk": "верифікація виведення",
    "el": "ανάληψη κατάθεση επαλήθευση",
    "ar": "التحقق الحساب السحب الإيداع",
    "fa": "برداشت واریز",
    "he": "הפקדה משיכה חשבון",
    "hi": "सत्यापन निकासी",
    "vi": "tiền phương thức",
    "ko": "비밀번호 로그인 아이디",
    "id": "penarikan verifikasi",
    "th": "",
    "zh": "提现 现方",
}
LISTS = {language: WordList.of((word, 1) for word in words.split()) for language, words in WORDS.items()}


@pytest.mark.parametrize(
    ("language", "typed", "expected"),
    [
        ("en", "withdrawl", "withdrawal"),
        ("en", "Withdrwal", "withdrawal"),
        ("en", "verfication", "verification"),
        ("en", "DEPOIST", "deposit"),
        ("en", "acount", "account"),
        ("en", "passwrod", "password"),
        ("en", "twofactor", "two factor"),
        ("en", "loginpage", "login page"),
        ("en", "arivals", "arrivals"),
        ("en", "emial", "email"),
        ("en", "zzzzzz", None),
        ("en", "fee", None),
        ("en", "", None),
        ("en", "two words", None),
        ("en", "a" * 256, None),
        ("de", "uberprüfugn", "überprüfung"),
        ("de", "Gebuhrn", "gebühren"),
        ("de", "Auszalung", "auszahlung"),
        ("de", "passwortändern", "passwort ändern"),
        ("de", "strase", "straße"),
        ("fr", "verifcation", "vérification"),
        ("fr", "securitee", "sécurité"),
        ("es", "contrasena", "contraseña"),
        ("es", "verficacion", "verificación"),
        ("pt", "verficacao", "verificação"),
        ("pl", "wyplta", "wypłata"),
        ("tr", "SİFRE", "şifre"),
        ("tr", "dogrulma", "doğrulama"),
        ("ru", "верефикация", "верификация"),
        ("ru", "Акаунт", "аккаунт"),
        ("uk", "верифкація", "верифікація"),
        ("el", "αναληψι", "ανάληψη"),
        ("ar", "الحاسب", "الحساب"),
        ("fa", "برداشط", "برداشت"),
        ("he", "הפקדא", "הפקדה"),
        ("hi", "सत्यापण", "सत्यापन"),
        ("vi", "phuogn", "phương"),
        ("ko", "비밀번허", "비밀번호"),
        ("ko", "로긴인", None),
        ("id", "penariakn", "penarikan"),
        ("th", "ถอนเงน", None),
        ("zh", "提现方", None),
    ],
)
def test_corrections(language: str, typed: str, expected: str | None) -> None:
    assert correct(typed, language, [LISTS[language]]) == expected


def test_what_counts_between_corrections() -> None:
    def best(typed: str, *words: tuple[str, int]) -> str | None:
        return correct(typed, "en", [WordList.of(words)])

    assert best("feess", ("fees", 1), ("feeds", 2)) == "fees"
    assert best("cars", ("cart", 1), ("bars", 9)) == "cart"
    assert best("feet", ("feed", 3), ("fees", 4)) == "fees"
    assert best("feet", ("feed", 4), ("fees", 4)) == "feed"
    assert best("resume", ("résumé", 1), ("resumed", 9)) == "résumé"


def test_documents_of_all_parts_count() -> None:
    parts = [WordList.of([("feed", 3)]), WordList.of([("fees", 2)]), WordList.of([("fees", 2)])]
    assert correct("feet", "en", parts) == "fees"
    assert correct("feet", "en", []) is None


def test_a_missing_space_is_sought_only_where_it_may_be_the_least_fault(monkeypatch: pytest.MonkeyPatch) -> None:
    looked_up = []
    words = WordList.of([("withdrawal", 1), ("fees", 1), ("withdraw", 1)])
    frequency = WordList.frequency
    monkeypatch.setattr(WordList, "frequency", lambda own, word: looked_up.append(word) or frequency(own, word))
    assert correct("withdrawel", "en", [words]) == "withdrawal"
    assert looked_up == []
    assert correct("withdrawfees", "en", [words]) == "withdraw fees"
    assert looked_up == [
        *("withdrawfees"[:at] for at in range(1, 9)),
        "fees",
        *("withdrawfees"[:at] for at in (9, 10, 11)),
    ]


@pytest.mark.parametrize(
    ("first", "second", "language", "expected"),
    [
        ("with", "drawal", "en", "withdrawal"),
        ("E", "Mail", "en", "email"),
        ("pass", "port", "en", None),
        ("pass", "word!", "en", "password"),
        ("pass", "-word", "en", None),
        ("über", "prüfung", "de", "überprüfung"),
        ("비밀", "번호", "ko", "비밀번호"),
    ],
)
def test_words_written_apart(first: str, second: str, language: str, expected: str | None) -> None:
    assert joined(first, second, language, [LISTS[language]]) == expected
