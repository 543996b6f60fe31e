"""What is wrong with the content: links, anchors, images, headings, and translations that lack or lag."""

from __future__ import annotations

import json
import re
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any
from unicodedata import normalize
from urllib.parse import unquote

from sqlalchemy import select

from helpdesk.db import Database
from helpdesk.locales import Locale, Locales
from helpdesk.models import Article, Body, Translation
from helpdesk.queries.translations import STATES, list_states
from helpdesk.text.addresses import UNREADABLE, line_of, split_address
from helpdesk.text.markdown import Rendered, render

ERRORS = ("broken link", "broken anchor", "missing image")
WARNINGS = ("hidden link", "image elsewhere", "image without description", "headings out of order")

_OWN_PAGE = re.compile(r"/(?:[A-Za-z0-9-]+/)?articles/(\d{1,18})(?:-[^/?#]*)?/?")


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing to mend in one translation; lines count from 1 in its text, 0 is all of it."""

    locale: str
    key: str
    kind: str
    detail: str = ""
    line: int = 0

    @property
    def is_error(self) -> bool:
        """Whether readers meet something broken."""
        return self.kind in ERRORS


@dataclass(slots=True)
class _Known:
    """An article, and by tag the ids of the headings of what readers see of it."""

    id: int
    key: str
    source: str
    visible: dict[str, frozenset[str]] = field(default_factory=dict)

    def served(self, locales: Locales, locale: Locale) -> frozenset[str] | None:
        """Heading ids of the text that readers of a locale get; None if they get none."""
        tags = [*(item.tag for item in locales.chain(locale)), self.source, *self.visible]
        return next((self.visible[tag] for tag in tags if tag in self.visible), None)


def check_content(database: Database, locales: Locales, *, now: datetime, media: Path | None) -> list[Finding]:
    """All findings of what is not archived, by article in the order of the site and by locale.

    Two queries, and one for each locale. `media` is where pictures are kept; None: do not look for the files.
    """
    with database.read() as connection:
        known = _known(connection.execute(_TRANSLATIONS), now)
        by_id = {article.id: article for article in known.values()}
        found: dict[tuple[str, str], list[Finding]] = defaultdict(list)
        for row in connection.execute(_BODIES.execution_options(yield_per=100)):
            locale = locales.find(row.locale)
            if locale is not None:
                found[row.key, row.locale] = list(_Check(known, by_id, locales, locale, row, media).run())
    tags = [locale.tag for locale in locales.all]
    for locale in locales.all:
        for item in list_states(database, locales, locale):
            if item.state in STATES:
                detail = f"the source changed on {item.outdated_since:%Y-%m-%d}" if item.state == "outdated" else ""
                found[item.key, locale.tag].append(Finding(locale.tag, item.key, item.state, detail))
    return [finding for key in known for tag in tags for finding in found[key, tag]]


_TRANSLATIONS = (
    select(
        Article.id,
        Article.key,
        Article.source_locale,
        Translation.locale,
        Translation.status,
        Translation.has_body,
        Translation.published_at,
        Body.headings,
    )
    .join(Translation, Translation.article_id == Article.id)
    .join(Body, Body.translation_id == Translation.id)
    .order_by(Article.position, Article.id, Translation.locale)
)
_BODIES = (
    select(Article.key, Translation.locale, Body.markdown, Body.headings, Body.targets)
    .join(Translation, Translation.article_id == Article.id)
    .join(Body, Body.translation_id == Translation.id)
    .where(Translation.status != "archived", Translation.has_body)
    .order_by(Translation.id)
)


def _known(rows: Any, now: datetime) -> dict[str, _Known]:
    articles: dict[str, _Known] = {}
    for row in rows:
        article = articles.setdefault(row.key, _Known(row.id, row.key, row.source_locale))
        if row.status != "published" or row.published_at is None or row.published_at > now:
            continue
        if row.has_body:
            article.visible[row.locale] = frozenset(entry[1] for entry in json.loads(row.headings))
    return articles


class _Check:
    """Looks at one text."""

    def __init__(
        self,
        known: Mapping[str, _Known],
        by_id: Mapping[int, _Known],
        locales: Locales,
        locale: Locale,
        row: Any,
        media: Path | None,
    ) -> None:
        self.known, self.by_id, self.locales, self.locale, self.media = known, by_id, locales, locale, media
        self.key, self.markdown = row.key, row.markdown
        self.targets: Mapping[str, Any] = json.loads(row.targets)
        self.headings: list[tuple[int, str, str]] = json.loads(row.headings)

    def run(self) -> Iterator[Finding]:
        """What is wrong with it, links first."""
        rendered = render(self.markdown)
        for link in rendered.links:
            kind = self._fault_of_link(str(self.targets.get(link, link)))
            if kind:
                yield self._found(kind, link, line_of(self.markdown, link))
        yield from self._images(rendered)
        last = 1
        for level, _id, text in self.headings:
            if level > last + 1:
                yield self._found("headings out of order", f"level {level} below level {last}: {text}")
            last = level

    def _found(self, kind: str, detail: str, line: int = 0) -> Finding:
        return Finding(self.locale.tag, self.key, kind, detail, line)

    def _fault_of_link(self, link: str) -> str | None:
        parts = split_address(link)
        if parts.scheme == UNREADABLE:
            return "broken link"
        if parts.scheme == "article":
            return self._fault_of_target(self.known.get(unquote(parts.path)), parts.fragment)
        if parts.scheme or parts.netloc:
            return None  # what stands on other sites is theirs
        if not parts.path:
            return self._fault_of_anchor({entry[1] for entry in self.headings}, parts.fragment)
        page = _OWN_PAGE.fullmatch(unquote(parts.path))
        if page:
            return self._fault_of_target(self.by_id.get(int(page[1])), parts.fragment)
        return None if parts.path.startswith("/") else "broken link"  # another page of the company's own

    def _fault_of_target(self, article: _Known | None, anchor: str) -> str | None:
        if article is None:
            return "broken link"
        ids = article.served(self.locales, self.locale)
        return "hidden link" if ids is None else self._fault_of_anchor(ids, anchor)

    def _fault_of_anchor(self, ids: set[str] | frozenset[str], anchor: str) -> str | None:
        return None if not anchor or normalize("NFC", unquote(anchor)) in ids else "broken anchor"

    def _images(self, rendered: Rendered) -> Iterator[Finding]:
        for image in rendered.images:
            target = self.targets.get(image.src)
            name = target[0].rpartition("/")[2] if target else ""
            if split_address(image.src).scheme or image.src.startswith("//"):
                yield self._found("image elsewhere", image.src, image.line)
            elif not name or (self.media is not None and not (self.media / name).is_file()):
                yield self._found("missing image", image.src, image.line)
            if not image.alt:
                yield self._found("image without description", image.src, image.line)
