"""Text in any language to the terms that are indexed and searched, with the places where they stand.

Scripts without spaces become overlapping n-grams, which find as well as most dictionaries do, or what a site's own
function makes of them; the words of others become Snowball stems, with and without their accents.
"""

from __future__ import annotations

import re
import threading
import unicodedata
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import lru_cache
from itertools import groupby
from typing import Any, NamedTuple

import snowballstemmer

from helpdesk.search.letters import APOSTROPHES, IGNORED, ascii_digits, fold, lower, unify
from helpdesk.search.segmenters import segmenter_of, split

MAX_QUERY_LENGTH = 256
MAX_QUERY_TERMS = 32
# A question in Thai has an n-gram for each letter.
_GRAMS_OF_A_WORD, _MAX_CHARACTERS = 3, 32
_MAX_TERM_LENGTH = 64
_MAX_WORD_LENGTH = 40
_MAX_MEMO = 50_000

Span = tuple[int, int]


class Token(NamedTuple):
    """A term and where it stands: variants share a position, offsets are those of the original text."""

    term: str
    position: int
    start: int
    end: int


def _mark_ranges() -> str:
    """Combining marks, which `\\w` leaves out, as the inside of a character class."""
    marks = (i for i in range(0x300, 0x1F000) if unicodedata.category(chr(i)) in ("Mn", "Mc"))
    runs = [list(run) for _, run in groupby(enumerate(marks), lambda pair: pair[1] - pair[0])]
    return "".join(f"{chr(run[0][1])}-{chr(run[-1][1])}" for run in runs)


MARKS = _mark_ranges()
_CJK = (
    "\u2e80-\u2fdf\u3005\u3007\u3021-\u3029\u3400-\u4dbf\u4e00-\u9fff"  # Han
    "\uf900-\ufaff\U00020000-\U0003ffff"
    "\u3041-\u3096\u3099-\u309f\u30a1-\u30fa\u30fc-\u30ff\u31f0-\u31ff\uff66-\uff9f"  # kana
)
HANGUL = "\u1100-\u11ff\u3130-\u318f\ua960-\ua97f\uac00-\ud7ff\uffa0-\uffdc"
# Thai, Lao, Burmese and Khmer, without their digits.
_SOUTHEAST = (
    "\u0e01-\u0e3a\u0e40-\u0e4e\u0e81-\u0ecf\u0edc-\u0edf"
    "\u1000-\u103f\u104c-\u108f\u109a-\u109f\u1780-\u17d3\u17d7-\u17dd"
)
# Scripts that are indexed by n-grams.
GRAM_SCRIPTS = _CJK + HANGUL + _SOUTHEAST
_LETTER = f"[^\\W_{GRAM_SCRIPTS}]"
# Nothing in it gives back what it took, so no text is dearer than its length.
_RUN = f"{_LETTER}(?:{_LETTER}++|[{MARKS}]++|[\u00ad\u200c\u200d](?={_LETTER}))*+"
_JOINER = "(?:['’ʼ׳״·._\u2010\u2011-]|(?<=\\d)[,٫٬](?=\\d)|(?<=[\u05d0-\u05ea])\"(?=[\u05d0-\u05ea]))"
_SPACES = " \u00a0\u2009\u202f"
_THOUSAND = "|".join(f"(?:{space}\\d{{3}}){{1,6}}" for space in _SPACES)
# Before an amount; other capitals make a code of what follows: TRC 20 100 is no 20,100.
_CURRENCIES = "CHF|CZK|DKK|EUR|GBP|NOK|PLN|RUB|SEK|UAH|USD|ZAR"
# Thousands with spaces, of which a digit less or more makes separate numbers.
_AMOUNT = (
    f"\\d(?<!\\d[{_SPACES}]\\d)(?:(?<![A-Z]{{2}}[{_SPACES}]\\d)|(?<=(?:{_CURRENCIES})[{_SPACES}]\\d))"
    f"\\d{{0,2}}(?:{_THOUSAND})"
    f"(?:[.,٫](?!\\d{{3}}(?!\\d))\\d++(?!{_LETTER}|_)|(?!{_LETTER}|_|[.,٫{_SPACES}]\\d))"
)
_TOKEN = re.compile(f"{_AMOUNT}|{_RUN}(?:{_JOINER}{_RUN})*+|[{_CJK}]+|[{HANGUL}]+|[{_SOUTHEAST}]+")
_ASCII_TOKEN = re.compile(f"{_AMOUNT}|[A-Za-z0-9]++(?:['._,-](?:(?<!,)|(?<=[0-9],)(?=[0-9]))[A-Za-z0-9]++)*+")
_KIND = re.compile(f"(?P<cjk>[{_CJK}])|(?P<hangul>[{HANGUL}])|(?P<southeast>[{_SOUTHEAST}])")
_HAN = re.compile("[\u3400-\u4dbf\u4e00-\u9fff\U00020000-\U0003ffff]")
_CLUSTER = re.compile("[\u1100-\u115f][\u1160-\u11a7]?[\u11a8-\u11ff]?|.[\u3099\u309a\uff9e\uff9f]?")
_HAS_GRAMS = re.compile(f"[{GRAM_SCRIPTS}]")
_GRAM = {"cjk": 2, "hangul": 2, "southeast": 3}

