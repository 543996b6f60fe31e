"""From the parser's HTML to the reader's: cleaned, then completed in one pass, then cleaned once more."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from html import escape, unescape
from urllib.parse import quote, unquote

import nh3

from helpdesk.text.bidi import isolate
from helpdesk.text.slug import slugify

HEADING_PREFIX = "h-"
_FRAGMENT_SAFE = "!$&'()*+,;=:@/?-._~"
_LINK_SCHEMES = {"http", "https", "mailto", "tel", "article"}
_SCHEMES = _LINK_SCHEMES | {"hd"}  # hd: the media store, for images only


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


# "%6aavascript:" counts as a scheme too: what one reader of URLs takes for a path, another decodes.
_SCHEME = re.compile(r"([^/?#]*?):")
_TAGS = _words(
    "a abbr b bdi bdo blockquote br caption cite code dd del details dfn div dl dt em figcaption figure"
    " h1 h2 h3 h4 h5 h6 hr i img ins kbd li mark ol p pre q rp rt ruby s samp section small span strong sub"
    " summary sup table tbody td tfoot th thead time tr u ul var wbr"
)
_REMOVED = _words("script style template svg math noscript iframe object textarea select title")
_HEADINGS = {"h1": 1, "h2": 2, "h3": 3, "h4": 4, "h5": 5, "h6": 6}
_CODE = _words("pre code kbd samp bdi bdo")
_BLOCKS = _words(
    "blockquote caption dd details div dl dt figcaption figure h1 h2 h3 h4 h5 h6 hr li ol p pre section"
    " summary table tr ul"
)
_CLASSES = re.compile(
    r"note note-(?:note|tip|info|check|warning|danger)|note-title|table|missing-image|zoom"
    r"|align-(?:left|right|center)|footnotes|footnote-(?:ref|back)|language-[a-z0-9_+#-]{1,40}"
)
_NUMBER = re.compile(r"[0-9]{1,5}")
_VALUES: dict[str, re.Pattern[str]] = {
    "class": _CLASSES,
    "id": re.compile(rf"{HEADING_PREFIX}\S+|fn-[0-9]+|fnref-[0-9]+(?:-[0-9]+)?"),
    "dir": re.compile("ltr|rtl|auto"),
    "lang": re.compile(r"[A-Za-z]{2,8}(?:-[A-Za-z0-9]{1,8}){0,4}"),
    "tabindex": re.compile("0"),
    "role": re.compile("region"),
    "scope": re.compile("col|row|colgroup|rowgroup"),
    "loading": re.compile("lazy"),
    "decoding": re.compile("async"),
    "rel": re.compile("noopener external"),
    "open": re.compile(""),
    "reversed": re.compile(""),
} | dict.fromkeys(("width", "height", "colspan", "rowspan", "start", "value"), _NUMBER)
_ATTRIBUTES: dict[str, set[str]] = {
    "*": {"class", "dir", "id", "lang", "title"},
    "a": {"href", "aria-label"},
    "details": {"open"},
    "img": {"src", "alt", "width", "height"},
    "li": {"value"},
    "ol": {"start", "reversed"},
    "td": {"colspan", "rowspan"},
    "th": {"colspan", "rowspan", "scope"},
    "time": {"datetime"},
}
_OWN_ATTRIBUTES: dict[str, set[str]] = {
    **_ATTRIBUTES,
    "a": _ATTRIBUTES["a"] | {"rel"},
    "div": {"role", "tabindex", "aria-label"},
    "img": _ATTRIBUTES["img"] | {"loading", "decoding"},
    "pre": {"tabindex"},
}


SMALLEST_ZOOMED = 320  # pixels of width


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading as readers see it: level 2 to 6, plain text, and the id without its prefix in the HTML."""

    level: int
    id: str
    text: str


@dataclass(frozen=True, slots=True)
class Image:
    """An image as the author wrote it, shown or not; lines count from 1."""

    src: str
    alt: str
    line: int


@dataclass(frozen=True, slots=True)
class ImageInfo:
    """Where an image is kept, and its size in pixels."""

    url: str
    width: int
    height: int


def _allow(tag: str, name: str, value: str) -> str | None:
    if name in ("href", "src") and tag != "img" and value[:3].lower() == "hd:":
        return value if tag == "a" and value.startswith("hd:media/") else None  # the link that enlarges a picture
    rule = _VALUES.get(name)
    return value if rule is None or rule.fullmatch(value) else None


_FIRST = nh3.Cleaner(
    tags=_TAGS,
    clean_content_tags=_REMOVED,
    attributes={**_ATTRIBUTES, "*": _ATTRIBUTES["*"] | {"data-hd", "data-id"}},
    url_schemes=_SCHEMES,
    link_rel=None,
)
_LAST = nh3.Cleaner(
    tags=_TAGS,
    clean_content_tags=_REMOVED,
    attributes=_OWN_ATTRIBUTES,
    attribute_filter=_allow,
    url_schemes=_SCHEMES,
    link_rel=None,
)
# nh3 writes balanced tags, and every attribute between double quotes.
_PIECE = re.compile(r'<(/?)([a-z][a-z0-9]*)((?: [a-z-]+="[^"]*")*)>|([^<]+)')
_ATTRIBUTE = re.compile(r' ([a-z-]+)="([^"]*)"')

