"""Which files of a documentation project are pages, in which locale and order; and what is left out."""

from __future__ import annotations

import os
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path, PurePath
from typing import Any

from babel import localedata

from helpdesk.errors import Note
from helpdesk.locales import Locale
from helpdesk.services.folder import Reader, Text
from helpdesk.text.characters import one_line
from helpdesk.text.frontmatter import FrontMatterError, line_at, load_settings

_SIGNS = {
    "docusaurus": ("docusaurus.config.*", "i18n/*/docusaurus-plugin-content-docs"),
    "mkdocs": ("mkdocs.y*ml", "*/mkdocs.y*ml", "docs/*/mkdocs.y*ml"),
    # Of a name as common as `config` it is the folder beside it that tells.
    "hugo": (
        *("hugo.toml", "hugo.y*ml", "hugo.json", "config/_default/*.*"),
        *("content/../config.toml", "content/../config.y*ml", "content/**/_index.md"),
    ),
}
_SETTINGS = {"mkdocs": _SIGNS["mkdocs"], "hugo": ("config.*", "config/_default/*.*", "hugo.*")}
_FOLDERS = {"docusaurus": ("docs",), "mkdocs": ("docs", "."), "hugo": ("content", "."), "": ("docs", "content", ".")}
_KINDS = {".yml": "yaml", ".yaml": "yaml", ".toml": "toml", ".json": "json"}
_SETTING_NAMES = {"mkdocs", "hugo", "config", "_category_", "current"}
_INSTALLED = {"node_modules", "__MACOSX"}
_PROGRAMS = ("docusaurus.config", "sidebars")
ENDINGS = (".md", ".mdx", ".markdown")
_OTHER_MARKUP = (".adoc", ".html", ".ipynb", ".org", ".rst")
_LANGUAGE = re.compile(r"[A-Za-z]{2,3}(?:[-_][A-Za-z0-9]{2,8}){0,2}")
_NICKNAMES = {"jp": "ja", "cn": "zh-Hans", "kr": "ko", "ua": "uk", "cz": "cs", "vn": "vi"}  # countries for languages
_NUMBER = re.compile(r"([0-9]{1,9})[-_. ]+(?=[^0-9])")
_INDEX = re.compile(r"(?i)(?:_?index|readme)")
_DEFAULT_LOCALE = re.compile(r"defaultLocale:\s*[\"']([\w-]+)")
_LARGEST_NAV, _DEEPEST_NAV = 10_000, 20  # entries, and titles above each
_NAV = re.compile(r"(?m)^[\"']?nav\b")
LAST = 10**9  # the place and weight of what has none
NOTHING = Text("")


@dataclass(frozen=True, slots=True)
class SourceFile:
    """A page in one language; its name is its path without folder or suffix of the locale, ending and numbers."""

    path: Path
    folder: Path
    tag: str
    name: str


@dataclass(frozen=True, slots=True)
class NavEntry:
    """A page in a project's table of contents: its place, the titles above it, and its own ("" : none)."""

    position: int = LAST
    sections: tuple[str, ...] = ()
    title: str = ""


@dataclass(slots=True)
class Tree:
    """A project; `engine` is "" for Markdown alone, `content` the folder of its pages. Folders are named as pages."""

    engine: str
    content: str
    default: Locale
    title: str = ""
    files: list[SourceFile] = field(default_factory=list)
    nav: dict[str, NavEntry] = field(default_factory=dict)
    folders: dict[tuple[str, str], Text] = field(default_factory=dict)  # by name and tag
    translated: dict[tuple[str, str], str] = field(default_factory=dict)  # by title and tag
    weights: dict[str, float] = field(default_factory=dict)  # of folders and pages
    notes: list[Note] = field(default_factory=list)

    def entry(self, name: str) -> NavEntry:
        """The page's in the table of contents, or one without a place."""
        return self.nav.get(name, NavEntry())


def find_engine(root: Path) -> str:
    """Whose project it is; "" for none that is known."""
    return next((engine for engine, signs in _SIGNS.items() if any(_glob(root, sign) for sign in signs)), "")


def page_name(path: str) -> str:
    """A page's path without ending; an index has one name, however it is called."""
    folder, slash, last = path.rpartition("/")
    stem = Path(last).stem if last.lower().endswith(ENDINGS) else last
    return f"{folder}{slash}{'index' if _INDEX.fullmatch(stem) else stem}"


