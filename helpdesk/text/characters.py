"""Characters that no page may hold: control characters, halves of characters, noncharacters; one form of a query."""

from __future__ import annotations

import re
import unicodedata

# Forbidden in HTML, most of them in XML; white space among them.
CONTROLS = re.compile("[\x00-\x1f\x7f-\x9f\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff]")
_NO_SPACE = re.compile(rf"(?![\t\n\f\r]){CONTROLS.pattern}")


def one_line(text: str) -> str:
    """The text without them, and with single spaces."""
    return " ".join(CONTROLS.sub(" ", text).split())


def lines_to_show(text: str) -> str:
    """The text with spaces in their place; white space stays."""
    return _NO_SPACE.sub(" ", text)


def normalized(query: str) -> str:
    """A query as it is kept: NFKC, small letters, single spaces, at most 256 characters."""
    text = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", query).lower())
    return one_line(text)[:256].rstrip()
