"""Reads documentation projects: plain Markdown, MkDocs, Hugo, Docusaurus; titles are headings, sections are folders."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Collection, Mapping
from datetime import UTC, datetime
from itertools import accumulate, zip_longest
from pathlib import Path

from helpdesk.errors import ContentError, Note
from helpdesk.locales import Locales
from helpdesk.services.folder import (
    EARLIEST,
    LATEST,
    LONGEST,
    ArticleFolder,
    ContentErrors,
    Folder,
    Group,
    Reader,
    Text,
    TranslationFile,
)
from helpdesk.services.import_state import Files
from helpdesk.services.saving import Draft
from helpdesk.services.tree_layouts import (
    LAST,
    NOTHING,
    SourceFile,
    Tree,
    find_engine,
    is_page,
    read_tree,
    walk,
    weight_of,
)
from helpdesk.services.tree_links import Links, Page
from helpdesk.text.characters import one_line
from helpdesk.text.dialects import convert
from helpdesk.text.frontmatter import FrontMatterError, split_foreign
from helpdesk.text.markdown import render, strip_title
from helpdesk.text.slug import ascii_key, slugify

# Front matter of other projects is theirs: of all its fields, these are understood.
KNOWN = {
    *("title", "linkTitle", "sidebar_label", "slug", "id", "description", "summary", "keywords", "tags"),
    *("weight", "sidebar_position", "date", "lastmod", "draft", "translationKey"),
}
LONGEST_KEY = 80


def is_plain_tree(root: Path, locales: Locales) -> bool:
    """Whether a folder is a project of another engine, or holds Markdown that is not laid out as our own."""
    if find_engine(root):
        return True
    is_own = any(root.glob("*/_index.*.md")) or any(root.glob("*/*/*/_article.yaml"))
    is_own = is_own or any(locales.find(path.stem) for path in root.glob("*/*/*/*.md"))
    return not is_own and any(is_page(top / name) for top, _, names in walk(root) for name in names)


def read_plain_tree(root: Path, locales: Locales, files: Files, tag: str | None = None) -> Folder:
    """Read a project; the category is named as the folder. Raises ContentErrors.

    `tag` is the locale of texts whose path names none; without it that of the project, else the site's default."""
    reader = Reader(root, locales, files)
    tree = read_tree(reader, tag)
    pages = [page for file in tree.files if (page := _read_page(reader, tree, file)) is not None]
    if not pages and not reader.errors:
        reader.refuse(root, 1, f"holds no Markdown in `{tree.content}`, where {tree.engine or 'it'} has its pages")
    if reader.errors:
        raise ContentErrors(reader.errors)
    folder = _Builder(reader, tree, pages).build()
    if not folder.articles:
        raise ContentErrors([ContentError(".", 1, "holds no page with a text")])
    return folder


def _read_page(reader: Reader, tree: Tree, file: SourceFile) -> Page | None:
    raw = reader.text(file.path)
    if raw is None:
        return None
    try:
        matter = split_foreign(raw)
    except FrontMatterError as error:
        reader.refuse(file.path, error.line, error.reason)
        return None
    is_mdx = tree.engine == "docusaurus" or file.path.suffix == ".mdx"
    text, losses = convert(matter.body, first_line=matter.body_line, is_mdx=is_mdx)
    heading, anchor, body = strip_title(text)
    page = Page(file, raw, matter.fields, losses, body, heading, anchor or "")
    if unknown := matter.fields.keys() - KNOWN:
        losses.add("front matter not kept", 1, ", ".join(sorted(unknown)))
    given = _plain_title(page.word("title"))
    if given and heading and slugify(given) != slugify(heading):
        if text.strip().endswith(body.strip()):
            losses.add("heading left out: the title says otherwise", matter.body_line, heading)
        else:
            page.markdown, page.heading = text, ""
    name = reader.root.resolve().name if file.name == "index" else file.name.removesuffix("/index")
    page.title = given or one_line(heading) or page.word("sidebar_label", "linkTitle")
    page.title = page.title or tree.entry(file.name).title or _title_of(name)
    texts = {"title": page.title, "summary": page.summary, "keywords": page.keywords}
    reader.refuse_long(file.path, {}, texts)
    return page


