"""Keyboards and scripts: what a reader may have meant."""

from __future__ import annotations

import pytest

from helpdesk.search import rescue
from helpdesk.search.analysis import analyse, surfaces
from helpdesk.search.keyboards import meant
from helpdesk.search.rescue import readings
from helpdesk.search.sounds import latin_sounds, sounds
from helpdesk.search.vocabulary import WordList

TEXTS = {
    "en": "withdrawal login password deposit account",
    "ru": "вывод средств верификация аккаунта пополнение счёта usdt комиссия хранение отсутствует объявление щит",
    "uk": "верифікація рахунок виведення коштів гаманець їжак",
    "el": "ανάληψη κατάθεση λογαριασμός επιβεβαίωση ταυτότητα χρήστης ξεκλείδωμα",
    "ar": "سحب الأموال إيداع التحقق من الهوية حساب بنكي تحويل رقم الهاتف كلمة المرور",
    "fa": "برداشت پول حساب کاربری برنامه احراز هویت",
    "he": "הפקדה משיכה חשבון אימות זהות",
    "ko": "로그인 비밀번호 출금 한도 인증번호",
    "th": "ถอนเงิน",
    "zh-Hans": "如何提现到银行卡 身份验证 密码重置 绑定手机 账户安全 头发",
    "zh-Hant": "如何提現到銀行卡 身份驗證 密碼重設 帳戶安全 頭髮",
    "ja": "ログイン パスワード 出金",
    "vi": "rút tiền",
}


def words(text: str, language: str) -> list[WordList]:
    return [WordList.of((word, 1) for word in surfaces(text, language))]


PARTS = {language: words(text, language) for language, text in TEXTS.items()}


def first(text: str, language: str) -> tuple[str, str] | None:
    return next(readings(text, language, PARTS[language]), None)


@pytest.mark.parametrize(
    ("language", "typed", "expected"),
    [
        ("ru", "dsdjl", "вывод"),
        ("ru", "DSDJL chtlcnd", "вывод средств"),
        ("ru", "usdt dsdjl", "usdt вывод"),
        ("ru", "jncencndetn", "отсутствует"),
        ("ru", "j,]zdktybt", "объявление"),
        ("ru", "гыве", "usdt"),
        ("uk", "dthbasrfwsz", "верифікація"),
        ("uk", "]br;fr", None),
        ("uk", "]f;fr", None),
        ("el", "an;alhch", "αναληψη"),
        ("el", "katauesh", "καταθεση"),
        ("el", "xrhsthw", "χρηστης"),
        ("ar", "spf", "سحب"),
        ("ar", "pshf", "حساب"),
        ("ar", "hgihjt", "الهاتف"),
        ("fa", "fvnhaj", "برداشت"),
        ("he", "vpesv", "הפקדה"),
        ("he", "jacui", "חשבון"),
        ("ko", "fhrmdls", "로그인"),
        ("ko", "qlalfqjsgh", "비밀번호"),
        ("ko", "cnfrma gkseh", "출금 한도"),
        ("ko", "FHRMDLS", "로그인"),
        ("th", "5vog'bo", "ถอนเงิน"),
        ("en", "цшервкфцфд", "withdrawal"),
        ("en", "Фссщгте дщпшт", "account login"),
        ("en", "שככםומא", None),
        ("en", "ךםעןמ", "login"),
        ("en", "λογιν", "login"),
        ("en", "λόγιν", "login"),
        ("en", "ㅣㅐ햐ㅜ", "login"),
        ("en", "ㅑㅔ", None),
        ("en", "สนเรื", "login"),
        ("en", "شؤؤخعىف", "account"),
        ("en", "حشسسصخقي", "password"),
    ],
)
def test_another_keyboard(language: str, typed: str, expected: str | None) -> None:
    assert first(typed, language) == (expected and (expected, "keyboard"))