def is_page(path: PurePath) -> bool:
    """Whether a file is Markdown."""
    return path.suffix.lower() in ENDINGS


def is_passed_over(name: str) -> bool:
    """Whether nobody wrote what has this name to be read: it is hidden, or a program put it there."""
    return name in _INSTALLED or (name.startswith(".") and name not in (".", ".."))


def walk(root: Path) -> Iterator[tuple[Path, list[str], list[str]]]:
    """As os.walk, in the order of names, without what is passed over."""
    for top, folders, names in os.walk(root):
        folders[:] = sorted(name for name in folders if not is_passed_over(name))
        yield Path(top), folders, sorted(name for name in names if not is_passed_over(name))


def is_read(path: PurePath) -> bool:
    """Whether a project could be another one without this file: a page, or settings of an engine."""
    if path.suffix in _KINDS and (path.stem in _SETTING_NAMES or path.parent.name == "_default"):
        return True
    return is_page(path) or path.stem in _PROGRAMS


def weight_of(text: str) -> float | None:
    """What a project sorts by; None for what is no number."""
    return float(text) if re.fullmatch(r"-?[0-9]{1,9}(?:\.[0-9]{1,9})?", text) else None


def read_tree(reader: Reader, tag: str | None) -> Tree:
    """The project below the reader's folder; errors are noted there. `tag`: of texts whose path names no locale."""
    layout = _Layout(reader)
    layout.read(tag)
    return layout.tree


