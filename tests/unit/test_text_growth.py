"""Whatever is repeated in a text, four times as much of it costs about four times as long, not sixteen."""

from __future__ import annotations

from collections.abc import Callable
from time import process_time

import pytest

from helpdesk.text import blocks, dialects
from helpdesk.text.from_html import Converter
from helpdesk.text.lines import escaped_starts
from helpdesk.text.masking import masked

_MOST = 9  # 4 would be in proportion, 16 as the square


def split(text: str) -> None:
    blocks.split(text)


def convert(text: str) -> None:
    dialects.convert(text)


def from_html(text: str) -> None:
    Converter(link=str, image=str, has_id=bool, is_linked=lambda _: False).run(text)


CASES: list[tuple[Callable[[str], object], Callable[[int], str], int]] = [
    (split, lambda n: "<div>\n" + "<!--" * n, 4_000),
    (split, lambda n: "<div>\n" + "<" * n, 8_000),
    (split, lambda n: "|" + "a|" * n + "\n|" + "-|" * n, 500),
    (convert, lambda n: "<a" + " markdown" * n, 2_000),
    (convert, lambda n: "{{< tab " + 'header="a" ' * n, 2_000),
    (convert, lambda n: "{{< highlight " + "a" * n, 4_000),
    (convert, lambda n: "a" + " " * n + "b", 4_000),
    (convert, lambda n: "~" * n, 4_000),
    (convert, lambda n: "{{% " + "\t" * n, 4_000),
    (convert, lambda n: "{{% " + "a" * n, 4_000),
    (from_html, lambda n: "<ol" * n, 2_000),
    (from_html, lambda n: "<dl><dt>a" + " " * n + "b</dt></dl>", 8_000),
    (from_html, lambda n: '<dl><dt><abbr title="' + "<pre" * n + '">b</abbr></dt></dl>', 2_000),
    (escaped_starts, lambda n: "-" * n + "x", 40_000),
    (escaped_starts, lambda n: "-" + " " * n + "x", 40_000),
    (masked, lambda n: "a" * n, 40_000),
    (masked, lambda n: "1." * n, 20_000),
    (masked, lambda n: "1 " * n, 20_000),
    (masked, lambda n: "a@a." * n, 10_000),
    (masked, lambda n: "+(1" * n, 10_000),
    (masked, lambda n: "1-" * 4 * n, 4_000),
]


def seconds(run: Callable[[str], object], text: str) -> float:
    begun = process_time()
    run(text)
    return process_time() - begun


@pytest.mark.parametrize(("run", "text_of", "count"), CASES)
def test_time_grows_as_the_text_does(run: Callable[[str], object], text_of: Callable[[int], str], count: int) -> None:
    short, long = (min(seconds(run, text_of(number)) for _ in range(3)) for number in (count, 4 * count))
    assert long < short * _MOST
