"""Reads a folder of Markdown into values; knows the product's own layout, checks everything, changes nothing.

It is `<category>/<section>/<key>/<tag>.md` with `_index.<tag>.md`, `_article.yaml` (product rule 7); `plain_tree` reads
those of documentation projects.
"""

from __future__ import annotations

import os
import re
from codecs import BOM_UTF16_BE, BOM_UTF16_LE
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from helpdesk.errors import ContentError, HelpdeskError, Note
from helpdesk.locales import Locales
from helpdesk.models.articles import SIGNIFICANCES, STATUSES
from helpdesk.services.import_state import Files
from helpdesk.services.saving import Draft
from helpdesk.text.characters import one_line
from helpdesk.text.frontmatter import FrontMatter, FrontMatterError, load_fields, split
from helpdesk.text.slug import slugify

KEY = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
TEXT_FIELDS = {"title", "slug", "summary"}
TRANSLATION_FIELDS = TEXT_FIELDS | {
    "published_at",
    "updated_at",
    "status",
    "revision",
    "based_on",
    "significance",
    "keywords",
}
ARTICLE_FIELDS = {"id", "source", "position", "regions", "withheld", "related"}
REGION = re.compile(r"[A-Z]{2,8}|[0-9]{3}")
NO_SLUG = re.compile(r"[/\\]|^\.\.?$|\.md$")  # .md is the address of the Markdown
ABOUT, OF_CATEGORY, OF_SECTION = "_article.yaml", "_category.yaml", "_section.yaml"
LARGEST_FILE = 2_000_000  # bytes of one Markdown file
LONGEST = {"title": 300, "slug": 200, "summary": 1000, "keywords": 2000}  # characters
# Other times are slips; the last day of the calendar lies beyond it in some zones.
EARLIEST, LATEST = datetime(1900, 1, 1, tzinfo=UTC), datetime(9999, 12, 30, tzinfo=UTC)


class ContentErrors(HelpdeskError):
    """All that is wrong with a folder; nothing of it was taken in."""

    def __init__(self, errors: list[ContentError]) -> None:
        super().__init__("\n".join(map(str, errors)))
        self.errors = errors


@dataclass(frozen=True, slots=True)
class Text:
    """Title, slug ("" : from the title) and summary of a category or section in one locale."""

    title: str
    slug: str = ""
    summary: str = ""


@dataclass(frozen=True, slots=True)
class TranslationFile:
    """One translation and the file that holds it; `draft` None: the same as ever, and not read."""

    path: Path
    draft: Draft | None


@dataclass(slots=True)
class ArticleFolder:
    """An article with its translations by locale tag."""

    key: str
    category: str
    section: str
    source: str
    id: int | None = None
    position: int | None = None
    regions: str | None = None
    withheld: str | None = None
    related: str = ""
    translations: dict[str, TranslationFile] = field(default_factory=dict)


@dataclass(slots=True)
class Group:
    """A category, or with `category` a section, with its texts by locale tag."""

    key: str
    position: int | None = None
    category: str | None = None
    texts: dict[str, Text] = field(default_factory=dict)


@dataclass(slots=True)
class Folder:
    """What a folder holds; `notes` say what could not be kept."""

    root: Path
    files: Files
    is_plain: bool = False
    categories: dict[str, Group] = field(default_factory=dict)
    sections: dict[tuple[str, str], Group] = field(default_factory=dict)
    articles: dict[str, ArticleFolder] = field(default_factory=dict)
    notes: list[Note] = field(default_factory=list)


