"""Reads the folder of the demo, as far as a site speaks its languages."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from helpdesk.locales import SHIPPED, Locales
from helpdesk.services.folder import Folder, TranslationFile, read_folder
from helpdesk.services.import_state import Files


def read_demo(root: Path, locales: Locales, files: Files) -> Folder:
    """The demo in those of its languages that a site speaks; an article without a text in any of them is left out."""
    folder = read_folder(root, Locales.parse(SHIPPED, default="en"), files)
    for groups in (folder.categories, folder.sections):
        for group in groups.values():
            group.texts = {tag: text for tag, text in group.texts.items() if locales.find(tag)}
    for key, article in list(folder.articles.items()):
        own = {tag: file for tag, file in article.translations.items() if locales.find(tag)}
        if article.source not in own:
            with_text = {tag for tag, file in own.items() if file.draft is None or file.draft.has_body}
            source = next((tag for tag in (locales.default.tag, *own) if tag in with_text), None)
            if source is None:
                del folder.articles[key]
                continue
            article.source = source
            own = {tag: _without_source(file) for tag, file in own.items()}
        article.translations = own
    used = {(article.category, article.section) for article in folder.articles.values()}
    folder.sections = {place: group for place, group in folder.sections.items() if place in used}
    folder.categories = {key: group for key, group in folder.categories.items() if key in {place[0] for place in used}}
    return folder


def _without_source(file: TranslationFile) -> TranslationFile:
    return replace(file, draft=file.draft and replace(file.draft, based_on=None))