# What a code or number has, and no other word.
CODE_LIKE = re.compile(r"[\d_]")
_SEPARATOR = re.compile("[._,\u2010\u2011-]")
_HYPHEN = re.compile("[_\u2010\u2011-]")
_PIECE = re.compile(f"[0-9]+|(?:[^\\W\\d_][{MARKS}\u00ad\u200c\u200d'’ʼ׳״·\"]*)+")
_THOUSANDS = re.compile(
    f"([0-9]{{1,3}}([.,٬'’{_SPACES}])[0-9]{{3}}(?:\\2[0-9]{{3}})*|[0-9]{{1,2}}(?:,[0-9]{{2}})+,[0-9]{{3}})"
    "(?:[.,٫]([0-9]+))?"
)
_DECIMAL = re.compile("[0-9]+(?:[.,٫٬][0-9]+)*")
_NOT_DIGIT = re.compile("[^0-9]")

_ELISION = re.compile("^(?:[cdjlmnst]|qu|jusqu|lorsqu|puisqu|quoiqu|dell|nell|sull|all|dall|un)'(?=.)", re.I)
_HEBREW_PREFIX = re.compile("^[ושכ]?[הבלמכש](?=[א-ת]{3})")
# "And" before an article, which the stemmer leaves there.
_ARABIC_AND = re.compile("^[وف](?=ال..)")
_GERMAN = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue"})
_SNOWBALL = {
    "ar": "arabic", "ca": "catalan", "cs": "czech", "da": "danish", "de": "german", "el": "greek",
    "en": "english", "es": "spanish", "et": "estonian", "eu": "basque", "fa": "persian", "fi": "finnish",
    "fr": "french", "ga": "irish", "hi": "hindi", "hu": "hungarian", "hy": "armenian", "id": "indonesian",
    "it": "italian", "lt": "lithuanian", "ms": "indonesian", "nb": "norwegian", "ne": "nepali",
    "nl": "dutch", "nn": "norwegian", "no": "norwegian", "pl": "polish", "pt": "portuguese",
    "ro": "romanian", "ru": "russian", "sr": "serbian", "sv": "swedish", "ta": "tamil", "tr": "turkish",
    "yi": "yiddish",
}  # fmt: skip
# All others share a memo.
_RULED = {*_SNOWBALL, "az", "he"}

_Parts = tuple[Token, ...]
_new = tuple.__new__
# Few words are distinct (Zipf), so this is what makes analysis fast. Entries are only ever added or all
# dropped, by operations that are atomic, so threads share it without a lock that a fork could leave held.
_memos: dict[str, dict[str, _Parts]] = {}
_surface_memos: dict[str, dict[str, tuple[str, ...]]] = {}
# Stemmers keep state while they work: one per thread.
_stemmers = threading.local()