class _Layout:
    def __init__(self, reader: Reader) -> None:
        self.reader, self.root = reader, reader.root
        self.paths = [top / name for top, _, names in walk(self.root) for name in names]
        self.pages = [path for path in self.paths if is_page(path)]
        self.bases: set[Path] = set()  # pages without the suffix of a locale of this site
        for path in self.pages:
            base, _, suffix = path.stem.rpartition(".")
            self.bases.add(path.with_name(base if base and self._find(suffix) else path.stem))
        self.unknown: dict[str, Path] = {}
        self.tree = Tree(find_engine(self.root), "", reader.locales.default)
        self.nav_file: Path | None = None
        self.settings = self._settings()
        plugins = _at(self.settings, "plugins")
        self.i18n = next(filter(None, (_at(plugin, "i18n") for plugin in _list(plugins) or [plugins])), None)  # MkDocs
        self.languages = _list(_at(self.i18n, "languages"))
        self.content = self._content()
        self.tree.content = reader.name(self.content)
        self.left = Counter[str]()

    def read(self, tag: str | None) -> None:
        """Fill the tree."""
        code = tag or self._default()
        self.tree.default = (self._locale(code, self.root) if code else None) or self.tree.default
        sources = self._sources()
        for path in self.paths:
            if is_page(path) or (path.stem == "_category_" and path.suffix in _KINDS):
                self._take(path, sources)
            elif path.suffix.lower() in _OTHER_MARKUP and any(parent in sources for parent in path.parents):
                self._leave(path, "is no Markdown: left out")
            elif path.name == "current.json" and path.parent.name == "docusaurus-plugin-content-docs":
                self._translate(self._find(path.parents[1].name), self._load(path))
        self._read_contents()
        if not code and [*sources] == [self.content] and len({file.tag for file in self.tree.files}) == 1:
            self._leave(self.root, "no path names a locale: taken for the default", self.tree.default.tag)
        for path in self.root.glob("sidebars.*"):
            self._leave(path, "sidebar not read: pages stand in the order of their positions and names")
        for name, number in self.left.items():
            self._leave(self.root / name, "is no page of the tree: left out", f"{number} files" if number > 1 else "")
        if self.unknown:
            names, first = ", ".join(self.unknown), next(iter(self.unknown.values()))
            self.reader.refuse(first, 1, f"no locale of this site; add to HELPDESK_LOCALES: {names}")

    def _read_contents(self) -> None:
        """The titles and the table of contents of MkDocs."""
        self.tree.title = _words(_at(self.settings, "site_name"))
        entries = islice(_entries(_at(self.settings, "nav"), ()), _LARGEST_NAV)
        is_deep = False
        for position, (path, sections, title) in enumerate(entries):
            if isinstance(path, str):
                self.tree.nav.setdefault(page_name(path), NavEntry(position, sections, title))
            is_deep |= isinstance(path, list) and len(sections) == _DEEPEST_NAV
        if is_deep and self.nav_file:
            line = _line_of(_NAV, self.reader.text(self.nav_file) or "")
            kind = f"table of contents not read where it is more than {_DEEPEST_NAV} deep"
            self._leave(self.nav_file, kind, line=line)
        for language in self.languages:
            self._translate(self._find(_words(_at(language, "locale"))), _at(language, "nav_translations"))

    def _find(self, name: str) -> Locale | None:
        return self.reader.locales.find_alias(_NICKNAMES.get(name.lower(), name))

    def _locale(self, name: str, path: Path) -> Locale | None:
        """The locale that a project calls so; one that the site lacks is remembered."""
        found = self._find(name)
        if found is None:
            self.unknown.setdefault(name, path)
        return found

    def _load(self, path: Path) -> dict[str, Any]:
        try:
            found = load_settings(self.reader.text(path) or "", _KINDS[path.suffix])
        except FrontMatterError as error:
            self._leave(path, "settings not read", error.reason, error.line)
            return {}
        return found if isinstance(found, dict) else {}

    def _leave(self, path: Path, kind: str, detail: str = "", line: int = 1) -> None:
        self.tree.notes.append(Note(self.reader.name(path), line, kind, detail))

    def _settings(self) -> dict[str, Any]:
        """Those of MkDocs and Hugo; what Docusaurus has is a program.

        Of several projects of MkDocs, one for each language, those of the default locale."""
        settings: dict[str, Any] = {}
        paths = [path for sign in _SETTINGS.get(self.tree.engine, ()) for path in _glob(self.root, sign)]
        for path in paths:
            is_own = path.parent == self.root or path.parent.name == "_default"
            if path.suffix in _KINDS and (is_own or self._find(path.parent.name) == self.tree.default):
                found = self._load(path)
                self.nav_file = path if _at(found, "nav") else self.nav_file
                settings |= {"languages": found} if path.stem == "languages" else found
        return settings

    def _default(self) -> str:
        """The language that a project names for texts whose path names none."""
        for path in self.root.glob("docusaurus.config.*"):
            match = _DEFAULT_LOCALE.search(self.reader.text(path) or "")
            return match[1] if match else ""
        is_default = lambda language: _words(_at(language, "default")).lower() == "true"  # noqa: E731
        named = [
            *(_at(language, "locale") for language in filter(is_default, self.languages)),
            _at(self.i18n, "default_language"),
            _at(self.settings, "defaultcontentlanguage"),
            _at(self.settings, "theme", "language"),
        ]
        return next(filter(None, map(_words, named)), "")

    def _content(self) -> Path:
        """The folder of all pages, or of those whose path names no locale."""
        wanted = {"docs": _at(self.settings, "docs_dir"), "content": _at(self.settings, "contentdir")}
        folders = [self.root / (_words(wanted.get(name)) or name) for name in _FOLDERS[self.tree.engine]]
        return next((path for path in folders if any(path in page.parents for page in self.pages)), folders[-1])

    def _sources(self) -> dict[Path, Locale]:
        """Folders of pages, and the locale of those without suffix; a page belongs to the nearest above it."""
        content = self.content
        named = {path: path.parents[1].name for path in self.root.glob("i18n/*/docusaurus-plugin-content-docs/current")}
        languages = _at(self.settings, "languages") if self.tree.engine == "hugo" else None
        for code, language in languages.items() if isinstance(languages, dict) else ():
            if folder := _words(_at(language, "contentdir")):
                named[self.root / folder] = code
        if not named:
            below = [page.relative_to(content).parts for page in self.pages if content in page.parents]
            tops = dict.fromkeys(parts[0] for parts in below if len(parts) > 1)
            languages = [top for top in tops if self._find(top) or _is_language(top)]
            if len(languages) == len(tops) or any(map(self._find, tops)):
                named = {_inner(content / top): top for top in languages}
        sources = {folder: locale for folder, code in named.items() if (locale := self._locale(code, folder))}
        has_default = self.tree.default in sources.values() and self.tree.engine != "docusaurus"
        return sources if has_default else {content: self.tree.default, **sources}

    def _take(self, path: Path, sources: Mapping[Path, Locale]) -> None:
        """A page, or the label of a folder."""
        folder = next((parent for parent in path.parents if parent in sources), None)
        below = path.relative_to(folder or self.root).parts
        if folder is None:
            self.left[below[0]] += 1
        elif path.stem == "_category_":
            self._read_label(path, self._name(below).rpartition("/")[0], sources[folder].tag)
        elif self.tree.engine == "docusaurus" and any(part.startswith("_") for part in below):
            self.left[self.reader.name(path)] += 1
        else:
            locale, stem = self._suffix(path) if folder == self.content else (None, path.stem)
            tag = (locale or sources[folder]).tag
            self.tree.files.append(SourceFile(path, folder, tag, self._name((*below[:-1], stem))))

    def _suffix(self, path: Path) -> tuple[Locale | None, str]:
        """The locale that stands before a file's ending, and what stands before both."""
        base, _, suffix = path.stem.rpartition(".")
        is_language = self._find(suffix) or (_is_language(suffix) and path.parent / base in self.bases)
        return (self._locale(suffix, path), base) if base and is_language else (None, path.stem)

    def _name(self, parts: tuple[str, ...]) -> str:
        """Without the numbers that Docusaurus sorts by; a bundle of Hugo is named as its folder.

        A page of Docusaurus that has the name of its folder is the folder's index."""
        name = ""
        for part in parts:
            number = _NUMBER.match(part) if self.tree.engine == "docusaurus" else None
            name = f"{name}/{part[number.end() :] if number else part}".lstrip("/")
            if number:
                self.tree.weights.setdefault(page_name(name), int(number[1]))
        folder, _, last = name.rpartition("/")
        if self.tree.engine == "hugo" and last == "index" and folder:
            return folder
        is_index = self.tree.engine == "docusaurus" and folder and last == folder.rpartition("/")[2]
        return f"{folder}/index" if is_index else page_name(name)

    def _read_label(self, path: Path, name: str, tag: str) -> None:
        found = self._load(path)
        label, summary = _words(_at(found, "label")), _words(_at(found, "link", "description"))
        self.tree.folders[name, tag] = Text(label, summary=summary)
        if (weight := weight_of(_words(_at(found, "position")))) is not None:
            self.tree.weights[name] = weight

    def _translate(self, locale: Locale | None, titles: Any) -> None:
        """Titles of folders: `sidebar.docs.category.Guides: {message: ...}` of Docusaurus, `Guides: ...` of MkDocs."""
        if locale and isinstance(titles, dict):
            for title, value in titles.items():
                name = one_line(str(title)).rpartition(".category.")[2]
                self.tree.translated[name, locale.tag] = _words(_at(value, "message") or value)