class Reader:
    """Collects what is wrong while a folder is read, so that a writer learns it all at once."""

    def __init__(self, root: Path, locales: Locales, files: Files) -> None:
        self.root, self.locales, self.files = root, locales, files
        self.name = files.name
        self.errors: list[ContentError] = []
        self.notes: list[Note] = []

    def refuse(self, path: Path, line: int, reason: str) -> None:
        """Note one error."""
        self.errors.append(ContentError(self.name(path), line, reason))

    def text(self, path: Path) -> str | None:
        """The file's text; None, and an error noted, when it is no readable UTF-8 below the folder."""
        try:
            if not Path(os.path.realpath(path)).is_relative_to(self.files.home):
                self.refuse(path, 1, "leads out of the folder")
            elif not path.is_file():  # a pipe would keep us waiting
                self.refuse(path, 1, "is not a file, nor a link to one")
            elif path.stat().st_size > LARGEST_FILE:
                self.refuse(path, 1, f"is larger than {LARGEST_FILE:,} bytes")
            else:
                data = path.read_bytes()
                self.files.note(self.name(path), data)
                return self._decode(path, data)
        except OSError as error:
            self.refuse(path, 1, f"cannot be read: {error.strerror}")
        return None

    def _decode(self, path: Path, data: bytes) -> str | None:
        if data.startswith((BOM_UTF16_BE, BOM_UTF16_LE)):
            self.refuse(path, 1, "is UTF-16; save it as UTF-8")
            return None
        try:
            text = data.decode("utf-8")
        except UnicodeDecodeError as error:
            self.refuse(path, data.count(b"\n", 0, error.start) + 1, "is not valid UTF-8")
            return None
        if "\0" in text:  # PostgreSQL stores none
            self.refuse(path, data.count(b"\n", 0, data.index(0)) + 1, "holds a NUL character; take it out")
            return None
        return text

    def front_matter(self, path: Path, allowed: set[str], *, is_yaml: bool = False) -> FrontMatter | None:
        """The file's fields and body; None, and errors noted, when they cannot be read."""
        text = self.text(path)
        if text is None:
            return None
        try:
            matter = load_fields(text) if is_yaml else split(text)
        except FrontMatterError as error:
            self.refuse(path, error.line, error.reason)
            return None
        for name in sorted(matter.fields.keys() - allowed):
            self.refuse(path, matter.lines[name], f"`{name}` is not a field; known: {', '.join(sorted(allowed))}")
        return matter

    def refuse_long(self, path: Path, lines: Mapping[str, int], texts: Mapping[str, str]) -> None:
        """Note an error for each text of the names in LONGEST that is no title, summary and so on but a mistake."""
        for name, most in LONGEST.items():
            if len(texts.get(name, "")) > most:
                self.refuse(path, lines.get(name, 1), f"`{name}` is longer than {most:,} characters")

    def locale(self, path: Path, tag: str) -> str | None:
        """The configured tag; None, and an error noted, for any other."""
        if self.locales.find(tag) is not None:
            return tag
        self.refuse(path, 1, f"`{tag}` is not a locale of this site; HELPDESK_LOCALES names them")
        return None


class Fields:
    """Reads one file's fields, each checked where it stands."""

    def __init__(self, reader: Reader, path: Path, matter: FrontMatter) -> None:
        self.reader, self.path, self.matter = reader, path, matter
        reader.refuse_long(path, matter.lines, {name: self.words(name) for name in LONGEST})

    def refuse(self, name: str, reason: str) -> None:
        """Note an error at the field's line."""
        self.reader.refuse(self.path, self.matter.lines.get(name, 1), reason)

    def words(self, name: str) -> str:
        """The field as one line of text, lists joined by commas; YAML's escapes can write anything."""
        value = self.matter.fields.get(name, "")
        return one_line(", ".join(value) if isinstance(value, list) else value)

    def slug(self) -> str:
        """The last part of the address; "": to be made of the title."""
        value = self.words("slug")
        if NO_SLUG.search(value):
            plain = slugify(value)
            advice = f"write `{plain}`" if plain else "leave it out"
            self.refuse("slug", f"`slug` is one part of an address, and no file: {advice}")
        return value

    def list(self, name: str, fits: Callable[[str], object], what: str) -> str | None:
        """The field's items between spaces, " SG EU "; None without any."""
        items = self.words(name).replace(",", " ").split()
        for item in items:
            if not fits(item):
                self.refuse(name, f"`{name}` holds `{item}`, which is not {what}")
        return f" {' '.join(items)} " if items else None

    def number(self, name: str) -> int | None:
        """The field as a whole number above 0."""
        value = self.words(name)
        if not value:
            return None
        if not re.fullmatch(r"[1-9][0-9]{0,8}", value):
            bounds = "below 1000000000" if re.fullmatch(r"[1-9][0-9]+", value) else "above 0"
            self.refuse(name, f"`{name}` must be a whole number {bounds}, not `{value}`")
            return None
        return int(value)

    def choice(self, name: str, values: tuple[str, ...], default: str) -> str:
        """The field as one of some words."""
        value = self.words(name) or default
        if value not in values:
            self.refuse(name, f"`{name}` must be one of {', '.join(values)}, not `{value}`")
            return default
        return value

    def time(self, name: str) -> datetime | None:
        """The field as a day or time, UTC unless it says otherwise."""
        value = self.words(name)
        if not value:
            return None
        try:
            parsed = datetime.fromisoformat(value)
        except ValueError:
            self.refuse(name, f"`{name}` must be a date such as 2026-04-24, not `{value}`")
            return None
        parsed = parsed if parsed.tzinfo else parsed.replace(tzinfo=UTC)
        if not EARLIEST <= parsed <= LATEST:
            self.refuse(name, f"`{name}` must lie between {EARLIEST:%Y-%m-%d} and {LATEST:%Y-%m-%d}, not `{value}`")
            return None
        return parsed


def read_translation(reader: Reader, path: Path) -> TranslationFile | None:
    """A file of the product's own layout."""
    matter = reader.front_matter(path, TRANSLATION_FIELDS)
    if matter is None:
        return None
    fields = Fields(reader, path, matter)
    title = fields.words("title")
    if not title:
        reader.refuse(path, 1, "has no `title`")
    status = fields.choice("status", STATUSES, "published")
    draft = Draft(
        title=title,
        markdown=matter.body,
        slug=fields.slug(),
        summary=fields.words("summary"),
        keywords=fields.words("keywords"),
        status=status,
        published_at=fields.time("published_at"),
        updated_at=fields.time("updated_at"),
        revision=fields.number("revision"),
        based_on=fields.number("based_on"),
        significance=fields.choice("significance", SIGNIFICANCES, "minor"),
    )
    return TranslationFile(path, draft)


