"""Functions of a site's own that divide text without spaces into words, in place of n-grams; one set a process."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Mapping
from importlib import import_module

from helpdesk.errors import ConfigurationError

# The words of a text in order, each as it stands there; what is between them is not searched. Threads share it.
Segmenter = Callable[[str], Iterable[str]]

log = logging.getLogger(__name__)
_names: Mapping[str, str] = {}
_functions: Mapping[str, Segmenter] = {}
_failed: set[str] = set()


def plug_in(names: Mapping[str, str]) -> None:
    """Use these, `package.module:function` by language, and no others. Raises ConfigurationError."""
    global _names, _functions
    _functions = {language: _load(language, name) for language, name in names.items()}
    _names = dict(names)
    _failed.clear()


def _load(language: str, name: str) -> Segmenter:
    module, _, function = name.partition(":")
    try:
        found: Segmenter = getattr(import_module(module), function)
        _spans("日本語", found)
    except Exception as error:
        reason = f"{type(error).__name__}: {error}"
        raise ConfigurationError(f"HELPDESK_SEGMENTERS: `{name}` for {language} cannot be used: {reason}.") from error
    return found


def plugged() -> str:
    """What tells one set from another."""
    return repr(sorted(_names.items()))


def segmenter_of(language: str) -> str:
    """The name of a language's function; empty if it has none."""
    return _names.get(language, "")


def split(text: str, language: str) -> list[tuple[int, int]]:
    """Where the words of a text stand; empty without a function, and if it fails."""
    if language not in _functions:
        return []
    try:
        return _spans(text, _functions[language])
    except Exception as error:  # noqa: BLE001  whatever a site's own code raises, its readers can search
        if language not in _failed:
            _failed.add(language)
            log.error("HELPDESK_SEGMENTERS: %s failed (%r); n-grams are used.", _names.get(language), error)
        return []


def _spans(text: str, function: Segmenter) -> list[tuple[int, int]]:
    spans, end = [], 0
    for word in function(text):
        start = text.find(word, end)
        if word and start >= 0:
            end = start + len(word)
            spans.append((start, end))
    return spans
