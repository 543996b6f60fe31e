"""Words that are derived from one another and have different stems, found when a reader asks."""

from __future__ import annotations

import re
from collections.abc import Sequence

from helpdesk.search.analysis import surfaces
from helpdesk.search.vocabulary import WordList

# Letters of a word that has kin.
_SHORTEST = 5
# Two words are the more alike, the more of their runs of so many letters both begin with (Dice's measure).
_RUN, _LEAST = 4, 0.4
# Words with one beginning that are looked at; where there are more, only those with a longer one.
_MAX_LOOKED = 200
# Arabic articles, which are a part of the word, with what may be before them.
_ARTICLES = ("", "ال", "وال", "بال", "لل")
_ARTICLE = re.compile("^(?:[وفبك]?ال|و?لل)(?=..)")
# Arabic verbs of what somebody does, by the letter that says who.
_VERB = re.compile("[أاينت]([\u0621-\u063a\u0641-\u064a]{3,6})")


def kin(word: str, language: str, parts: Sequence[WordList]) -> list[tuple[str, float]]:
    """Words of the collection that begin like a word, each with its likeness of 0.4 to 1; the most alike first.

    `religious` finds `religion`.
    """
    found = surfaces(word, language)
    if len(found) != 1 or len(typed := found.pop()) < _SHORTEST:
        return []
    articles: tuple[str, ...] = ("",)
    if language.split("-")[0] == "ar":
        typed, articles = _ARTICLE.sub("", typed), _ARTICLES
    alike = {
        other: likeness
        for part in parts
        for article in articles
        for other in _beginning(typed, article, part)
        if (likeness := _likeness(typed, other.removeprefix(article))) >= _LEAST
    }
    return sorted(alike.items(), key=lambda item: (-item[1], item[0]))


def nouns(verb: str) -> list[str]:
    """Arabic nouns that an article may have for what a question asks with a verb: how do I withdraw, withdrawal.

    `أسحب` gives `سحب`, `أحول` `تحويل`, `أستخدم` `استخدام`: of the forms whose noun the letters tell (I, II, VII, VIII,
    X; Ryding, "A Reference Grammar of Modern Standard Arabic", 2005, chapter 5). None for other words.
    """
    match = _VERB.fullmatch(verb)
    if match is None:
        return []
    stem = match[1]
    if len(stem) == 3:
        return [stem, f"ت{stem[:2]}ي{stem[2]}"]
    return [stem, f"ا{stem[:-1]}ا{stem[-1]}"] if stem[0] == "ن" or "ت" in stem[1:2] else [stem]


def _beginning(typed: str, article: str, part: WordList) -> list[str]:
    """Words with so many of the first letters that they may be alike enough."""
    found = list[str]()
    for size in range(max(_RUN, len(typed) // 4 + 3), len(typed) + 1):
        found = part.starting(article + typed[:size], _MAX_LOOKED)
        if len(found) < _MAX_LOOKED:
            break
    return found


def _likeness(typed: str, other: str) -> float:
    pairs = enumerate(zip(typed, other, strict=False))
    same = next((at for at, (one, two) in pairs if one != two), min(len(typed), len(other)))
    return 2 * max(0, same - _RUN + 1) / (len(typed) + len(other) - 2 * _RUN + 2)
