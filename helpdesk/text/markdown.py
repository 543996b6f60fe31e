"""Markdown to safe HTML, once, when a text is saved; and what importers of plain Markdown trees need."""

from __future__ import annotations

import re
import secrets
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from html import escape
from urllib.parse import unquote

from helpdesk.text.characters import lines_to_show
from helpdesk.text.finishing import Finisher, Heading, Image, ImageInfo
from helpdesk.text.frontmatter import line_at, plain_lines
from helpdesk.text.parsing import build_parser

__all__ = [
    "RENDERER",
    "Heading",
    "Image",
    "ImageInfo",
    "Rendered",
    "code_lines",
    "is_too_large",
    "list_destinations",
    "readdress",
    "relink",
    "render",
    "strip_title",
]

# Raised with every change of what `render` makes of the same text: the next import renders all texts again.
RENDERER = 2
_PARSER = build_parser()
_BLOCK_PARSER = build_parser()
_BLOCK_PARSER.core.ruler.disable("inline")
# A list item or a bracket costs up to 70 microseconds, a long article holds a few thousand of them: what has
# more is no article, and is shown as it was written.
_MARKUP = "\n[]!*_`<&\\~^|#>{"
_MAX_MARKUP = 40_000
_NO_IMAGES: Mapping[str, ImageInfo] = {}
_NO_LINKS: Mapping[str, str] = {}
# Where an address stands: after a label, in a definition, in an attribute, alone; code spans are passed over.
_ADDRESS = re.compile(
    r"(?<!`)(`+)(?!`).*?(?<!`)\1(?!`)"
    r"|(?P<before>\]\([ \t]*|^ {0,3}\[[^\]]+\]:[ \t]*|\b(?:href|src)=[\"']?)"
    r"(?:<(?P<bracketed>[^<>]*)>|(?P<bare>[^\s<>()\"']+))"
    r"|<(?P<auto>article:[^<>\s]*)>"
)
_LINE = re.compile(r"[^\r\n]*(?:\r\n?|\n)|[^\r\n]+")


@dataclass(frozen=True, slots=True)
class Rendered:
    """Safe HTML and what it holds: headings and images in order, plain text, each link once, as written."""

    html: str
    headings: tuple[Heading, ...]
    text: str
    images: tuple[Image, ...]
    links: tuple[str, ...]


def render(
    source: str,
    *,
    rtl: bool = False,
    heading_ids: Sequence[tuple[int, str]] = (),
    images: Mapping[str, ImageInfo] = _NO_IMAGES,
    links: Mapping[str, str] = _NO_LINKS,
) -> Rendered:
    """The article body as HTML that is safe whatever the source holds, in seconds whatever its size.

    `heading_ids` are the (level, id) of another language's headings, taken over where all levels agree.
    Ids carry the prefix "h-" in the HTML only. `images` are keyed by the source's own `src`;
    `links` are addresses to put in place of the source's own."""
    source = lines_to_show(plain_lines(source))
    if is_too_large(source):
        return Rendered(f'<pre tabindex="0" dir="auto">{escape(source)}</pre>\n', (), source, (), ())
    mark = secrets.token_hex(8)
    finisher = Finisher(mark, rtl=rtl, images=images, links=links)
    html = finisher.run(_PARSER.render(source, {"mark": mark}), heading_ids)
    return Rendered(html, tuple(finisher.headings), finisher.text, tuple(finisher.images), tuple(finisher.links))


def strip_title(source: str) -> tuple[str, str | None, str]:
    """The first level-one heading as plain text ("" if none), its explicit id, and the body without it."""
    source = plain_lines(source.removeprefix("\ufeff"))
    tokens = [] if is_too_large(source) else _BLOCK_PARSER.parse(source, {"mark": "title"})
    for index, token in enumerate(tokens):
        if token.type == "heading_open" and token.tag == "h1" and token.level == 0 and token.map:
            lines = source.split("\n")
            body = "\n".join(lines[: token.map[0]] + lines[token.map[1] :]).lstrip("\n")
            anchor = token.attrGet("data-id")
            # Rendered as a heading, or "1. Start" would become a list.
            title = render(f"# {tokens[index + 1].content}".replace("\n", " ")).text
            return title, None if anchor is None else str(anchor), body
    return "", None, source


def relink(source: str, resolve: Callable[[str], str | None]) -> str:
    """The Markdown with other addresses in links and images, code as it was written.

    `resolve` gives the new address, None to leave the old one, "" for a link that leads nowhere."""

    def real(match: re.Match[str]) -> str:
        before, bracketed, bare, auto = match.group("before", "bracketed", "bare", "auto")
        address = next((found for found in (bracketed, bare, auto) if found is not None), None)
        url = None if address is None else resolve(address)
        if url is None:
            return match.group()
        url = url.replace("(", "%28").replace(")", "%29")
        if auto is not None:
            return f"<{url}>" if url else ""
        nothing = '""' if before.endswith("=") else "" if "=" in before else "<>"
        return before + (url or nothing)

    lines, code = _LINE.findall(source), code_lines(source)
    return "".join(line if number in code else _ADDRESS.sub(real, line) for number, line in enumerate(lines))


def readdress(source: str, addresses: Mapping[str, str]) -> str:
    """As `relink`, by a table of addresses; there as in the text they may be percent-encoded."""
    known = {unquote(address): url for address, url in addresses.items()}
    return relink(source, lambda address: known.get(unquote(address)))


def list_destinations(source: str) -> tuple[str, ...]:
    """Every address that `relink` would ask for, once."""
    found: dict[str, None] = {}
    relink(source, lambda address: found.setdefault(address))
    return tuple(found)


def code_lines(source: str) -> set[int]:
    """Lines of code blocks, counted from 0."""
    if is_too_large(source):
        return set(range(line_at(source, len(source))))  # shown as it was written
    tokens = _BLOCK_PARSER.parse(source, {"mark": "code"})
    blocks = (token.map for token in tokens if token.type in ("fence", "code_block") and token.map)
    return {number for start, end in blocks for number in range(start, end)}


def is_too_large(source: str) -> bool:
    """Whether a text holds so much markup that it is shown as it was written."""
    return sum(source.count(char) for char in _MARKUP) > _MAX_MARKUP
