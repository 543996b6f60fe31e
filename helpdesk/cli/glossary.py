"""The words that a translation of the interface keeps to: `translations/<code>/glossary.csv`."""

from __future__ import annotations

import csv
import re
import unicodedata
from dataclasses import dataclass
from pathlib import Path

from babel.messages.catalog import Message

from helpdesk.cli.message_checks import ids, strings
from helpdesk.errors import ContentError
from helpdesk.text.placeholders import without_placeholders

FILE = "glossary.csv"
HEADER = ["term", "translation", "forms"]
_TERMS = (
    "article, answer, category, help center, helpful, language, page, reader, result, search, topic, translation, view"
)
TERMS = _TERMS.split(", ")


@dataclass(frozen=True, slots=True)
class Entry:
    """An English term, and the strings of which one stands in every translation of a message that has the term."""

    term: str
    forms: tuple[str, ...]

    @property
    def word(self) -> re.Pattern[str]:
        """The term as a word of its own, singular or plural."""
        stem, end = (self.term[:-1], "(?:y|ies)") if self.term.endswith("y") else (self.term, "(?:e?s)?")
        return re.compile(rf"\b{stem}{end}\b", re.IGNORECASE)


def read_glossary(path: Path) -> list[Entry]:
    """The entries of a glossary; ContentError says what is wrong with it, and where."""
    try:
        lines = csv.reader(path.read_text("utf-8-sig").splitlines(), strict=True)
    except FileNotFoundError:
        raise ContentError(FILE, 1, "there is no glossary") from None
    except UnicodeDecodeError as error:
        raise ContentError(FILE, 1, str(error)) from None
    try:
        rows = [(lines.line_num, row) for row in lines if row]
    except csv.Error as error:
        raise ContentError(FILE, lines.line_num, str(error)) from None
    if not rows or rows[0][1] != HEADER:
        raise ContentError(FILE, 1, f"the header must be `{','.join(HEADER)}`")
    if [row[0] for _line, row in rows[1:]] != TERMS:
        raise ContentError(FILE, 2, f"the terms must be, in this order: {_TERMS}")
    return [_entry(line, row) for line, row in rows[1:]]


def _entry(line: int, row: list[str]) -> Entry:
    if len(row) != len(HEADER) or not row[1].strip():
        raise ContentError(FILE, line, f"`{row[0]}` needs a translation and forms")
    forms = tuple(_folded(form.strip()) for form in row[2].split("|"))
    if not all(forms):
        raise ContentError(FILE, line, f"a form of `{row[0]}` is empty")
    return Entry(row[0], forms)


def strayings(message: Message, glossary: list[Entry]) -> list[str]:
    """Where a translated message does not keep to the glossary, in words."""
    english = without_placeholders(" ".join(ids(message)))
    texts = [_folded(without_placeholders(text)) for text in strings(message)]
    return [
        f"“{entry.term}” is not as in the glossary ({'|'.join(entry.forms)})"
        + (f" in plural form {form}" if message.pluralizable else "")
        for entry in glossary
        if entry.word.search(english)
        for form, text in enumerate(texts)
        if not any(part in text for part in entry.forms)
    ]


def _folded(text: str) -> str:
    return unicodedata.normalize("NFC", unicodedata.normalize("NFC", text).casefold())
