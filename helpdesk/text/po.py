"""PO files as translators' tools write them: only what an article needs of the format."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from email import message_from_string

from babel.messages.catalog import Catalog, Message
from babel.messages.pofile import PoFileError, PoFileParser, normalize

_WIDTH = 78
_LINE = re.compile(r'#.*|(?:(?:msg(?:ctxt|id|id_plural|str|str\[[0-9]\]) +)?"(?:[^"\\]|\\[\\"ntr])*")?')
# No dates and no names: the same content gives the same bytes.
_HEADER = """\
msgid ""
msgstr ""
"Language: {language}\\n"
"MIME-Version: 1.0\\n"
"Content-Type: text/plain; charset=UTF-8\\n"
"Content-Transfer-Encoding: 8bit\\n"
"""


class PoError(ValueError):
    """A file that cannot be read; `line` counts from 1."""

    def __init__(self, line: int, reason: str) -> None:
        super().__init__(f"line {line}: {reason}")
        self.line, self.reason = line, reason


@dataclass(frozen=True, slots=True)
class Entry:
    """One message; `line` is that of its msgid, `previous` the source that a fuzzy text was made from."""

    context: str
    source: str
    text: str = ""
    is_fuzzy: bool = False
    previous: str = ""
    comments: tuple[str, ...] = ()
    line: int = 1


def write_po(language: str, entries: Iterable[Entry]) -> bytes:
    """A file; `language` is spelled as gettext does, pt_BR."""
    return "\n".join([_HEADER.format(language=language), *map(_written, entries)]).encode()


def _written(entry: Entry) -> str:
    # Not by Babel's writer, which breaks `#| msgid` inside its quotes and takes "5 % des" for a placeholder.
    lines = [f"#. {comment}" for comment in entry.comments]
    lines += ["#, fuzzy"] * entry.is_fuzzy
    lines += [f"#| msgid {normalize(entry.previous, '#| ', _WIDTH)}"] * bool(entry.previous)
    for name, text in (("msgctxt", entry.context), ("msgid", entry.source), ("msgstr", entry.text)):
        lines.append(f"{name} {normalize(text, width=_WIDTH)}")
    return "\n".join(lines) + "\n"


def read_po(data: bytes) -> tuple[str, list[Entry]]:
    """The header's Language ("" if none) and every message, repeated ones too, obsolete and plural ones not.

    Raises PoError.
    """
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise PoError(data.count(b"\n", 0, error.start) + 1, "is not valid UTF-8") from None
    lines = [line.strip() for line in re.split(r"\r\n?|\n", text)]
    for number, line in enumerate(lines, start=1):
        if not _LINE.fullmatch(line):  # Babel takes a text without its last quote for a shorter one
            raise PoError(number, "is neither a comment nor a text in quotes with plain escapes")
    catalog = _Messages()
    try:
        # Babel does not know `#~|`.
        PoFileParser(catalog, abort_invalid=True).parse("" if line.startswith("#~") else line for line in lines)
    except PoFileError as error:
        raise PoError(error.lineno + 1, str(error).rpartition(" on ")[0]) from None
    entries = [
        Entry(str(message.context or ""), message.id, str(message.string), message.fuzzy, line=message.lineno or 1)
        for message in catalog.found
        if isinstance(message.id, str)
    ]
    header = next((entry.text for entry in entries if not entry.source), "")
    return str(message_from_string(header)["Language"] or "").strip(), [entry for entry in entries if entry.source]


class _Messages(Catalog):
    """Takes each message as it stands; of the header, whose dates and plurals each tool writes its own way, nothing."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[Message] = []

    def __setitem__(self, _id: object, message: Message) -> None:
        self.found.append(message)
