"""How long a text takes to read."""

from __future__ import annotations

import re

# Characters a minute, spaces apart, of scripts that are counted so: Trauzettel-Klosinski and Dietz 2012, "Standardized
# assessment of reading performance: the new International Reading Speed Texts IReST", table 2 (Chinese 255, Japanese
# 357: kana are faster). Thai, Lao, Khmer and Burmese write no spaces either and are taken as fast as its alphabets.
_HAN = re.compile(r"[\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]")
_KANA = re.compile(r"[\u3040-\u30ff]")
_UNSPACED = re.compile(r"[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff]")
_HAN_A_MINUTE, _KANA_A_MINUTE, _UNSPACED_A_MINUTE = 255, 500, 900
# Words a minute of the others: the mean over the 14 alphabetic languages there is 190.
_WORD = re.compile(r"[^\W_]+(?:['\u2019.-][^\W_]+)*")
_WORDS_A_MINUTE = 190


def reading_minutes(text: str) -> int:
    """Whole minutes that a reader needs, at least 1; 0 for a text without words."""
    minutes = 0.0
    for script, speed in ((_HAN, _HAN_A_MINUTE), (_KANA, _KANA_A_MINUTE), (_UNSPACED, _UNSPACED_A_MINUTE)):
        text, number = script.subn(" ", text)
        minutes += number / speed
    minutes += len(_WORD.findall(text)) / _WORDS_A_MINUTE
    return max(1, round(minutes)) if minutes else 0
