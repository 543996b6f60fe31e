"""Text in any language to the terms that are indexed and searched, with the places where they stand.

Scripts without spaces become overlapping n-grams, which find as well as dictionaries do; the words of others
become Snowball stems, with and without their accents.
"""

from __future__ import annotations

import re
import threading
import unicodedata
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import lru_cache
from itertools import groupby
from typing import Any, NamedTuple

try:
    import Stemmer
except ImportError:
    Stemmer = None
import snowballstemmer

MAX_QUERY_LENGTH = 256
MAX_QUERY_TERMS = 32
# A question in Thai has one of them for each letter.
_MAX_QUERY_GRAMS, _MAX_CHARACTERS = 96, 32
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
_UNIT = f"(?![{GRAM_SCRIPTS}])[^\\W_][{MARKS}]*"
_RUN = f"{_UNIT}(?:[\u00ad\u200c\u200d]?{_UNIT})*"
_JOINER = "(?:['’ʼ׳״·._\u2010\u2011-]|(?<=[0-9]),(?=[0-9])|(?<=[\u05d0-\u05ea])\"(?=[\u05d0-\u05ea]))"
_TOKEN = re.compile(
    f"(?P<cjk>[{_CJK}]+)|(?P<hangul>[{HANGUL}]+)|(?P<southeast>[{_SOUTHEAST}]+)|(?P<word>{_RUN}(?:{_JOINER}{_RUN})*)"
)
_ASCII_TOKEN = re.compile("[A-Za-z0-9]+(?:(?:['._-]|(?<=[0-9]),(?=[0-9]))[A-Za-z0-9]+)*")
_HAN = re.compile("[\u3400-\u4dbf\u4e00-\u9fff\U00020000-\U0003ffff]")
_CLUSTER = re.compile("[\u1100-\u115f][\u1160-\u11a7]?[\u11a8-\u11ff]?|.[\u3099\u309a\uff9e\uff9f]?")
_HAS_GRAMS = re.compile(f"[{GRAM_SCRIPTS}]")
_GRAM = {"cjk": 2, "hangul": 2, "southeast": 3}

_SEPARATOR = re.compile("[._,\u2010\u2011-]")
_HYPHEN = re.compile("[_\u2010\u2011-]")
_PIECE = re.compile(f"[0-9]+|(?:[^\\W\\d_][{MARKS}\u00ad\u200c\u200d'’ʼ׳״·\"]*)+")
_THOUSANDS = re.compile("([0-9]{1,3}([.,])[0-9]{3}(?:\\2[0-9]{3})*)(?:[.,]([0-9]+))?")
_DECIMAL = re.compile("[0-9]+(?:[.,][0-9]+)+")

_IGNORED = str.maketrans(dict.fromkeys("\u00ad\u200c\u200d"))
_APOSTROPHES = str.maketrans(dict.fromkeys('’ʼ׳״·"', "'"))
_ELISION = re.compile("^(?:[cdjlmnst]|qu|jusqu|lorsqu|puisqu|quoiqu|dell|nell|sull|all|dall|un)'(?=.)", re.I)
_HEBREW_PREFIX = re.compile("^[ושכ]?[הבלמכש](?=[א-ת]{3})")
_ARABIC = re.compile("[\u0600-\u06ff]")
_ARABIC_MARKS = re.compile("[\u0610-\u061a\u064b-\u065f\u0670\u06d6-\u06ed\u0591-\u05c7]")
_ARABIC_LETTERS = str.maketrans(
    {"أ": "ا", "إ": "ا", "آ": "ا", "ٱ": "ا", "ى": "ي", "ة": "ه", "ک": "ك", "ی": "ي", "ۀ": "ه", "ـ": None}
)
_PERSIAN_LETTERS = str.maketrans({"ك": "ک", "ي": "ی"})
_GERMAN = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue"})
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
_MARKS_MATTER = re.compile("[\u0900-\u0dff\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3099\u309a]")
_INDIC = str.maketrans({"\u093c": None, "\u0901": "\u0902"})
_CYRILLIC_LETTERS = "йїў"

