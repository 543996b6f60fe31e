"""Names for URLs and folders, made of titles in any script."""

from __future__ import annotations

import re
import unicodedata

_JOINERS = "\u200c\u200d"  # Persian and Indic spelling needs them inside words
_GAP = re.compile(f"[-{_JOINERS}]+")
_ASCII = str.maketrans({"æ": "ae", "œ": "oe", "ø": "o", "đ": "d", "ð": "d", "ł": "l", "ı": "i", "þ": "th"})
_KEY_LENGTH = 80


def slugify(title: str, max_length: int = 80) -> str:
    """A slug in the title's own script, in NFC, at most `max_length` characters; "" if nothing is left."""
    folded = _nfkc(_nfkc(title).casefold().replace("i\u0307", "i"))
    kept: list[str] = []
    for char in folded:
        kind = unicodedata.category(char)
        is_mark = kind in ("Mn", "Mc") and not "\ufe00" <= char <= "\ufe0f"
        if kind[0] in "LN" or char in _JOINERS or (is_mark and kept and kept[-1] != "-"):
            kept.append(char)
        else:
            kept.append("-")
    slug = _GAP.sub(_one_hyphen, unicodedata.normalize("NFC", "".join(kept))).strip("-" + _JOINERS)
    return slug[: _cut(slug, max_length)].strip("-" + _JOINERS)


def _nfkc(text: str) -> str:
    """NFKC, but Thai and Lao spell their "am" as one letter: nobody types the two that Unicode takes it apart into."""
    text = unicodedata.normalize("NFKC", text)
    return text.replace("\u0e4d\u0e32", "\u0e33").replace("\u0ecd\u0eb2", "\u0eb3")


def ascii_key(text: str) -> str:
    """A permanent key of a-z, 0-9 and hyphens, at most 80 characters; "" if the text holds none of them."""
    plain = unicodedata.normalize("NFKD", text.casefold().translate(_ASCII))
    plain = "".join(char for char in plain if not unicodedata.combining(char))
    return re.sub(r"[^a-z0-9]+", "-", plain.lower()).strip("-")[:_KEY_LENGTH].rstrip("-")


def _one_hyphen(gap: re.Match[str]) -> str:
    return "-" if "-" in gap.group() else gap.group()


def _cut(slug: str, length: int) -> int:
    """The largest cut not above `length` that separates no mark from its letter."""
    while 0 < length < len(slug) and unicodedata.category(slug[length])[0] == "M":
        length -= 1
    return length
