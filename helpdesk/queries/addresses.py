"""Where the translations of an article live: one rule for canonical, hreflang, sitemap, feeds and API."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from helpdesk.locales import Locale, Locales


@dataclass(frozen=True, slots=True)
class Address:
    """A locale's address of a translation that is at home there."""

    tag: str
    slug: str
    translation_id: int
    updated_at: datetime


@dataclass(frozen=True, slots=True)
class Limits:
    """Where an article may be shown: regions (empty: everywhere), and locales that withhold it."""

    regions: frozenset[str]
    withheld: frozenset[str]

    @classmethod
    def of(cls, row: Any) -> Limits:
        """Out of the columns of an article."""
        return cls(frozenset((row.regions or "").split()), frozenset((row.withheld or "").split()))

    def allow(self, locales: Locales, locale: Locale) -> bool:
        """Whether lists of a locale show the article; the same rule as `visibility.visible_to`."""
        is_near = not self.regions or bool(self.regions & set(locales.regions(locale)))
        return is_near and locale.tag not in self.withheld


def homes(locales: Locales, served: Mapping[str, str]) -> dict[str, str]:
    """The tag of the locale at whose address each text lives; `served` says by tag whose text a locale shows.

    A text is at home in its own locale. Where that does not show it, the first locale that inherits it takes its place.
    """
    found = {text: tag for tag, text in served.items() if tag == text}
    for tag, text in served.items():
        origin = locales.find(text)
        if text not in found and origin is not None and locales.is_same_writing(locales.get(tag), origin):
            found[text] = tag
    return found


def addresses(locales: Locales, limits: Limits, translations: Sequence[Any]) -> tuple[Address, ...]:
    """The addresses of an article in the switcher's order, at most one for each translation.

    `translations` have `id`, `locale`, `slug`, `updated_at`, are visible and have a body. An English text that is
    limited to Singapore lives at /en-SG/ alone. What no locale of the site may list has no address.
    """
    own = {row.locale: row for row in translations}
    served: dict[str, str] = {}
    for locale in locales.all:
        text = next((item.tag for item in locales.chain(locale) if item.tag in own), None)
        if text is not None and limits.allow(locales, locale):
            served[locale.tag] = text
    at_home = {tag: own[text] for text, tag in homes(locales, served).items()}
    return tuple(
        Address(tag, row.slug, row.id, row.updated_at) for tag in served if (row := at_home.get(tag)) is not None
    )
