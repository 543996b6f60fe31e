"""Shortcodes of Hugo, components of MDX, attributes and signs of MkDocs: made Markdown, or reduced to their words."""

from __future__ import annotations

import re
from urllib.parse import quote

from helpdesk.text.markdown import code_lines
from helpdesk.text.parsing import ALIASES, KINDS

_CODE_SPAN = re.compile(r"(?<!`)(`+)(?!`)((?:(?!\n[ \t]*\n).)+?)(?<!`)\1(?!`)", re.DOTALL)
_HIDDEN = re.compile("\ufdd0([0-9]+)\ufdd1")
_BRACES = r"\{(?>[^{}]|\{(?>[^{}]|\{[^{}]*\})*\})*\}"
_INSIDE = rf"(?>[^<>{{}}\"'/]+|/(?!>)|\"[^\"]*\"|'[^']*'|{_BRACES}){{0,200}}"
_SHORTCODE = re.compile(r"\{\{[<%][ \t]*+(/?)[ \t]*+(\w[\w./-]*+)((?>\"[^\"]*\"|`[^`]*`|[^\"`{}]+){0,100})\}\}")
_SHOWN_SHORTCODE = re.compile(r"\{\{([<%])/\*(.*?)\*/([>%])\}\}")
_COMPONENT = re.compile(rf"<(/?)([A-Z][\w.]*)({_INSIDE}/?)>")
_HTML_TAG = re.compile(rf"<[a-z][\w-]*{_INSIDE}/?>")
_ATTRIBUTE_OF_MDX = re.compile(rf"\s(?:([\w:-]+)=)?({_BRACES})")
_ARGUMENT = re.compile(rf"(?:([\w:-]+)=)?(?:\"([^\"]*)\"|'([^']*)'|`([^`]*)`|({_BRACES})|([^\s\"'`{{}}=<>%/]\S*))")
_STRING = re.compile(r"[\"'`]([^\"'`]+)[\"'`]")
_ONE = r"(?:[#.][\w:.-]+|[\w:-]+=(?:\"[^\"]*\"|'[^']*'|[^\s\"'{}]+))"
# After what it is about, with a colon, alone on a line, or as the end of one: a brace elsewhere is text.
_ATTRIBUTES = re.compile(
    r"(?:(?<=[)\]*_\ufdd1])\{:?|(?<![ \t])[ \t]*\{:"
    r"|^[ \t]*\{(?=[^{}\n]*\}[ \t]*$)|(?<![ \t])[ \t]*\{(?=[ \t]*[.#][^{}\n]*\}[ \t]*$))"
    rf"[ \t]*({_ONE}(?:[ \t]+{_ONE})*)[ \t]*\}}",
    re.MULTILINE,
)
_UNDERLINE = re.compile(r"\n {0,3}(?:=+|-+)[ \t]*(?:\n|\Z)")
_SIGNS = (
    (re.compile(r"\{~~([^{}]+?)~>([^{}]*?)~~\}"), r"<del>\1</del><ins>\2</ins>"),
    (re.compile(r"\{--([^{}]+?)--\}"), r"<del>\1</del>"),
    (re.compile(r"\{\+\+([^{}]+?)\+\+\}"), r"<ins>\1</ins>"),
    (re.compile(r"\{>>([^{}]+?)<<\}"), r"<small>\1</small>"),
    (re.compile(r"\{==([^{}]+?)==\}"), r"<mark>\1</mark>"),
    (re.compile(r"(?<![\w=])==(?=[^\s=])([^=\n]+?)(?<=\S)==(?![\w=])"), r"<mark>\1</mark>"),
    (re.compile(r"(?<![\w+])\+\+([\w-]+(?:\+[\w-]+)*)\+\+(?![\w+])"), r"<kbd>\1</kbd>"),
    (re.compile(r"(?<![\[\w])\[\[([^\[\]|\n]+)\|([^\[\]\n]+)\]\]"), r"[\2](<\1>)"),
    (re.compile(r"(?m)^(?>([ \t]*<[a-z][^<>\n]*?)[ \t]markdown(?:=\"?\w+\"?)?(?=[\s>]))([^<>\n]*>)$"), "\\1\\2\n"),
)
_SIGNS_OF_MDX = (
    (re.compile(r"\{/\*[ \t]*(#[\w.-]+)[ \t]*\*/\}"), r"{\1}"),
    (re.compile(r"(?s)\{/\*(.{0,2000}?)\*/\}"), r"<!--\1-->"),
    (re.compile(r"\{[ \t]*([\"'])([^\"'{}\n]*)\1[ \t]*\}"), r"\2"),
    (re.compile(r"</?>"), ""),
)
_ICON = re.compile(r":(?:material|fontawesome|octicons|simple)-[\w-]+:(?:\{[^{}\n]*\})?[ \t]?")
_EXPRESSION = re.compile(r"(?<![\\${\w])\{(?!#)[^{}\n]+\}")
_UNSHOWN = re.compile(r"<(?:iframe|video|audio|object|embed|script|style|svg|math|form|canvas)\b[^<>]{0,500}>")
_MACRO = re.compile(r"\{\{(?![<%])[^{}\n]+\}\}|(?<!\{)\{%[^{}\n]+%\}")

