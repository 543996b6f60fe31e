"""Markdown in blocks: the words that a translation replaces, and all around them, which it keeps."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise, zip_longest

from markdown_it import rules_block
from markdown_it.common.utils import mdTrim
from markdown_it.parser_block import RuleFuncBlockType
from markdown_it.rules_block import StateBlock
from markdown_it.token import Token

from helpdesk.text.markdown import is_too_large
from helpdesk.text.parsing import build_parser
from helpdesk.text.placeholders import placeholders
from helpdesk.text.slug import slugify

_LINE = re.compile(r"([^\r\n]*)(?:\r\n?|\n|\Z)")
_BAR = re.compile(r"(?<!\\)\|")
_TAG = re.compile(r"<[^<>]*>")
_NOT_WORDS = re.compile(r"(?is)<(script|style|pre|textarea)\b.*?(?:</\1>|\Z)|<!--.*?(?:-->|\Z)|<[^<>]*>")
# What groups digits, or parts a time: 1,000 and 1.000 and 1 000 are one number.
_IN_NUMBER = re.compile(r"(?<=\d)(?:[.,:'’٫٬\u00a0\u202f]| (?=\d{3}(?!\d)))(?=\d)")
_NUMBER = re.compile(r"\d[^\w\s]|[^\w\s]\d|\d\s+%")  # 0.08% is written otherwise elsewhere, 20 is not
_LEFT_OVER = re.compile(r"\*+|__+|~~|`+|\]\(")
_PLACES = {
    "list_item": "list item",
    "blockquote": "quotation",
    "footnote_reference": "footnote",
    "admonition": "text of a note",
}
_KINDS = {"th_open": "table head", "td_open": "table cell", "admonition_title_open": "title of a note"}


@dataclass(frozen=True, slots=True)
class Block:
    """A stretch of Markdown; `raw` is how it is written. One without `kind` stands around the others.

    `text` are the words alone, one line a paragraph; a line break in it is one that readers see. `has_words`: there is
    something to translate, unlike in code, plain numbers and pictures. `section` is the id of the heading above,
    `marks` are (what, value) of all that a translation keeps, `line_break` is how a line break is written.
    """

    raw: str
    kind: str = ""
    section: str = ""
    text: str = ""
    has_words: bool = False
    marks: tuple[tuple[str, str], ...] = ()
    line_break: str = "\n"

    def written(self, text: str) -> str:
        """The block with other words."""
        if text == self.text:
            return self.raw
        text = self.line_break.join(filter(None, (line.strip(" \t") for line in text.split("\n"))))
        return text.replace("|", "\\|") if self.kind.startswith("table") else text


def split(source: str) -> list[Block]:
    """The blocks in order, whose `raw` joined is the text. What is too large to be an article is one block."""
    if is_too_large(source):
        return [Block(source, "text", text=source, has_words=True)]
    blocks, done = [], 0
    for begin, block in _Reader(source).blocks():
        if begin >= done and block.raw:
            blocks += [Block(source[done:begin])] * (begin > done) + [block]
            done = begin + len(block.raw)
    return blocks + [Block(source[done:])] * (done < len(source))


def join(blocks: Sequence[Block], texts: Sequence[str]) -> str:
    """The Markdown with `texts` for the blocks that have words."""
    words = iter(texts)
    return "".join(block.written(next(words)) if block.has_words else block.raw for block in blocks)


def align(source: Sequence[Block], translation: Sequence[Block]) -> Iterator[tuple[Block, Block]]:
    """Which block translates which, where that is sure.

    All of them where both texts are built alike, else those of sections that are, and the headings of the others.
    """
    one, other = ([block for block in blocks if block.kind] for blocks in (source, translation))
    if _kinds(one) == _kinds(other):
        yield from zip(one, other, strict=True)
        return
    for section in dict.fromkeys(block.section for block in one):
        here, there = ([block for block in blocks if block.section == section] for blocks in (one, other))
        if _kinds(here) == _kinds(there):
            yield from zip(here, there, strict=True)
        elif section and _kinds(here)[:1] == _kinds(there)[:1]:
            yield here[0], there[0]


def _kinds(blocks: Sequence[Block]) -> list[str]:
    return [block.kind for block in blocks]


def compare(source: Sequence[Block], texts: Sequence[str]) -> Iterator[tuple[int, str, str]]:
    """What differs where `texts` stand for the words of `source`: the text's index, the kind of fault, and more of it.

    The kind "structure", which comes alone, says that readers would not see the same blocks.
    """
    expected = [block for block in source if block.kind]
    found = [block for block in split(join(source, texts)) if block.kind]
    words, pairs = iter(texts), list[tuple[Block, Block]]()
    for block, other in zip_longest(expected, found):
        raw = "" if block is None else block.written(next(words)) if block.has_words else block.raw
        if block is None or other is None or (block.kind, raw) != (other.kind, other.raw):
            # Where nothing was translated, the words before it reach too far.
            index = len(pairs) if block and block.has_words else max(len(pairs) - 1, 0)
            yield index, "structure", f"is no longer read as one {block.kind}" if block else "makes a block too many"
            return
        if block.has_words:
            pairs.append((block, other))
    for index, (block, other) in enumerate(pairs):
        lost, gained = Counter(block.marks) - Counter(other.marks), Counter(other.marks) - Counter(block.marks)
        changes = [("missing", *mark) for mark in lost.elements() if mark[0] != "unbalanced"]
        changes += [("new", *mark) for mark in gained.elements()]
        for kind in dict.fromkeys(what for _, what, _ in changes):
            yield index, kind, ", ".join(f"{change} {value!r}" for change, what, value in changes if what == kind)


def _noting_columns(rule: RuleFuncBlockType) -> RuleFuncBlockType:
    """The rule, noting in which column of each line its content begins, markers and indentation behind."""

    def run(state: StateBlock, start: int, end: int, silent: bool) -> bool:
        known = len(state.tokens)
        is_found = rule(state, start, end, silent)
        for token in state.tokens[known:]:
            if token.map and token.type in ("inline", "html_block"):
                firsts = [state.bMarks[line] + state.tShift[line] for line in range(*token.map)]
                token.meta["columns"] = [first - state.src.rfind("\n", 0, first) - 1 for first in firsts]
        return is_found

    return run


_PARSER = build_parser()
_PARSER.core.ruler.disable(["footnote_tail", "marks"])  # blocks stay where and as they are written
for _rule, _ends in (
    (rules_block.table, ["paragraph", "reference"]),
    (rules_block.html_block, ["paragraph", "reference", "blockquote"]),
    (rules_block.heading, ["paragraph", "reference", "blockquote"]),
    (rules_block.lheading, []),
    (rules_block.paragraph, []),
):
    _PARSER.block.ruler.at(_rule.__name__, _noting_columns(_rule), {"alt": _ends})


class _Reader:
    """Finds the blocks of one document."""

    def __init__(self, source: str) -> None:
        self.source = source
        self.read = source.replace("\x00", "\ufffd")  # as the parser reads it, place by place
        self.lines = [match.span(1) for match in _LINE.finditer(source)]
        self.tokens = _PARSER.parse(source, {})
        self.around: list[str] = []
        self.section = ""
        self.cells: list[tuple[int, int]] = []  # of the open row
        self.cell = 0

    def blocks(self) -> Iterator[tuple[int, Block]]:
        """Where each begins, and the block."""
        for opening, token in pairwise([Token("", "", 0), *self.tokens]):
            name, _, side = token.type.rpartition("_")
            if name in _PLACES:
                self.around = [*self.around, name] if side == "open" else self.around[:-1]
            elif token.type == "tr_open":
                self.cells, self.cell = [], 0
            elif token.type == "html_block" or (token.type == "inline" and token.content):
                spans = self._spans(token, opening)
                yield spans[0][0], self._block(token, opening, spans)
            elif token.type in ("fence", "code_block") and token.map:
                begin, end = self.lines[token.map[0]][0], self.lines[token.map[1] - 1][1]
                yield begin, Block(self.source[begin:end], "code", self.section)
            self.cell += token.type in ("th_close", "td_close")

    def _block(self, token: Token, opening: Token, spans: list[tuple[int, int]]) -> Block:
        raw = self.source[spans[0][0] : spans[-1][1]]
        lines = [self.source[begin:end] for begin, end in spans]
        if token.type == "html_block":
            text = "\n".join(lines)
            tags = tuple(("HTML", tag) for tag in _TAG.findall(text))
            has_words = any(map(str.isalpha, _NOT_WORDS.sub("", text)))
            return Block(raw, "HTML", self.section, text, has_words, tags, "\n" + self._margin(token))
        kind = _KINDS.get(opening.type) or (_PLACES[self.around[-1]] if self.around else "paragraph")
        if opening.type == "heading_open":
            self.section = str(opening.attrGet("data-id") or slugify(token.content))
            kind = f"heading, level {opening.tag[1:]}"
        text = _joined(lines).replace("\\|", "|") if kind.startswith("table") else _joined(lines)
        seen = list(_marks(token.children or []))
        marks = tuple(mark for mark in seen if mark[0] != "words")
        is_flowing = len(lines) > 1 or opening.type == "paragraph_open"
        line_break = "\\\n" + self._margin(token) if is_flowing else " "
        return Block(raw, kind, self.section, text, len(marks) < len(seen), marks, line_break)

    def _margin(self, token: Token) -> str:
        """What stands before a block's further lines: as in its second line, else as below the markers of its first."""
        (first, _), columns = token.map or [0, 0], token.meta["columns"]
        has_second = len(columns) > 1
        begin, _ = self.lines[first + has_second]
        margin = self.source[begin : begin + columns[has_second]]
        return margin if has_second else re.sub(r"[^\s>]", " ", margin)

    def _spans(self, token: Token, opening: Token) -> list[tuple[int, int]]:
        """Where the words begin and end in each of their lines."""
        lines = self.lines[slice(*(token.map or [0, 0]))]
        begin, end = lines[0]
        if opening.type == "admonition_title_open":
            start = self.read.find(f'"{token.content}"', begin) + 1
            words = token.content if opening.markup else token.content.removeprefix("**").removesuffix("**")
            start = start if opening.markup else self.read.rfind(words, begin, end)
            return [(start, start + len(words))]
        columns = token.meta["columns"]
        if opening.type in ("th_open", "td_open"):
            self.cells = self.cells or self._cells(begin + columns[0], end)
            before, after = self.cells[self.cell]
            return [self._trimmed(before + 1, after)]
        if opening.type == "heading_open" and opening.markup.startswith("#"):
            columns = [columns[0] + len(opening.markup)]
        lines = [(begin + column, end) for column, (begin, end) in zip(columns, lines, strict=False)]
        contents = token.content.rstrip("\n").split("\n")
        while len(lines) > len(contents) and not mdTrim(self.read[slice(*lines[0])]):
            del lines[0]
        spans = []
        for number, ((begin, end), words) in enumerate(zip(lines, contents, strict=False), start=1):
            words = words.strip(" \t")
            start = self.read.find(words, begin, end)
            is_whole = token.type == "inline" and number < len(contents)  # spaces at its end are a line break
            spans.append((start, end if is_whole else start + len(words)))
        return spans

    def _cells(self, begin: int, end: int) -> list[tuple[int, int]]:
        """Where the bars stand around each cell of a row."""
        begin, end = self._trimmed(begin, end)
        bars = [match.start() for match in _BAR.finditer(self.read, begin, end)]
        return list(pairwise([begin - 1, *bars, end]))[self.read[begin] == "|" :]

    def _trimmed(self, begin: int, end: int) -> tuple[int, int]:
        text = self.read[begin:end]
        words = mdTrim(text)
        begin += text.find(words)
        return begin, begin + len(words)


