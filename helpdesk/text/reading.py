"""How long a text takes to read."""

from __future__ import annotations

import re

# Characters a minute, spaces apart, of scripts that are counted so: Trauzettel-Klosinski and Dietz 2012, "Standardized
# assessment of reading performance: the new International Reading Speed Texts IReST", table 2 (Chinese 255, Japanese
# 357: kana are faster). Thai, Lao, Khmer and Burmese write no spaces either and are taken as fast as its alphabets.
_HAN = re.compile(r"[\u3005-\u3007\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]")
_KANA = re.compile(r"[\u3041-\u3096\u309d-\u309f\u30a1-\u30fa\u30fc-\u30ff\uff66-\uff9f]")
_UNSPACED = re.compile(r"[\u0e01-\u0eff\u1000-\u109f\u1780-\u17ff]")
_HAN_A_MINUTE, _KANA_A_MINUTE, _UNSPACED_A_MINUTE = 255, 500, 900
# Words a minute of the others: the mean over the 14 alphabetic languages there is 190.
_WORDS_A_MINUTE = 190


def reading_minutes(text: str) -> int:
    """Whole minutes that a reader needs, code included, at least 1; 0 for a text without words."""
    minutes = 0.0
    for script, speed in ((_HAN, _HAN_A_MINUTE), (_KANA, _KANA_A_MINUTE), (_UNSPACED, _UNSPACED_A_MINUTE)):
        text, number = script.subn(" ", text)
        minutes += number / speed
    # Between spaces: a pattern of letters would cut words at the vowel signs of Hindi, Arabic and Hebrew.
    words = sum(any(map(str.isalnum, word)) for word in text.split())
    minutes += words / _WORDS_A_MINUTE
    return max(1, round(minutes)) if minutes else 0
