"""Words of other scripts by what is written of them in Latin letters, without what readers write differently."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from itertools import product

from anyascii import anyascii

from helpdesk.search.likeness import letters

# By language, the script that its readers also write in Latin letters.
SCRIPTS = {
    **dict.fromkeys(("ru", "uk", "be", "bg", "mk", "sr", "kk"), "cyrillic"),
    **dict.fromkeys(("ar", "fa", "ur"), "arabic"),
    "el": "greek",
    "zh": "han",
}


def _table(single: str, several: str = "") -> dict[str, str]:
    """From `letters>sound`, where the sound may be empty: for each of the letters, and for several together."""
    ones = (pair.partition(">") for pair in single.split())
    more = (pair.partition(">") for pair in several.split())
    return {letter: sound for letters, _, sound in ones for letter in letters} | {key: sound for key, _, sound in more}


_LETTERS = {
    "cyrillic": _table(
        "аяә>a б>b в>v гґғѓхһ>g дђ>d еєэ>e жзѕ>z иіїйыј>i кқќ>k лљ>l м>m нњң>n оө>o п>p р>r сш>s т>t уўүұю>u ф>f цчћ>c"
        " ъь>",
        "щ>sc тс>c џ>dz",
    ),
    "greek": _table(
        "α>a βφ>v γ>g δ>d ε>e ζ>z ηιυ>i θτ>t κ>k λ>l μ>m ν>n οω>o π>p ρ>r σς>s χ>h",
        "ξ>ks ψ>ps ου>u αι>e ει>i οι>i υι>i αυ>av ευ>ev μπ>v ντ>d γκ>g γγ>g",
    ),
    # Consonants only, and none that may be a vowel.
    "arabic": _table(
        "بپ>b تطث>t ج>j چش>x حخه>h دض>d ذزظژ>z ر>r سص>s غگ>g فڤ>f قكک>k ل>l م>m ن>n عويیاءئؤ>",
    ),
}
_LATIN = {
    "cyrillic": _table("h>g w>v yj>i q>k '>", "yo>e jo>e kh>g sh>s ch>c zh>z ts>c tz>c x>ks ph>f"),
    "greek": _table(
        "bf>v w>o yu>i cq>k 8>t '>",
        "th>t ch>h kh>h ph>v ou>u ai>e ei>i oi>i ui>i yi>i au>av ay>av af>av eu>ev ey>ev ef>ev mp>v nt>d gk>g gg>g"
        " 3>ks",
    ),
    "arabic": _table(
        "57>h 8qc>k 6>t 4>x p>b v>f aeiouyw'23>",
        "3'>g 7'>h 9'>d 6'>z kh>h gh>g sh>x ch>x th>t dh>z dj>j x>ks",
    ),
}
# What is written for one of two letters.
_EITHER = {"greek": {"x": "h3", "h": "hi"}, "arabic": {"9": "sq", "2": "2q"}}
_MAX_EITHER = 3
_WORDS = {"cyrillic": re.compile("[а-ӿ]+"), "greek": re.compile("[α-ω]+"), "arabic": re.compile("[ء-ۓ]+")}
_PAIR = re.compile("[\u4e00-\u9fff]{2}")
_ARTICLES = {"ال": re.compile("^(?:[وف]?[بك]?ال|لل)"), "al": re.compile("^[aei]l'?")}
_FEMININE = re.compile("[aei]t$")
# What is shorter sounds like too many words.
_SHORTEST = 3
# The library knows one reading of each.
_ALSO = {
    **{"行": "hang", "重": "chong", "率": "lu"},
    **dict.fromkeys("还還", "huan"),
    **dict.fromkeys("长長", "chang"),
    **dict.fromkeys("会會", "kuai"),
    **dict.fromkeys("调調", "diao"),
}


def sounds(word: str) -> Iterator[str]:
    """The ways in which a word of a collection may sound; those of two Chinese characters with a space between."""
    if word.isascii():
        return
    if _PAIR.fullmatch(word):
        yield from map(" ".join, product(*map(_readings, word)))
        return
    word = letters(word)
    for script, pattern in _WORDS.items():
        if pattern.fullmatch(word):
            for form in _with_article(word, script, "ال"):
                yield from _long(_sound(form, script, _LETTERS[script]))


def latin_sounds(text: str, script: str) -> set[str]:
    """The ways in which one word in Latin letters may sound, for all scripts but Chinese."""
    text = letters(text.lower().replace("’", "'"))
    either = _EITHER.get(script, {})
    # Of the first few; what comes after them stays.
    places = [at for at, letter in enumerate(text) if letter in either][:_MAX_EITHER]
    found = set[str]()
    for choice in product(*(either[text[at]] for at in places)):
        written = list(text)
        for at, letter in zip(places, choice, strict=True):
            written[at] = letter
        for form in _with_article("".join(written), script, "al"):
            found.update(_long(_sound(form, script, _LATIN[script])))
            if script == "arabic":
                # Of a feminine noun before another the t is spoken.
                found.update(_long(_sound(_FEMININE.sub("", form), script, _LATIN[script])))
    return found


def _with_article(word: str, script: str, article: str) -> set[str]:
    return {word, _ARTICLES[article].sub("", word)} if script == "arabic" else {word}


def _long(sound: str) -> Iterator[str]:
    if len(sound) >= _SHORTEST:
        yield sound


def _sound(text: str, script: str, table: dict[str, str]) -> str:
    sound = _pattern(script, table is _LATIN[script]).sub(lambda match: table[match.group()], text)
    if script == "cyrillic":
        # Soft vowels are written with i, j, y or nothing.
        sound = re.sub("i+(?=[aeou])|(?<=[aeou])i+", "", sound)
    elif script == "arabic":
        sound = sound.removesuffix("h")
    return re.sub(r"(.)\1+", r"\1", sound)


@cache
def _pattern(script: str, is_latin: bool) -> re.Pattern[str]:
    table = (_LATIN if is_latin else _LETTERS)[script]
    return re.compile("|".join(sorted(map(re.escape, table), key=len, reverse=True)))


def _readings(character: str) -> list[str]:
    usual = anyascii(character).lower()
    return [usual, _ALSO[character]] if character in _ALSO else [usual]
