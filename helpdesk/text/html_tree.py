"""HTML as elements to walk through, read as a browser reads it; and written again."""

from __future__ import annotations

import re
from collections.abc import Iterator
from copy import deepcopy
from html.parser import HTMLParser
from xml.etree.ElementTree import Element, TreeBuilder, tostring

import nh3

from helpdesk.text.finishing import Finisher


def _words(text: str) -> list[str]:
    return text.split()


HEADINGS = _words("h1 h2 h3 h4 h5 h6")
COMPLEX = {*_words("blockquote details dl hr ol pre table ul"), *HEADINGS}  # in no cell of a Markdown table
BLOCKS = {*COMPLEX, *_words("caption dd div dt figcaption figure li p section summary tbody td tfoot th thead tr")}
INLINE = _words("abbr bdi bdo cite code del dfn ins kbd mark q rp rt ruby s samp small sub sup u var")
FRAMES = _words("audio embed iframe video")
LOST = _words("form input math noscript script select style svg template textarea")
_DIVS = _words("address article aside center fieldset footer header hgroup main nav")
_RENAMED = {"b": "strong", "i": "em", "strike": "del", "tt": "code", **dict.fromkeys(_DIVS, "div")}
_VOID = _words("br embed hr img source wbr")
_READER = nh3.Cleaner(
    tags={*BLOCKS, *_RENAMED, *INLINE, *FRAMES, *_VOID, "a", "em", "span", "strong"},
    clean_content_tags=set(LOST),
    attributes={
        "*": {"class", "id"},
        "a": {"href", "name"},
        "abbr": {"title"},
        "bdi": {"dir"},
        "bdo": {"dir"},
        "details": {"open"},
        "img": {"alt", "src"},
        "li": {"value"},
        "ol": {"reversed", "start"},
        "span": {"dir", "lang"},
        **{tag: {"colspan", "rowspan"} for tag in ("td", "th")},
        **{tag: {"src", "title"} for tag in (*FRAMES, "source")},
    },
    url_schemes={"http", "https", "mailto", "tel", "sms", "ftp", "sftp", "file", "data", "javascript", "callto"},
    link_rel=None,
)
_DEEPEST = 100  # elements in elements; what lies deeper loses its tags, not its text


class _Tree(HTMLParser):
    """The elements of what nh3 wrote: balanced, every void element known."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self._builder, self._depth = TreeBuilder(), 0
        self._builder.start("div", {})
        self.feed(html)
        self.close()
        self._builder.end("div")
        self.root: Element = self._builder.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._depth += tag not in _VOID
        if tag == "iframe":  # what stands in it is text, and written as it was
            self.set_cdata_mode(tag)
        if self._depth <= _DEEPEST:
            self._builder.start(_RENAMED.get(tag, tag), {name: value or "" for name, value in attrs})
            if tag in _VOID:
                self._builder.end(tag)

    def handle_endtag(self, tag: str) -> None:
        if self._depth <= _DEEPEST:
            self._builder.end(_RENAMED.get(tag, tag))
        self._depth -= 1

    def handle_data(self, data: str) -> None:
        self._builder.data(data)


def read_html(html: str) -> Element:
    """A `<div>` with the elements that an article can have; old names for the same are replaced."""
    return _Tree(_READER.clean(html)).root


def has_content(node: Element) -> bool:
    """Whether something is there to read or to see."""
    return bool(text_of(node).strip()) or any(part.get("src") or part.get("alt") for part in node.iter())


def parts_of(node: Element) -> Iterator[Element | str]:
    """Text and elements, in order."""
    if node.text:
        yield node.text
    for child in node:
        yield child
        if child.tail:
            yield child.tail


def walk(node: Element) -> Iterator[Element | str]:
    """The element, and all text and elements in it, in the order of reading."""
    yield node
    for part in parts_of(node):
        if isinstance(part, str):
            yield part
        else:
            yield from walk(part)


def text_of(node: Element, gap: str = " ") -> str:
    """The text of an element, with `gap` for each break."""
    return "".join(part if isinstance(part, str) else gap * (part.tag == "br") for part in walk(node))


def replace_with_link(node: Element, text: str, href: str) -> None:
    """Leave a link where an element was."""
    tail = node.tail
    node.clear()
    node.tag, node.text, node.tail = "a", text, tail
    node.attrib = {"href": href}


def html_of(node: Element) -> str:
    """An element as HTML without an empty line, which would end it in Markdown."""
    node = deepcopy(node)
    node.tail = None
    for part in node.iter():
        lost = {"class", "name"} if part.tag in HEADINGS else {"class", "name", "id"}
        part.attrib = {name: value for name, value in part.attrib.items() if name not in lost}
    pieces = re.split(r"(?s)(<pre.*?(?:</pre>|\Z))", tostring(node, "unicode", "html"))
    pieces[::2] = [re.sub(r"(?<![ \t\r\n])[ \t\r\n]*\n[ \t\r\n]*", "\n", piece) for piece in pieces[::2]]
    return re.sub(r"\n(?=[ \t]*\n)", "&#10;", "".join(pieces))


def plain_text(html: str) -> str:
    """The words of HTML as readers would see it, with single spaces between them."""
    finisher = Finisher("html", rtl=False, images={}, links={})
    finisher.run(html, ())
    return " ".join(finisher.text.split())