# The corner of a table: a header without words tells a screen reader nothing.
_EMPTY_HEADER = re.compile(r"<th((?: [^>]*)?)>\s*</th>")


@dataclass(slots=True)
class _Open:
    """A heading whose id is not known yet: `index` is the place of its tag among the pieces."""

    index: int
    tag: str
    level: int
    wanted_id: str
    text: list[str]


class Finisher:
    """One document's pass; after `run` the attributes hold what was found on the way."""

    def __init__(self, mark: str, *, rtl: bool, images: Mapping[str, ImageInfo], links: Mapping[str, str]) -> None:
        self.headings: list[Heading] = []
        self.images: list[Image] = []
        self.links: dict[str, None] = {}
        self._mark = mark
        self._rtl = rtl
        self._known_images, self._known_links = images, links
        self._out: list[str] = []
        self._text: list[str] = []
        self._shift = 0
        self._found: list[_Open] = []
        self._heading: _Open | None = None
        self._hidden = ""  # the tag whose content is no text of the article: references and back links
        self._code = 0
        self._pre = 0
        self._tables: list[int] = []  # rows so far of each open table
        self._in_head = False
        self._shown_images = 0
        self._links = 0  # links that are open
        self._ids: set[str] = set()

    def run(self, html: str, heading_ids: Sequence[tuple[int, str]]) -> str:
        """Safe HTML for the reader; `heading_ids` as in `markdown.render`."""
        clean = re.sub(rf" data-hd={self._mark}-\d+ ", "", _FIRST.clean(html))
        self._shift = 1 if "<h1" in clean else 0
        for match in _PIECE.finditer(clean):
            slash, tag, attributes, text = match.groups()
            if text is not None:
                self._data(text)
            elif slash:
                self._close(tag)
            else:
                self._open(tag, {name: unescape(value) for name, value in _ATTRIBUTE.findall(attributes)})
        self._name_headings(heading_ids)
        return _LAST.clean(_EMPTY_HEADER.sub(r"<td\1></td>", "".join(self._out)))

    @property
    def text(self) -> str:
        """The plain text, one block a line."""
        lines = (" ".join(line.split()) for line in "".join(self._text).split("\n"))
        return "\n".join(line for line in lines if line)

    def _data(self, escaped: str) -> None:
        text = unescape(escaped)
        if not self._hidden:
            self._add_text(text if self._pre else text.replace("\n", " "))
        self._out.append(isolate(text) if self._rtl and not self._code and not self._hidden else escaped)

    def _add_text(self, text: str) -> None:
        self._text.append(text)
        if self._heading:
            self._heading.text.append(text)

    def _separate(self, tag: str) -> None:
        if tag in _BLOCKS:
            self._text.append("\n")
        elif tag in ("br", "td", "th"):
            self._add_text(" ")

    def _open(self, tag: str, attributes: dict[str, str]) -> None:
        own = attributes.pop("data-hd", "")
        explicit_id = attributes.pop("data-id", "")
        raw_id = attributes.pop("id", "")
        given_id = explicit_id if own == self._mark else raw_id
        if tag == "img":
            self._image(attributes, own)
            return
        if own != self._mark:
            for name in ("class", "aria-label"):
                attributes.pop(name, None)
        elif raw_id.startswith("fn") and raw_id not in self._ids:
            self._ids.add(raw_id)
            attributes["id"] = raw_id
        self._separate(tag)
        if tag in _HEADINGS:
            self._open_heading(tag, given_id, attributes)
            return
        if tag in _CODE:
            self._open_code(tag, attributes)
        elif tag == "a":
            self._links += 1
            self._link(attributes, is_own=own == self._mark)
        elif tag in ("table", "thead", "tr", "th"):
            self._open_table(tag, attributes)
        if attributes.get("class") in ("footnote-ref", "footnote-back"):
            self._hidden = tag
        self._out.append(_tag(tag, attributes))

    def _close(self, tag: str) -> None:
        self._separate(tag)
        if tag in _HEADINGS:
            if self._heading and self._heading.tag == tag:
                self._out.append(f"</h{self._heading.level}>")
                self._heading = None
            return
        if tag in _CODE:
            self._code -= 1
            self._pre -= tag == "pre"
        if tag == self._hidden:
            self._hidden = ""
        self._links -= tag == "a"
        self._in_head = self._in_head and tag != "thead"
        self._out.append(f"</{tag}>")
        if tag == "table" and self._tables:
            self._tables.pop()
            self._out.append("" if self._tables else "</div>")

    def _open_heading(self, tag: str, wanted_id: str, attributes: dict[str, str]) -> None:
        if self._heading:  # raw HTML may put a heading into a heading; the outer one stays
            return
        level = min(6, _HEADINGS[tag] + self._shift)
        self._heading = _Open(len(self._out), tag, level, wanted_id, [])
        self._found.append(self._heading)
        self._out.append(_tag(f"h{level}", attributes))

    def _open_code(self, tag: str, attributes: dict[str, str]) -> None:
        if tag == "pre":
            self._pre += 1
            attributes.update(tabindex="0", dir="ltr")
        elif tag == "code" and self._rtl and not self._pre:
            attributes["dir"] = "ltr"
        self._code += 1

    def _open_table(self, tag: str, attributes: dict[str, str]) -> None:
        if tag == "table":
            if not self._tables:
                name = _plain(self._found[-1].text) if self._found else ""
                region = {"role": "region", "aria-label": name} if name else {}
                self._out.append(_tag("div", {"class": "table", "tabindex": "0", **region}))
            self._tables.append(0)
        elif tag == "thead":
            self._in_head = True
        elif tag == "tr" and self._tables:
            self._tables[-1] += 1
        elif tag == "th":
            is_first = bool(self._tables) and self._tables[-1] == 1
            attributes.setdefault("scope", "col" if self._in_head or is_first else "row")

    def _link(self, attributes: dict[str, str], *, is_own: bool) -> None:
        href = re.sub(r"[\x00-\x20]+", "", attributes.get("href", ""))
        if is_own or "href" not in attributes:
            return
        attributes["href"] = href
        scheme = _SCHEME.match(href)
        if not href or (scheme and scheme[1].lower() not in _LINK_SCHEMES):
            del attributes["href"]
            return
        self.links[href] = None
        attributes["href"] = href = self._known_links.get(href, href)
        if href.startswith("#") and len(href) > 1:
            attributes["href"] = "#" + HEADING_PREFIX + _fragment(unquote(href[1:]))
        elif re.match(r"(?i)https?:|[/\\]{2}", href):
            attributes["rel"] = "noopener external"

    def _image(self, attributes: dict[str, str], own: str) -> None:
        written = attributes.pop("src", "")
        src, alt = unquote(written), attributes.get("alt", "")
        mark, _, line = own.rpartition("-")
        self.images.append(Image(src, alt, int(line) if mark == self._mark else 1))
        self._add_text(f" {alt} " if alt else " ")
        for name in ("class", "id"):
            attributes.pop(name, None)
        info = self._known_images.get(src) or self._known_images.get(written)
        if info:
            attributes.update(src=info.url, width=str(info.width), height=str(info.height))
        else:  # not there, or on another site, which would learn of every reader
            self._out.append(f'<span class="missing-image">{escape(alt)}</span>' if alt else "")
            return
        attributes.update({"alt": alt, "decoding": "async"})
        if self._shown_images:
            attributes["loading"] = "lazy"
        self._shown_images += 1
        # A picture that a narrow page makes small opens by itself; one without a description has no name to open by.
        is_large = bool(info and alt) and info.width >= SMALLEST_ZOOMED and not self._links and not self._heading
        link = _tag("a", {"class": "zoom", "href": info.url}) if is_large else ""
        self._out.append(f"{link}{_tag('img', attributes)}{'</a>' if link else ''}")

    def _name_headings(self, heading_ids: Sequence[tuple[int, str]]) -> None:
        found = [(heading, text) for heading in self._found if (text := _plain(heading.text))]
        shared = [level for level, _ in heading_ids] == [heading.level for heading, _ in found]
        used = _Names(_identifier(heading.wanted_id) for heading, _ in found)
        for n, (heading, text) in enumerate(found):
            explicit = _identifier(heading.wanted_id)
            other = (_identifier(heading_ids[n][1]) if shared else "") or slugify(text) or "section"
            ident = used.explicit(explicit) if explicit else used.unique(other)
            self.headings.append(Heading(heading.level, ident, text))
            opened = self._out[heading.index]
            attribute = f' id="{escape(HEADING_PREFIX + ident)}"'
            self._out[heading.index] = f"{opened[:3]}{attribute}{opened[3:]}"


def _tag(name: str, attributes: Mapping[str, str]) -> str:
    written = "".join(f' {key}="{escape(value)}"' for key, value in attributes.items())
    return f"<{name}{written}>"


def _plain(parts: Sequence[str]) -> str:
    return " ".join("".join(parts).split())


def _identifier(wanted: str) -> str:
    return re.sub(r"[\s\x00-\x1f\"'<>&]+", "-", unicodedata.normalize("NFC", wanted).strip())


def _fragment(text: str) -> str:
    return quote(unicodedata.normalize("NFC", text), safe=_FRAGMENT_SAFE)


class _Names:
    """Ids of one document: explicit ones keep their form, the others yield to all of them."""

    def __init__(self, explicit: Iterable[str]) -> None:
        self._reserved = set(explicit)
        self._used: set[str] = set()
        self._next: dict[str, int] = {}

    def explicit(self, ident: str) -> str:
        if ident in self._used:
            return self.unique(ident)
        self._used.add(ident)
        return ident

    def unique(self, ident: str) -> str:
        candidate, n = ident, self._next.get(ident, 2)
        while candidate in self._used or candidate in self._reserved:
            candidate, n = f"{ident}-{n}", n + 1
        self._next[ident] = n
        self._used.add(candidate)
        return candidate