def _glob(root: Path, sign: str) -> list[Path]:
    return sorted(path for path in root.glob(sign) if not any(map(is_passed_over, path.relative_to(root).parts)))


def _entries(items: Any, sections: tuple[str, ...]) -> Iterator[tuple[Any, tuple[str, ...], str]]:
    """What a table of contents lists, pages and all else, each below the titles above it, in as many as can be.

    By its aliases a file may list more than anybody can read, so each item is given, were it empty."""
    for item in _list(items):
        for title, value in item.items() if item and isinstance(item, dict) else [("", item)]:
            yield value, sections, one_line(str(title))
            if len(sections) < _DEEPEST_NAV:
                yield from _entries(value, (*sections, one_line(str(title))))


def _line_of(pattern: re.Pattern[str], text: str) -> int:
    return line_at(text, match.start()) if (match := pattern.search(text)) else 1


def _at(value: Any, *keys: str) -> Any:
    """What stands in settings under keys, however these are capitalized; None for nothing."""
    for key in keys:
        items = value.items() if isinstance(value, dict) else ()
        value = next((item for name, item in items if str(name).lower() == key), None)
    return value


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def _words(value: Any) -> str:
    """What settings say in one line; "" for what is no text."""
    return "" if value is None or isinstance(value, dict | list) else one_line(str(value))


def _is_language(name: str) -> bool:
    return bool(_LANGUAGE.fullmatch(name)) and localedata.exists(re.split("[-_]", name)[0].lower())


def _inner(folder: Path) -> Path:
    """Where a language's pages stand, if its folder is a project of its own."""
    return folder / "docs" if (folder / "mkdocs.yml").is_file() and (folder / "docs").is_dir() else folder