def _joined(lines: list[str]) -> str:
    """One line, but for the breaks that readers see: two spaces or a backslash at a line's end."""
    text = ""
    for line in lines[:-1]:
        bare = line.rstrip(" \t")
        is_escaped = bare == line and (len(bare) - len(bare.rstrip("\\"))) % 2 == 1
        text += f"{bare[:-1]}\n" if is_escaped else bare + ("\n" if line.endswith("  ") else " ")
    return text + lines[-1]


def _marks(children: Sequence[Token]) -> Iterator[tuple[str, str]]:
    """What a translation keeps, and ("words", "") for each text that it translates."""
    is_address = False
    for child in children:
        if child.type == "link_open":
            is_address = child.markup == "autolink"
            yield "link", str(child.attrGet("href"))
        elif child.type == "link_close":
            is_address = False
        elif child.type == "image":
            yield "image", str(child.attrGet("src"))
            yield from _marks(child.children or [])
        elif child.type in ("code_inline", "html_inline"):
            yield "code" if child.type == "code_inline" else "HTML", child.content
        elif child.type == "footnote_ref":
            yield "footnote", str(child.meta.get("label", ""))
        elif child.type == "text" and not is_address:
            yield from _marks_of_text(child.content)


def _marks_of_text(text: str) -> Iterator[tuple[str, str]]:
    if any(map(str.isalpha, text)) or _NUMBER.search(text):
        yield "words", ""
    for number in re.findall(r"\d+", _IN_NUMBER.sub("", text)):
        yield "number", "".join(str(unicodedata.digit(char)) for char in number)
    for placeholder in sorted(placeholders(text)):
        yield "placeholder", placeholder
    for left_over in _LEFT_OVER.findall(text):
        yield "unbalanced", left_over