def read_folder(root: Path, locales: Locales, files: Files) -> Folder:
    """Read the product's own layout; raises ContentErrors with everything that is wrong."""
    reader = Reader(root, locales, files)
    folder = Folder(root, files, notes=reader.notes)
    for category_dir in _folders(reader, root):
        category = _group(reader, category_dir, OF_CATEGORY)
        folder.categories[category.key] = category
        for section_dir in _folders(reader, category_dir):
            section = _group(reader, section_dir, OF_SECTION)
            section.category = category.key
            folder.sections[category.key, section.key] = section
            for article_dir in _folders(reader, section_dir):
                article = _article(reader, article_dir, category.key, section.key)
                if article.key in folder.articles:
                    reader.refuse(article_dir, 1, f"the key `{article.key}` stands elsewhere as well")
                folder.articles[article.key] = article
    if not folder.articles and not reader.errors:
        reader.refuse(root, 1, "holds neither `<category>/<section>/<key>/<tag>.md` nor Markdown of another engine")
    if reader.errors:
        raise ContentErrors(reader.errors)
    return folder


def _folders(reader: Reader, path: Path) -> Iterator[Path]:
    for child in sorted(path.iterdir()):
        if not child.name.startswith((".", "_index.")) and child.suffix == ".md" and child.is_file():
            reader.notes.append(Note(reader.name(child), 1, "file left out: not in the folder of an article"))
        if child.name.startswith(".") or not child.is_dir():
            continue
        if not KEY.fullmatch(child.name):
            reader.refuse(child, 1, "a folder's name is made of a-z, 0-9 and single hyphens")
            continue
        yield child


def _group(reader: Reader, path: Path, own_file: str) -> Group:
    group = Group(path.name)
    if os.path.lexists(path / own_file):
        matter = reader.front_matter(path / own_file, {"position"}, is_yaml=True)
        if matter is not None:
            group.position = Fields(reader, path / own_file, matter).number("position")
    for file in sorted(path.glob("_index.*.md")):
        tag = reader.locale(file, file.name.removeprefix("_index.").removesuffix(".md"))
        matter = reader.front_matter(file, TEXT_FIELDS)
        if tag is None or matter is None:
            continue
        if matter.body.strip():
            reader.notes.append(Note(reader.name(file), matter.body_line, "text left out: a list shows none"))
        fields = Fields(reader, file, matter)
        if not fields.words("title"):
            reader.refuse(file, 1, "has no `title`")
        group.texts[tag] = Text(fields.words("title"), fields.slug(), fields.words("summary"))
    if not group.texts:
        reader.refuse(path, 1, "has no `_index.<tag>.md` with a title")
    return group


def _article(reader: Reader, path: Path, category: str, section: str) -> ArticleFolder:
    article = ArticleFolder(path.name, category, section, reader.locales.default.tag)
    about, home = path / ABOUT, f"{category}/{section}/{path.name}"
    row = reader.files.find_article(article.key, f"{home}/{ABOUT}")
    if row is not None:
        article.id, article.source, article.position = row.id, row.source_locale, row.position
        article.regions, article.withheld, article.related = row.regions, row.withheld, row.related
    elif os.path.lexists(about):
        _read_about(reader, about, article)
    found = {reader.locale(file, file.stem) or "": file for file in sorted(path.glob("[!.]*.md"))}
    names = {tag: f"{home}/{file.name}" for tag, file in found.items()}
    unchanged = reader.files.unchanged(article.key, article.source, names) if row is not None else set()
    for tag, file in found.items():
        translation = TranslationFile(file, None) if tag in unchanged else read_translation(reader, file)
        if tag and translation is not None:
            article.translations[tag] = translation
    source = article.translations.get(article.source)
    if source is None and not reader.errors:
        reader.refuse(path, 1, f"has no `{article.source}.md`, the locale that `source` names")
    elif source is not None and source.draft is not None and not source.draft.has_body:
        reader.refuse(source.path, 1, "has no text; only a translation may be a title alone")
    return article


def _read_about(reader: Reader, about: Path, article: ArticleFolder) -> None:
    matter = reader.front_matter(about, ARTICLE_FIELDS, is_yaml=True)
    if matter is None:
        return
    fields = Fields(reader, about, matter)
    article.id, article.position = fields.number("id"), fields.number("position")
    article.source = fields.words("source") or article.source
    article.regions = fields.list("regions", REGION.fullmatch, "a region such as SG or EU")
    is_regional = lambda tag: (found := reader.locales.find(tag)) and found.region  # noqa: E731
    article.withheld = fields.list("withheld", is_regional, "a regional locale of this site, such as en-SG")
    article.related = (fields.list("related", KEY.fullmatch, "the key of an article") or "").strip()
