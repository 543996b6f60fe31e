"""Projects of other engines, written and read, and what became of them."""

from __future__ import annotations

from pathlib import Path

from helpdesk.locales import Locales
from helpdesk.services.folder import Folder
from helpdesk.services.import_state import Files
from helpdesk.services.plain_tree import is_plain_tree, read_plain_tree

LOCALES = Locales.parse(("en", "de", "ja", "pt-BR", "zh-Hans", "zh-Hant"), default="en")


def read(root: Path, files: dict[str, str], locale: str | None = None) -> Folder:
    for name, text in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")
    assert is_plain_tree(root, LOCALES)
    return read_plain_tree(root, LOCALES, Files(root, "", {}, root), locale)


def titles(folder: Folder) -> dict[str, dict[str, str]]:
    """By key in the order of positions, by tag with the source first."""
    articles = folder.articles.values()
    assert [article.position for article in articles] == list(range(1, len(articles) + 1))
    assert all(next(iter(article.translations)) == article.source for article in articles)
    return {article.key: {tag: file.draft.title for tag, file in article.translations.items()} for article in articles}


def sections(folder: Folder) -> dict[str, dict[str, str]]:
    return {group.key: {tag: text.title for tag, text in group.texts.items()} for group in folder.sections.values()}


def notes(folder: Folder) -> list[str]:
    return sorted(map(str, folder.notes))


def markdown(folder: Folder, key: str, tag: str = "en") -> str:
    return folder.articles[key].translations[tag].draft.markdown
