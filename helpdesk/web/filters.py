"""What templates call to print dates, numbers, names and addresses."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from datetime import date as calendar_date
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from typing import Any, Literal
from urllib.parse import quote

import babel
from babel.lists import format_list
from flask import url_for
from jinja2 import Environment
from markupsafe import Markup, escape

from helpdesk.locales import format_date, format_moment, format_number, format_percent, language_name
from helpdesk.search.passages import Passage
from helpdesk.web.frames import notice
from helpdesk.web.gettext import gettext as _
from helpdesk.web.localization import current_locale, current_site

STATIC = Path(__file__).parent / "static"


def date(value: calendar_date) -> Markup:
    """A day in the reader's format, machine-readable beside it."""
    return Markup('<time datetime="{}">{}</time>').format(f"{value:%Y-%m-%d}", day(value))


def day(value: calendar_date) -> str:
    """The same as mere text."""
    return format_date(value, current_locale(), _digits())


def moment(value: datetime) -> Markup:
    """A day with the minute (UTC), machine-readable beside it."""
    return Markup('<time datetime="{}">{}</time>').format(
        value.isoformat(timespec="minutes"), format_moment(value, current_locale(), _digits())
    )


def number(value: int) -> str:
    """A count in the reader's format."""
    return format_number(value, current_locale(), _digits())


def percent(share: float) -> str:
    """A share of 1 in percent in the reader's format."""
    return format_percent(share, current_locale(), _digits())


def digits() -> str:
    """Zero to nine as the reader's counts are written, for the script."""
    return "".join(map(number, range(10)))


def _digits() -> str:
    return current_site().settings.digits.get(current_locale().tag, "latn")


def marked(passage: Passage) -> Markup:
    """A passage with the words that were searched in `<mark>`."""
    return Markup("").join(
        Markup("<mark>{}</mark>").format(segment.text) if segment.is_match else escape(segment.text)
        for segment in passage
    )


def lang_attributes(tag: str) -> Markup:
    """`lang` and `dir` of text that is not in the page's own language; empty when it is."""
    locale = current_site().locales.find(tag)
    if locale is None or tag == current_locale().tag:
        return Markup("")
    if current_site().locales.is_same_writing(locale, current_locale()):
        return Markup("")
    return Markup(' lang="{}" dir="{}"').format(locale.tag, locale.direction)


def named(tag: str) -> str:
    """The name of a language in the reader's language."""
    locale = current_site().locales.find(tag)
    return tag if locale is None else language_name(locale, current_locale())


def own_name(tag: str) -> str:
    """The name of a language in that language."""
    locale = current_site().locales.find(tag)
    return tag if locale is None else locale.name


def direction(tag: str) -> str:
    """The direction in which a language is written."""
    locale = current_site().locales.find(tag)
    return "ltr" if locale is None else locale.direction


def region_names(regions: Iterable[str]) -> str:
    """The names of regions as a list in the reader's language; a group that CLDR does not know by its code."""
    speaker = babel.Locale.parse(current_locale().code)
    return format_list([speaker.territories.get(region, region) for region in regions], locale=speaker)


def isolated(text: str) -> Markup:
    """Words of a reader's, in whatever script, that must not turn the sentence around them (UAX 9)."""
    return Markup("<bdi>{}</bdi>").format(text)


def either(words: Sequence[str]) -> Markup:
    """Words of a reader's as quotations, in a list with "or" in the page's language."""
    return joined([Markup("<q>{}</q>").format(isolated(word)) for word in words], "or")


def listed(options: Iterable[tuple[str, str, str]]) -> Markup:
    """Options (value, label, lang) by their labels, in a list as the page's language writes it."""
    labels = [Markup("<span{}>{}</span>").format(lang_attributes(lang), label) for _value, label, lang in options]
    return joined(labels) if labels else Markup("")


def joined(items: Sequence[Markup | str], style: Literal["or", "unit"] = "unit") -> Markup:
    """Items in a list as the page's language writes it."""
    speaker = babel.Locale.parse(current_locale().code)
    places = [f"\0{place}\0" for place in range(len(items))]
    parts = escape(format_list(places, style=style, locale=speaker)).split("\0")
    return Markup("").join(escape(items[int(part)]) if place % 2 else part for place, part in enumerate(parts))


def reason_labels() -> dict[str, str]:
    """What a reader can say was wrong, by key."""
    return {
        # Translators: a reason to tick; it: the article
        "hard": _("It is hard to understand"),
        # Translators: a reason to tick; said of the article
        "incomplete": _("Something is missing"),
        # Translators: a reason to tick; it: the article
        "outdated": _("It is out of date"),
        # Translators: a reason to tick; it: the article
        "wrong": _("Something in it is wrong"),
        # Translators: a reason to tick; said by a reader; it: the article
        "unsolved": _("I did as it says, and it did not help"),
    }


def site_name() -> str:
    """The company's name."""
    return current_site().settings.site_name


def plain_contact_url(query: str = "") -> str:
    """The way to people from a page that is no article."""
    target = current_site().settings.contact_url
    if not query:
        return target
    name = "subject" if target.startswith("mailto:") else "query"
    return f"{target}{'&' if '?' in target else '?'}{name}={quote(query)}"


def article_ref(article_id: int, slug: str) -> str:
    """Last part of an article's address: the id is the key, the slug is for people."""
    return f"{article_id}-{slug}" if slug else str(article_id)


def article_url(article_id: int, slug: str, **query: Any) -> str:
    """An article's address in the reader's locale, or in `tag`."""
    return url_for("helpdesk.article", ref=article_ref(article_id, slug), **query)


def fingerprint_of(content: bytes) -> str:
    """What an address carries that is kept forever."""
    return hashlib.sha256(content).hexdigest()[:12]


@lru_cache(maxsize=64)
def _fingerprint(name: str) -> str:
    return fingerprint_of((STATIC / name).read_bytes())


def static_url(name: str) -> str:
    """Address of a static file that changes with its content, so that it can be kept forever."""
    return url_for("helpdesk.static", filename=name, v=_fingerprint(name))


def register(environment: Environment) -> None:
    """Make all of it known to our templates, under names that no host uses."""
    environment.filters.update(hd_date=date, hd_moment=moment, hd_number=number, hd_percent=percent)
    environment.filters.update(hd_marked=marked, hd_bdi=isolated, hd_listed=listed)
    environment.globals.update(
        hd_lang=lang_attributes,
        hd_named=named,
        hd_own_name=own_name,
        hd_article_url=article_url,
        hd_static=static_url,
        hd_digits=digits,
        hd_either=either,
        hd_direction=direction,
        hd_site_name=site_name,
        hd_contact_url=plain_contact_url,
        hd_locale=current_locale,
        hd_notice=notice,
        hd_regions=region_names,
        hd_reasons=reason_labels,
    )
