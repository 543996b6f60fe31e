"""Markdown of other engines (MkDocs, Hugo, Docusaurus, GitHub) in the words of our own, and what that leaves out."""

from __future__ import annotations

import re
from collections.abc import Callable

from helpdesk.text.elements import NOTES, Inline, Losses, opening
from helpdesk.text.markdown import is_too_large
from helpdesk.text.parsing import next_fence

_INCLUDE = re.compile(r"[ \t]*(?:\{\*.*\*\}|\{!.*!\}|-+8<-+[ \t]+\S.*)[ \t]*")
_INCLUDE_BLOCK = re.compile(r"[ \t]*-+8<-+[ \t]*")
_MARKERS = re.compile(r"[ \t>]*(?:[*+-][ \t]+|[0-9]{1,9}[.)][ \t]+)?")  # before what a list or quotation holds
_TITLED_FENCE = re.compile(r"([ \t]*)(?:`{3,}+|~{3,}+)[^`]*?\b(?:title|filename)=(?:\"([^\"`]+)\"|'([^'`]+)').*")
# Shortcodes of Hugo around code without a fence; of tabs, those below a `tabpane` that says nothing else.
_HIGHLIGHT = re.compile(r"[ \t]*\{\{[<%][ \t]*(highlight)[ \t]+\"?([\w+#-]++).*[>%]\}\}[ \t]*")
_CODE_TAB = re.compile(
    r"[ \t]*\{\{<[ \t]*(tab)[ \t](?!.*(?:text|disableCodeBlock)=\"?true)(?>.*?\bheader=\"([^\"]+)\").*>\}\}[ \t]*"
)
_TABPANE = re.compile(r"[ \t]*\{\{[<%][ \t]*tabpane.*")
_RAW_END = re.compile(r"[ \t]*\{\{[<%][ \t]*/[ \t]*(highlight|tab)[ \t]*[>%]\}\}[ \t]*")
_RAW_FENCE = "``````"
# `!!! note "T"`, `??? note`, `=== "T"`: what belongs to them stands four columns further in.
_INDENTED = re.compile(r'([ \t]*)(?:(?:!!!|\?\?\?\+?)[ \t]+([\w-]+)[^"]*|===[!+]?[ \t]+(?="))(?:"(.*)")?[ \t]*')
_DIRECTIVE = re.compile(
    r"([ \t>]*)(:{3,})[ \t]*(?:([A-Za-z][\w-]*)(?=[ \t\[{]|$))?[ \t]*(?:\[(.*)\]|([^\[{]*))"
    r"(?:\{(?>(?:.*?\btitle=\"([^\"]*)\")?).*\})?[ \t]*"
)
_ALERT = re.compile(r"([ \t]*)>[ \t]*\[!(\w+)\][+-]?[ \t]*(.*)")
_QUOTED = re.compile(r"[ \t]*> ?")
_DEFINITION = re.compile(r"([ \t]*):([ \t]{1,3}\S.*)")
_ABBREVIATION = re.compile(r"[ \t]*\*\[[^\]]+\]:.*")
_MODULE = re.compile(
    r"import\s+(?:['\"{*]|[\w$]+(?:,|\s+from\s)).*|export\s+(?:(?:default|const|let|class|function)\b|[{*]).*"
)
_TAG_BEGINS = re.compile(r"[ \t]*<[A-Za-z][\w.]*(?:[ \t][^>]*)?")
_BLOCK_TAG = re.compile(r"[ \t]*<(/?)(?:[A-Z][\w.]*|div|details|section|center)(?:[ \t][^<]*)?(?<!/)>[ \t]*")
_LONGEST = 100  # lines of one import, or of one tag
_DEEPEST = 20  # blocks in blocks


