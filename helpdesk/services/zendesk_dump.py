"""Reads what Zendesk's help center API answered, as people keep it in files; checks it, changes nothing.

Shapes: https://developer.zendesk.com/api-reference/help_center/help-center-api/ (articles, sections, categories,
translations, article attachments). Answers are known by their keys, wherever they lie.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any

import msgspec

from helpdesk.errors import ContentError, Note
from helpdesk.services.folder import EARLIEST, LATEST, ContentErrors
from helpdesk.text.characters import lines_to_show

Time = Annotated[datetime, msgspec.Meta(tz=True)]
PLURALS = {"article": "articles", "section": "sections", "category": "categories"}
_NAMES = {**PLURALS, "translation": "translations", "article_attachment": "article_attachments"}
# What only an item of its kind has: some scripts keep items alone, without the answer around them.
_SIGNS = {
    "source_id": "translations",
    "section_id": "articles",
    "content_url": "article_attachments",
    "category_id": "sections",
}


class Text(msgspec.Struct, kw_only=True):
    """A text in one locale, as Zendesk writes it: `en-us`."""

    locale: str
    title: str
    body: str | None = None
    draft: bool | None = None
    outdated: bool | None = None
    html_url: str | None = None
    created_at: Time | None = None
    updated_at: Time | None = None
    edited_at: Time | None = None  # of articles, which a vote updates, too
    source_id: int | None = None
    source_type: str = "article"

    def __post_init__(self) -> None:
        for time in (self.created_at, self.updated_at, self.edited_at):
            if time and not EARLIEST <= time <= LATEST:
                raise ValueError(f"Time before {EARLIEST:%Y} or after {LATEST:%Y}")

    @property
    def html(self) -> str:
        """The body without what no page may hold."""
        return lines_to_show(self.body or "")


class Item(Text, kw_only=True):
    """What has translations; its own text is in the locale that was asked for."""

    id: int
    source_locale: str | None = None
    position: int | None = None
    url: str | None = None
    user_segment_id: int | None = None
    translations: list[Text] = []


class Category(Item, kw_only=True):
    """A category."""

    title: str = msgspec.field(name="name")
    body: str | None = msgspec.field(name="description", default=None)


class Section(Category, kw_only=True):
    """A section, which may lie in another one."""

    category_id: int
    parent_section_id: int | None = None


class Article(Item, kw_only=True):
    """An article."""

    section_id: int
    label_names: list[str] | None = None
    promoted: bool | None = None
    outdated_locales: list[str] | None = None
    user_segment_ids: list[int] | None = None


class Attachment(msgspec.Struct):
    """A file of an article."""

    id: int
    file_name: str
    article_id: int | None = None
    inline: bool | None = None


class _Answer(msgspec.Struct):
    articles: list[Article] = []
    sections: list[Section] = []
    categories: list[Category] = []
    translations: list[Text] = []
    article_attachments: list[Attachment] = []


@dataclass(slots=True)
class Dump:
    """Everything of a help center; texts by kind ("article", "section", "category") and id, then by locale."""

    root: Path
    articles: dict[int, Article] = field(default_factory=dict)
    sections: dict[int, Section] = field(default_factory=dict)
    categories: dict[int, Category] = field(default_factory=dict)
    texts: dict[tuple[str, int], dict[str, Text]] = field(default_factory=dict)
    attachments: dict[int, Attachment] = field(default_factory=dict)
    files: list[Path] = field(default_factory=list)
    notes: list[Note] = field(default_factory=list)
    errors: list[ContentError] = field(default_factory=list)

    def read(self, file: Path) -> None:
        """Take in one file, or note what is wrong with it."""
        name = file.relative_to(self.root).as_posix() if file != self.root else file.name
        try:
            lists = _lists(json.loads(file.read_bytes()))
            answer = msgspec.convert(lists, _Answer, strict=False)
        except msgspec.ValidationError as error:
            self.errors.append(ContentError(name, 1, str(error)))
        except (ValueError, RecursionError) as error:
            line, reason = getattr(error, "lineno", 1), getattr(error, "msg", error)
            self.errors.append(ContentError(name, line, f"is not valid JSON: {reason}"))
        else:
            self._take(name, answer)
            if not lists:
                self.notes.append(Note(name, 1, "file without articles, sections or categories"))

    def _take(self, name: str, answer: _Answer) -> None:
        for kind, plural in PLURALS.items():
            kept: dict[int, Any] = getattr(self, plural)
            for item in getattr(answer, plural):
                if item.id not in kept or item.locale == item.source_locale:
                    kept[item.id] = item
                for text in (item, *item.translations):
                    self._take_text(name, kind, item.id, text)
        for text in answer.translations:
            if text.source_id is None:
                self.errors.append(ContentError(name, 1, f"the translation `{text.title}` has no `source_id`"))
            else:
                self._take_text(name, text.source_type.lower(), text.source_id, text)
        self.attachments |= {attachment.id: attachment for attachment in answer.article_attachments}

    def _take_text(self, name: str, kind: str, ident: int, text: Text) -> None:
        """Of two texts, a translation before an item's own text, then what was changed last."""
        texts = self.texts.setdefault((kind, ident), {})
        old = texts.setdefault(text.locale, text)
        if _rank(text) > _rank(old):
            texts[text.locale] = text
        elif _rank(text) == _rank(old) and (old.title, old.body) != (text.title, text.body):
            reason = f"{kind} {ident} has two texts in {text.locale} that were changed at the same time"
            self.errors.append(ContentError(name, 1, reason))

    def check(self) -> None:
        """Note what is not there."""
        for article in self.articles.values():
            if article.section_id not in self.sections:
                self._miss(f"section {article.section_id} of article {article.id}", "sections")
        for section in self.sections.values():
            if section.category_id not in self.categories:
                self._miss(f"category {section.category_id} of section {section.id}", "categories")
            if self.way_to(section)[0].parent_section_id is not None:
                self._miss(f"the section around section {section.id}", "sections")
        if not self.articles:
            self._miss("articles", "articles")
        for kind, ident in self.texts:
            if kind == "article" and ident not in self.articles:
                kind = "translations left out: their article is not in the dump"
                self.notes.append(Note(f"articles/{ident}", 1, kind))

    def _miss(self, what: str, answer: str) -> None:
        self.errors.append(ContentError(self.root.name or ".", 1, f"lacks {what}: add what /{answer}.json answers"))

    def way_to(self, section: Section) -> list[Section]:
        """The sections around a section, the outermost first, itself last."""
        way = [section]
        while (outer := self.sections.get(way[0].parent_section_id or 0)) is not None and outer not in way:
            way.insert(0, outer)
        return way


