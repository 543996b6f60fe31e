"""What may be wrong with one translated message."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable

from babel.messages.catalog import Message

from helpdesk.text.placeholders import can_interpolate, placeholders

_TAG = re.compile(r"<[A-Za-z/!?][^>]*>?")
_NUMBERS = range(1_001)  # enough for every plural rule to show all its forms
# How our messages call the number that decides the plural form.
_COUNTS = {"%(num)s", "%(num)d", "%(number)s", "%(views)s", "%(minutes)s", "%(hours)s"}


def ids(message: Message) -> tuple[str, ...]:
    """The msgid, or singular and plural."""
    return (message.id,) if isinstance(message.id, str) else tuple(message.id)


def strings(message: Message) -> tuple[str, ...]:
    """The msgstr, or one for each plural form; empty ones included."""
    return (message.string,) if isinstance(message.string, str) else tuple(message.string or ("",))


def is_translated(message: Message) -> bool:
    """Whether there is a text for every form."""
    return all(strings(message))


def faults(message: Message, rule: Callable[[int], int]) -> list[str]:
    """What a translation gets wrong, in words; `rule` gives a number's plural form.

    Tags must be those of the msgid to the letter: templates trust translations as HTML.
    """
    originals = ids(message)
    known = placeholders(" ".join(originals))
    sizes = Counter(map(rule, _NUMBERS))
    found = []
    for form, text in enumerate(strings(message)):
        # "one vote" may do without the number where the form stands for a single one (Arabic 0, 1, 2).
        optional = _COUNTS if message.pluralizable and sizes[form] == 1 else set()
        place = f" in plural form {form}" if message.pluralizable else ""
        if not known - optional <= placeholders(text) <= known:
            found.append(f"wrong placeholders{place}, {_listed(placeholders(text))} for {_listed(known)}")
        elif (known or message.pluralizable) and not can_interpolate(text, known):
            found.append(f"a literal % must be written %%{place}")
        if _tags(text) not in map(_tags, originals):
            found.append(f"HTML tags differ{place}")
        if _edges(text) not in map(_edges, originals):
            found.append(f"spaces at the start or end differ{place}")
    return found


def _listed(names: frozenset[str]) -> str:
    return " ".join(sorted(names)) or "none"


def _tags(text: str) -> list[str]:
    return sorted(_TAG.findall(text))


def _edges(text: str) -> tuple[str, str]:
    return text[: len(text) - len(text.lstrip())], text[len(text.rstrip()) :]
