"""Reads the plain tree `<locale>/**/*.md` of a documentation project: titles are headings, sections are folders."""

from __future__ import annotations

from pathlib import Path

from helpdesk.errors import Note
from helpdesk.locales import Locales
from helpdesk.services.folder import (
    ArticleFolder,
    ContentErrors,
    Folder,
    Group,
    Reader,
    Text,
    TranslationFile,
    one_line,
)
from helpdesk.services.import_state import Files, maker_of
from helpdesk.services.saving import Draft
from helpdesk.text.frontmatter import FrontMatterError, plain_lines, split
from helpdesk.text.markdown import drop_includes, strip_title
from helpdesk.text.slug import ascii_key, slugify

# Front matter of other projects is theirs: of all its fields, these are understood.
KNOWN = ("title", "slug", "description", "summary", "keywords")


def is_plain_tree(root: Path, locales: Locales) -> bool:
    """Whether the folders at the top are named as locales, at least one of them configured."""
    names = [child.name for child in root.iterdir() if child.is_dir() and not child.name.startswith(".")]
    return any(locales.find_alias(name) for name in names) and not any(root.glob("*/_index.*.md"))


def read_plain_tree(root: Path, locales: Locales, files: Files) -> Folder:
    """Read a plain tree; the category is named as the folder. Raises ContentErrors."""
    reader = Reader(root, locales, files)
    category = ascii_key(root.resolve().name) or "documents"
    folder = Folder(root, files, is_plain=True)
    folder.categories[category] = Group(category)
    pages: dict[str, dict[str, Path]] = {}
    unknown: list[Path] = []
    for top in sorted(child for child in root.iterdir() if child.is_dir() and not child.name.startswith(".")):
        locale = locales.find_alias(top.name)
        if locale is None:
            unknown.append(top)
            continue
        folder.categories[category].texts[locale.tag] = Text(_title_of(root.resolve().name))
        for path in sorted(top.rglob("*.md")):
            pages.setdefault(path.relative_to(top).with_suffix("").as_posix(), {})[locale.tag] = path
    if unknown:
        names = ", ".join(top.name for top in unknown)
        reader.refuse(unknown[0], 1, f"no locale of this site; add to HELPDESK_LOCALES: {names}")
    files.maker = maker_of(locales, *sorted(pages))  # a link leads to an article only where there is its page
    for position, (name, by_locale) in enumerate(pages.items(), start=1):
        _read_article(reader, folder, category, (position, name), by_locale)
    if not folder.articles and not reader.errors:
        reader.refuse(root, 1, "holds no Markdown files")
    if reader.errors:
        raise ContentErrors(reader.errors)
    return folder


def _read_article(
    reader: Reader, folder: Folder, category: str, place: tuple[int, str], by_locale: dict[str, Path]
) -> None:
    position, name = place
    first = next(iter(by_locale.values()))
    key = ascii_key(name.replace("/", "-"))
    if not key or key in folder.articles:
        reader.refuse(first, 1, f"makes the key `{key}`, which is empty or taken; rename the file")
        return
    source = next(tag for tag in _source_order(reader.locales) if tag in by_locale)
    section = _section(folder, category, name, by_locale)
    article = ArticleFolder(key, category, section, source, position=position)
    unchanged = reader.files.unchanged(key, source, {tag: reader.name(path) for tag, path in by_locale.items()})
    for tag, path in by_locale.items():
        translation = TranslationFile(path, None) if tag in unchanged else _read_translation(reader, folder, path)
        if translation is not None:
            article.translations[tag] = translation
    folder.articles[key] = article


def _source_order(locales: Locales) -> list[str]:
    return list(dict.fromkeys([locales.default.tag, *(locale.tag for locale in locales.all)]))


def _section(folder: Folder, category: str, name: str, by_locale: dict[str, Path]) -> str:
    path = name.rpartition("/")[0]
    key = ascii_key(path.replace("/", "-")) or category
    section = folder.sections.get((category, key))
    if section is None:
        section = Group(key, position=len(folder.sections) + 1, category=category)
        folder.sections[category, key] = section
    for tag in by_locale:
        title = " / ".join(map(_title_of, path.split("/"))) if path else _title_of(category)
        section.texts.setdefault(tag, Text(title))
    return key


def _title_of(name: str) -> str:
    words = one_line(name.replace("_", " ").replace("-", " "))
    return words[:1].upper() + words[1:]


def _read_translation(reader: Reader, folder: Folder, path: Path) -> TranslationFile | None:
    text = reader.text(path)
    if text is None:
        return None
    try:
        matter = split(plain_lines(text).removeprefix("\ufeff"))
    except FrontMatterError as error:
        reader.refuse(path, error.line, error.reason)
        return None
    fields = {name: one_line(value) for name in KNOWN if isinstance(value := matter.fields.get(name, ""), str)}
    unknown = matter.fields.keys() - set(KNOWN)
    if unknown:
        folder.notes.append(Note(reader.name(path), 1, "front matter not kept", ", ".join(sorted(unknown))))
    body, lines = drop_includes(matter.body)
    for line in lines:
        folder.notes.append(Note(reader.name(path), matter.body_line + line - 1, "include line left out"))
    heading, _anchor, body = strip_title(body)
    title = fields["title"] or heading or _title_of(path.stem)
    draft = Draft(
        title=one_line(title),
        markdown=body.strip("\n") + "\n",
        slug=slugify(fields["slug"]),
        summary=one_line(fields["summary"] or fields["description"]),
        keywords=one_line(fields["keywords"]),
    )
    texts = {"title": draft.title, "summary": draft.summary, "keywords": draft.keywords}
    reader.refuse_long(path, matter.lines, texts)
    if not draft.has_body:
        folder.notes.append(Note(reader.name(path), 1, "no text: only its title was taken"))
    return TranslationFile(path, draft)
