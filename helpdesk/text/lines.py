"""Lines of Markdown made of pieces of text, code and marks, so that they read as the pieces say."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import NamedTuple

from helpdesk.text.parsing import build_parser

_PARSER = build_parser()
_GAP = re.compile(r"[ \t\r\n\f\xa0]*[ \t\r\n\f][ \t\r\n\f\xa0]*|\xa0{2,}")  # a lone no-break space stays
_SPECIAL = re.compile(
    r"[*`\[\]]|(?<![^\W_])_|_(?![^\W_])|~(?=~)|(?<=~)~|<(?=[A-Za-z/!?])|&(?=#?\w{1,40};)|\\(?=[!-/:-@\[-`{-~]|$)"
)
_LINE_START = re.compile(
    r"(?m)^(\d{1,9}(?=[.)](?:\s|$))|(?=#{1,6}(?:\s|$)|[-+](?:\s|$)|>|=+\s*$|(?=[|: ]*-)[|:\- ]++$|!!!|\?\?\?|///))"
)
_SPACE = (" ", "\xa0")


class Piece(NamedTuple):
    """`kind` is text, code, raw (Markdown as it is), break; open with the mark that closes it; or close."""

    kind: str
    value: str = ""
    close: str = ""


STRONG = Piece("open", "strong", "/strong")
EM = Piece("open", "em", "/em")
CLOSE = Piece("close")
BREAK = Piece("break")


class _Layout:
    """Takes spaces out of marks, drops marks around nothing, joins equal neighbours; two breaks begin a new line."""

    def __init__(self, line_break: str) -> None:
        self._break = Piece("raw", line_break)
        self.lines: list[list[Piece]] = [[]]
        self._opened: list[Piece] = []
        self._waiting: list[Piece] = []  # opened, with nothing in them yet
        self._gap = ""

    def add(self, piece: Piece) -> None:
        """The next piece in the order of reading."""
        if piece.kind == "open":
            self._waiting.append(piece)
        elif piece.kind == "close":
            if self._waiting:
                self._waiting.pop()
            elif close := self._opened.pop().close:
                self.lines[-1].append(Piece("close", close))
        elif piece.kind == "break":
            self._gap += "\n"
        elif piece.kind == "text":
            text = _GAP.sub(" ", piece.value)
            core = text.strip(" \xa0")
            self._gap += " " * text.startswith(_SPACE)
            if core:
                self._put(Piece("text", core))
                self._gap = " " * text.endswith(_SPACE)
        else:
            self._put(piece)

    def _put(self, piece: Piece) -> None:
        line = self.lines[-1]
        if line and self._gap.count("\n") > 1:
            line += [Piece("close", mark.close) for mark in reversed(self._opened) if mark.close]
            self._opened, self._waiting = [], self._opened + self._waiting
            self.lines.append(line := [])
        elif line and self._gap:
            self._append(line, self._break if "\n" in self._gap else Piece("text", " "))
        while self._waiting and line and line[-1] == Piece("close", self._waiting[0].close):
            line.pop()
            self._opened.append(self._waiting.pop(0))
        for mark in self._waiting:
            is_new = all(mark.value != other.value for other in self._opened)
            self._opened.append(mark if is_new else Piece("open"))
            line += [mark] if is_new else []
        self._waiting, self._gap = [], ""
        self._append(line, piece)

    def _append(self, line: list[Piece], piece: Piece) -> None:
        if line and piece.kind == line[-1].kind and piece.kind in ("text", "code"):
            line[-1] = Piece(piece.kind, line[-1].value + piece.value)
        else:
            line.append(piece)


def lines_of(pieces: Iterable[Piece], line_break: str) -> list[str]:
    """Paragraphs; emphasis that would not be read where it stands is written as HTML."""
    layout = _Layout(line_break)
    for piece in pieces:
        layout.add(piece)
    return [_written(line) for line in layout.lines if line]


def _written(line: list[Piece]) -> str:
    sure = _compose(line, "<strong>", "<em>")
    if any(piece.value in ("strong", "em") for piece in line):
        for em in "*_":
            text = _compose(line, "**", em)
            if _PARSER.renderInline(text, {"mark": "line"}) == _PARSER.renderInline(sure, {"mark": "line"}):
                return text
    return sure


def escaped(text: str) -> str:
    """Text as Markdown that reads the same anywhere but at the start of a line."""
    return _SPECIAL.sub(r"\\\g<0>", text)


def escaped_starts(text: str) -> str:
    """Lines that begin no block: no list, no heading."""
    return _LINE_START.sub(r"\g<0>\\", text)


def _compose(line: list[Piece], strong: str, em: str) -> str:
    marks = {"strong": strong, "/strong": strong.replace("<", "</"), "em": em, "/em": em.replace("<", "</")}
    written = []
    for piece, following in zip(line, [*line[1:], CLOSE], strict=True):
        text = marks.get(piece.value, piece.value)
        if piece.kind == "text":
            text = escaped(piece.value)
            text = text[:-1] + "\\!" if text[-1] == "!" and following.value == "[" else text
        elif piece.kind == "code":
            fence = "`" * max([1, *(len(run) + 1 for run in re.findall("`+", text))])
            pad = " " * ("`" in (text[0], text[-1]))
            text = f"{fence}{pad}{text}{pad}{fence}"
        written.append(text)
    return "".join(written)
