"""Text that was typed while another keyboard layout was on than the reader thought.

The layouts are those of xkeyboard-config: us, ru, ua, ara, ir, il, gr, th and kr.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator

from helpdesk.search.hangul import composed, keyed

_NOTHING = "\0"
_KEYS = "qwertyuiop[]asdfghjkl;'zxcvbnm,./`"
# Letters by language in the order of these keys.
_LETTERS = {
    "ru": "йцукенгшщзхъфывапролджэячсмитьбю.ё",
    "uk": "йцукенгшщзхїфівапролджєячсмитьбю.'",
    # One key types two letters, لا.
    "ar": "ضصثقفغعهخحجدشسيبلاتنمكطئءؤرﻻىةوزظذ",
    "fa": "ضصثقفغعهخحجچشسیبلاتنمکگظطزرذدپو./`",
    "he": "/'קראטוןםפ][שדגכעיחלךף,זסבהנמצתץ.;",
    # The key of the accent comes before its vowel; accents do not count.
    "el": f";ςερτυθιοπ[]ασδφγηξκλ{_NOTHING}'ζχψωβνμ,./`",
}
_THAI_KEYS = "1234567890-=qwertyuiop[]\\asdfghjkl;'zxcvbnm,./^QWERTYUIOP{}ASDFGHJKL:\"ZXCVBNM<>?"
_THAI = 'ๅ/-ภถุึคตจขชๆไำพะัีรนยบลฃฟหกดเ้่าสวงผปแอิืทมใฝู๐"ฎฑธํ๊ณฯญฐ,ฤฆฏโฌ็๋ษศซ.()ฉฮฺ์?ฒฬฦ'
_KOREAN_KEYS = "qwertyuiopasdfghjklzxcvbnmQWERTOP"
_KOREAN = "ㅂㅈㄷㄱㅅㅛㅕㅑㅐㅔㅁㄴㅇㄹㅎㅗㅓㅏㅣㅋㅌㅊㅍㅠㅜㅡㅃㅉㄸㄲㅆㅒㅖ"

_FROM_LATIN = {language: str.maketrans(_KEYS, letters) for language, letters in _LETTERS.items()}
_TO_LATIN = {language: str.maketrans(letters, _KEYS) for language, letters in _LETTERS.items()}
_SCRIPTS = {
    re.compile("[а-яёіїєґ]"): ("ru", "uk"),
    re.compile("[ء-ی]"): ("ar", "fa"),
    re.compile("[א-ת]"): ("he",),
    re.compile("[α-ω]"): ("el",),
}
_LATIN = re.compile("[A-Za-z]")
_THAI_LETTER = re.compile("[ก-๛]")
_KOREAN_LETTER = re.compile("[ㄱ-ㅣ]")


def meant(text: str, language: str) -> Iterator[str]:
    """What the same keys type on the layout of the language, and on a Latin one."""
    language = language.split("-")[0]
    if _LATIN.search(text):
        yield from _typed_on(language, text)
    small = unicodedata.normalize("NFKC", text).lower()
    for script, layouts in _SCRIPTS.items():
        if script.search(small):
            plain = re.sub("[\u0300-\u036f]", "", unicodedata.normalize("NFD", small)) if "el" in layouts else small
            for layout in layouts:
                yield plain.replace("لا", "ﻻ").translate(_TO_LATIN[layout])
    if _THAI_LETTER.search(text):
        yield text.translate(str.maketrans(_THAI, _THAI_KEYS)).lower()
    if _KOREAN_LETTER.search(keys := keyed(text)):
        yield keys.translate(str.maketrans(_KOREAN, _KOREAN_KEYS)).lower()


def _typed_on(language: str, text: str) -> Iterator[str]:
    if language in _FROM_LATIN:
        yield unicodedata.normalize("NFKC", text.lower().translate(_FROM_LATIN[language])).replace(_NOTHING, "")
    elif language == "th":
        yield text.translate(str.maketrans(_THAI_KEYS, _THAI))
    elif language == "ko":
        # Only some letters are others with Shift, and none with Caps Lock.
        text = text.lower() if text.isupper() else text
        keys = "".join(key if key in _KOREAN_KEYS else key.lower() for key in text)
        yield composed(keys.translate(str.maketrans(_KOREAN_KEYS, _KOREAN)))
