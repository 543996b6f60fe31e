"""Where the addresses in a documentation project lead: to articles, their headings, and pictures."""

from __future__ import annotations

import os
import re
import unicodedata
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from posixpath import normpath
from urllib.parse import quote, unquote

from helpdesk.locales import Locales
from helpdesk.services.media import EXTENSIONS, image_path
from helpdesk.services.tree_layouts import ENDINGS, SourceFile, Tree, page_name
from helpdesk.text.addresses import line_of, split_address
from helpdesk.text.characters import one_line
from helpdesk.text.elements import Losses
from helpdesk.text.markdown import Rendered, relink

_ROUTES = frozenset(("docs", "content"))
_STATIC = ("static", "public", "assets", "docs", ".")
_NUMBERS = re.compile(r"(?:^|(?<=/))[0-9]+[-_. ]+(?=[^0-9])")


@dataclass(slots=True)
class Page:
    """A page in one language, in Markdown of our own kind, without the `heading` that is its title, and whose id."""

    file: SourceFile
    raw: str
    fields: Mapping[str, str | list[str]]
    losses: Losses
    markdown: str
    heading: str = ""
    anchor: str = ""
    title: str = ""
    rendered: Rendered = Rendered("", (), "", (), ())

    @property
    def has_text(self) -> bool:
        """Whether it is more than a title."""
        return bool(self.markdown.strip())

    @property
    def levels(self) -> list[int]:
        """Of its headings."""
        return [heading.level for heading in self.rendered.headings]

    def has_id(self, ident: str) -> bool:
        """Whether a heading names its id itself; "" for the title."""
        return bool(self.anchor) if not ident else f"#{ident}}}" in self.markdown or f"#{ident} }}" in self.markdown

    def words(self, name: str) -> list[str]:
        """The values of a field, each in one line and without what no page may hold."""
        value = self.fields.get(name, "")
        values = [value] if isinstance(value, str) else value
        return [word for item in values if (word := one_line(item))]

    def word(self, *names: str) -> str:
        """The first of some fields that holds anything."""
        return next((word for name in names for word in self.words(name)), "")

    @property
    def summary(self) -> str:
        """Of the page, in one line."""
        return self.word("summary", "description")

    @property
    def keywords(self) -> str:
        """Each once, with commas between them."""
        return ", ".join(dict.fromkeys([*self.words("keywords"), *self.words("tags")]))


Pages = Mapping[str, Mapping[str, Page]]  # by name and tag, the source first


