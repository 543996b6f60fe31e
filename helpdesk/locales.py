"""Locales: what a site is configured with, what a reader asked for, what stands in; dates, numbers, names."""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Mapping, Sequence
from copy import copy
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import lru_cache
from types import MappingProxyType
from typing import Literal, NamedTuple

import babel
from babel import localedata
from babel.core import get_global
from babel.dates import format_skeleton, get_datetime_format
from babel.numbers import format_decimal

from helpdesk.errors import ConfigurationError

Direction = Literal["ltr", "rtl"]

# CLDR's own names are made for the middle of a sentence ("español") or bare ("中文"): not fit for a menu.
_OWN_NAMES = {
    "en": "English",
    "de": "Deutsch",
    "es": "Español",
    "fr": "Français",
    "pt-BR": "Português (Brasil)",
    "ru": "Русский",
    "ar": "العربية",
    "he": "עברית",
    "hi": "हिन्दी",
    "ja": "日本語",
    "ko": "한국어",
    "zh-Hans": "简体中文",
    "zh-Hant": "繁體中文",
    "tr": "Türkçe",
    "vi": "Tiếng Việt",
    "th": "ไทย",
    "id": "Bahasa Indonesia",
    "en-SG": "English (Singapore)",
}
SHIPPED = tuple(_OWN_NAMES)
_OWN_NAMES |= {"ms": "Bahasa Melayu", "pt-PT": "Português (Portugal)", "zh-Hant-HK": "繁體中文（香港）"}

_RTL_SCRIPTS = frozenset({"Adlm", "Arab", "Hebr", "Mand", "Nkoo", "Rohg", "Samr", "Syrc", "Thaa", "Yezi"})
_NAME_PATTERNS = {"zh": "{}（{}）", "yue": "{}（{}）", "ko": "{}({})"}  # CLDR's localePattern, not in Babel
_OPEN_GRAPH = {"ar": "ar_AR", "es-419": "es_LA"}
_ZEROS = {"latn": "0", "arab": "\u0660", "arabext": "\u06f0", "deva": "\u0966"}
DIGITS = tuple(_ZEROS)
_DIGITS = {system: str.maketrans({str(n): chr(ord(zero) + n) for n in range(10)}) for system, zero in _ZEROS.items()}

_LIKELY: Mapping[str, str] = get_global("likely_subtags")
_PARENTS: Mapping[str, str] = get_global("parent_exceptions")
_REGION_ALIASES: Mapping[str, list[str]] = get_global("territory_aliases")
_LANGUAGE_ALIASES: Mapping[str, str] = {**get_global("language_aliases"), "no": "nb"}

_TAG = re.compile(
    r"(?P<language>[a-z]{2,8})(?:-(?P<extlang>[a-z]{3}))?(?:-(?P<script>[a-z]{4}))?"
    r"(?:-(?P<region>[a-z]{2}|[0-9]{3}))?(?P<rest>(?:-[a-z0-9]{1,8})*)",
    re.ASCII | re.IGNORECASE,
)
_TAG_LENGTH = 35
_WEIGHT = re.compile(r"q=(0(?:\.[0-9]*)?|1(?:\.0*)?)", re.ASCII | re.IGNORECASE)
_NOTHING: Mapping[str, Sequence[str]] = MappingProxyType({})
_HEADER_LENGTH, _HEADER_ITEMS = 2_000, 32


class _Subtags(NamedTuple):
    language: str
    script: str | None
    region: str | None


@dataclass(frozen=True, slots=True)
class Locale:
    """One language as written somewhere; `script` is always set, `region` only when the tag names one."""

    tag: str
    code: str
    name: str
    direction: Direction
    language: str
    script: str
    region: str | None


