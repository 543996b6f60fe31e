"""Functions of a site's own that divide text without spaces into words, in place of n-grams; one set a process."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Mapping
from importlib import import_module

from helpdesk.errors import ConfigurationError

# The words of a text in order, each as it stands there; what is between them is not searched.
Segmenter = Callable[[str], Iterable[str]]

_SAMPLE = "日本語"
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


def plugged() -> str:
    """What tells one set from another."""
    return repr(sorted(_names.items()))


def has_segmenter(language: str) -> bool:
    """Whether a language has a function."""
    return language in _functions


def split(text: str, language: str) -> list[tuple[int, int]]:
    """Where the words of a text stand; empty without a function, and if it fails."""
    function = _functions.get(language)
    if function is None:
        return []
    try:
        return _spans(text, function)
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


def _load(language: str, name: str) -> Segmenter:
    module, _, function = name.partition(":")
    try:
        found: Segmenter = getattr(import_module(module), function)
        _spans(_SAMPLE, found)
    except Exception as error:
        raise ConfigurationError(
            f"HELPDESK_SEGMENTERS: `{name}` for {language} cannot be used: {type(error).__name__}: {error}."
        ) from error
    return found
