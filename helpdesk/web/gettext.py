"""The gettext domain: catalogs read from `.po` directly, each message from the nearest locale."""

from __future__ import annotations

import io
import logging
import re
from collections.abc import Callable, Mapping, Sequence
from copy import copy
from functools import lru_cache
from pathlib import Path
from typing import Any, cast

from babel.messages.catalog import Catalog, Message
from babel.messages.mofile import write_mo
from babel.messages.pofile import PoFileError, read_po
from babel.support import NullTranslations, Translations
from flask import current_app, g
from flask_babel import Domain
from jinja2 import Environment, pass_context
from jinja2.runtime import Context
from markupsafe import Markup

from helpdesk.locales import Locale, cldr_parents
from helpdesk.text.placeholders import can_interpolate, placeholders

_log = logging.getLogger(__name__)
# A string that does not end is half a word of a half-written file; Babel would take it.
_LINE = re.compile(r'#.*|(?:msg[a-z_]+(?:\[[0-9]+\])?\s+)?"(?:[^"\\]|\\.)*"|')
_Stamp = tuple[int, int] | None


class PoDomain(Domain):  # type: ignore[misc]  # Flask-Babel is untyped
    """Messages of `{directory}/{code}/LC_MESSAGES/{domain}.po` (UTF-8); the first directory goes first.

    What a catalog lacks, has as fuzzy or cannot interpolate comes from the next directory, then from the CLDR
    parents (es_MX, es_419, es), then in the same way from each further locale of the site's `chain`, then is the
    msgid. With `watch`, files are read again when they change. A `recorder` is told every msgid asked for and what
    was made of it.
    """

    recorder: Callable[[str, str], None] | None = None

    def __init__(
        self,
        directories: Sequence[Path],
        *,
        chain: Callable[[Locale], Sequence[Locale]] = lambda locale: (locale,),
        domain: str = "messages",
        watch: bool = False,
    ) -> None:
        super().__init__([str(directory) for directory in directories], domain)
        self._directories = tuple(directories)
        self._chain = chain
        self._file_name = f"{domain}.po"
        self._watch = watch
        self._loaded: dict[str, tuple[list[_Stamp], NullTranslations]] = {}

    def get_translations(self) -> NullTranslations:
        """The messages of our request's locale, whatever the host speaks; outside of a request of ours none."""
        if not g or "hd_locale" not in g:
            return NullTranslations()
        locale = g.hd_locale
        hit = self._loaded.get(locale.code)
        if hit is None or (self._watch and hit[0] != list(map(_stamp, self._paths(locale)))):
            hit = self._loaded[locale.code] = self._load(locale)
        return hit[1]

    def _paths(self, locale: Locale) -> list[Path]:
        codes = dict.fromkeys(code for near in self._chain(locale) for code in cldr_parents(near.code))
        return [directory / code / "LC_MESSAGES" / self._file_name for code in codes for directory in self._directories]

    def _load(self, locale: Locale) -> tuple[list[_Stamp], NullTranslations]:
        # Stamped before reading: a change during the reading is seen by the next request.
        paths = self._paths(locale)
        stamps = list(map(_stamp, paths))
        # One object for each file, not a merged one: each keeps the plural rule of its own messages. A copy, as the
        # same file has other files behind it in another locale.
        found = [copy(item) for item in map(_read, paths, stamps) if item is not None]
        for other in found[1:]:
            found[0].add_fallback(other)
        return stamps, found[0] if found else NullTranslations()


def gettext(message: str, **variables: Any) -> str:
    """A message of ours in the current locale; the host's own domain is neither used nor changed."""
    return _noted(message, str(_domain().gettext(message, **variables)))


def ngettext(one: str, many: str, num: int, **variables: Any) -> str:
    """A message of ours that counts."""
    return _noted(one, str(_domain().ngettext(one, many, num, **variables)))


def _domain() -> PoDomain:
    return cast(PoDomain, current_app.extensions["helpdesk_domain"])


def _noted(message: str, text: str) -> str:
    recorder = _domain().recorder
    if recorder is not None:
        recorder(message, text)
    return text


def install_in_templates(environment: Environment) -> None:
    """Give templates `hd_text` and `hd_plural`; the names that a host's layout uses stay the host's.

    Variables are escaped, translations trusted. A message without variables is text, not a format: "100%".
    """
    environment.globals.update(hd_text=_template_text, hd_plural=_template_plural)


@pass_context
def _template_text(context: Context, message: str, /, **variables: Any) -> str:
    text = _domain().get_translations().ugettext(message)
    return _noted(message, _finish(context, text, variables))


@pass_context
def _template_plural(context: Context, one: str, many: str, num: int, /, **variables: Any) -> str:
    text = _domain().get_translations().ungettext(one, many, num)
    return _noted(one, _finish(context, text, {"num": num} | variables))


def _finish(context: Context, text: str, variables: Mapping[str, Any]) -> str:
    marked = Markup(text) if context.eval_ctx.autoescape else text  # noqa: S704  # tags are checked with the catalogs
    return marked % variables if variables else marked


def _stamp(path: Path) -> _Stamp:
    try:
        status = path.stat()
    except OSError:
        return None
    return status.st_mtime_ns, status.st_size


@lru_cache(maxsize=256)
def _read(path: Path, stamp: _Stamp) -> Translations | None:
    """The usable messages of a file; None if there is none or it cannot be read, which is logged.

    `stamp` is there for the cache: as long as the file stays the same, every locale that looks into it shares it.
    """
    if stamp is None:
        return None
    try:
        text = path.read_text("utf-8-sig")
        for number, line in enumerate(text.split("\n"), start=1):
            if not _LINE.fullmatch(line.strip()):
                raise ValueError(f"line {number} is not well-formed")
        lines = io.StringIO(text)
        return _compile(read_po(lines, locale=path.parts[-3], ignore_obsolete=True, abort_invalid=True))
    # Babel answers a malformed date in the header with AttributeError.
    except (OSError, ValueError, LookupError, ArithmeticError, AttributeError, PoFileError) as error:
        _log.warning("The catalog %s is left out, as it cannot be read: %s", path, error)
        return None


def _compile(catalog: Catalog) -> Translations:
    for message in list(catalog):
        if message.id and not _is_usable(message):
            catalog.delete(message.id, message.context)
    buffer = io.BytesIO()
    write_mo(buffer, catalog)
    buffer.seek(0)
    translations = Translations(buffer)
    for number in range(101):  # a rule that divides by zero or overflows is found now, not in a page
        translations.plural(number)
    return translations


def _is_usable(message: Message) -> bool:
    ids = (message.id,) if isinstance(message.id, str) else tuple(message.id)
    strings = (message.string,) if isinstance(message.string, str) else tuple(message.string or ())
    if message.fuzzy or not strings or not all(strings):
        return False
    known = placeholders(" ".join(ids))
    is_interpolated = bool(known) or len(ids) > 1
    return not is_interpolated or all(can_interpolate(string, known) for string in strings)
