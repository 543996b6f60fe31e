"""What nobody should type, and somebody does: texts that were made to cost a search more than they should.

`python -m tests.bench hostile [ARTICLES]` says what they cost, in processor time, beside a query of two words.
"""

from __future__ import annotations

import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from random import Random

from tests.bench.corpus import Asking, planted

Shape = Callable[[Random, Asking], str]


def _letters(rng: Random, count: int, alphabet: str = "abcdefghijklmnopqrstuvwxyz") -> str:
    return "".join(rng.choices(alphabet, k=count))


def _common(rng: Random, asking: Asking, count: int) -> str:
    return " ".join(rng.sample(asking.common, min(count, len(asking.common))))


def _rare(rng: Random, asking: Asking, count: int) -> list[str]:
    return [rng.choice(asking.rare) for _ in range(count)]


def _slipped(rng: Random, words: list[str]) -> str:
    return " ".join(f"{word[:-1]}{rng.choice('qxj')}{word[-1]}" for word in words)


# Those that depend on chance are another text each time, so that nothing is found in a cache.
SHAPES: dict[str, Shape] = {
    "one letter": lambda rng, asking: _letters(rng, 1),
    "the commonest words": lambda rng, asking: _common(rng, asking, 40),
    "the commonest words as a phrase": lambda rng, asking: f'"{_common(rng, asking, 40)}"',
    "pairs of common words as phrases": lambda rng, asking: " ".join(f'"{_common(rng, asking, 2)}"' for _ in range(16)),
    "one common word again and again": lambda rng, asking: " ".join([rng.choice(asking.common)] * 100),
    "a common phrase that is excluded": lambda rng, asking: f'{rng.choice(asking.common)} -"{_common(rng, asking, 2)}"',
    "all but the common": lambda rng, asking: f"{rng.choice(asking.common)} -{' -'.join(asking.common[:20])}",
    "only exclusions": lambda rng, asking: " ".join(f"-{word}" for word in _rare(rng, asking, 20)),
    "sixteen words that nobody wrote": lambda rng, asking: " ".join(_letters(rng, 9) for _ in range(16)),
    "sixteen slips": lambda rng, asking: _slipped(rng, _rare(rng, asking, 16)),
    "one slip in a long word": lambda rng, asking: _slipped(rng, [max(_rare(rng, asking, 50), key=len)]),
    "sixteen rare words": lambda rng, asking: " ".join(_rare(rng, asking, 16)),
    "words run together": lambda rng, asking: "".join(_rare(rng, asking, 12)),
    "joined by hyphens": lambda rng, asking: "-".join(_rare(rng, asking, 40)),
    "beginnings of words": lambda rng, asking: " ".join(_letters(rng, 2) for _ in range(80)),
    "single letters": lambda rng, asking: " ".join(_letters(rng, 1) for _ in range(128)),
    "one letter 256 times": lambda rng, asking: _letters(rng, 1) * 256,
    "256 letters": lambda rng, asking: _letters(rng, 256),
    "100,000 letters": lambda rng, asking: _letters(rng, 100_000),
    "100,000 words": lambda rng, asking: " ".join(rng.choices(asking.common, k=100_000)),
    "quotes": lambda rng, asking: '"' * 256,
    "quotes that do not close": lambda rng, asking: " ".join(f'"{word}' for word in _rare(rng, asking, 30)),
    "minus signs": lambda rng, asking: "-" * 256,
    "parentheses": lambda rng, asking: "(" * 2_000,
    "stars": lambda rng, asking: "?*" * 100 + rng.choice(asking.common) + "*",
    "a range": lambda rng, asking: "[a TO z]",
    "operators": lambda rng, asking: " AND NOT (".join(_rare(rng, asking, 20)),
    "numbers": lambda rng, asking: " ".join(_letters(rng, 3, "0123456789") for _ in range(60)),
    "dots and digits": lambda rng, asking: ".".join(_letters(rng, 2, "0123456789") for _ in range(80)),
    "combining marks": lambda rng, asking: "e" + "\u0301" * 250,
    "marks of many scripts": lambda rng, asking: "".join(chr(rng.randrange(0x300, 0x1200)) for _ in range(256)),
    "Chinese": lambda rng, asking: "".join(chr(rng.randrange(0x4E00, 0x9FA5)) for _ in range(256)),
    "Thai": lambda rng, asking: "".join(chr(rng.randrange(0x0E01, 0x0E3A)) for _ in range(256)),
    "Korean": lambda rng, asking: "".join(chr(rng.randrange(0xAC00, 0xD7A3)) for _ in range(256)),
    "on a Russian keyboard": lambda rng, asking: _letters(rng, 40, "йцукенгшщзфывапролд "),
    "on a Hebrew keyboard": lambda rng, asking: _letters(rng, 40, "שדגכעיחלקראטופ "),
    "faces": lambda rng, asking: "\U0001f469\u200d\U0001f4bb" * 60,
    "control characters": lambda rng, asking: "".join(map(chr, range(32))) * 8,
    "half a character": lambda rng, asking: "\ud83d" * 256,
    "ranges": lambda rng, asking: "[0 TO 9} {* TO *] " * 15,
    "nested parentheses": lambda rng, asking: "(" * 120 + rng.choice(asking.common) + ")" * 120,
    "regular expressions": lambda rng, asking: "/(a+)+$/ " * 28,
    "fields": lambda rng, asking: " ".join(f"title:{word}^9~2" for word in _rare(rng, asking, 20)),
    "a word of 1 MB": lambda rng, asking: _letters(rng, 1) * 1_000_000,
    "1 MB of signs": lambda rng, asking: "!?. " * 250_000,
    "letters with many marks": lambda rng, asking: ("a" + "\u0300\u0323\u0489" * 7) * 11,
    "halves of characters among words": lambda rng, asking: " \udc00".join(_rare(rng, asking, 20)),
    "zeroes": lambda rng, asking: "\0".join(_rare(rng, asking, 20)),
    "quotes of all kinds": lambda rng, asking: "\"“”„«»「」『』'‘’‹›" * 16,
    "empty phrases": lambda rng, asking: '"" -"" ' * 36,
    "exclusions of nothing": lambda rng, asking: "- -- --- -! " * 21,
    "hundreds of exclusions": lambda rng, asking: " ".join(f"-{_letters(rng, 1)}" for _ in range(85)),
    "right to left": lambda rng, asking: "\u202e\u2066\u200f".join(_rare(rng, asking, 16)),
    "zero widths": lambda rng, asking: "\u200b\u200c\u200d\ufeff\u2060".join(_rare(rng, asking, 16)),
    "Arabic": lambda rng, asking: _letters(rng, 256, "ابتثجحخدذرزسشصضطظعغفقكلمنهويـَُِ "),
    "one long ligature": lambda rng, asking: "\ufdfa" * 256,
    "half widths": lambda rng, asking: "\uff76\uff9e" * 128,
    "jamo": lambda rng, asking: "\u1100\u1161\u11a8" * 85,
    "pairs of Chinese": lambda rng, asking: " ".join(_letters(rng, 2, "提现充值账户安全验证") for _ in range(85)),
    "nothing": lambda rng, asking: " " * 256,
}


def main(articles: int) -> None:
    # These import the shapes.
    from tests.bench.engines import Helpdesk
    from tests.bench.measuring import Trial
    from tests.bench.search import Notes, hostile

    documents = planted("en", articles)
    with tempfile.TemporaryDirectory() as folder:
        ours = Helpdesk(Path(folder))
        ours.build("en", documents)
        trial = Trial(ours=ours, others=(), asking=Asking(documents), number=200, clock=time.thread_time)
        hostile(Notes(), trial, trial.searches("two words", seed=1)[ours.name].p50)
        ours.close()


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 10_000)
