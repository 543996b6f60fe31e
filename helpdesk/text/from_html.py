"""HTML of other help centers' editors to Markdown that renders to the same text.

nh3 reads the HTML as a browser would. What Markdown cannot say stays HTML, which `render` understands: tables with
lists or wide cells, definition lists, details, keys, underlined words.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from html import escape
from urllib.parse import quote
from xml.etree.ElementTree import Element

from helpdesk.text.html_tree import (
    BLOCKS,
    COMPLEX,
    FRAMES,
    HEADINGS,
    INLINE,
    LOST,
    has_content,
    html_of,
    parts_of,
    plain_text,
    read_html,
    replace_with_link,
    text_of,
    walk,
)
from helpdesk.text.lines import BREAK, CLOSE, EM, STRONG, Piece, escaped, escaped_starts, lines_of
from helpdesk.text.markdown import render
from helpdesk.text.parsing import ALIASES, KINDS

Marks = tuple[Piece, ...]
Blocks = list[tuple[str, str]]  # (kind, Markdown); the kinds that matter are "p", "ul" and "ol"

_LOST_TAG = re.compile(rf"(?i)<({'|'.join(LOST)})(?=[\s>/])")
_LETTERED = re.compile(r"(?i)<ol[^<>]*(?:\stype=[\"']?[ai]|list-style-type:\s*(?:lower|upper))")
_CALLOUTS = {"admonition", "alert", "callout", "callouts", "notice"}
_LANGUAGE = re.compile(r"\b(?:lang(?:uage)?-|brush:\s*)([A-Za-z0-9_+#-]+)")
_ID = re.compile(r"[^\s{}\"'<>&#]+")


@dataclass(slots=True)
class Converter:
    """One body's conversion; afterwards `notes` hold what could not be kept, as (kind, detail).

    `link` gives the address for an `href`, "" to drop it; `image` the file for a `src`, "" for a link in its place;
    `has_id` says whether a heading keeps an id, `is_linked` whether anybody links to it."""

    link: Callable[[str], str]
    image: Callable[[str], str]
    has_id: Callable[[str], bool]
    is_linked: Callable[[str], bool]
    notes: list[tuple[str, str]] = field(default_factory=list)
    _anchors: list[str] = field(default_factory=list)
    _levels: list[int] = field(default_factory=list)
    _break: str = "\\\n"
    _is_boxed: bool = False

    def run(self, html: str) -> str:
        """The Markdown of a body."""
        self.notes += [("HTML that is not kept", f"<{tag.lower()}>") for tag in _LOST_TAG.findall(html)]
        self.notes += [("letters before list items, now numbers", "") for _ in _LETTERED.findall(html)]
        root = read_html(html)
        for part in walk(root):
            self._prepare(part)
        self._lose_anchors()
        before = plain_text(html_of(root))
        markdown = _join(self._blocks(parts_of(root)))
        after = " ".join(render(markdown).text.split())
        if before != after:
            self.notes.append(("text that reads differently", f"{len(before)} characters, now {len(after)}"))
        return markdown

    def _prepare(self, part: Element | str) -> None:
        """Give an element its final address, level and id; parts come in the order of reading."""
        if isinstance(part, str):
            if part.strip():
                self._lose_anchors()
            return
        if part.tag in HEADINGS:
            self._prepare_heading(part)
            return
        self._anchors += [name for key in ("id", "name") if self.is_linked(name := part.get(key, ""))]
        if part.tag in FRAMES:
            src = next((found.get("src", "") for found in part.iter() if found.get("src")), "")
            self.notes.append(("frame or film, now a link", src))
            replace_with_link(part, part.get("title") or src, src)
        elif part.tag == "img":
            src, alt = part.get("src", "").strip(), " ".join(part.get("alt", "").split())
            part.attrib = {"src": self.image(src), "alt": alt}
            if not part.get("src"):
                # Of the bytes that a `data:` address may hold, nothing is text.
                name = re.split("[;,?#]", src)[0].rstrip("/").rpartition("/")[2]
                replace_with_link(part, alt or name or src, src)
        elif part.tag == "a" and not part.attrib.keys() & {"href", "id", "name"} and text_of(part).strip():
            self.notes.append(("link without an address that can be read", text_of(part)[:40]))
        if part.tag == "a":
            href = self.link(part.attrib.pop("href", "").strip())
            part.attrib |= {"href": href} if href else {}

    def _prepare_heading(self, node: Element) -> None:
        names = [part.attrib.pop(key, "") for part in node.iter() for key in ("id", "name")]
        names = [name for name in self._anchors + names if _ID.fullmatch(name) and self.has_id(name)]
        names.sort(key=lambda name: not self.is_linked(name))
        if not has_content(node):
            node.tag, self._anchors = "div", [name for name in names if self.is_linked(name)]
            return
        self._anchors = [name for name in names[1:] if self.is_linked(name)]
        self._lose_anchors()
        level = int(node.tag[1])
        while self._levels and self._levels[-1] >= level:
            self._levels.pop()
        self._levels.append(level)
        node.tag = f"h{min(6, len(self._levels) + 1)}"
        node.attrib = {"id": names[0]} if names else {}

    def _lose_anchors(self) -> None:
        self.notes += [("anchor that is not at a heading", f"#{name}") for name in self._anchors]
        self._anchors.clear()

    def _blocks(self, parts: Iterable[Element | str], marks: Marks = ()) -> Blocks:
        """The content of an element; `marks` are open around it."""
        blocks: Blocks = []
        run = [*marks]

        def end_run(opened: Marks) -> None:
            blocks.extend(("p", line) for line in lines_of([*run, *(CLOSE for _ in opened)], self._break))
            run[:] = opened

        def take(parts: Iterable[Element | str], opened: Marks) -> None:
            for part in parts:
                if isinstance(part, str):
                    run.append(Piece("text", part))
                elif part.tag in BLOCKS:
                    end_run(opened)
                    blocks.extend(self._block(part, opened))
                elif (pieces := _pieces(part)) is not None:
                    run.extend(pieces)
                else:
                    mark = _mark(part)
                    run.extend(mark)
                    take(parts_of(part), opened + mark)
                    run.extend(CLOSE for _ in mark)

        take(parts, marks)
        end_run(marks)
        return blocks

    def _block(self, node: Element, marks: Marks) -> Blocks:
        writers = {
            "table": self._table,
            "pre": self._code,
            "ul": self._list,
            "ol": self._list,
            "details": self._details,
        }
        if node.tag in writers:
            return writers[node.tag](node, marks)
        if node.tag in HEADINGS and not any(part.tag in COMPLEX for part in list(node.iter())[1:]):
            ident = f" {{ #{node.get('id')} }}" if node.get("id") else ""
            text = re.sub("#$", r"\#", re.sub("}$", "&#125;", self._line(node, marks, " ")))
            return [("", f"{'#' * int(node.tag[1])} {text}{ident}")]
        if node.tag in ("dl", "hr"):
            return [("", html_of(node) if node.tag == "dl" else "***")]
        if kind := "" if self._is_boxed else _kind_of_box(node.get("class", "")):
            return self._box(kind, node, marks)
        blocks = self._blocks(parts_of(node), marks)
        return [("", _indented(_join(blocks), "> ", "> "))] if node.tag == "blockquote" and blocks else blocks

    def _line(self, node: Element, marks: Marks, gap: str) -> str:
        """What an element holds in one line, with `gap` for each break."""
        outer = self._break, self._is_boxed
        self._break, self._is_boxed = gap, True
        text = gap.join(text for _, text in self._blocks(parts_of(node), marks))
        self._break, self._is_boxed = outer
        return text

    def _list(self, node: Element, marks: Marks) -> Blocks:
        written, is_loose = [], False
        for number, item in enumerate(_items(node), start=self._first_number(node)):
            blocks = self._blocks(item, marks)
            # Only these may follow a line of text without an empty line between (CommonMark 5.2).
            is_tight = len(blocks) == 2 and blocks[0][0] == "p" and re.match(r"(?:-|1\.) \S", blocks[1][1]) is not None
            is_loose |= len(blocks) > 1 and not is_tight
            text = _join(blocks, "\n" if is_tight else "\n\n")
            marker = "- " if node.tag == "ul" else f"{number}. "
            written.append(_indented(text, marker, " " * len(marker)))
        return [(node.tag, ("\n\n" if is_loose else "\n").join(written))] if written else []

    def _first_number(self, node: Element) -> int:
        """Where a list begins to count; one that does not count on from there is noted."""
        values = [item.get("value", "") for item in node.iterfind("li")] if node.tag == "ol" else []
        start = "".join(values[:1]) or node.get("start", "")
        first = int(start) if re.fullmatch("[0-9]{1,6}", start) else 1
        others = [value for number, value in enumerate(values, start=first) if value not in ("", str(number))]
        self.notes += [("list that counts down, now up", "")] * ("reversed" in node.attrib)
        self.notes += [("number of a list item, now the one after the last", value) for value in others]
        return first

    def _table(self, node: Element, marks: Marks) -> Blocks:
        rows = [cells for row in node.iter("tr") if (cells := [cell for cell in row if cell.tag in ("td", "th")])]
        spans = {cell.get(name, "1") for cells in rows for cell in cells for name in ("colspan", "rowspan")}
        if spans - {"", "1"} or any(part.tag in COMPLEX for part in list(node.iter())[1:]):
            self.notes.append(("table that stays HTML", ""))
            return [("", html_of(node))]
        caption = node.find("caption")
        blocks = [] if caption is None else self._blocks(parts_of(caption), marks)
        written = [[self._cell(cell, marks, is_head=cells is rows[0]) for cell in cells] for cells in rows]
        if not written:
            return blocks
        plain = [re.sub(r"^\*\*([^*]+)\*\*$", r"\1", text) for text in written[0]]
        is_bold = any(written[0]) and not any(text in plain for text in written[0] if text)
        if is_bold or all(cell.tag == "th" for cell in rows[0]) or node.find("thead/tr") is not None:
            written[0] = plain
        else:
            written.insert(0, [])
        width = max(map(len, written))
        written.insert(1, ["---"] * width)
        lines = ("| " + " | ".join(cells + [""] * (width - len(cells))) + " |" for cells in written)
        return [*blocks, ("", "\n".join(lines))]

    def _cell(self, cell: Element, marks: Marks, *, is_head: bool) -> str:
        is_bold = cell.tag == "th" and not is_head
        return self._line(cell, (*marks, STRONG) if is_bold else marks, "<br>").replace("|", "\\|")

    def _code(self, node: Element, _marks: Marks) -> Blocks:
        self.notes += [("link or picture in code", "") for part in node.iter() if part.tag in ("a", "img")]
        for part in node.iter():
            if part.tag in BLOCKS and part is not node:
                part.text, part.tail = f"\f{part.text or ''}", f"\f{part.tail or ''}"
        text = re.sub("\f+", "\n", text_of(node, "\n")).replace("\xa0", " ").strip("\n")
        language = _LANGUAGE.search(" ".join(part.get("class", "") for part in node.iter()))
        fence = "`" * max([3, *(len(run) + 1 for run in re.findall("`+", text))])
        return [("", f"{fence}{language[1].lower() if language else ''}\n{text}\n{fence}")] if text.strip() else []

    def _details(self, node: Element, marks: Marks) -> Blocks:
        opening = "<details open>" if "open" in node.attrib else "<details>"
        summary = node.find("summary")
        if summary is not None:
            opening += "\n" + html_of(summary)
        parts = (part for part in parts_of(node) if part is not summary)
        return [("", opening), *self._blocks(parts, marks), ("", "</details>")]

    def _box(self, kind: str, node: Element, marks: Marks) -> Blocks:
        title, parts = "", list(parts_of(node))
        first = next((part for part in parts if not isinstance(part, str) or part.strip()), "")
        if isinstance(first, Element) and self._is_title(first):
            title = ' "' + escaped(" ".join(text_of(first).split())).replace('"', "&quot;") + '"'
            parts.remove(first)
        self._is_boxed = True
        text = _join(self._blocks(parts, marks))
        self._is_boxed = False
        return [("", _indented(f"!!! {kind}{title}\n{text}".rstrip("\n"), "", "    "))] if title or text else []

    def _is_title(self, node: Element) -> bool:
        """Whether it can be the title of a box, in which nobody can link to anything, nor from it."""
        is_plain = not any(part.tag in ("a", "img") for part in node.iter())
        is_title = node.tag in HEADINGS or "title" in node.get("class", "")
        return is_title and is_plain and not self.is_linked(node.get("id", ""))


def _pieces(node: Element) -> list[Piece] | None:
    """An element that is more than a mark around its content."""
    if node.tag == "br":
        return [BREAK]
    if node.tag == "img":
        return [Piece("raw", f"![{escaped(node.get('alt', ''))}]({quote(node.get('src', ''))})")]
    if node.tag == "code" and not any(part.tag in ("a", "img", *BLOCKS) for part in node.iter()):
        text = text_of(node)
        code = [Piece("code", " ".join(text.split()))] if text.strip() else []
        return [Piece("text", " " * text[:1].isspace()), *code, Piece("text", " " * text[-1:].isspace())]
    return None


def _mark(node: Element) -> Marks:
    """What an inline element puts around its content."""
    if node.tag in ("em", "strong"):
        return (EM if node.tag == "em" else STRONG,)
    if node.get("href"):
        href = re.sub(r"[\s()<>\\`\"]", lambda found: quote(found[0]), node.get("href", ""))
        href = re.sub(r"&(?=#?\w{1,40};)", "&amp;", href)
        return (Piece("open", "[", f"]({href})"),)
    given = "".join(f' {name}="{escape(node.get(name, ""))}"' for name in ("dir", "lang", "title") if node.get(name))
    if node.tag in INLINE or (node.tag == "span" and given):
        return (Piece("open", f"<{node.tag}{given}>", f"</{node.tag}>"),)
    return ()


def _join(blocks: Blocks, gap: str = "\n\n") -> str:
    """Blocks with empty lines between them; a list after a list of its kind takes another marker."""
    written: list[str] = []
    before, is_other = "", False
    for kind, text in blocks:
        is_other = kind in ("ul", "ol") and kind == before and not is_other
        if is_other:
            text = re.sub(r"(?m)^-(?= |$)", "*", re.sub(r"(?m)^([0-9]+)\.(?= |$)", r"\1)", text))
        written.append(escaped_starts(text) if kind == "p" else text)
        before = kind
    return gap.join(written)


def _indented(text: str, first: str, rest: str) -> str:
    """Two empty lines would end an admonition, so those of code keep their indent."""
    empty = rest if "\n\n\n" in text else rest.rstrip()
    start, *lines = text.split("\n")
    return "\n".join([(first + start).rstrip(), *(rest + line if line else empty for line in lines)])


def _items(node: Element) -> list[list[Element | str]]:
    """The content of each item of a list; what lies between them belongs to the one before."""
    items: list[list[Element | str]] = []
    for part in parts_of(node):
        if isinstance(part, Element) and part.tag == "li":
            items.append(list(parts_of(part)))
        elif not isinstance(part, str) or part.strip():
            items = items or [[]]
            items[-1] += [" ", part]
    return items


def _kind_of_box(name: str) -> str:
    """The admonition that a class attribute asks for, such as `callouts callout--warning` or `note`; "" for none."""
    words = re.findall(r"[a-z]+", name.lower())
    kinds = [word for word in words if word in KINDS or word in ALIASES]
    is_box = not _CALLOUTS.isdisjoint(words) or not set(kinds).isdisjoint(name.lower().split())
    return (kinds or ["note"])[0] if is_box else ""
