"""Letters that are written in several ways: case, width, accents, digits, Arabic and Persian forms."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

IGNORED = str.maketrans(dict.fromkeys("\u00ad\u200c\u200d"))
APOSTROPHES = str.maketrans(dict.fromkeys('’ʼ׳״·"', "'"))
_ARABIC = re.compile("[\u0600-\u06ff]")
_ARABIC_MARKS = re.compile("[\u0610-\u061a\u064b-\u065f\u0670\u06d6-\u06ed\u0591-\u05c7]")
_ARABIC_LETTERS = str.maketrans(
    {"أ": "ا", "إ": "ا", "آ": "ا", "ٱ": "ا", "ى": "ي", "ة": "ه", "ک": "ك", "ی": "ي", "ۀ": "ه", "ـ": None}
)
_PERSIAN_LETTERS = str.maketrans({"ك": "ک", "ي": "ی"})
_UNMARKED = str.maketrans(
    {
        "ß": "ss",
        "æ": "ae",
        "œ": "oe",
        "ø": "o",
        "đ": "d",
        "ð": "d",
        "ł": "l",
        "ı": "i",
        "þ": "th",
        "ё": "е",
        "ґ": "г",
    }
)
# In these scripts marks are vowels and consonants; only nukta and chandrabindu may be left out.
_MARKS_MATTER = re.compile("[\u0780-\u07bf\u0900-\u109f\u1700-\u17ff\u1900-\u1bff\u3099\u309a\ua8e0-\uabff]")
_INDIC = str.maketrans({"\u093c": None, "\u0901": "\u0902"})
_CYRILLIC_LETTERS = "йїў"


def lower(text: str, language: str) -> str:
    """Small letters of usual width, as the language has them."""
    if language in ("tr", "az"):
        text = text.replace("İ", "i").replace("I", "ı")
    return text.casefold() if text.isascii() else unicodedata.normalize("NFKC", text.casefold())


def unify(text: str, language: str) -> str:
    """One form for each Arabic letter, without vowel marks; Persian has its own."""
    if text.isascii():
        return text
    text = _ARABIC_MARKS.sub("", text)
    if not _ARABIC.search(text):
        return text
    text = text.translate(_ARABIC_LETTERS)
    return text.translate(_PERSIAN_LETTERS) if language == "fa" else text


def fold(text: str) -> str:
    """Without accents, where they are no letters of their own script."""
    if text.isascii():
        return text
    if _MARKS_MATTER.search(text):
        return text.translate(_INDIC)
    return "".join(char if char in _CYRILLIC_LETTERS else _base(char) for char in text.translate(_UNMARKED))


@lru_cache(maxsize=4096)
def _base(char: str) -> str:
    plain = "".join(c for c in unicodedata.normalize("NFD", char) if unicodedata.category(c) != "Mn")
    return unicodedata.normalize("NFC", plain)


def ascii_digits(text: str) -> str:
    """Decimal digits of every script as 0-9; the length stays."""
    if text.isascii() or not any(char.isdecimal() for char in text):
        return text
    return "".join(str(unicodedata.decimal(char)) if char.isdecimal() else char for char in text)