_SNOWBALL = {
    "ar": "arabic", "ca": "catalan", "cs": "czech", "da": "danish", "de": "german", "el": "greek",
    "en": "english", "es": "spanish", "et": "estonian", "eu": "basque", "fa": "persian", "fi": "finnish",
    "fr": "french", "ga": "irish", "hi": "hindi", "hu": "hungarian", "hy": "armenian", "id": "indonesian",
    "it": "italian", "lt": "lithuanian", "ms": "indonesian", "nb": "norwegian", "ne": "nepali",
    "nl": "dutch", "nn": "norwegian", "no": "norwegian", "pl": "polish", "pt": "portuguese",
    "ro": "romanian", "ru": "russian", "sr": "serbian", "sv": "swedish", "ta": "tamil", "tr": "turkish",
    "yi": "yiddish",
}  # fmt: skip
_OWN_RULES = {"az", "fa", "he"}

_Parts = tuple[Token, ...]
# Few words are distinct (Zipf), so this is what makes analysis fast. Entries are only ever added or all
# dropped, by operations that are atomic, so threads share it without a lock that a fork could leave held.
_memos: dict[str, dict[str, _Parts]] = {}
_surface_memos: dict[str, dict[str, tuple[str, ...]]] = {}
# Stemmers keep state while they work: one per thread.
_stemmers = threading.local()


def analyse(text: str, language: str) -> list[Token]:
    """The terms of a text in order; `language` is a BCP 47 tag, and an unknown one only lacks stems."""
    tokens: list[Token] = []
    position = 0
    for start, parts in _pieces(text, language):
        tokens.extend(Token(term, position + p, start + s, start + e) for term, p, s, e in parts)
        position = tokens[-1].position + 1
    return tokens


def places(text: str, language: str) -> tuple[dict[str, list[int]], int]:
    """The positions of each term as `analyse` gives them, and how many there are in the text.

    Chinese characters stand beside their pairs, so that one alone is found as well.
    """
    found: dict[str, list[int]] = {}
    position = 0
    for _, parts in _pieces(text, language, has_characters=True):
        for term, place, _start, _end in parts:
            at = found.get(term)
            if at is None:
                found[term] = [position + place]
            else:
                at.append(position + place)
        position += parts[-1].position + 1
    return found, position


def occurrences(text: str, language: str, terms: frozenset[str]) -> Iterator[tuple[str, int, int]]:
    """Where some of the terms that `analyse` gives stand, in its order; much quicker where they are few."""
    memo = _memos.setdefault(_primary(language), {})
    seek = _seeker(terms)
    for match in (_ASCII_TOKEN if text.isascii() else _TOKEN).finditer(text):
        raw = match.group()
        parts: Sequence[Token] | None = memo.get(raw)
        if parts is None:
            # Grams are pieces of what is normalized.
            if match.lastgroup in _GRAM and not seek(raw) and unicodedata.is_normalized("NFKC", raw):
                continue
            parts = analyse(raw, language)
        for part in parts:
            if part[0] in terms:
                yield part[0], match.start() + part[2], match.start() + part[3]


@lru_cache(maxsize=8)
def _seeker(terms: frozenset[str]) -> Callable[[str], object]:
    return re.compile("|".join(map(re.escape, sorted(terms)))).search


def _pieces(text: str, language: str, has_characters: bool = False) -> Iterator[tuple[int, _Parts]]:
    """Where each written word begins, and its terms."""
    language = _primary(language)
    memo = _memos.setdefault(language, {})
    for match in (_ASCII_TOKEN if text.isascii() else _TOKEN).finditer(text):
        raw = match.group()
        if match.lastgroup in _GRAM:
            parts: _Parts | None = _grams(raw, match.lastgroup, has_characters)
        elif (parts := memo.get(raw)) is None:
            parts = _word(raw, language)
            if len(raw) <= _MAX_TERM_LENGTH:
                if len(memo) >= _MAX_MEMO:
                    memo.clear()
                memo[raw] = parts
        if parts:
            yield match.start(), parts