def analyse(text: str, language: str) -> list[Token]:
    """The terms of a text in order; `language` is a BCP 47 tag, and an unknown one only lacks stems."""
    language, memo = _language(language)
    tokens: list[Token] = []
    position = 0
    for match in (_ASCII_TOKEN if text.isascii() else _TOKEN).finditer(text):
        raw = match[0]
        parts = memo.get(raw) or _parts(raw, language, memo)
        if parts:
            begin = match.start()
            for term, place, start, end in parts:
                tokens.append(_new(Token, (term, position + place, begin + start, begin + end)))
            position += place + 1
    return tokens


def places(text: str, language: str) -> tuple[dict[str, list[int]], int]:
    """The positions of each term as `analyse` gives them, and how many there are in the text.

    Chinese characters stand beside their pairs, and groups of digits beside an amount, so that one alone is found.
    """
    language, memo = _language(language)
    found = defaultdict[str, list[int]](list)
    position = 0
    for raw in (_ASCII_TOKEN if text.isascii() else _TOKEN).findall(text):
        parts = memo.get(raw) or _parts(raw, language, memo, is_indexed=True)
        if parts:
            for term, place, _start, _end in parts:
                found[term].append(position + place)
            position += place + 1
    return dict(found), position


def occurrences(text: str, language: str, terms: frozenset[str]) -> Iterator[tuple[str, int, int]]:
    """Where some of the terms that `analyse` gives stand, in its order; much quicker where they are few."""
    language, memo = _language(language)
    seek = _seeker(terms)
    for match in (_ASCII_TOKEN if text.isascii() else _TOKEN).finditer(text):
        raw = match[0]
        parts = memo.get(raw)
        if parts is None:
            # Grams are pieces of what is normalized.
            if _KIND.match(raw) and not seek(raw) and unicodedata.is_normalized("NFKC", raw):
                continue
            parts = _parts(raw, language, memo)
        for part in parts:
            if part[0] in terms:
                term, _place, start, end = part
                yield term, match.start() + start, match.start() + end


@lru_cache(maxsize=8)
def _seeker(terms: frozenset[str]) -> Callable[[str], object]:
    return re.compile("|".join(map(re.escape, sorted(terms)))).search


def _parts(raw: str, language: str, memo: dict[str, _Parts], *, is_indexed: bool = False) -> _Parts:
    """The terms of what was matched; those of what spaces divide go into the memo."""
    kind = _KIND.match(raw)
    if kind and kind.lastgroup != "hangul":
        return _grams(raw, str(kind.lastgroup), language, is_indexed=is_indexed)
    parts = _grams(raw, "hangul", language) if kind else _word(raw, language)
    if " " in raw:
        # It may be two cells of a table.
        groups = re.findall(r"\d+", ascii_digits(raw)) if is_indexed else []
        return *parts, *(Token(group, 0, 0, len(raw)) for group in groups)
    if len(raw) <= _MAX_TERM_LENGTH:
        if len(memo) >= _MAX_MEMO:
            memo.clear()
        memo[raw] = parts
    return parts


def query_terms(text: str, languages: Sequence[str]) -> dict[Span, frozenset[str]]:
    """A reader's words by their place in the query, each with its terms in all the languages given.

    At most 32 words of the first 256 characters, in order, n-grams counting a third; a repeated word stands once.
    """
    text = text[:MAX_QUERY_LENGTH]
    words: dict[Span, set[str]] = {}
    primaries = dict.fromkeys(map(primary_of, languages))
    # Beside a language's own words, n-grams for the others would be words that nothing has.
    own = [language for language in primaries if segmenter_of(language)]
    for language in primaries:
        for token in analyse(text, language):
            if not own or language in own or not is_unspaced(token.term):
                words.setdefault((token.start, token.end), set()).add(token.term)
    distinct: dict[frozenset[str], Span] = {}
    for span in sorted(words):
        distinct.setdefault(frozenset(words[span]), span)
    found, left = dict[Span, frozenset[str]](), _GRAMS_OF_A_WORD * MAX_QUERY_TERMS
    for terms, span in distinct.items():
        left -= 1 if any(map(is_unspaced, terms)) else _GRAMS_OF_A_WORD
        if left < 0:
            break
        found[span] = terms
    return found