NOTES = frozenset(KINDS) | ALIASES.keys() | {"alert", "callout", "admonition", "notice", "aside", "details", "expand"}
_TABS = frozenset(("tab", "tabitem", "tab-item"))
_AROUND = frozenset(("tabs", "tabpane", "tabgroup", "codegroup", "steps", "cards", "cardgroup", "columns"))
_TITLES = ("title", "summary", "header", "heading", "label", "name", "value")
_TEXTS = ("title", "label", "text", "header", "heading", "description", "subtitle", "caption", "alt", "summary", "name")
_LINKS = ("href", "to", "link", "url")
_Arguments = dict[str, str]


class Losses:
    """What could not be kept: by kind, the line on which it first stood, and what it said, each once."""

    def __init__(self) -> None:
        self.by_kind: dict[str, tuple[int, dict[str, None]]] = {}

    def add(self, kind: str, line: int, words: str) -> None:
        """Remember one."""
        self.by_kind.setdefault(kind, (line, {}))[1][" ".join(words.split())] = None


class Inline:
    """A text in which code is hidden, so that what stands in it stays as it is."""

    def __init__(self, text: str, numbers: list[int], losses: Losses) -> None:
        self.numbers, self.losses = numbers, losses  # of each line, its number in the source
        self.hidden: list[str] = []
        self.closed: set[str] = set()
        code = code_lines(text)
        lines = text.replace("\ufdd0", "").split("\n")
        text = "\n".join(self._hide(line) if number in code else line for number, line in enumerate(lines))
        self.text = _CODE_SPAN.sub(lambda match: self._hide(match[0]), text)

    def convert(self, *, is_mdx: bool) -> str:
        """The text in Markdown of our own kind."""
        self._lose(_UNSHOWN, "HTML that is not shown", keep=True)
        if is_mdx:
            self._replace(_SIGNS_OF_MDX)
            self.text = _HTML_TAG.sub(_plain_attributes, self.text)
            self._elements(_COMPONENT, "component")
            self._lose(_EXPRESSION, "expression kept as written", keep=True)
        else:
            self._lose(_ICON, "icon left out")
            self.text = _ATTRIBUTES.sub(self._attributes, self.text)
            self._lose(_MACRO, "expression kept as written", keep=True)
            self._replace(_SIGNS)
            self._elements(_SHORTCODE, "shortcode")
        while _HIDDEN.search(self.text):  # code spans in what was hidden before
            self.text = _HIDDEN.sub(lambda match: self.hidden[int(match[1])], self.text)
        return _SHOWN_SHORTCODE.sub(r"{{\1\2\3}}", self.text)

    def _hide(self, code: str) -> str:
        """A sign in place of code, behind the same indent."""
        bare = code.lstrip()
        self.hidden.append(bare)
        return f"{code[: len(code) - len(bare)]}\ufdd0{len(self.hidden) - 1}\ufdd1"

    def _line(self, match: re.Match[str]) -> int:
        return self.numbers[min(self.text.count("\n", 0, match.start()), len(self.numbers) - 1)]

    def _replace(self, signs: tuple[tuple[re.Pattern[str], str], ...]) -> None:
        for pattern, replacement in signs:
            self.text = pattern.sub(replacement, self.text)

    def _lose(self, pattern: re.Pattern[str], kind: str, *, keep: bool = False) -> None:
        for match in pattern.finditer(self.text):
            self.losses.add(kind, self._line(match), match[0])
        self.text = self.text if keep else pattern.sub("", self.text)

    def _attributes(self, match: re.Match[str]) -> str:
        """Of a heading the id stays; all else is about looks."""
        wanted = next((one for one in match[1].split() if one.startswith("#")), "")
        is_heading = self.text.startswith("#", self.text.rfind("\n", 0, match.start()) + 1)
        if not wanted or not (is_heading or _UNDERLINE.match(self.text, match.end())):
            return ""
        return match[0] if wanted == match[1] else f" {{{wanted}}}"

    def _elements(self, pattern: re.Pattern[str], what: str) -> None:
        self.closed = {match[2].lower() for match in pattern.finditer(self.text) if match[1]}
        self.text = pattern.sub(lambda match: self._element(match, what), self.text)

    def _element(self, match: re.Match[str], what: str) -> str:
        is_closing, name, rest = bool(match[1]), match[2].lower(), match[3]
        named, given = _arguments(rest)
        if name in ("ref", "relref"):
            return quote(" ".join(given[:1]) or named.get("path", ""), safe="/#._-")
        if name in _AROUND:
            if "label" in rest or "title" in rest:
                self.losses.add(f"{what} left out", self._line(match), match[0])
            return self._block(match, "")
        if name in NOTES | _TABS and name in self.closed and not rest.endswith("/"):
            return self._block(match, "///" if is_closing else _note(name, named, given))
        if name == "link":
            return "</a>" if is_closing else f'<a href="{_first(named, _LINKS)}">'
        if is_closing:
            return ""
        if "src" in named:
            caption = named.get("caption", named.get("title", ""))
            alt = named.get("alt", caption)
            gap = " " if self._is_in_cell(match) else "\n"
            below = f"{gap}*{caption}*" if caption != alt else ""
            return f"![{alt}]({quote(named['src'], safe='/#._-:?=&%@')}){below}"
        self.losses.add(f"{what} left out", self._line(match), match[0])
        words = [named[key] for key in _TEXTS if named.get(key)]
        if words and (target := _first(named, _LINKS)):
            words[0] = f"[{words[0]}]({target})"
        start = self.text.rfind("\n", 0, match.start()) + 1
        is_heading = re.fullmatch("#+[ \t]*", self.text[start : match.start()])
        text = " ".join(words or (given if is_heading else []))
        return f"{text} " if text and name in self.closed else text

    def _is_in_cell(self, match: re.Match[str]) -> bool:
        start = self.text.rfind("\n", 0, match.start()) + 1
        return self.text[start : match.start()].lstrip(" \t>").startswith("|")

    def _block(self, match: re.Match[str], text: str) -> str:
        """The text on lines of its own, as far in as the line was; in a row of a table no more than the title of it."""
        if self._is_in_cell(match):
            if text.startswith("/// "):
                self.losses.add("block in a table left out", self._line(match), match[0])
            title = text.partition(" | ")[2]
            return f"{title} " if title else ""
        start, end = self.text.rfind("\n", 0, match.start()) + 1, self.text.find("\n", match.end())
        before, after = self.text[start : match.start()], self.text[match.end() : None if end < 0 else end]
        indent = before[: len(before) - len(before.lstrip())]
        return (f"\n{indent}" if before.strip() else "") + text + (f"\n\n{indent}" if after.strip() else "")