def query_terms(text: str, languages: Sequence[str]) -> dict[Span, frozenset[str]]:
    """A reader's words by their place in the query, each with its terms in all the languages given.

    At most 32 words (96 n-grams) of the first 256 characters, in order; a repeated word stands once.
    """
    text = text[:MAX_QUERY_LENGTH]
    words: dict[Span, set[str]] = {}
    for language in dict.fromkeys(map(_primary, languages)):
        for token in analyse(text, language):
            words.setdefault((token.start, token.end), set()).add(token.term)
    distinct: dict[frozenset[str], Span] = {}
    for span in sorted(words):
        distinct.setdefault(frozenset(words[span]), span)
    limit = _MAX_QUERY_GRAMS if _HAS_GRAMS.search(text) else MAX_QUERY_TERMS
    return {span: terms for terms, span in list(distinct.items())[:limit]}


def needless_parts(words: Mapping[Span, frozenset[str]], found: set[Span]) -> set[Span]:
    """Places inside a code that was found whole: who asks for TRC-20 does not ask for every 20."""
    codes = [span for span in found if any(char.isdigit() for term in words[span] for char in term)]
    return {span for span in words for code in codes if span != code and code[0] <= span[0] and span[1] <= code[1]}


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
    folded = _fold(_arabic(_lower(unicodedata.normalize("NFKC", text), ""), ""))
    return " ".join(re.findall(f"(?:[^\\W_][{MARKS}]*)+", folded))


def _primary(language: str) -> str:
    primary = language.replace("_", "-").split("-")[0].lower()
    return primary if primary in _SNOWBALL or primary in _OWN_RULES else ""


def _grams(raw: str, kind: str, has_characters: bool = False) -> _Parts:
    if unicodedata.is_normalized("NFKC", raw):
        chars = [(char, i, i + 1) for i, char in enumerate(raw)]
    else:
        chars = [
            (char, match.start(), match.end())
            for match in _CLUSTER.finditer(raw)
            for char in unicodedata.normalize("NFKC", match.group())
        ]
    size = _GRAM[kind]
    whole = Token("".join(char for char, _, _ in chars)[:_MAX_TERM_LENGTH], 0, 0, len(raw))
    if len(chars) <= size:
        return (whole,)
    grams = tuple(
        Token("".join(char for char, _, _ in chars[i : i + size]), i, chars[i][1], chars[i + size - 1][2])
        for i in range(len(chars) - size + 1)
    )
    if has_characters and kind == "cjk":
        last = len(grams) - 1
        singles = [Token(char, min(i, last), *span) for i, (char, *span) in enumerate(chars) if _HAN.fullmatch(char)]
        return tuple(sorted((*grams, *singles), key=lambda token: token.position))
    # Korean puts spaces between words, so the word is worth a term of its own.
    return (whole, *grams) if kind == "hangul" and len(chars) <= _MAX_TERM_LENGTH else grams


def _word(raw: str, language: str) -> _Parts:
    """Terms of one written word: whole, and in parts where hyphens, dots or digits join it."""
    text = _ascii_digits(raw)
    has_digit = any(char.isdigit() for char in text)
    if not has_digit and not _SEPARATOR.search(text):
        return tuple(Token(term, 0, 0, len(raw)) for term in _variants(text, language))
    if text.isdecimal() or _DECIMAL.fullmatch(text):
        terms = [text.replace(",", ".")[:_MAX_TERM_LENGTH]]
        if match := _THOUSANDS.fullmatch(text[:_MAX_TERM_LENGTH]):
            terms.append(match[1].replace(match[2], "") + (f".{match[3]}" if match[3] else ""))
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
    word = unicodedata.normalize("NFKC", raw[:_MAX_TERM_LENGTH].translate(_IGNORED)).translate(_APOSTROPHES)
    if language in ("fr", "it", "ca"):
        word = _ELISION.sub("", word)
    elif language in ("tr", "az"):
        word = word.split("'")[0]
    elif language == "en" and word[-2:] in ("'s", "'S"):
        word = word[:-2]
    word = _arabic(_lower(word.replace("'", ""), language), language)
    forms = [word]
    if language == "de":
        forms.append(word.translate(_GERMAN))
    elif language == "he" and (bare := _HEBREW_PREFIX.sub("", word)) != word:
        forms.append(bare)
    terms: list[str] = []
    for form in dict.fromkeys(forms):
        stem, folded = _stem(form, language), _fold(form)
        # Folded before as well as after: suffixes carry accents, and readers type without them.
        terms += (stem, _fold(stem), _fold(stem if folded == form else _stem(folded, language)))
    return [term for term in dict.fromkeys(terms) if term]


