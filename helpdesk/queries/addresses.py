"""Where the translations of an article live: one rule for canonical, hreflang, sitemap, feeds and API."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from helpdesk.locales import Locale, Locales


@dataclass(frozen=True, slots=True)
class Address:
    """A locale's address of a translation that is at home there."""

    tag: str
    slug: str
    translation_id: int


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


def addresses(locales: Locales, limits: Limits, translations: Sequence[Any]) -> tuple[Address, ...]:
    """The addresses of an article in the switcher's order, at most one for each translation.

    `translations` have `id`, `locale`, `slug`, are visible and have a body. A translation is at home in its own
    locale. Where that is not among the article's regions, the first regional locale that inherits it takes its place:
    an English text for Singapore alone lives at /en-SG/. What no locale of the site may list has no address.
    """
    own = {row.locale: row for row in translations}
    found: dict[int, Address] = {}
    allowed = [locale for locale in locales.all if limits.allow(locales, locale)]
    for locale in allowed:
        if locale.tag in own:
            row = own[locale.tag]
            found[row.id] = Address(locale.tag, row.slug, row.id)
    for locale in allowed:
        heir = next((own[item.tag] for item in locales.chain(locale) if item.tag in own), None)
        if heir is not None and heir.id not in found and locales.is_same_writing(locale, locales.get(heir.locale)):
            found[heir.id] = Address(locale.tag, heir.slug, heir.id)
    order = {locale.tag: place for place, locale in enumerate(locales.all)}
    return tuple(sorted(found.values(), key=lambda address: order[address.tag]))
