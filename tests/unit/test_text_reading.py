"""How long a text takes to read, in scripts with words and in scripts without spaces."""

from __future__ import annotations

import pytest

from helpdesk.text.markdown import render
from helpdesk.text.reading import reading_minutes


@pytest.mark.parametrize(
    ("text", "minutes"),
    [
        ("", 0),
        ("— … * | ---", 0),
        ("One", 1),
        ("word " * 284, 1),
        ("word " * 286, 2),
        ("word " * 1900, 10),
        # A compound, an address, a number with separators and a contraction are a word each.
        ("well-known help.example.com/en 1,234.50 don’t " * 190, 4),
        ("钱" * 2550, 10),
        ("提现，需要。" * 510, 8),
        ("時々" * 255, 2),
        ("かな" * 1250, 5),
        ("カード・" * 500, 3),
        ("ｶｰﾄﾞ" * 500, 4),
        ("ถอนเงิน" * 900, 7),
        ("출금이 늦어지는 이유는 " * 190, 3),
        ("سَحْبُ المَالِ " * 190, 2),
        ("किताब पढ़िए " * 190, 2),
        ("שָׁלוֹם עוֹלָם " * 190, 2),
        ("снять деньги " * 190, 2),
        # Two scripts in one text: 255 Han in a minute, 190 words in another.
        ("钱" * 255 + " API" * 190, 2),
    ],
)
def test_minutes(text: str, minutes: int) -> None:
    assert reading_minutes(text) == minutes


def test_code_is_read_as_well_and_signs_are_not() -> None:
    code = "```\n" + "flask helpdesk | { } => ;\n" * 190 + "```\n"
    assert reading_minutes(render(code).text) == 2


def test_a_picture_is_read_by_its_description() -> None:
    assert reading_minutes(render("![A long story](x.png)\n\n" + "word " * 284).text) == 2


def test_a_long_line_of_signs_is_quick() -> None:
    assert reading_minutes("-" * 2_000_000) == 0