@pytest.mark.parametrize(
    ("layout", "typed", "letters"),
    [
        ("ru", "qwertyuiop[]asdfghjkl;'zxcvbnm,./`", "йцукенгшщзхъфывапролджэячсмитьбю.ё"),
        ("uk", "s]'", "іїє"),
        ("ar", "b g h", "لا ل ا"),
        ("fa", "m;'", "پکگ"),
        ("he", "t,k", "אתל"),
        ("el", "w;a", "ςα"),
        ("th", "ZXC1", "()ฉๅ"),
        ("ko", "Ekfrl", "딸기"),
        ("ko", "rkqt", "값"),
        ("ko", "dhkd", "왕"),
        ("ko", "rk0", "가0"),
    ],
)
def test_layouts(layout: str, typed: str, letters: str) -> None:
    assert list(meant(typed, layout)) == [letters]
    assert typed.lower().replace(";", "") in [back.replace(";", "") for back in meant(letters, "en")]


def test_a_text_without_letters_means_nothing_else() -> None:
    assert list(meant("123 ?", "ru")) == []
    assert list(meant("abc", "en")) == []


@pytest.mark.parametrize(
    ("language", "typed", "expected"),
    [
        ("ru", "vyvod sredstv", "вывод средств"),
        ("ru", "verifikatsiya", "верификация"),
        ("ru", "verifikaciya", "верификация"),
        ("ru", "verifikacija akkaunta", "верификация аккаунта"),
        ("ru", "popolnenie scheta", "пополнение счёта"),
        ("ru", "popolneniye schyota", "пополнение счёта"),
        ("ru", "komissia", "комиссия"),
        ("ru", "khranenie", "хранение"),
        ("ru", "hraneniye", "хранение"),
        ("ru", "otsutstvuet", "отсутствует"),
        ("ru", "ob'yavlenie", "объявление"),
        ("ru", "shchit", "щит"),
        ("ru", "usdt vyvod", "usdt вывод"),
        ("uk", "rahunok", "рахунок"),
        ("uk", "hamanets", "гаманець"),
        ("uk", "yizhak", "їжак"),
        ("el", "analipsi", "ανάληψη"),
        ("el", "analhpsh", "ανάληψη"),
        ("el", "katathesi", "κατάθεση"),
        ("el", "kata8esi", "κατάθεση"),
        ("el", "logariasmos", "λογαριασμός"),
        ("el", "epivevaiosi tautotita", "επιβεβαίωση ταυτότητα"),
        ("el", "epibebaiwsh taytothta", "επιβεβαίωση ταυτότητα"),
        ("el", "xrhsths", "χρήστης"),
        ("el", "3ekleidwma", "ξεκλείδωμα"),
        ("el", "xekleidoma", "ξεκλείδωμα"),
        ("ar", "sa7b", "سحب"),
        ("ar", "ta7weel", "تحويل"),
        ("ar", "7isab banki", "حساب بنكي"),
        ("ar", "elta7a2o2", "التحقق"),
        ("ar", "ra2m el hatef", "رقم el الهاتف"),
        ("ar", "kelmat almoror", "كلمة المرور"),
        ("fa", "hesab karbari", "حساب کاربری"),
        ("fa", "barname", "برنامه"),
        ("zh-Hans", "tixian", "提现"),
        ("zh-Hans", "Ti Xian", "提现"),
        ("zh-Hans", "tíxiàn", "提现"),
        ("zh-Hans", "shenfenyanzheng", "身份验证"),
        ("zh-Hans", "yinhangka", "银行卡"),
        ("zh-Hans", "mimachongzhi", "密码重置"),
        ("zh-Hans", "ruhetixiandaoyinhangka", "如何提现到银行卡"),
        ("zh-Hans", "提現", "提现"),
        ("zh-Hans", "如何提現到銀行卡？", "如何提现到银行卡？"),
        ("zh-Hans", "帳戶安全 頭髮", "账户安全 头发"),
        ("zh-Hant", "tixian", "提現"),
        ("zh-Hant", "提现", "提現"),
        ("zh-Hant", "身份验证 头发", "身份驗證 頭髮"),
        ("zh-Hant", "賬戶安全", "帳戶安全"),
        ("zh-Hans", "deposit", None),
        ("ja", "ろぐいん", "ログイン"),
        ("ja", "ぱすわーど", "パスワード"),
        ("ru", "withdrawal", None),
        ("ar", "bot", None),  # two consonants could be many words
        ("en", "vyvod", None),
    ],
)
def test_another_script(language: str, typed: str, expected: str | None) -> None:
    assert first(typed, language) == (expected and (expected, "script"))