@dataclass(frozen=True, slots=True)
class Locales:
    """The configured locales in the switcher's order; immutable."""

    default: Locale
    all: tuple[Locale, ...]
    _chains: Mapping[str, tuple[Locale, ...]] = field(repr=False, hash=False)
    _regions: Mapping[str, tuple[str, ...]] = field(repr=False, hash=False)
    _by_tag: Mapping[str, Locale] = field(repr=False, compare=False)
    _by_subtags: Mapping[_Subtags, Locale] = field(repr=False, compare=False)

    @classmethod
    def parse(
        cls,
        tags: Sequence[str],
        *,
        default: str,
        fallbacks: Mapping[str, Sequence[str]] = _NOTHING,
        regions: Mapping[str, Sequence[str]] = _NOTHING,
        groups: Mapping[str, Sequence[str]] = _NOTHING,
    ) -> Locales:
        """The set named by canonical tags; ConfigurationError says in one sentence what to write instead.

        `regions` are those of a locale's readers beside its tag's own, `groups` names for several regions.
        """
        if not tags:
            raise ConfigurationError("At least one locale must be configured.")
        by_tag: dict[str, Locale] = {}
        by_subtags: dict[_Subtags, Locale] = {}
        for tag in tags:
            subtags = _maximize(_canonical(tag))
            if subtags in by_subtags:
                raise ConfigurationError(
                    f"Locale {tag} is the same as {by_subtags[subtags].tag}: configure one of them."
                )
            by_tag[tag] = by_subtags[subtags] = _make_locale(tag)
        _require(default, by_tag, "The default locale")
        for tag, others in fallbacks.items():
            for name in (tag, *others):
                _require(name, by_tag, f"In the fallbacks of {tag}, locale")
        parents = {tag: _configured_parents(locale, by_subtags) for tag, locale in by_tag.items()}
        onward = {tag: (*(by_tag[name] for name in fallbacks.get(tag, ())), *parents[tag]) for tag in by_tag}
        chains = {tag: _walk(locale, onward, by_tag[default]) for tag, locale in by_tag.items()}
        for tag in regions:
            _require(tag, by_tag, "In the regions, locale")
        places = {tag: _places(locale, regions.get(tag, ()), groups) for tag, locale in by_tag.items()}
        return cls(by_tag[default], tuple(by_tag.values()), chains, places, by_tag, by_subtags)

    def get(self, tag: str) -> Locale:
        """The locale with exactly this tag; raises KeyError."""
        return self._by_tag[tag]

    def find(self, tag: str) -> Locale | None:
        """The locale with exactly this tag, case included."""
        return self._by_tag.get(tag)

    def find_alias(self, tag: str) -> Locale | None:
        """The locale that `tag` is another spelling of: zh-tw, iw, en-US for en; but not pt-PT for pt-BR."""
        if tag in self._by_tag:
            return self._by_tag[tag]
        subtags = _read(tag, is_strict=True)
        return None if subtags is None else self._by_subtags.get(_maximize(subtags))

    def negotiate(self, accept_language: str | None) -> Locale:
        """The locale for a header (RFC 9110, 12.5.4): first in the same writing, then in the same language.

        A regional variant goes to readers who ask for its region, unless nothing else is written their way.
        """
        wanted = [_maximize(subtags) for subtags in _accepted(accept_language or "")]
        for subtags in wanted:
            same = [item for item in self.all if (item.language, item.script) == subtags[:2]]
            if same:
                return self._nearest(subtags, same)
        for subtags in wanted:
            for item in self.all:
                if item.language == subtags.language:
                    return item
        return self.default

    def chain(self, locale: Locale) -> tuple[Locale, ...]:
        """`locale`, its configured fallbacks, its CLDR parents, theirs in turn; ends with the default.

        Raises KeyError for a locale that is not configured.
        """
        return self._chains[locale.tag]

    def regions(self, locale: Locale) -> tuple[str, ...]:
        """Where the readers of a locale live, groups of regions included; () for a locale of the whole world."""
        return self._regions[locale.tag]

    def is_same_writing(self, a: Locale, b: Locale) -> bool:
        """Whether what `a` takes from `b` is inherited (same language and script), not a fallback."""
        return (a.language, a.script) == (b.language, b.script)

    def _nearest(self, wanted: _Subtags, same: Sequence[Locale]) -> Locale:
        for code in cldr_parents(_code(wanted)):
            found = self.find_alias(code)
            if found is not None and found in same:
                return found
        return next((item for item in same if item.region is None), same[0])


def cldr_parents(code: str) -> tuple[str, ...]:
    """`code` and its CLDR parents of the same script: es_MX, es_419, es; zh_Hant_HK, zh_Hant; sr_Latn."""
    script = _script(code)
    found = []
    while code and code != "root" and _script(code) == script:
        found.append(code)
        code = _PARENTS.get(code) or code.rpartition("_")[0]
    return tuple(found)


def format_date(value: date | datetime, locale: Locale, digits: str = "latn") -> str:
    """Day, short month and year (CLDR skeleton yMMMd); a datetime shows the day of its own time zone.

    `digits` is latn, arab, arabext or deva; KeyError for others.
    """
    day = value.date() if isinstance(value, datetime) else value
    return _short_date(day, locale.code).translate(_DIGITS[digits])