def _arguments(text: str) -> tuple[_Arguments, list[str]]:
    """Those with a name, and the others."""
    named, given = {}, []
    for match in _ARGUMENT.finditer(text):
        value = next(value for value in match.groups()[1:] if value is not None)
        if match[5]:
            value = "".join(_STRING.findall(value)[:1])
        if match[1]:
            named[match[1].lower()] = value
        else:
            given.append(value)
    return named, given


def _first(named: _Arguments, keys: tuple[str, ...]) -> str:
    return next((named[key] for key in keys if named.get(key)), "")


def _note(name: str, named: _Arguments, given: list[str]) -> str:
    """The line that opens an admonition or a tab."""
    looks = [named.get("type"), named.get("kind"), named.get("color"), *given[:1], name]
    kind = "tab" if name in _TABS else next((look for look in looks if look in ALIASES or look in KINDS), "note")
    title = _first(named, _TITLES) or " ".join(word for word in given if word != kind)
    return opening("///", kind, title)


def opening(slashes: str, kind: str, title: str | None) -> str:
    """The line that begins a block of our own."""
    title = (title or "").strip()
    return f"{slashes} {kind} | {title}" if title else f"{slashes} {kind}"


def _plain_attributes(tag: re.Match[str]) -> str:
    """A tag of HTML without expressions; of those, what is a string stays."""

    def plain(match: re.Match[str]) -> str:
        string = _STRING.search(match[2])
        return f' {match[1]}="{string[1]}"' if string and match[1] != "style" else ""

    return _ATTRIBUTE_OF_MDX.sub(plain, tag[0])