def read_dump(root: Path) -> Dump:
    """Read a folder, or one file, of answers. Raises ContentErrors with everything that is wrong."""
    dump = Dump(root)
    for file in filter(Path.is_file, sorted(root.rglob("*")) if root.is_dir() else [root]):
        if file.suffix.lower() == ".json":
            dump.read(file)
        else:
            dump.files.append(file)
    if not dump.errors:
        dump.check()
    if dump.errors:
        raise ContentErrors(dump.errors)
    return dump


def _rank(text: Text) -> tuple[bool, datetime]:
    return not isinstance(text, Item), text.edited_at or text.updated_at or EARLIEST


def _lists(value: Any) -> dict[str, list[Any]]:
    """The items of an answer, of several, or of items alone, by kind."""
    found: dict[str, list[Any]] = {}
    for item in value if isinstance(value, list) else [value]:
        if isinstance(item, dict):
            sign = next((plural for sign, plural in _SIGNS.items() if sign in item), "")
            sign = "categories" if not sign and "/categories/" in str(item.get("html_url")) else sign
            for name, held in ({sign: item} if sign else item).items():
                plural = _NAMES.get(name, name)
                if plural in _NAMES.values() and held is not None:
                    found.setdefault(plural, []).extend(held if isinstance(held, list) else [held])
    return found
