"""The Markdown parser: CommonMark with tables, strikethrough, footnotes, admonitions and CJK emphasis.

What the product itself writes into the HTML carries `data-hd="<mark>"`, a value that the author cannot know:
that is how ids, classes and roles of our own are told from those of raw HTML, which are dropped.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, MutableMapping, Sequence
from html import escape
from typing import Any

from markdown_it import MarkdownIt
from markdown_it.parser_inline import ParserInline
from markdown_it.ruler import RuleOptionsType
from markdown_it.rules_block import StateBlock
from markdown_it.rules_core import StateCore
from markdown_it.rules_inline import StateInline
from markdown_it.rules_inline.state_inline import Scanned
from markdown_it.token import Token
from markdown_it.utils import OptionsDict
from mdit_py_plugins.admon import admon_plugin
from mdit_py_plugins.footnote import footnote_plugin

Env = MutableMapping[str, Any]

KINDS = ("note", "tip", "info", "check", "warning", "danger")
ALIASES = {
    "hint": "tip",
    "success": "check",
    "important": "warning",
    "attention": "warning",
    "caution": "warning",
    "error": "danger",
    "failure": "danger",
    "bug": "danger",
}
_MAX_BRACKETS = 100  # open brackets in one paragraph; each may be tried as the start of a link
_BRACKET = re.compile(r"[\[\]]")
_MAX_OPEN_TAGS = 100  # raw tags in raw tags; an HTML parser is quadratic in their depth
_SLASHES = re.compile(r"(/{3,})[ \t]*(?:([A-Za-z][\w-]*)[ \t]*(?:\|(.*))?)?$")
_SLASH_OPTION = re.compile(r"(?:type|open|attrs|title)[ \t]*:[ \t]*(\S*)")
_EXPLICIT_ID = re.compile(r"\{:?[ \t]*#([^\s{}\"'<>&#]+)(?:[ \t][^{}]*)?\}")
_QUOTED_TITLE = re.compile(r'"([^"]*)"')
_TAG = re.compile(r"<(/?)([A-Za-z][A-Za-z0-9-]*)")
_FLAT_TAGS = frozenset(("area", "br", "col", "dd", "dt", "hr", "img", "input", "li", "p", "td", "th", "tr", "wbr"))
_SPACELESS = re.compile("[\u0e00-\u0eff\u1000-\u109f\u1100-\u11ff\u1780-\u17ff]")


class _InlineState(StateInline):
    def scanDelims(self, start: int, canSplitWord: bool) -> Scanned:  # noqa: N802, N803
        """Emphasis next to scripts without spaces, which CommonMark leaves literal.

        A CJK punctuation mark counts as a letter and a CJK neighbour as a space:
        https://github.com/tats-u/markdown-cjk-friendly, with Thai, Lao, Khmer and Burmese besides."""
        scanned = super().scanDelims(start, canSplitWord)
        end = start + scanned.length
        before = self.src[start - 1] if start else " "
        after = self.src[end] if end < self.posMax else " "
        if not canSplitWord or not (_is_spaceless(before) or _is_spaceless(after)):
            return scanned
        opens = not after.isspace() and (not _is_punctuation(after) or _ends_word(before))
        closes = not before.isspace() and (not _is_punctuation(before) or _ends_word(after))
        return Scanned(opens, closes, scanned.length)


class _Inline(ParserInline):
    def parse(self, src: str, md: MarkdownIt, env: Env, tokens: list[Token]) -> list[Token]:
        state = _InlineState(src, md, env, tokens)
        if _open_brackets(src) > _MAX_BRACKETS:
            state.pending = src
            state.pushPending()
            return state.tokens
        self.tokenize(state)
        for rule in self.ruler2.getRules(""):
            rule(state)
        return state.tokens


def _open_brackets(text: str) -> int:
    """The largest number of brackets that are open at the same time."""
    if text.count("[") <= _MAX_BRACKETS:
        return 0
    depth = deepest = 0
    for match in _BRACKET.finditer(text):
        depth = depth + 1 if match[0] == "[" else max(0, depth - 1)
        deepest = max(deepest, depth)
    return deepest


def _is_spaceless(char: str) -> bool:
    return unicodedata.east_asian_width(char) in "WFH" or bool(_SPACELESS.match(char))


def _is_punctuation(char: str) -> bool:
    return unicodedata.category(char)[0] in "PS" and not _is_spaceless(char)


def _ends_word(char: str) -> bool:
    return char.isspace() or unicodedata.category(char)[0] in "PS" or _is_spaceless(char)


