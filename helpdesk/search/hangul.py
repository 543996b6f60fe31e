"""Korean syllables as the keys that a reader presses for them, and back."""

from __future__ import annotations

import re

_INITIALS = "ㄱㄲㄴㄷㄸㄹㅁㅂㅃㅅㅆㅇㅈㅉㅊㅋㅌㅍㅎ"
_VOWELS = "ㅏㅐㅑㅒㅓㅔㅕㅖㅗㅘㅙㅚㅛㅜㅝㅞㅟㅠㅡㅢㅣ"
_FINALS = "ㄱㄲㄳㄴㄵㄶㄷㄹㄺㄻㄼㄽㄾㄿㅀㅁㅂㅄㅅㅆㅇㅈㅊㅋㅌㅍㅎ"
# What takes two keys.
_PAIRS = {
    "ㅘ": "ㅗㅏ", "ㅙ": "ㅗㅐ", "ㅚ": "ㅗㅣ", "ㅝ": "ㅜㅓ", "ㅞ": "ㅜㅔ", "ㅟ": "ㅜㅣ", "ㅢ": "ㅡㅣ",
    "ㄳ": "ㄱㅅ", "ㄵ": "ㄴㅈ", "ㄶ": "ㄴㅎ", "ㄺ": "ㄹㄱ", "ㄻ": "ㄹㅁ", "ㄼ": "ㄹㅂ", "ㄽ": "ㄹㅅ",
    "ㄾ": "ㄹㅌ", "ㄿ": "ㄹㅍ", "ㅀ": "ㄹㅎ", "ㅄ": "ㅂㅅ",
}  # fmt: skip
_JOINED = {pair: letter for letter, pair in _PAIRS.items()}
_TWO = "|".join(_JOINED)
# A consonant before a vowel begins the next syllable.
_SYLLABLE = re.compile(
    f"(?P<initial>[{_INITIALS}])(?P<vowel>(?=[{_VOWELS}])(?:{_TWO})|[{_VOWELS}])"
    f"(?P<final>(?:(?=[{_FINALS}])(?:{_TWO})|[{_FINALS}])(?![{_VOWELS}])|)"
)


def _keys(code: int) -> str:
    if 0xAC00 <= code < 0xD7A4:
        rest, final = divmod(code - 0xAC00, 28)
        initial, vowel = divmod(rest, 21)
        letters = _INITIALS[initial] + _VOWELS[vowel] + (_FINALS[final - 1] if final else "")
    elif 0x1100 <= code < 0x1113:
        letters = _INITIALS[code - 0x1100]
    elif 0x1161 <= code < 0x1176:
        letters = _VOWELS[code - 0x1161]
    elif 0x11A8 <= code < 0x11C3:
        letters = _FINALS[code - 0x11A8]
    else:
        letters = chr(code)
    return "".join(_PAIRS.get(letter, letter) for letter in letters)


class _Table(dict[int, str]):
    def __missing__(self, code: int) -> str:
        keys = self[code] = _keys(code)
        return keys


_table = _Table()


def keyed(text: str) -> str:
    """A text with every syllable as the letters that are pressed for it, so that half a syllable begins it."""
    return text if text.isascii() else text.translate(_table)


def composed(keys: str) -> str:
    """Letters in the order in which they are pressed, joined to syllables as a keyboard does."""
    return _SYLLABLE.sub(_syllable, keys)


def _syllable(match: re.Match[str]) -> str:
    initial, vowel, final = match["initial"], match["vowel"], match["final"]
    number = _INITIALS.index(initial) * 21 + _VOWELS.index(_JOINED.get(vowel, vowel))
    return chr(0xAC00 + number * 28 + (1 + _FINALS.index(_JOINED.get(final, final)) if final else 0))
