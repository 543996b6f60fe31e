"""Excerpts: what a card shows when the author wrote no summary and nobody searched."""

from __future__ import annotations

import re
import unicodedata
from html import unescape

_PARAGRAPH = re.compile(r"<p>(.*?)</p>", re.DOTALL)
_TAGS = re.compile(r"<[^>]*>")
_PARAGRAPH_WIDTH = 40
_CLOSERS = "\"'”’»)\\]」』）】"
_ENDS = re.compile(f"[.!?。！？؟।…][{_CLOSERS}]*$")
# A full stop ends a sentence before white space only, and neither after a single letter ("z. B.") nor
# before a small one.
_SENTENCE_END = re.compile(f"[。！？]+[{_CLOSERS}]*\\s*|(?:(?<![\\s(]\\w)\\.|[!?؟।…])[.!?؟।…]*[{_CLOSERS}]*(?:\\s+|$)")


def excerpt_of(html: str, text: str) -> str:
    """First sentences of a rendered body's paragraphs, so that no code gets in; of its plain text if it has none."""
    paragraphs = (unescape(_TAGS.sub("", match[1])) for match in _PARAGRAPH.finditer(html))
    return first_sentences("\n".join(" ".join(paragraph.split()) for paragraph in paragraphs)) or first_sentences(text)


def first_sentences(text: str, limit: int = 220) -> str:
    """Whole sentences from the start of plain text, at most `limit` columns wide (wide characters take two).

    Lines that read like paragraphs are taken first, titles and labels only if there is nothing else. A
    first sentence that does not fit is cut at a word, or between two wide characters, with "…".
    """
    lines = [line.strip() for line in text.split("\n") if line.strip()]
    lines = [line for line in lines if _is_paragraph(line)] or lines
    chosen = ""
    for line in lines:
        if chosen and not _ENDS.search(line[-8:]):
            continue
        for sentence in _sentences(line[: limit * 4]):
            gap = " " if chosen and not chosen[-1].isspace() and not _is_wide(chosen[-1]) else ""
            if _width(chosen + gap + sentence.rstrip()) > limit:
                return chosen.rstrip() or _shorten(sentence, limit)
            chosen += gap + sentence
    return chosen.rstrip()


def _is_paragraph(line: str) -> bool:
    return _width(line[: _PARAGRAPH_WIDTH + 1]) > _PARAGRAPH_WIDTH or bool(_ENDS.search(line[-8:]))


def _sentences(line: str) -> list[str]:
    sentences = []
    start = 0
    for match in _SENTENCE_END.finditer(line):
        if line[match.end() : match.end() + 1].islower():
            continue
        sentences.append(line[start : match.end()])
        start = match.end()
    return [*sentences, line[start:]] if start < len(line) else sentences


def _shorten(sentence: str, limit: int) -> str:
    width, end = 1, 0  # the ellipsis takes one column
    while end < len(sentence) and width + _char_width(sentence[end]) <= limit:
        width += _char_width(sentence[end])
        end += 1
    cut = next((i for i in range(end, end // 2, -1) if _is_word_boundary(sentence, i)), None)
    if cut is None:
        cut = end
        while cut > 1 and _joins(sentence, cut):
            cut -= 1
    return sentence[:cut].rstrip(" ,;:、，；：—–-") + "…"


def _is_word_boundary(text: str, index: int) -> bool:
    if index >= len(text) or text[index].isspace():
        return True
    return (_is_wide(text[index]) or _is_wide(text[index - 1])) and not _joins(text, index)


def _joins(text: str, index: int) -> bool:
    """Whether a cut before `index` would tear a grapheme apart."""
    if index >= len(text):
        return False
    return unicodedata.category(text[index])[0] == "M" or "\u200d" in (text[index], text[index - 1])


def _width(text: str) -> int:
    return sum(map(_char_width, text))


def _char_width(char: str) -> int:
    return 2 if _is_wide(char) else 0 if unicodedata.combining(char) else 1


def _is_wide(char: str) -> bool:
    return unicodedata.east_asian_width(char) in "WF"
