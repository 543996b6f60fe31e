"""The word diff: what it says, in which scripts, and that no two texts keep it busy."""

from __future__ import annotations

import random
from itertools import pairwise

import pytest

from helpdesk.text import diff as module
from helpdesk.text.diff import Piece, diff, shorten

MARKS = {"equal": "{}", "delete": "[-{}-]", "insert": "{{+{}+}}"}


def shown(pieces: tuple[Piece, ...]) -> str:
    return "".join(MARKS[op].format(text) for op, text in pieces)


def joined(pieces: tuple[Piece, ...], without: str) -> str:
    return "".join(text for op, text in pieces if op != without)


def squeezed(text: str) -> str:
    return "".join(text.split())


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("", "", ""),
        ("", "All new.", "{+All new.+}"),
        ("All gone.", "", "[-All gone.-]"),
        ("The same.\n", "The same.\n", "The same.\n"),
        ("Go to the Wallet page.", "Go to your wallet page.", "Go to[- the Wallet-]{+ your wallet+} page."),
        ("Pay 1,234.50 now", "Pay 1,234.60 now", "Pay[- 1,234.50-]{+ 1,234.60+} now"),
        ("I don't know", "I do know", "I[- don't-]{+ do+} know"),
        ("a b", "a, b", "a{+,+} b"),
        ("**Open** it", "**Close** it", "**[-Open-]{+Close+}** it"),
        ("One two three.\nFour.\n", "One two\nthree. Four.\n", "One two\nthree. Four.\n"),
        ("One two", "One\n\ntwo", "One{+\n\n+}two"),
        ("One.\n\nTwo.\n", "One.\n\nNew.\n\nTwo.\n", "One.{+\n\nNew.+}\n\nTwo.\n"),
        ("A b.\n\nC d.", "A b. C d.", "A b.[-\n\n-] C d."),
        ("A b. C d.", "A b. \n\n  C d.", "A b.{+ \n\n+}  C d."),
        ("A b.\n\nC d.\n", "A b.\n\n\nC d.", "A b.\n\n\nC d."),
        ("请点击提现按钮，然后确认。", "请点击充值按钮，再确认。", "请点击[-提现-]{+充值+}按钮，[-然后-]{+再+}确认。"),
        ("ボタンを押します", "ボタンを押しました", "ボタンを押しま[-す-]{+した+}"),
        ("지갑을 여세요", "지갑에서 여세요", "지갑[-을-]{+에서+} 여세요"),
        ("ที่นี่ดี", "ที่นั่นดี", "ที่[-นี่-]{+นั่น+}ดี"),
        ("हिन्दी में लिखें", "हिन्दी में लिखो", "हिन्दी में[- लिखें-]{+ लिखो+}"),
        ("شماره می‌شود ۱۲", "شماره می‌شوم ۱۲", "شماره[- می‌شود-]{+ می‌شوم+} ۱۲"),
        ("Обнови\u0306 счёт", "Обнови счёт", "[-Обнови\u0306-]{+Обнови+} счёт"),
    ],
)  # fmt: skip
def test_words(old: str, new: str, expected: str) -> None:
    assert shown(diff(old, new)) == expected


def zipf(number: int) -> list[str]:
    return [f"w{int(random.paretovariate(0.8))}" for _ in range(number)]


def test_both_texts_can_be_read_out_of_it() -> None:
    random.seed(7)
    for _ in range(60):
        old = zipf(random.randrange(60))
        new = [random.choice(zipf(1) + [word] * 4) for word in old] + zipf(random.randrange(9))
        texts = [random.choice([" ", "\n", "\n\n", ". ", "，"]).join(words) for words in (old, new)]
        pieces = diff(*texts)
        assert joined(pieces, "delete") == texts[1]
        assert squeezed(joined(pieces, "insert")) == squeezed(texts[0])
        pairs = set(pairwise(op for op, _text in pieces))
        assert pairs & {("equal", "equal"), ("delete", "delete"), ("insert", "insert"), ("insert", "delete")} == set()


def test_a_change_in_a_long_text_is_found() -> None:
    random.seed(7)
    old = [" ".join(zipf(60)) + "." for _ in range(400)]
    new = [*old[:100], old[100].replace(" ", " inserted ", 1), *old[101:300], *old[301:]]
    changes = [(op, text.strip()) for op, text in diff("\n\n".join(old), "\n\n".join(new)) if op != "equal"]
    assert changes == [("insert", "inserted"), ("delete", old[300])]


def test_many_changes_between_many_paragraphs_are_found() -> None:
    random.seed(7)
    old = [" ".join(zipf(20)) + "." for _ in range(1_500)]
    new = [text.replace(" ", " inserted ", 1) if number % 25 == 0 else text for number, text in enumerate(old)]
    changes = [(op, text.strip()) for op, text in diff("\n\n".join(old), "\n\n".join(new)) if op != "equal"]
    assert changes == [("insert", "inserted")] * 60


@pytest.mark.parametrize("unit", [" ", "\n", ". "])
def test_no_two_texts_keep_it_busy(monkeypatch: pytest.MonkeyPatch, unit: str) -> None:
    """Every other word the same: difflib alone takes minutes for these. The steps are counted, not the seconds."""
    steps: list[int] = []
    monkeypatch.setattr(module, "SequenceMatcher", counting(steps))
    old, new = (unit.join(f"a {letter}{n}" for n in range(2000)) for letter in "xy")
    pieces = diff(old, new)
    assert (joined(pieces, "delete"), squeezed(joined(pieces, "insert"))) == (new, squeezed(old))
    assert sum(steps) < 10_000_000


def counting(steps: list[int]) -> type:
    class Counting(module.SequenceMatcher):
        def find_longest_match(self, alo, ahi, blo, bhi):
            steps.append(sum(1 + len(self.b2j.get(self.a[i], ())) for i in range(alo, ahi)))
            return super().find_longest_match(alo, ahi, blo, bhi)

    return Counting


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("a b c d e X f g h i j", "a b c d e Y f g h i j", " … d e[- X-]{+ Y+} f g … "),
        ("X a b c d Y", "Z a b c d Y", "[-X-]{+Z+} a b … "),
        ("X a b c d Y", "Z a b c d V", "[-X-]{+Z+} a b c d[- Y-]{+ V+}"),
        ("X a b c d e Y", "Z a b c d e V", "[-X-]{+Z+} a b … d e[- Y-]{+ V+}"),
        ("a b c", "a b c", " … "),
    ],
)  # fmt: skip
def test_shorten(old: str, new: str, expected: str) -> None:
    assert shown(shorten(diff(old, new), words=2)) == expected
