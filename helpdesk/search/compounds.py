"""Compounds of the Germanic languages, found when a reader asks and not when a text is indexed.

So the index of a document does not depend on the others: equal contents always answer alike.
"""

from __future__ import annotations

from collections.abc import Sequence

from helpdesk.search.analysis import analyse, surfaces
from helpdesk.search.vocabulary import WordList, total

LANGUAGES = ("da", "de", "nb", "nl", "nn", "no", "sv")
# What may stand between two words, the usual first.
_LINKS = ("", "s", "n", "en", "es", "e", "er")
# Letters of a word that takes part in others.
_SHORTEST = 4
# Words of a part that are looked at on either side, parts of a compound, and words among which a form is looked for.
_MAX_LOOKED = 200
_MAX_PARTS = 4
_MAX_FORMS = 8


def wider(word: str, language: str, parts: Sequence[WordList], limit: int) -> tuple[str, ...]:
    """Compounds of the collection that end or begin with a word and else are a word of it; the most frequent first.

    `prüfung` finds `identitätsprüfung`, and so does `identität`.
    """
    word = _word(word, language)
    if not word:
        return ()
    found = set[str]()
    for part in parts:
        for whole in part.ending(word, _MAX_LOOKED):
            if any(total(first, parts) for first in _before_link(whole[: -len(word)])):
                found.add(whole)
        for whole in part.starting(word, _MAX_LOOKED):
            if any(total(second, parts) for second in _after_link(whole[len(word) :])):
                found.add(whole)
    return tuple(sorted(found, key=lambda whole: (-total(whole, parts), whole))[:limit])


def split(word: str, language: str, parts: Sequence[WordList]) -> tuple[str, ...]:
    """The words of the collection of which a compound is made, as few as can be; () if it is not made of them.

    The collection need not have the compound itself; of its last part it may have another form.
    """
    word = _word(word, language)
    # By each place that words reach to: the fewest of them, and of these the way with the longest last one.
    reached: dict[int, tuple[str, ...]] = {0: ()}
    for end in range(_SHORTEST, len(word) + 1):
        ways = [
            (*before, known)
            for start, before in reached.items()
            if _SHORTEST <= end - start < len(word) and len(before) < _MAX_PARTS
            for known in _pieces(word[start:end], language, parts, is_last=end == len(word))
        ]
        if ways:
            reached[end] = min(ways, key=lambda way: (len(way), -len(way[-1]), way))
    return reached.get(len(word), ()) if word else ()


def _word(word: str, language: str) -> str:
    """A word that may be in compounds, in small letters, or ""."""
    found = surfaces(word, language) if language.split("-")[0] in LANGUAGES else set[str]()
    return next((small for small in found if len(found) == 1 and len(small) >= _SHORTEST), "")


def _before_link(text: str) -> list[str]:
    return [first for link in _LINKS if text.endswith(link) and len(first := text.removesuffix(link)) >= _SHORTEST]


def _after_link(text: str) -> list[str]:
    return [second for link in _LINKS if text.startswith(link) and len(second := text.removeprefix(link)) >= _SHORTEST]


def _pieces(piece: str, language: str, parts: Sequence[WordList], *, is_last: bool) -> list[str]:
    """Words of the collection for which a piece of a compound may stand."""
    if not is_last:
        return [known for known in _before_link(piece) if total(known, parts)]
    if total(piece, parts):
        return [piece]
    stems = {token.term for token in analyse(piece, language)}
    stem = min(stems, key=len, default="")
    if len(stem) < _SHORTEST:
        return []
    # Letters that a stem lost stand in no other form either, but accents may.
    beginning = piece[: len(stem)]
    forms = [form for part in parts for form in part.starting(beginning, _MAX_FORMS)]
    same = (form for form in sorted(forms, key=len) if not stems.isdisjoint(t.term for t in analyse(form, language)))
    return [form for form in (next(same, ""),) if form]