def _plain_title(title: str) -> str:
    """Without the signs of code, links and emphasis; an angle bracket is one."""
    return one_line(render(f"# {title}").text) if any(sign in title for sign in ("`", "](", "**")) else title


def _last(path: str) -> str:
    return path.rpartition("/")[2]


def _title_of(path: str) -> str:
    words = one_line(_last(path).replace("_", " ").replace("-", " "))
    return words[:1].upper() + words[1:] or "-"


class _Builder:
    """Makes a folder of pages."""

    def __init__(self, reader: Reader, tree: Tree, pages: list[Page]) -> None:
        self.reader, self.tree, self.all = reader, tree, pages
        self.folder = Folder(reader.root, reader.files, is_plain=True, notes=tree.notes)
        order = {locale.tag: number for number, locale in enumerate(reader.locales.all)} | {tree.default.tag: -1}
        pages.sort(key=lambda page: order[page.file.tag])
        same: dict[str, str] = {}
        self.pages: dict[str, dict[str, Page]] = {}
        for page in pages:
            name = same.setdefault(page.word("translationKey") or page.file.name, page.file.name)
            if self.pages.setdefault(name, {}).setdefault(page.file.tag, page) is not page:
                page.losses.add("another page has its name in this language: left out", 1, page.title)
        self.shown = {""}  # what sections say
        for name, versions in self.pages.items():
            # The source: of those with a text the first in the order of locales.
            self.pages[name] = dict(sorted(versions.items(), key=lambda item: not item[1].has_text))
            source, *others = self.pages[name].values()
            source.rendered = render(source.markdown)
            ids = [(heading.level, heading.id) for heading in source.rendered.headings]
            for page in others:
                page.rendered = render(page.markdown, heading_ids=ids)
            self._note_folder(name)

    def _note_folder(self, name: str) -> None:
        """What a page says of itself as an entry of its folder, and an index of the folder: less than settings do."""
        source, folder = next(iter(self.pages[name].values())), name.removesuffix("/index")
        weight = weight_of(source.word("weight", "sidebar_position"))
        if weight is not None and (folder == name or folder not in self.tree.weights):
            self.tree.weights[folder] = weight
        for tag, page in self.pages[name].items() if folder != name else ():
            told = self.tree.folders.get((folder, tag), NOTHING)
            summary = told.summary or ("" if page.has_text else page.summary)
            self.tree.folders[folder, tag] = Text(told.title or page.title, summary=summary)

    def build(self) -> Folder:
        """Articles in the project's own order, sections as they come."""
        root = self.reader.root.resolve().name
        category = ascii_key(root) or "documents"
        title = (self.tree.title or _title_of(root))[: LONGEST["title"]]
        texts = {page.file.tag: Text(title) for page in self.all}
        self.folder.categories[category] = Group(category, texts=texts)
        names = [name for name in sorted(self.pages, key=self._place) if next(iter(self.pages[name].values())).has_text]
        keys, taken = dict[str, str](), set[str]()
        for name in sorted(names):
            keys[name] = _key(name, taken)
            taken.add(keys[name])
        links = Links(self.reader.root, self.reader.locales, self.tree, self.pages, keys)
        for position, name in enumerate(names, start=1):
            versions, section = self.pages[name], self._section(category, name)
            article = ArticleFolder(keys[name], category, section, next(iter(versions)), position=position)
            for tag, page in versions.items():
                article.translations[tag] = TranslationFile(page.file.path, self._draft(page, links.rewrite(page)))
            self.folder.articles[article.key] = article
        self._note_losses(keys)
        return self.folder

    def _note_losses(self, keys: Mapping[str, str]) -> None:
        """Of all pages; of one that is no article, also what no section says."""
        for name, page in ((name, page) for name, versions in self.pages.items() for page in versions.values()):
            if name in keys and not page.has_text:
                page.losses.add("no text: only its title was taken", 1, "")
            for words in (page.title, page.summary):
                if name not in keys and words not in self.shown:
                    page.losses.add("no text: left out", 1, words)
        for page in self.all:
            where = self.reader.name(page.file.path)
            for kind, (line, details) in page.losses.by_kind.items():
                self.folder.notes.append(Note(where, line, kind, "; ".join(filter(None, details))))
        self.folder.notes.sort(key=lambda note: (note.path, note.line))

    def _place(self, name: str) -> tuple[int, list[tuple[float, bool, str]]]:
        """By the table of contents, then by weight and name, an index first in its folder."""
        by_weight = [(self.tree.weights.get(path, LAST), True, path) for path in _paths(name)]
        if _last(name) == "index":
            by_weight[-1] = (-LAST, False, name)
        return self.tree.entry(name).position, by_weight

    def _section(self, category: str, name: str) -> str:
        """Its key; a section is made where there is none yet."""
        sections, path = self.tree.entry(name).sections, name.rpartition("/")[0]
        folders = [""] * len(sections) if len(sections) not in (0, len(_paths(path))) else _paths(path)
        key = _key("-".join(sections) or path or category, ())
        group = Group(key, position=len(self.folder.sections) + 1, category=category)
        group = self.folder.sections.setdefault((category, key), group)
        for tag in (tag for tag in self.pages[name] if tag not in group.texts):
            above = zip_longest(sections, folders, fillvalue="")
            texts = [self._folder_text(title, folder, tag) for title, folder in above]
            title = " / ".join(text.title for text in texts) or self.folder.categories[category].texts[tag].title
            summary = texts[-1].summary if texts else ""
            self.shown |= {summary, *(text.title for text in texts)}
            group.texts[tag] = Text(title[: LONGEST["title"]], summary=summary[: LONGEST["summary"]])
        return key

    def _folder_text(self, title: str, folder: str, tag: str) -> Text:
        """What the project says of a folder, in the language if it does so there; `title` is that of the contents."""
        default, own = (self.tree.folders.get((folder, name), NOTHING) for name in (self.tree.default.tag, tag))
        title = title or default.title
        translated = self.tree.translated.get((title or _last(folder), tag))
        title = translated or (own.title if tag != self.tree.default.tag else "") or title or _title_of(folder)
        translated = self.tree.translated.get((f"{default.title}.link.generated-index.description", tag))
        return Text(title, summary=translated or own.summary)

    def _draft(self, page: Page, markdown: str) -> Draft:
        return Draft(
            title=page.title,
            markdown=markdown.strip("\n") + "\n",
            slug=slugify(_last(page.word("slug").rstrip("/"))),
            summary=page.summary,
            keywords=page.keywords,
            status="draft" if page.word("draft").lower() == "true" else "published",
            published_at=_time(page, "date"),
            updated_at=_time(page, "lastmod"),
        )


def _paths(name: str) -> list[str]:
    """Of the folders above a page or folder, outermost first, and its own."""
    return list(accumulate(name.split("/"), "{}/{}".format)) if name else []


def _key(name: str, taken: Collection[str]) -> str:
    """ASCII, and another for each name: what is lost of one stands behind it as a hash."""
    key = ascii_key(name)
    if key and name.isascii() and len(name) <= LONGEST_KEY and key not in taken:
        return key
    return f"{key[: LONGEST_KEY - 9]}-{hashlib.sha256(os.fsencode(name)).hexdigest()[:8]}".strip("-")


def _time(page: Page, name: str) -> datetime | None:
    if not (value := page.word(name)):
        return None
    try:
        found = datetime.fromisoformat(value)
        found = found if found.tzinfo else found.replace(tzinfo=UTC)
        if EARLIEST <= found <= LATEST:
            return found
    except ValueError:
        pass
    page.losses.add("date not understood", 1, value)
    return None