@pytest.mark.parametrize("language", TEXTS)
def test_nothing_is_offered_for_what_is_there_or_is_nothing(language: str) -> None:
    assert list(readings("", language, PARTS[language])) == []
    assert list(readings("?! 123", language, PARTS[language])) == []
    assert TEXTS[language] not in [text for text, _ in readings(TEXTS[language], language, PARTS[language])]
    assert list(readings("zqzqzq", language, [])) == []


def test_the_reading_of_which_more_is_known_comes_first() -> None:
    parts = words("вывод средств", "ru")
    assert list(readings("dsdjl chtlcnd", "ru", parts)) == [("вывод средств", "keyboard")]
    assert list(readings("dsdjl ghbdtn", "ru", parts)) == [("вывод привет", "keyboard")]
    assert list(readings("dsdjl ghbdtn vbh", "ru", parts)) == []


def test_other_forms_of_a_word_are_known() -> None:
    assert list(readings("dsdjljd", "ru", words("вывод", "ru"))) == [("выводов", "keyboard")]


def test_the_word_of_most_documents_is_read() -> None:
    parts = [WordList.of([("حساب", 3), ("حسب", 2)]), WordList.of([("حسب", 2)])]
    assert list(readings("7esab", "ar", parts)) == [("حسب", "script")]
    assert list(readings("7sb", "ar", [WordList.of([("حساب", 3), ("حسب", 2)])])) == [("حسب", "script")]


def test_the_characters_of_most_documents_are_read() -> None:
    assert list(readings("chongzhi", "zh", [WordList.of([("重置", 1), ("充值", 9)])])) == [("充值", "script")]
    assert list(readings("chongzhi", "zh", [WordList.of([("重置", 9), ("充值", 1)])])) == [("重置", "script")]
    assert list(readings("tixian", "zh", [WordList.of([("提西", 9), ("西安", 9), ("提现", 1)])])) == [
        ("提现", "script")
    ]


def test_sounds() -> None:
    assert set(sounds("银行")) == {"yin hang", "yin xing"}
    assert set(sounds("المرور")) == {"lmr", "mr"} - {"mr"}
    assert set(sounds("withdrawal")) == set(sounds("ログ")) == set()
    assert latin_sounds("9a7eb", "arabic") == {"shb", "khb"}


def test_vietnamese_without_accents_needs_no_rescue() -> None:
    terms = {token.term for token in analyse("rút tiền", "vi")}
    assert {token.term for token in analyse("rut tien", "vi")} <= terms
    assert list(readings("rut tien", "vi", PARTS["vi"])) == []


def test_any_text_is_read_in_few_steps(monkeypatch: pytest.MonkeyPatch) -> None:
    """Cost by the look-ups in word lists, whatever is typed."""
    steps = 0
    having, total = WordList.having, WordList.frequency

    def count(function):
        def counted(*given):
            nonlocal steps
            steps += 1
            return function(*given)

        return counted

    monkeypatch.setattr(WordList, "having", count(having))
    monkeypatch.setattr(WordList, "frequency", count(total))
    every = (
        "yi" * 200,
        "xian " * 90,
        "提現" * 200,
        "h9x2" * 99,
        "h9x2 " * 99,
        "йц " * 99,
        "a" * 999,
        "ㅂㅈ" * 99,
        ";'" * 200,
    )
    chinese = [WordList.of((a + b, 1) for a in "一以已意义易现先线鲜" for b in "一以已意义易现先线鲜")]
    for language, parts in [*PARTS.items(), ("zh", chinese)]:
        for text in every:
            steps = 0
            assert len(list(readings(text, language, parts))) <= rescue._MAX_READINGS
            assert steps < 1_500, (language, text[:9], steps)