def format_moment(value: datetime, locale: Locale, digits: str = "latn") -> str:
    """The day of `format_date` with hours, to 23, and minutes, as CLDR's medium format joins them."""
    time = format_skeleton("Hm", value, locale=locale.code).translate(_DIGITS[digits])
    joined = str(get_datetime_format("medium", locale=locale.code))
    return joined.replace("{0}", time).replace("{1}", format_date(value, locale, digits))


def format_number(value: int, locale: Locale, digits: str = "latn") -> str:
    """A count with the locale's grouping and the separators that belong to `digits` (see format_date)."""
    text = format_decimal(value, locale=locale.code, numbering_system=digits) if digits in _DIGITS else ""
    return text.translate(_DIGITS[digits])


def format_percent(share: float, locale: Locale, digits: str = "latn") -> str:
    """A share of 1 in percent with the sign that belongs to `digits`; below ten percent to a tenth."""
    return _percent(round(share, 3), locale.code, digits)


def language_name(locale_to_name: Locale, in_locale: Locale) -> str:
    """A language's name for the middle of a sentence in another language: "Brazilian Portuguese"."""
    return _cldr_name(locale_to_name.code, in_locale.code) or locale_to_name.name


def open_graph_code(locale: Locale) -> str:
    """Language and territory, as Open Graph writes a locale: zh_TW for zh-Hant. Some have a name of their own there."""
    region = locale.region or _maximize(_canonical(locale.tag)).region or ""
    # A language of the whole world (region 001) has no territory, and stands for one there: eo_EO.
    return _OPEN_GRAPH.get(locale.tag) or f"{locale.language}_{region if region.isalpha() else locale.language.upper()}"


@lru_cache(maxsize=4_096)  # a page shows some 30 dates at 10 microseconds, most of them again and again
def _short_date(day: date, code: str) -> str:
    return format_skeleton("yMMMd", day, locale=code)


@lru_cache(maxsize=4_096)
def _percent(share: float, code: str, digits: str) -> str:
    speaker, translated = babel.Locale.parse(code), _DIGITS[digits]
    pattern = copy(speaker.percent_formats[None])
    pattern.frac_prec = (0, 0 if share >= 0.1 else 1)
    # Babel has the signs, and prints the pattern's own.
    sign = speaker.number_symbols[digits].get("percentSign", "%")
    return str(pattern.apply(share, speaker, numbering_system=digits)).translate(translated).replace("%", sign)


def _cldr_name(code: str, in_code: str) -> str | None:
    speaker = babel.Locale.parse(in_code)
    parts = code.split("_")
    # The longest name that CLDR has: "Brazilian Portuguese", "Traditional Chinese" of zh_Hant_HK.
    for end in range(len(parts), 0, -1):
        name = speaker.languages.get("_".join(parts[:end]))
        if name:
            break
    else:
        return None
    details = [speaker.scripts.get(p) or speaker.territories.get(p) or p for p in parts[end:]]
    pattern = _NAME_PATTERNS.get(speaker.language, "{} ({})") if details else "{}"
    return pattern.format(name, ", ".join(details))


def _own_name(tag: str, code: str) -> str:
    name = _OWN_NAMES.get(tag) or _cldr_name(code, code) or tag
    # Title case, not upper case: Georgian has capitals but begins no word with them. No own name in CLDR
    # begins with a letter whose title case depends on the language, such as the Turkish i.
    return name[:1].title() + name[1:]


def _make_locale(tag: str) -> Locale:
    code = tag.replace("-", "_")
    language, script, _ = _maximize(_canonical(tag))
    return Locale(
        tag=tag,
        code=code,
        name=_own_name(tag, code),
        direction="rtl" if script in _RTL_SCRIPTS else "ltr",
        language=language,
        script=script or "Zyyy",
        region=_canonical(tag).region,
    )


def _read(tag: str, *, is_strict: bool) -> _Subtags | None:
    """Subtags with deprecated ones replaced; None if malformed or, when strict, if anything else follows."""
    match = _TAG.fullmatch(tag.replace("_", "-")) if len(tag) <= _TAG_LENGTH else None
    if match is None or (is_strict and match["rest"]):
        return None
    alias = (match["extlang"] or match["language"]).lower()
    language, *implied = _LANGUAGE_ALIASES.get(alias, alias).split("_")
    if language in ("und", "mul", "mis", "zxx", "root"):
        return None
    script = match["script"].title() if match["script"] else next((x for x in implied if len(x) == 4), None)
    region = match["region"].upper() if match["region"] else next((x for x in implied if len(x) < 4), None)
    replacements = _REGION_ALIASES.get(region or "", [])
    return _Subtags(language, script, replacements[0] if len(replacements) == 1 else region)


