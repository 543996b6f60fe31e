"""Numbers and codes in right-to-left text, kept in reading order (Unicode Standard Annex 9, isolates)."""

from __future__ import annotations

import re
from html import escape

_ATOM = (
    r"[+\-−#~≈]?[$€£¥₽₹₪]?[A-Za-z\u00c0-\u024f\d]+"
    r"(?:[-–—./_+@:?&=#~%×,'’]{1,3}[A-Za-z\u00c0-\u024f\d]+)*[%‰°+]?[$€£¥₽₹₪]?"
)
# Latin words next to a number belong to its run: an isolate of its own would swap "Python" and "3.10".
_RUN = re.compile(rf"(?<!\w){_ATOM}(?:[ \u00a0\u202f](?:[–—-][ \u00a0\u202f])?{_ATOM})*")
_HAS_DIGIT = re.compile(r"\d")


def isolate(text: str) -> str:
    """Escaped HTML of plain text in which every run such as "123 456", "-5 %" or "TRC-20" is a `bdi`."""
    pieces = []
    end = 0
    for match in _RUN.finditer(text):
        run = match.group()
        if run.isdigit() or not _HAS_DIGIT.search(run):
            continue
        pieces += [escape(text[end : match.start()], quote=False), f"<bdi>{escape(run, quote=False)}</bdi>"]
        end = match.end()
    pieces.append(escape(text[end:], quote=False))
    return "".join(pieces)