def needless_parts(words: Mapping[Span, frozenset[str]], found: set[Span]) -> set[Span]:
    """Places inside a code that was found whole: who asks for TRC-20 does not ask for every 20."""
    codes = [span for span in found if any(char.isdigit() for term in words[span] for char in term)]
    return {span for span in words if any(is_within(span, code) for code in codes)}


def is_within(span: Span, other: Span) -> bool:
    """Whether a place is a part of another one."""
    return span != other and other[0] <= span[0] and span[1] <= other[1]


def characters(text: str) -> dict[Span, str]:
    """The Chinese characters of a query that stand beside others, once each by their place, at most 32."""
    found: dict[str, Span] = {}
    for match in re.finditer(f"{_HAN.pattern}{{2,}}", text[:MAX_QUERY_LENGTH]):
        for i, char in enumerate(match.group(), match.start()):
            found.setdefault(char, (i, i + 1))
    return {span: char for char, span in list(found.items())[:_MAX_CHARACTERS]}


def is_unspaced(text: str) -> bool:
    """Whether any of it is in a script that is indexed by n-grams."""
    return bool(_HAS_GRAMS.search(text))


def fold_title(text: str) -> str:
    """A title for comparison: case, width, accents, punctuation and spacing make no difference; may be ""."""
    folded = fold(unify(lower(unicodedata.normalize("NFKC", text), ""), ""))
    return " ".join(re.findall(f"(?:[^\\W_][{MARKS}]*)+", folded))


@lru_cache(maxsize=1024)
def primary_of(language: str) -> str:
    """The language of a tag, such as `zh` of `zh-Hans`."""
    return language.replace("_", "-").split("-")[0].lower()


def _language(language: str) -> tuple[str, dict[str, _Parts]]:
    """The primary language of a tag, and the memo of it or of all that have neither rules nor a function."""
    primary = primary_of(language)
    return primary, _memos.setdefault((primary if primary in _RULED else "") + segmenter_of(primary), {})


def _grams(raw: str, kind: str, language: str, *, is_indexed: bool = False) -> _Parts:
    if unicodedata.is_normalized("NFKC", raw):
        chars = [(char, i, i + 1) for i, char in enumerate(raw)]
    else:
        chars = [
            (char, match.start(), match.end())
            for match in _CLUSTER.finditer(raw)
            for char in unicodedata.normalize("NFKC", match.group())
        ]
    size, text = _GRAM[kind], "".join(char for char, _, _ in chars)
    whole = Token(text[:_MAX_TERM_LENGTH], 0, 0, len(raw))
    spans = split(text, language)
    if spans == [(0, len(chars))] or (not spans and len(chars) <= size):
        return (whole,)
    spans = spans or [(i, i + size) for i in range(len(chars) - size + 1)]
    grams = tuple(
        Token(text[start:end][:_MAX_TERM_LENGTH], place, chars[start][1], chars[end - 1][2])
        for place, (start, end) in enumerate(spans)
    )
    if is_indexed and kind == "cjk":
        return _with_characters(grams, chars)
    # Korean puts spaces between words, so the word is worth a term of its own.
    return (whole, *grams) if kind == "hangul" and len(chars) <= _MAX_TERM_LENGTH else grams


def _with_characters(grams: _Parts, chars: Sequence[tuple[str, int, int]]) -> _Parts:
    starts = [gram.start for gram in grams]
    singles = [
        Token(char, place, start, end)
        for char, start, end in chars
        if _HAN.fullmatch(char) and grams[place := max(0, bisect_right(starts, start) - 1)].term != char
    ]
    return tuple(sorted((*grams, *singles), key=lambda token: token.position))