def _stem(word: str, language: str) -> str:
    if language not in _SNOWBALL or word.isdigit():
        return word
    stemmer: Any = getattr(_stemmers, language, None)
    if stemmer is None:
        name = _SNOWBALL[language]
        stemmer = Stemmer.Stemmer(name) if Stemmer else snowballstemmer.stemmer(name)
        setattr(_stemmers, language, stemmer)
    return str(stemmer.stemWord(word))


def _lower(text: str, language: str) -> str:
    if language in ("tr", "az"):
        text = text.replace("İ", "i").replace("I", "ı")
    return text.casefold() if text.isascii() else unicodedata.normalize("NFKC", text.casefold())


def _arabic(text: str, language: str) -> str:
    if text.isascii():
        return text
    text = _ARABIC_MARKS.sub("", text)
    if not _ARABIC.search(text):
        return text
    text = text.translate(_ARABIC_LETTERS)
    return text.translate(_PERSIAN_LETTERS) if language == "fa" else text


def _fold(text: str) -> str:
    if text.isascii():
        return text
    if _MARKS_MATTER.search(text):
        return text.translate(_INDIC)
    return "".join(char if char in _CYRILLIC_LETTERS else _base(char) for char in text.translate(_UNMARKED))


def _base(char: str) -> str:
    plain = "".join(c for c in unicodedata.normalize("NFD", char) if unicodedata.category(c) != "Mn")
    return unicodedata.normalize("NFC", plain)


def _ascii_digits(text: str) -> str:
    """Decimal digits of every script as 0-9; the length stays."""
    if text.isascii() or not any(char.isdecimal() for char in text):
        return text
    return "".join(str(unicodedata.decimal(char)) if char.isdecimal() else char for char in text)


def surfaces(text: str, language: str) -> set[str]:
    """The distinct words of a text as they are written, in small letters, for spelling and compounds.

    Of Chinese and Japanese the pairs of characters; none of the other scripts without spaces.
    """
    language = _primary(language)
    memo = _surface_memos.setdefault(language, {})
    found: set[str] = set()
    for raw, kind in {
        (match[0], match.lastgroup) for match in (_ASCII_TOKEN if text.isascii() else _TOKEN).finditer(text)
    }:
        if kind == "cjk":
            found.update(token.term for token in _grams(raw, kind))
        elif kind != "southeast":
            words = memo.get(raw)
            if words is None:
                words = _surfaces(raw, language, is_whole=kind == "hangul")
                if len(raw) <= _MAX_TERM_LENGTH:
                    if len(memo) >= _MAX_MEMO:
                        memo.clear()
                    memo[raw] = words
            found.update(words)
    return found


def _surfaces(raw: str, language: str, *, is_whole: bool) -> tuple[str, ...]:
    pieces = (raw,) if is_whole else _HYPHEN.split(raw)
    words = (_lower(unicodedata.normalize("NFKC", piece.translate(_IGNORED)), language) for piece in pieces)
    return tuple(
        word.translate(_APOSTROPHES)
        for word in words
        if 3 <= len(word) <= _MAX_WORD_LENGTH and not any(map(str.isdigit, word))
    )