class Links:
    """Reads the addresses of a project as its engine does; `keys` are those of the articles, by name of the page."""

    def __init__(self, root: Path, locales: Locales, tree: Tree, pages: Pages, keys: Mapping[str, str]) -> None:
        self.root, self.locales, self.tree, self.pages, self.keys = root, locales, tree, pages, keys
        self.names: dict[str, str] = {self._plain(name): name for name in pages}
        self.anchors: dict[tuple[str, str], dict[str, str]] = {}
        for name, versions in pages.items():
            for address in (address for page in versions.values() for address in _addresses(page)):
                self.names.setdefault(self._plain(address), name)
        lasts = Counter(name.rpartition("/")[2] for name in self.names)
        self.lasts = {last: name for path, name in self.names.items() if lasts[last := path.rpartition("/")[2]] == 1}
        self.default_folder = next((file.folder for file in tree.files if file.tag == tree.default.tag), root)

    def rewrite(self, page: Page) -> str:
        """The page's Markdown with links to articles, and pictures by their place; what leads nowhere is lost."""
        targets = {unquote(link): self._target(page, link) for link in page.rendered.links}
        targets |= {image.src: self._picture(page.file, image.src) for image in page.rendered.images}
        asked: set[str] = set()

        def resolve(address: str) -> str | None:
            asked.add(unquote(address))
            return targets.get(unquote(address))

        text = relink(page.markdown, resolve)
        for link in (link for link, target in targets.items() if target and link not in asked):
            page.losses.add("link kept as written", line_of(page.raw, link) or 1, link)
        return text

    def _target(self, page: Page, link: str) -> str | None:
        parts = split_address(link)
        if parts.scheme or parts.netloc:
            return None
        name = self._find(page.file, unquote(parts.path)) if parts.path else page.file.name
        if name not in self.keys:
            page.losses.add("link leads to no page here", line_of(page.raw, link) or 1, link)
            return None
        anchor = unquote(parts.fragment)
        known = self._anchors(name, page.file.tag) if anchor else {}
        found = known.get(anchor, known.get(anchor.lower()))
        if anchor and found is None:
            page.losses.add("anchor not found", line_of(page.raw, link) or 1, link)
        ident = _written(anchor if found is None else found)
        article = f"article:{self.keys[name]}" if parts.path or not ident else ""
        return article + (f"#{ident}" if ident else "")

    def _find(self, file: SourceFile, path: str) -> str:
        """The name of the page at an address; "" for none."""
        here = file.path.parent.relative_to(file.folder).as_posix()
        served = here if page_name(file.path.name) == "index" else f"{here}/{file.path.stem}"
        is_file = path.endswith(ENDINGS) or self.tree.engine == "docusaurus"
        bases = (here, served) if is_file else (served, here)
        path = path.removeprefix("@site")
        for base in [""] if path.startswith("/") else bases:
            for known in self._shorter(self._plain(normpath(f"./{base}/{path}"))):
                if known in self.names:
                    return self.names[known]
        return self.lasts.get(self._plain(path), "") if self.tree.engine in ("hugo", "") else ""

    def _plain(self, path: str) -> str:
        """A path without ending, numbers and index, as it is compared."""
        path = page_name(path.removesuffix(".html").strip("/"))
        base, _, suffix = path.rpartition(".")
        path = base if base and self.locales.find_alias(suffix) else path
        path = path.rpartition("/")[0] if page_name(path.rpartition("/")[2]) == "index" else path
        return (_NUMBERS.sub("", path) if self.tree.engine == "docusaurus" else path).casefold()

    def _shorter(self, path: str) -> Iterator[str]:
        """The path, and what is left of it without a locale or a route at its beginning."""
        yield path
        first, _, rest = path.lstrip("./").partition("/")
        while first in _ROUTES or self.locales.find_alias(first):
            yield rest
            first, _, rest = rest.partition("/")

    def _picture(self, file: SourceFile, src: str) -> str | None:
        """Its address beside the page's file; None if it is there already, or nowhere."""
        path = Path(image_path(src.removeprefix("@site/")))
        if path.suffix.lower() not in EXTENSIONS or "//" in src:
            return None
        here = file.path.parent
        below = here.relative_to(file.folder)
        sites = [file.folder, self.default_folder, *(self.root / name for name in _STATIC)]
        beside = [here, here / file.path.stem, self.default_folder / below]
        for folder in sites if src.startswith("/") else [*beside, *sites]:
            if (folder / path).is_file():
                found = Path(os.path.relpath(folder / path, here)).as_posix()
                return None if found == src else _written(found)
        return None

    def _anchors(self, name: str, tag: str) -> dict[str, str]:
        """Ids of headings by what engines call them; the title's is ""."""
        if (name, tag) not in self.anchors:
            source = next(iter(self.pages[name].values()))
            page = self.pages[name].get(tag, source)
            page = page if page.has_text else source
            known = {heading.id: heading.id for heading in page.rendered.headings} | {page.anchor: ""}
            for version in (page, source):
                if version.levels == page.levels:  # so its ids are those of the source
                    known = _named(version) | known
            self.anchors[name, tag] = known
        return self.anchors[name, tag]


def _addresses(page: Page) -> Iterator[str]:
    """Where a page lies, which may be elsewhere in each language, and how it calls itself in its fields."""
    folder = page.file.name.rpartition("/")[0]
    yield page.file.path.relative_to(page.file.folder).as_posix()
    for field in ("slug", "id", "url", "permalink", "aliases"):
        for address in page.words(field):
            yield address if address.startswith("/") else f"{folder}/{address}"


def _written(address: str) -> str:
    """As it stands in Markdown: readable in all scripts."""
    return re.sub(r"[\s()<>\[\]\"'`\\%]", lambda match: quote(match[0]), address)


def _github_slug(text: str) -> str:
    """As GitHub, Docusaurus and Hugo name headings: letters of all scripts."""
    kept = (char for char in text.lower() if char in "-_ " or unicodedata.category(char)[0] in "LNM")
    return "".join(kept).strip().replace(" ", "-")


def _python_slug(text: str) -> str:
    """As Python-Markdown, and so MkDocs, names headings: ASCII alone."""
    ascii_text = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode()
    return re.sub(r"[-\s]+", "-", re.sub(r"[^\w\s-]", "", ascii_text).strip().lower())


def _named(page: Page) -> dict[str, str]:
    """Ids by the names that engines make of texts: the second of a name is numbered 1; without a name, the first."""
    headings = [(page.heading, ""), *((heading.text, heading.id) for heading in page.rendered.headings)]
    named: dict[str, str] = {}
    own = [(text, ident) for text, ident in headings if (text or ident) and not page.has_id(ident)]
    for slug, separator in ((_github_slug, "-"), (_python_slug, "_")):
        seen = Counter[str]()
        for text, ident in own:
            name = slug(text)
            number = seen[name] + (not name)
            seen[name] += 1
            named.setdefault(f"{name}{separator}{number}" if number else name, ident)
    return named