def _word(raw: str, language: str) -> _Parts:
    """Terms of one written word: whole, and in parts where hyphens, dots or digits join it."""
    text = ascii_digits(raw)
    has_digit = any(char.isdigit() for char in text)
    if not has_digit and not _SEPARATOR.search(text):
        return tuple(Token(term, 0, 0, len(raw)) for term in _variants(text, language))
    amount = _THOUSANDS.fullmatch(text[:_MAX_TERM_LENGTH])
    if amount or _DECIMAL.fullmatch(text):
        terms = [_NOT_DIGIT.sub(".", text)[:_MAX_TERM_LENGTH]]
        if amount:
            terms.append(_NOT_DIGIT.sub("", amount[1]) + (f".{amount[3]}" if amount[3] else ""))
        return tuple(Token(term, 0, 0, len(raw)) for term in terms)
    joined = (_HYPHEN if has_digit else _SEPARATOR).sub("", text)
    terms = _variants(joined, language) if len(joined) <= _MAX_TERM_LENGTH else []
    if re.fullmatch("[vV][0-9][0-9.]*", joined):
        terms.append(joined[1:])
    parts = [Token(term, 0, 0, len(raw)) for term in terms]
    pieces = [piece for piece in _PIECE.finditer(text) if len(piece.group()) > 1]
    for position, piece in enumerate(pieces):
        for term in _variants(piece.group(), language):
            if term not in terms:
                parts.append(Token(term, position, piece.start(), piece.end()))
    return tuple(parts)


def _variants(raw: str, language: str) -> list[str]:
    """The terms for which a plain word stands, the most exact one first."""
    word = unicodedata.normalize("NFKC", raw[:_MAX_TERM_LENGTH].translate(IGNORED)).translate(APOSTROPHES)
    if language in ("fr", "it", "ca"):
        word = _ELISION.sub("", word)
    elif language in ("tr", "az"):
        word = word.split("'")[0]
    elif language == "en" and word[-2:] in ("'s", "'S"):
        word = word[:-2]
    word = unify(lower(word.replace("'", ""), language), language)
    if language == "ar":
        word = _ARABIC_AND.sub("", word)
    forms = [word]
    if language == "de":
        forms.append(word.translate(_GERMAN))
    elif language == "he" and (bare := _HEBREW_PREFIX.sub("", word)) != word:
        forms.append(bare)
    terms: list[str] = []
    for form in dict.fromkeys(forms):
        stem, folded = _stem(form, language), fold(form)
        # Folded before as well as after: suffixes carry accents, and readers type without them.
        terms += (stem, fold(stem), fold(stem if folded == form else _stem(folded, language)))
    return [term for term in dict.fromkeys(terms) if term]


def _stem(word: str, language: str) -> str:
    if language not in _SNOWBALL or word.isdigit():
        return word
    stem: Any = getattr(_stemmers, language, None)
    if stem is None:
        # It takes PyStemmer where that is installed; old releases lack some languages.
        name = _SNOWBALL[language]
        stem = snowballstemmer.stemmer(name).stemWord if name in snowballstemmer.algorithms() else str
        setattr(_stemmers, language, stem)
    return str(stem(word))


def surfaces(text: str, language: str) -> set[str]:
    """The distinct words of a text as they are written, in small letters, for spelling and compounds.

    Of Chinese and Japanese the pairs of characters; none of the other scripts without spaces.
    """
    language = primary_of(language)
    memo = _surface_memos.setdefault(language if language in _RULED else "", {})
    found: set[str] = set()
    for raw in set((_ASCII_TOKEN if text.isascii() else _TOKEN).findall(text)):
        words = memo.get(raw)
        if words is None:
            kind = _KIND.match(raw)
            if kind and kind.lastgroup != "hangul":
                if kind.lastgroup == "cjk":
                    found.update(token.term for token in _grams(raw, "cjk", ""))
                continue
            words = _surfaces(raw, language, is_whole=kind is not None)
            if len(raw) <= _MAX_TERM_LENGTH:
                if len(memo) >= _MAX_MEMO:
                    memo.clear()
                memo[raw] = words
        found.update(words)
    return found


def _surfaces(raw: str, language: str, *, is_whole: bool) -> tuple[str, ...]:
    pieces = (raw,) if is_whole else _HYPHEN.split(raw)
    words = (lower(unicodedata.normalize("NFKC", piece.translate(IGNORED)), language) for piece in pieces)
    return tuple(
        word.translate(APOSTROPHES)
        for word in words
        if 3 <= len(word) <= _MAX_WORD_LENGTH and not any(map(str.isdigit, word))
    )