def build_parser() -> MarkdownIt:
    """A parser whose `env` must hold `mark`; it keeps no state between two calls of `render`."""
    md = MarkdownIt("commonmark", {"html": True, "xhtmlOut": False})
    md.enable(["table", "strikethrough"]).use(footnote_plugin).use(admon_plugin)
    inline = _Inline()
    inline.ruler, inline.ruler2 = md.inline.ruler, md.inline.ruler2
    md.inline = inline
    alt: RuleOptionsType = {"alt": ["paragraph", "reference", "blockquote", "list"]}
    md.block.ruler.before("fence", "slash_block", _slash_block, alt)
    md.core.ruler.before("inline", "heading_ids", _take_explicit_ids)
    md.core.ruler.before("inline", "admonition_titles", _keep_given_titles)
    md.core.ruler.push("marks", _mark_tokens)
    for name, rule in _RENDER_RULES.items():
        md.add_render_rule(name, rule)
    return md


def _slash_block(state: StateBlock, start: int, end: int, silent: bool) -> bool:
    """`/// note | Title` up to the next line of as many slashes, or to the end of its parent."""
    opening = _slashes(state, start)
    if opening is None or opening[2] is None or state.is_code_block(start):
        return False
    if silent:
        return True
    slashes, kind, title = opening[1], opening[2], (opening[3] or "").strip()
    close = _closing_line(state, start + 1, end, slashes)
    first = start + 1
    while first < close and not state.isEmpty(first) and state.sCount[first] >= state.blkIndent + 4:
        option = _SLASH_OPTION.match(_line(state, first))
        if option is None:
            break
        kind = option[1] if option[0].startswith("type") else kind
        first += 1
    parent, line_max = state.parentType, state.lineMax
    state.parentType, state.lineMax = "admonition", close
    _open_note(state, kind.lower(), title, start, close)
    state.md.block.tokenize(state, first, close)
    state.push("admonition_close", "" if kind.lower() == "tab" else "div", -1).block = True
    state.parentType, state.lineMax, state.line = parent, line_max, min(close + 1, end)
    return True


def _closing_line(state: StateBlock, line: int, end: int, slashes: str) -> int:
    fence = ""
    depth = 1
    while line < end:
        text = _line(state, line)
        if text and state.sCount[line] < state.blkIndent:
            return line
        if fence or text[:3] in ("```", "~~~"):
            fence = next_fence(fence, text)
        elif (match := _SLASHES.match(text.rstrip())) and match[1] == slashes:
            depth += 1 if match[2] else -1
            if depth == 0:
                return line
        line += 1
    return line


def next_fence(fence: str, line: str) -> str:
    """The code fence that is open after `line`, if `fence` was open before it ("" for none)."""
    run = line[: len(line) - len(line.lstrip(line[:1]))] if line[:1] in ("`", "~") else ""
    if not fence:
        is_fence = len(run) >= 3 and not (run[0] == "`" and "`" in line[len(run) :])
        return run if is_fence else ""
    return "" if run.startswith(fence) and not line[len(run) :].strip() else fence


def _open_note(state: StateBlock, kind: str, title: str, start: int, close: int) -> None:
    is_tab = kind == "tab"
    token = state.push("admonition_open", "" if is_tab else "div", 1)
    token.block, token.map, token.meta = True, [start, close], {"tag": kind, "tab": is_tab}
    if not title:
        return
    state.push("admonition_title_open", "p", 1)
    inline = state.push("inline", "", 0)
    inline.content, inline.children, inline.map = f"**{title}**" if is_tab else title, [], [start, start + 1]
    state.push("admonition_title_close", "p", -1)


def _slashes(state: StateBlock, line: int) -> re.Match[str] | None:
    start = state.bMarks[line] + state.tShift[line]
    return _SLASHES.match(_line(state, line).rstrip()) if state.src.startswith("///", start) else None


def _line(state: StateBlock, line: int) -> str:
    return state.src[state.bMarks[line] + state.tShift[line] : state.eMarks[line]]


def _take_explicit_ids(state: StateCore) -> None:
    """Before the inline parser: `{ #__init__ }` would become emphasis."""
    for opening, inline in zip(state.tokens, state.tokens[1:], strict=False):
        if opening.type != "heading_open" or not inline.content.endswith("}"):
            continue
        start = inline.content.rfind("{")
        match = _EXPLICIT_ID.fullmatch(inline.content, start) if start >= 0 else None
        if match:
            inline.content = inline.content[:start].rstrip()
            opening.attrSet("data-id", match[1])


def _keep_given_titles(state: StateCore) -> None:
    """Of the titles of `!!!` blocks only the quoted ones were given; the others are the kind itself."""
    kept: list[Token] = []
    skip = False
    title: str | None = None
    for token in state.tokens:
        if token.type == "admonition_open" and token.markup:
            quoted = _QUOTED_TITLE.search(token.info)
            title = quoted[1] if quoted else ""
            token.meta["tab"] = False
        elif token.type == "admonition_title_open" and token.markup:
            skip = not title
        elif skip and token.type == "admonition_title_close":
            skip = False
            continue
        if not skip:
            kept.append(token)
    state.tokens = kept


