"""How the text of a setting becomes its value; a ValueError says what to write instead."""

from __future__ import annotations

import re
from collections.abc import Mapping
from ipaddress import ip_address
from pathlib import Path
from urllib.parse import SplitResult, unquote, urlsplit

from helpdesk.locales import DIGITS

# A path that can stand before ours: nothing in it needs an escape.
PREFIX_PATH = re.compile(r"(/[A-Za-z0-9._~-]+)+")
BOOTSTRAPS = ("demo", "empty", "off")
# Parts of an article that are searched.
WEIGHTS = ("title", "keywords", "headings", "summary", "body")
# What no e-mail address needs, and what could end a header's line.
MAIL_ADDRESS = re.compile(r"""[^\s"(),:;<>\[\\\]@]+@[^\s"(),:;<>\[\\\]@]+""")


def text(value: str) -> str:
    """As it is."""
    return value.strip()


def integer(value: str) -> int:
    """Above 0."""
    if not re.fullmatch(r"[0-9]{1,9}", value.strip()) or int(value) == 0:
        raise ValueError("a whole number above 0")
    return int(value)


def count(value: str) -> int:
    """0 or above."""
    if not re.fullmatch(r"[0-9]{1,9}", value.strip()):
        raise ValueError("a whole number, 0 or above")
    return int(value)


def share(value: str) -> float:
    """A part of one."""
    if not re.fullmatch(r"0?\.[0-9]{1,9}", value.strip()) or float(value) == 0:
        raise ValueError("a number between 0 and 1, such as 0.4")
    return float(value)


def words(value: str) -> tuple[str, ...]:
    """Between commas."""
    return tuple(word.strip() for word in value.split(",") if word.strip())


def fallbacks(value: str) -> Mapping[str, tuple[str, ...]]:
    """Lists by name."""
    chains = {}
    for item in filter(None, (part.strip() for part in value.split(";"))):
        tag, colon, rest = item.partition(":")
        if not colon or not words(rest):
            raise ValueError("chains such as `pt-BR: es, en; zh-Hant-HK: zh-Hant`")
        chains[tag.strip()] = words(rest)
    return chains


def regions(value: str) -> Mapping[str, tuple[str, ...]]:
    """Regions by name."""
    found = fallbacks(value)
    codes = [code for group in found.values() for code in group]
    if any(not re.fullmatch(r"[A-Z]{2,8}|[0-9]{3}", code) for code in codes):
        raise ValueError("regions such as `de: DE, AT; EU: AT, BE`")
    return found


def digits(value: str) -> Mapping[str, str]:
    """A system of digits by tag."""
    systems = {tag: names[0] for tag, names in fallbacks(value).items()}
    if not set(systems.values()) <= set(DIGITS):
        raise ValueError(f"digits such as `ar: arab; hi: deva` ({', '.join(DIGITS)})")
    return systems


def weights(value: str) -> Mapping[str, float]:
    """Numbers by part of an article."""
    found = {name: float(numbers[0]) for name, numbers in fallbacks(value).items()}
    if set(found) != set(WEIGHTS) or not all(0 <= weight <= 100 for weight in found.values()):
        raise ValueError(f"a number from 0 to 100 for each of {', '.join(WEIGHTS)}, such as `title: 3; body: 1`")
    return found


def segmenters(value: str) -> Mapping[str, str]:
    """Functions by language."""
    names = {language: ",".join(functions) for language, functions in fallbacks(value).items()}
    if not all(re.fullmatch("[a-z]{2,3} [A-Za-z_][\\w.]*:[A-Za-z_]\\w*", " ".join(pair)) for pair in names.items()):
        raise ValueError("functions by language, such as `ja: package.module:function; ko: package.module:other`")
    return names


def origins(value: str) -> tuple[str, ...]:
    """Origins of pages."""
    found = words(value)
    for origin in found:
        parts = urlsplit(origin)
        if origin != "*" and origin != f"{parts.scheme}://{parts.netloc}":
            raise ValueError("`*`, or origins such as https://www.example.com")
    return found


def url(value: str) -> str:
    """The address of a site, without the / at its end."""
    value = value.strip().rstrip("/")
    parts = urlsplit(value)
    if value and (parts.scheme not in ("http", "https") or not parts.netloc or parts.query or parts.fragment):
        raise ValueError("an absolute address such as https://help.example.com")
    if parts.path and not PREFIX_PATH.fullmatch(parts.path):
        raise ValueError("an address with a plain path, such as https://example.com/help")
    return value


def contact(value: str) -> str:
    """Where a link leads."""
    if urlsplit(value.strip()).scheme not in ("http", "https", "mailto"):
        raise ValueError("an http, https or mailto address")
    return value.strip()


def bootstrap(value: str) -> str:
    """How an empty database is filled."""
    if value.strip() not in ("", *BOOTSTRAPS):
        raise ValueError("demo, empty or off")
    return value.strip()


def folder(value: str) -> Path | None:
    """An absolute path; None: nothing was said."""
    return Path(value.strip()).expanduser().absolute() if value.strip() else None


def truth(value: str) -> bool:
    """Whether it is so; not, where nothing was said."""
    if value.strip().lower() not in ("", "true", "false"):
        raise ValueError("true or false")
    return value.strip().lower() == "true"


def mail_address(value: str) -> str:
    """One address, without a name."""
    if value.strip() and not MAIL_ADDRESS.fullmatch(value.strip()):
        raise ValueError("an e-mail address such as help@example.com")
    return value.strip()


def smtp(value: str) -> str:
    """Where mail is handed in."""
    parts = _split(value)
    if parts.geturl() and not (parts.scheme in ("smtp", "smtps", "smtp+plain") and parts.hostname and not _rest(parts)):
        raise ValueError("an address such as smtp://user:password@mail.example.com:587 (a % escape for :/?#@ in them)")
    if not unquote((parts.username or "") + (parts.password or "")).isascii():
        raise ValueError("an address whose user and password are ASCII, which alone mail servers know")
    if parts.scheme == "smtp+plain" and parts.password and not is_loopback(parts):
        raise ValueError("smtp:// or smtps://, where there is a password that others could read on its way")
    return value.strip()


def hook(value: str) -> str:
    """Where a program takes messages."""
    parts = _split(value)
    is_safe = parts.scheme == "https" or (parts.scheme == "http" and is_loopback(parts))
    if parts.geturl() and not (is_safe and parts.hostname and parts.username is None):
        raise ValueError("an address such as https://chat.example.com/hooks/1; http:// only on this machine")
    return value.strip()


def is_loopback(parts: SplitResult) -> bool:
    """Whether an address never leaves this machine."""
    try:
        return parts.hostname == "localhost" or ip_address(parts.hostname or "").is_loopback
    except ValueError:
        return False


def _split(value: str) -> SplitResult:
    try:
        parts = urlsplit(value.strip())
        _ = parts.port  # which is only read when asked for
    except ValueError:
        return SplitResult("", "", value, "", "")
    return parts


def _rest(parts: SplitResult) -> str:
    return parts.path.strip("/") + parts.query + parts.fragment