def _maximize(subtags: _Subtags) -> _Subtags:
    """Likely subtags filled in (UTS 35, 4.3)."""
    language, script, region = subtags
    for keys in ((language, script, region), (language, script), (language, region), (language,)):
        likely = _LIKELY.get("_".join(filter(None, keys)))
        if likely:
            _, likely_script, likely_region, *_ = likely.split("_")
            return _Subtags(language, script or likely_script, region or likely_region)
    return subtags


def _script(code: str) -> str | None:
    subtags = _read(code, is_strict=False)
    return None if subtags is None else _maximize(subtags).script


def _code(subtags: _Subtags) -> str:
    """CLDR's own spelling, which names the script only where it is not the expected one; zh always does."""
    language, script, region = subtags
    expected = {_maximize(_Subtags(language, None, place)).script for place in (None, region)}
    is_named = language == "zh" or expected != {script}
    return "_".join(filter(None, (language, script if is_named else None, region)))


def _canonical(tag: str) -> _Subtags:
    """The subtags of a tag in canonical spelling; raises ConfigurationError for any other."""
    subtags = _read(tag, is_strict=True)
    if subtags is None:
        raise ConfigurationError(f"Locale {tag!r} is not a language tag such as en, pt-BR or zh-Hans.")
    language, script, region = subtags
    maximal = _maximize(subtags)
    if script is None and (language == "zh" or _script(language) != maximal.script):
        script = maximal.script
        if _maximize(_Subtags(language, script, None)).region == region:
            region = None
    elif script and language != "zh" and not localedata.exists(f"{language}_{script}"):
        script = None
    canonical = _Subtags(language, script, region)
    spelling = "-".join(filter(None, canonical))
    if _maximize(canonical) != maximal or not localedata.exists(spelling.replace("-", "_")):
        raise ConfigurationError(f"Locale {tag!r} is unknown to CLDR.")
    if spelling != tag:
        raise ConfigurationError(f"Locale {tag!r} is not the canonical spelling: write {spelling}.")
    return canonical


def _require(tag: str, by_tag: Mapping[str, Locale], what: str) -> None:
    if tag not in by_tag:
        raise ConfigurationError(f"{what} {tag!r} is not one of the configured: {', '.join(by_tag)}.")


def _configured_parents(locale: Locale, by_subtags: Mapping[_Subtags, Locale]) -> list[Locale]:
    parents = (_read(code, is_strict=True) for code in cldr_parents(locale.code))
    found = [by_subtags.get(_maximize(subtags)) for subtags in parents if subtags]
    return [item for item in found if item is not None and item != locale]


def _places(locale: Locale, regions: Sequence[str], groups: Mapping[str, Sequence[str]]) -> tuple[str, ...]:
    own = {*regions, *([locale.region] if locale.region else [])}
    return tuple(sorted(own | {name for name, members in groups.items() if own & set(members)}))


def _walk(start: Locale, onward: Mapping[str, Sequence[Locale]], end: Locale) -> tuple[Locale, ...]:
    """Breadth first: what is configured for a locale goes before what is configured for its fallbacks."""
    found: list[Locale] = []
    queue = deque([start])
    while queue and end not in found:
        locale = queue.popleft()
        if locale not in found:
            found.append(locale)
            queue.extend(onward[locale.tag])
    return tuple(found) if end in found else (*found, end)


def _accepted(header: str) -> list[_Subtags]:
    """What a reader accepts, best first; `*` says nothing about a reader and is passed over."""
    if len(header) > _HEADER_LENGTH:
        header = header[:_HEADER_LENGTH].rpartition(",")[0]
    weighted = []
    for item in header.split(",", _HEADER_ITEMS)[:_HEADER_ITEMS]:
        tag, *parameters = (part.strip() for part in item.split(";"))
        subtags = _read(tag, is_strict=False)
        weight = min((_weight(parameter) for parameter in parameters), default=1.0)
        if subtags and weight > 0:
            weighted.append((weight, subtags))
    return [subtags for _, subtags in sorted(weighted, key=lambda pair: -pair[0])]


def _weight(parameter: str) -> float:
    match = _WEIGHT.fullmatch(parameter)
    return float(match[1]) if match else 0.0