def _mark_tokens(state: StateCore) -> None:
    raw = _RawHtml(state.env["mark"])
    line = 1
    for token in state.tokens:
        line = token.map[0] + 1 if token.map else line
        if token.type == "html_block":
            token.content = raw.prepared(token.content, line)
        elif token.type in ("heading_open", "th_open", "td_open"):
            token.attrSet("data-hd", state.env["mark"])
            align = str(token.attrs.pop("style", "")).removeprefix("text-align:")
            if align:
                token.attrSet("class", f"align-{align}")
        for child, child_line in _children(token, line):
            if child.type == "html_inline":
                child.content = raw.prepared(child.content, child_line)
            elif child.type == "image":
                child.attrSet("data-hd", f"{state.env['mark']}-{child_line}")


def _children(token: Token, line: int) -> Iterator[tuple[Token, int]]:
    for child in token.children or ():
        yield child, line
        if child.type in ("softbreak", "hardbreak"):
            line += 1
        line += child.content.count("\n") if child.type == "html_inline" else 0


class _RawHtml:
    """Raw HTML of one document: images learn their line, tags beyond a sane depth become text."""

    def __init__(self, mark: str) -> None:
        self._mark = mark
        self._depth = 0

    def prepared(self, html: str, line: int) -> str:
        start = 0

        def replace(match: re.Match[str]) -> str:
            nonlocal line, start
            line += html.count("\n", start, match.start())
            start = match.start()
            name = match[2].lower()
            if name == "img" and not match[1]:
                return f"{match[0]} data-hd={self._mark}-{line} "
            if name in _FLAT_TAGS:
                return match[0]
            self._depth = max(0, self._depth + (-1 if match[1] else 1))
            return match[0] if self._depth <= _MAX_OPEN_TAGS else "&lt;" + match[0][1:]

        return _TAG.sub(replace, html)


def _render_note(_: object, tokens: Sequence[Token], index: int, _options: OptionsDict, env: Env) -> str:
    token = tokens[index]
    if token.nesting < 0:
        return f"</{token.tag}>\n" if token.tag else ""
    if token.meta["tab"]:
        return ""
    kind = ALIASES.get(token.meta["tag"], token.meta["tag"])
    kind = kind if kind in KINDS else "note"
    return f'<div data-hd="{env["mark"]}" class="note note-{kind}">\n'


def _render_note_title(_: object, tokens: Sequence[Token], index: int, _o: OptionsDict, env: Env) -> str:
    return f'<p data-hd="{env["mark"]}" class="note-title">' if tokens[index].nesting > 0 else "</p>\n"


def _render_fence(_: object, tokens: Sequence[Token], index: int, _options: OptionsDict, env: Env) -> str:
    language = re.match(r"[ \t]*\{?\.?([A-Za-z0-9_+#-]{1,40})", tokens[index].info)
    own = f' data-hd="{env["mark"]}" class="language-{language[1].lower()}"' if language else ""
    return f"<pre><code{own}>{escape(tokens[index].content)}</code></pre>\n"


def _note_number(token: Token) -> str:
    repeat = token.meta.get("subId", 0)
    return f"{token.meta['id'] + 1}" + (f"-{repeat + 1}" if repeat > 0 else "")


def _render_ref(_: object, tokens: Sequence[Token], index: int, _options: OptionsDict, env: Env) -> str:
    own, number = f'data-hd="{env["mark"]}"', tokens[index].meta["id"] + 1
    return (
        f'<sup {own} class="footnote-ref">'
        f'<a {own} href="#fn-{number}" id="fnref-{_note_number(tokens[index])}">[{number}]</a></sup>'
    )


def _render_back(_: object, tokens: Sequence[Token], index: int, _options: OptionsDict, env: Env) -> str:
    number = _note_number(tokens[index])
    return f' <a data-hd="{env["mark"]}" class="footnote-back" href="#fnref-{number}" aria-label="↩ {number}">↩</a>'


def _render_footnote(_: object, tokens: Sequence[Token], index: int, _o: OptionsDict, env: Env) -> str:
    return f'<li data-hd="{env["mark"]}" id="fn-{_note_number(tokens[index])}">'


def _render_footnotes(_: object, _t: Sequence[Token], _index: int, _o: OptionsDict, env: Env) -> str:
    return f'<section data-hd="{env["mark"]}" class="footnotes">\n<ol>\n'


_RENDER_RULES = {
    "admonition_open": _render_note,
    "admonition_close": _render_note,
    "admonition_title_open": _render_note_title,
    "admonition_title_close": _render_note_title,
    "fence": _render_fence,
    "footnote_ref": _render_ref,
    "footnote_anchor": _render_back,
    "footnote_open": _render_footnote,
    "footnote_block_open": _render_footnotes,
}
