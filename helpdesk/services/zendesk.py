"""Turns a dump of a Zendesk help center into a folder that `content import` takes; touches no database."""

from __future__ import annotations

import csv
import os
import re
import shutil
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from html import unescape
from itertools import count
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urljoin, urlunsplit

from helpdesk.errors import ContentError, Note
from helpdesk.locales import Locales
from helpdesk.services.folder import LONGEST, ContentErrors, read_folder
from helpdesk.services.import_state import Files
from helpdesk.services.media import BadImage, read_image
from helpdesk.services.site import Progress, no_progress
from helpdesk.services.zendesk_dump import PLURALS, Article, Dump, Item, Text, read_dump
from helpdesk.text.addresses import split_address
from helpdesk.text.characters import lines_to_show, one_line
from helpdesk.text.from_html import Converter
from helpdesk.text.frontmatter import dump_fields
from helpdesk.text.html_tree import has_content, plain_text, read_html
from helpdesk.text.slug import ascii_key

REDIRECTS = "redirects.csv"
_LARGEST_ID = 999_999_999  # of `id` in `_article.yaml`; Zendesk's newer ids are longer
_ARTICLE = re.compile(r"/hc/(?:[a-z]{2,3}(?:-[a-z0-9]+)*/)?articles/([0-9]{1,20})(?:-[^/]*)?/?", re.IGNORECASE)
_ATTACHMENT = re.compile(r"/article_attachments/(?:token/)?([0-9]{1,20})")
_LINKED = re.compile(r"href=[\"'][^\"'#]*#([^\"']+)[\"']")
_AUTOMATIC = re.compile(r"h_[0-9A-Za-z]{20,}")  # ids that the editor gives to headings, in each language others


@dataclass(slots=True)
class Summary:
    """What was written."""

    articles: int = 0
    texts: int = 0
    pictures: int = 0
    notes: list[Note] = field(default_factory=list)


def convert_dump(source: Path, target: Path, locales: Locales, *, progress: Progress = no_progress) -> Summary:
    """Write a dump as a folder, complete or not at all. Raises ContentErrors."""
    if target.exists() and (not target.is_dir() or any(target.iterdir())):
        raise ContentErrors([ContentError(str(target), 1, "is there already: name a new or an empty folder")])
    if not source.exists():
        raise ContentErrors([ContentError(str(source), 1, "is not there")])
    target = target.resolve()
    conversion = _Conversion(read_dump(source), locales, target.with_name(f".{target.name}.{os.getpid()}"))
    try:
        conversion.run(progress)
        read_folder(conversion.root, locales, Files(conversion.root, "", {}, conversion.root))
        conversion.root.replace(target)
    finally:
        shutil.rmtree(conversion.root, ignore_errors=True)
    return conversion.summary