def convert(source: str, *, first_line: int = 1, is_mdx: bool = False) -> tuple[str, Losses]:
    """Markdown of our own kind, and what was left out of it; words and code stay. Lines count from `first_line`.

    What is too large to be an article stays as it is."""
    losses = Losses()
    if is_too_large(source):
        return source, losses
    blocks = _Blocks(losses, is_mdx=is_mdx)
    lines, index = source.split("\n"), 0
    toggles = (number for number, line in enumerate(lines) if _INCLUDE_BLOCK.fullmatch(line))
    blocks.last_toggle = first_line + max(toggles, default=0)
    while index < len(lines):
        blocks.number = first_line + index
        index += blocks.take(lines, index)
    blocks.close(0)
    return Inline("\n".join(blocks.lines), blocks.numbers, losses).convert(is_mdx=is_mdx), losses


class _Blocks:
    """A pass over the lines; `numbers` says on which line of the source each stood."""

    def __init__(self, losses: Losses, *, is_mdx: bool) -> None:
        self.losses, self.is_mdx = losses, is_mdx
        self.lines: list[str] = []
        self.numbers: list[int] = []
        self.number = 1
        self.fence = self.raw = ""  # the code fence that is open, and the shortcode that made it
        self.is_including = self.has_code_tabs = False
        self.last_toggle = 0  # the last line that can end a block of includes; one that nothing ends is text
        # What is open: how its lines begin (" ", ">", "<" for those between tags), and how many columns stand before.
        self.open: list[tuple[str, int]] = []
        self.directives: list[str] = []

    def take(self, lines: list[str], index: int) -> int:
        """Take one line, or several that belong together; how many."""
        line, count = self._inner(lines[index]), 1
        if self.fence:
            self._code(line)
        elif self.is_mdx and not "".join(self.lines[-1:]).strip() and _MODULE.fullmatch(line):
            count = _length(lines, index, "\"';})")
            self.losses.add("import or export left out", self.number, " ".join(lines[index : index + count]))
        elif self.is_mdx and _TAG_BEGINS.fullmatch(line):
            count = _length(lines, index, ">")
            self._text(" ".join([line, *map(str.strip, lines[index + 1 : index + count])]))
        else:
            self._text(line)
        return count

    def close(self, depth: int) -> None:
        """End what is open beyond a depth."""
        for kind, columns in reversed(self.open[depth:]):
            self.fence = self.raw = ""
            if kind != "<":
                self._add(" " * columns + "///")
        del self.open[depth:]

    def _begin(self, kind: str, columns: int) -> None:
        if len(self.open) < _DEEPEST:
            self.open.append((kind, columns))

    def _inner(self, line: str) -> str:
        """The line without what stands before it because of what is open."""
        for depth, (kind, columns) in enumerate(self.open):
            inner = self._within(depth, kind, columns, line)
            if inner is None:
                self.close(depth)
                break
            line = inner
        return line

    def _within(self, depth: int, kind: str, columns: int, line: str) -> str | None:
        if kind == ">":
            quoted = _QUOTED.match(line)
            return line[quoted.end() :] if quoted else None
        bare = line.lstrip(" \t")
        indent = len(line[: len(line) - len(bare)].expandtabs(4))
        if not bare:
            return ""
        if kind == "<":
            if any(inner == "<" for inner, _ in self.open[depth + 1 :]):
                return line
            columns = indent if columns < 0 else columns
            self.open[depth] = (kind, columns)
            return " " * max(0, indent - columns) + bare
        return " " * (indent - 4) + bare if indent >= columns + 4 else None

    def _add(self, line: str) -> None:
        self.lines.append(line)
        self.numbers.append(self.number)

    def _code(self, line: str) -> None:
        end = _RAW_END.fullmatch(line)
        if self.raw and end and end[1] == self.raw:
            self._add(_RAW_FENCE)
            line = "///" if self.raw == "tab" else ""
            self.fence = self.raw = ""
        elif _INCLUDE.fullmatch(line):
            self.losses.add("include line kept in code", self.number, line)
        self.fence = next_fence(self.fence, _MARKERS.sub("", line, count=1))
        self._add(line)

    def _text(self, line: str) -> None:
        is_toggle = (self.is_including or self.number < self.last_toggle) and bool(_INCLUDE_BLOCK.fullmatch(line))
        if is_toggle or self.is_including or _INCLUDE.fullmatch(line):
            self.is_including ^= is_toggle
            self.losses.add("include line left out", self.number, line)
            return
        for pattern, rule in _RULES:
            match = pattern.fullmatch(line)
            if match:
                line = rule(self, match)
                break
        self._add(line)
        self.fence = next_fence(self.fence, _MARKERS.sub("", line, count=1))

    def _indented(self, match: re.Match[str]) -> str:
        columns = len(match[1].expandtabs(4))
        self._begin(" ", columns)
        return " " * columns + opening("///", (match[2] or "tab").lower(), match[3])

    def _alert(self, match: re.Match[str]) -> str:
        self._begin(">", len(match[1]))
        return match[1] + opening("///", match[2].lower(), match[3])

    def _directive(self, match: re.Match[str]) -> str:
        """A block that we cannot show is its lines."""
        indent, colons, kind, *titles = match.groups()
        if not kind:
            return indent + self.directives.pop() if self.directives else match[0]
        slashes = "/" * len(colons) if kind.lower() in NOTES else ""
        self.directives.append(slashes)
        if not slashes:
            self.losses.add("block left out", self.number, match[0])
            return indent
        return indent + opening(slashes, kind.lower(), next(filter(None, reversed(titles)), ""))

    def _definition(self, match: re.Match[str]) -> str:
        """As an item of a list below the term."""
        return f"{match[1]}-{match[2]}" if any(map(str.strip, self.lines[-2:])) else match[0]

    def _abbreviation(self, match: re.Match[str]) -> str:
        self.losses.add("abbreviation left out", self.number, match[0])
        return ""

    def _titled_fence(self, match: re.Match[str]) -> str:
        for line in ("", f"{match[1]}`{match[2] or match[3]}`", ""):
            self._add(line)
        return match[0]

    def _tabpane(self, match: re.Match[str]) -> str:
        self.has_code_tabs = "text=true" not in match[0]
        return match[0]

    def _raw(self, match: re.Match[str]) -> str:
        if match[1] == "tab":
            if not self.has_code_tabs:
                return match[0]
            self._add(opening("///", "tab", match[2]))
            self._add("")
        self.raw = match[1]
        return f"{_RAW_FENCE}{match[2].lower()}"

    def _tag(self, match: re.Match[str]) -> str:
        """Lines between tags may stand further in, and are Markdown."""
        if not self.is_mdx:
            return match[0]
        if not match[1]:
            self._add(match[0])
            self._begin("<", -1)
            return ""
        if tags := [depth for depth, (kind, _) in enumerate(self.open) if kind == "<"]:
            self.close(tags[-1])
        self._add("")
        return match[0]


_RULES: tuple[tuple[re.Pattern[str], Callable[[_Blocks, re.Match[str]], str]], ...] = (
    (_INDENTED, _Blocks._indented),
    (_DIRECTIVE, _Blocks._directive),
    (_ALERT, _Blocks._alert),
    (_DEFINITION, _Blocks._definition),
    (_ABBREVIATION, _Blocks._abbreviation),
    (_TITLED_FENCE, _Blocks._titled_fence),
    (_TABPANE, _Blocks._tabpane),
    (_CODE_TAB, _Blocks._raw),
    (_HIGHLIGHT, _Blocks._raw),
    (_BLOCK_TAG, _Blocks._tag),
)


def _length(lines: list[str], index: int, ends: str) -> int:
    """How many lines make a whole: up to one that ends well, or stands before an empty one, with no bracket open."""
    depth = 0
    for count, line in enumerate(lines[index : index + _LONGEST], start=1):
        depth += sum(map(line.count, "({[")) - sum(map(line.count, ")}]"))
        following = "".join(lines[index + count : index + count + 1])
        if depth <= 0 and (line.rstrip()[-1:] in ends or (not following.strip() and line.strip())):
            return count
    return 1