class _Conversion:
    def __init__(self, dump: Dump, locales: Locales, root: Path) -> None:
        self.dump, self.locales, self.root = dump, locales, root
        self.summary = Summary(notes=dump.notes)
        self.texts = {ident: self._texts("article", ident) for ident in dump.articles}
        self.sources = {ident: self._source(article) for ident, article in dump.articles.items()}
        self.keys: dict[int, str] = {}  # of articles, by id
        self.redirects = [("address", "kind", "key", "locale")]
        self.pictures: dict[str, Path] = {}  # by path below `root`
        self.lost: set[str] = set()  # pictures that are links now, and were said
        bodies = (text.html for texts in dump.texts.values() for text in texts.values())
        self.linked = {unquote(unescape(name)) for body in bodies for name in _LINKED.findall(body)}
        items: list[Item] = [*dump.articles.values(), *dump.sections.values(), *dump.categories.values()]
        addresses = [split_address(address or "") for item in items for address in (item.html_url, item.url)]
        self.hosts = {address.hostname for address in addresses if address.hostname}
        self.base = next((urljoin(address.geturl(), "/") for address in addresses if address.hostname), "")
        self.named: dict[str, list[Path]] = defaultdict(list)
        self.numbered: dict[str, list[Path]] = defaultdict(list)
        for file in dump.files:
            self.named[file.name].append(file)
            for number in set(re.findall("[0-9]+", file.relative_to(dump.root).as_posix())):
                self.numbered[number].append(file)

    def run(self, progress: Progress) -> None:
        """Write everything below `root`."""
        articles = [article for article in self.dump.articles.values() if self.sources[article.id]]
        self.keys = _keys((None, article.id, self._name("article", article)) for article in articles)
        for ident, source in self.sources.items():
            if not source:
                self._note(f"articles/{ident}", "article left out, without a text in a locale of this site")
        if not articles:
            reason = "holds no article with a text in a locale of this site; HELPDESK_LOCALES names them"
            raise ContentErrors([ContentError(self.dump.root.name or ".", 1, reason)])
        places = self._write_groups({article.section_id for article in articles})
        order = list(places)
        articles.sort(key=lambda article: (not article.promoted, order.index(article.section_id), _order(article)))
        for done, article in enumerate(articles):
            progress(self.keys[article.id], done, len(articles))
            self._write_article(article, f"{places[article.section_id]}/{self.keys[article.id]}", done + 1)
        progress("", len(articles), len(articles))
        for attachment in self.dump.attachments.values():
            if not attachment.inline:
                self._note(f"articles/{attachment.article_id}", "attachment that is not kept", attachment.file_name)
        with (self.root / REDIRECTS).open("w", encoding="utf-8", errors="replace", newline="") as file:
            csv.writer(file).writerows(self.redirects)

    def _write_groups(self, used: set[int]) -> dict[int, str]:
        """The folders of sections, in their order; what lies in a section stands beside it, named after both."""
        sections = [self.dump.sections[ident] for ident in used]
        ways = {item.id: [self.dump.categories[item.category_id], *self.dump.way_to(item)] for item in sections}
        ways = dict(sorted(ways.items(), key=lambda entry: [*map(_order, entry[1])]))
        categories = {way[0].id: way[0] for way in ways.values()}
        outer = _keys((None, ident, self._name("category", item)) for ident, item in categories.items())
        inner = _keys((way[0].id, ident, self._name("section", *way[1:])) for ident, way in ways.items())
        places = {ident: f"{outer[way[0].id]}/{inner[ident]}" for ident, way in ways.items()}
        for position, (ident, item) in enumerate(categories.items(), start=1):
            self._write_group("category", [item], outer[ident], position)
        for position, (ident, way) in enumerate(ways.items(), start=1):
            self._write_group("section", way[1:], places[ident], position)
        return places

    def _write_group(self, kind: str, way: Sequence[Item], place: str, position: int) -> None:
        self._write(f"{place}/_{kind}.yaml", {"position": position})
        for tag, text in (self._texts(kind, way[-1].id) or {self.locales.default.tag: way[-1]}).items():
            titles = [self._texts(kind, item.id).get(tag, item).title for item in way[:-1]]
            fields = {"title": " / ".join([*titles, text.title]), "summary": plain_text(text.html)}
            self._write(f"{place}/_index.{tag}.md", fields, "")
            self._redirect(kind, way[-1].id, text, place, tag)

    def _write_article(self, article: Article, place: str, position: int) -> None:
        source, texts = self.sources[article.id], self.texts[article.id]
        about = {"id": article.id if article.id <= _LARGEST_ID else None, "source": source, "position": position}
        self._write(f"{place}/_article.yaml", about)
        way = self.dump.way_to(self.dump.sections[article.section_id])
        is_restricted = bool(article.user_segment_ids) or any(item.user_segment_id for item in (article, *way))
        if is_restricted:
            self._note(place, "restricted article, now a draft")
        outdated = article.outdated_locales or ()
        late = {tag for tag, text in texts.items() if text.outdated or text.locale in outdated} - {source}
        for tag, text in texts.items():
            path = f"{place}/{tag}.md"
            fields = {
                "title": text.title,
                "published_at": None if text.draft else text.created_at or article.created_at,
                "updated_at": text.edited_at or text.updated_at,
                "status": "draft" if text.draft or is_restricted else "published",
                "revision": 2 if late and tag == source else None,
                "based_on": (1 if tag in late else 2) if late and tag != source else None,
                "keywords": ", ".join(article.label_names or ()),
            }
            self._write(path, fields, self._markdown(article.id, path, text, is_source=tag == source))
            self._redirect("article", article.id, text, self.keys[article.id], tag)
        self.summary.articles += 1
        self.summary.texts += len(texts)

    def _markdown(self, article_id: int, path: str, text: Text, *, is_source: bool) -> str:
        converter = Converter(
            link=lambda href: self._link(path, href),
            image=lambda src: self._image(path, article_id, src),
            has_id=lambda name: is_source or name in self.linked or not _AUTOMATIC.fullmatch(name),
            is_linked=self.linked.__contains__,
        )
        markdown = lines_to_show(converter.run(text.html))  # `&#27;` is such a character, too
        for kind, detail in converter.notes:
            self._note(path, kind, detail)
        if not markdown:
            self._note(path, "no text: only its title was taken")
        return markdown

    def _texts(self, kind: str, ident: int) -> dict[str, Text]:
        """The texts of an item by the tags of this site."""
        found: dict[str, Text] = {}
        for name, text in sorted(self.dump.texts[kind, ident].items()):
            locale = self.locales.find_alias(name)
            if locale is not None and locale.tag not in found:
                found[locale.tag] = text
            elif kind == "article":
                reason = f"`{locale.tag}` is there already" if locale else "add it to HELPDESK_LOCALES"
                self._note(f"articles/{ident}", f"text left out, in the locale `{name}`: {reason}")
        return found

    def _source(self, article: Article) -> str:
        """The tag of the text that the others are translations of; "" without one that is more than a title."""
        own = self.locales.find_alias(article.source_locale or article.locale) or self.locales.default
        tags = (locale.tag for locale in (own, self.locales.default, *self.locales.all))
        texts = self.texts[article.id]
        return next((tag for tag in tags if tag in texts and has_content(read_html(texts[tag].html))), "")

    def _name(self, kind: str, *way: Item) -> str:
        """A key made of titles in the first language that has letters for it."""
        texts = [self.dump.texts[kind, item.id] for item in way]
        own = way[-1].source_locale or way[-1].locale
        for name in sorted(texts[-1], key=lambda name: (name != own, not name.startswith("en"), name)):
            key = ascii_key(" ".join(found.get(name, item).title for found, item in zip(texts, way, strict=True)))
            if len(re.sub("[^a-z]", "", key)) > 2:
                return key[:60].rstrip("-")
        return f"{kind}-{way[-1].id}"

    def _link(self, path: str, href: str) -> str:
        parts = split_address(href)
        is_old = parts.hostname in self.hosts if parts.netloc else bool(parts.path and not parts.scheme)
        found = _ARTICLE.fullmatch(parts.path) if is_old else None
        if found and (key := self.keys.get(int(found[1]))):
            return urlunsplit(("article", "", key, "", parts.fragment))
        if not is_old and parts.scheme in ("", "http", "https", "mailto", "tel"):
            return f"https:{href}" if href.startswith("//") else href
        if href not in self.lost:
            self._note(path, "link into the old help center" if is_old else "link that is not kept", href[:200])
        return urljoin(self.base, href) if is_old and self.base else ""

    def _image(self, path: str, article_id: int, src: str) -> str:
        """The name of a picture that now stands beside the text, "" if it is not there."""
        try:
            file = self._find_file(article_id, src)
            if file is None:
                raise BadImage("is not in the dump")
            read_image(file)
        except BadImage as error:
            self.lost.add(src)
            self._note(path, "picture that is not kept, now a link", f"{src[:100]} {error}")
            return ""
        folder, stem, suffix = path.rpartition("/")[0], ascii_key(file.stem) or "picture", file.suffix.lower()
        names = (f"{stem}-{number}{suffix}" if number > 1 else stem + suffix for number in count(1))
        name = next(name for name in names if self.pictures.setdefault(f"{folder}/{name}", file) == file)
        if not (self.root / folder / name).exists():
            shutil.copyfile(file, self.root / folder / name)
            self.summary.pictures += 1
        return name

    def _find_file(self, article_id: int, src: str) -> Path | None:
        """The file with an attachment's number, else the article's own of that name, else the only one."""
        parts = split_address(src)
        number = _ATTACHMENT.search(parts.path)
        names = {unquote(parts.path.rpartition("/")[2])}
        if number and (attachment := self.dump.attachments.get(int(number[1]))):
            names.add(attachment.file_name)
        if number and (files := self.numbered.get(number[1])):
            return next((file for file in files if file.name in names), files[0])
        files = [file for name in names for file in self.named.get(name, ())]
        own = [file for file in files if file in self.numbered.get(str(article_id), ())]
        is_elsewhere = parts.netloc and parts.hostname not in self.hosts
        return (own or files)[0] if own or (len(files) == 1 and (number or not is_elsewhere)) else None

    def _redirect(self, kind: str, ident: int, text: Text, key: str, tag: str) -> None:
        path = split_address(text.html_url or "").path or f"/hc/{text.locale}/{PLURALS[kind]}/{ident}"
        self.redirects.append((path, kind, key, tag))

    def _write(self, path: str, fields: dict[str, Any], body: str | None = None) -> None:
        """A file of fields, those that say something; with a body below."""
        for name, longest in LONGEST.items():
            fields[name] = one_line(fields.get(name, ""))
            if len(fields[name]) > longest:
                fields[name] = fields[name][:longest]
                self._note(path, f"{name} cut after {longest:,} characters")
        file, matter = self.root / path, dump_fields(fields)
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(matter if body is None else f"---\n{matter}---\n{body}\n", "utf-8")

    def _note(self, path: str, kind: str, detail: str = "") -> None:
        self.summary.notes.append(Note(path, 1, kind, detail))


def _keys(wanted: Iterable[tuple[object, int, str]]) -> dict[int, str]:
    """Keys by id, each once in its scope, whatever the order."""
    items = list(wanted)
    times = Counter((scope, name) for scope, _, name in items)
    ids = {str(ident) for _, ident, _ in items}
    keys = {}
    for scope, ident, name in items:
        last = name.rpartition("-")[2]
        is_own = times[scope, name] == 1 and (last == str(ident) or last not in ids)
        keys[ident] = name if is_own else f"{name}-{ident}"
    return keys


def _order(item: Item) -> tuple[int, int]:
    return item.position or 0, item.id
