"""`flask helpdesk messages`: take the messages out of the source; update and check the catalogs."""

from __future__ import annotations

import io
import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from gettext import c2py
from pathlib import Path
from typing import Any

import click
from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import PoFileError, read_po, write_po
from jinja2 import TemplateSyntaxError

from helpdesk.cli.glossary import FILE, Entry, read_glossary, strayings
from helpdesk.cli.message_checks import faults, ids, is_translated, strings
from helpdesk.errors import ConfigurationError, ContentError
from helpdesk.locales import Locales
from helpdesk.services.migrating import shipped_folder

PACKAGE = Path(__file__).parents[1]
_SOURCE_LANGUAGE = "en"
_TEMPLATES = "**/templates/**.*"
_METHODS = [("**.py", "python"), (_TEMPLATES, "jinja2.ext:babel_extract")]
_OPTIONS = {
    _TEMPLATES: {
        "extensions": "jinja2.ext.i18n,jinja2.ext.do,jinja2.ext.loopcontrols",
        "newstyle_gettext": "true",
        "silent": "false",  # else a broken template gives no messages and no error
    }
}
_KEYWORDS: dict[str, Any] = {
    **dict.fromkeys(("_", "gettext", "lazy_gettext", "N_", "hd_text")),
    **dict.fromkeys(("ngettext", "lazy_ngettext", "hd_plural"), (1, 2)),
    **dict.fromkeys(("pgettext", "lazy_pgettext"), ((1, "c"), 2)),
    **dict.fromkeys(("npgettext", "lazy_npgettext"), ((1, "c"), 2, 3)),
}
# The order of CLDR (zero, one, two, few, many, other), as translators know it; Babel swaps the last two.
_PLURAL_FORMS = {
    "ar": ("nplurals=6; plural=(n==0 ? 0 : n==1 ? 1 : n==2 ? 2 : n%100>=3 && n%100<=10 ? 3 : n%100>=11 ? 4 : 5)")
}
_WIDTH = 110
# No dates, versions or names: a catalog changes only when its messages do.
_HEADER = """\
msgid ""
msgstr ""
"Language: {code}\\n"
"MIME-Version: 1.0\\n"
"Content-Type: text/plain; charset=utf-8\\n"
"Content-Transfer-Encoding: 8bit\\n"
"Plural-Forms: {plural_forms}\\n"

"""


@dataclass(frozen=True, slots=True)
class CatalogStatus:
    """How far a catalog is; `missing` holds the msgids without a translation, `fuzzy` ones not among them."""

    code: str
    total: int
    translated: int
    fuzzy: int
    missing: tuple[str, ...]

    @property
    def percent(self) -> int:
        """Share translated, rounded down: 100 only when nothing is left."""
        return 100 * self.translated // self.total if self.total else 100


def extract_catalog(source: Path) -> Catalog:
    """The messages of a package's Python files and templates; ContentError for a template that is broken."""
    if not source.is_dir():
        raise NotADirectoryError(f"{source} is not a folder.")
    catalog, files = Catalog(), [""]
    try:
        for name, line, message, comments, context in extract_from_dir(
            source,
            _METHODS,
            _OPTIONS,
            _KEYWORDS,
            ("Translators:",),
            strip_comment_tags=True,  # as the extractor of templates does anyway
            callback=lambda name, _method, _options: files.append(name),
        ):
            place = (f"{source.name}/{name}", line)
            catalog.add(message, locations=[place], auto_comments=comments, context=context)
    except TemplateSyntaxError as error:
        raise ContentError(f"{source.name}/{files[-1]}", error.lineno, error.message or "broken") from None
    return catalog


def update_catalogs(source: Path, translations: Path, codes: Sequence[str]) -> None:
    """Write each catalog anew: the source's messages, what is translated of them, no obsolete ones.

    Unchanged content gives identical bytes. A catalog that cannot be read is left alone: ContentError.
    """
    template = extract_catalog(source)
    for code in codes:
        path = catalog_path(translations, code)
        content = _render(template, code, read_catalog(path, code))
        if path.is_file() and path.read_bytes() == content:
            continue
        path.parent.mkdir(parents=True, exist_ok=True)
        partial = path.with_name(f".{path.name}.{os.getpid()}")
        partial.write_bytes(content)
        os.replace(partial, path)


def catalog_status(source: Path, translations: Path, codes: Sequence[str]) -> list[CatalogStatus]:
    """How much of the source's messages each catalog translates; ContentError if one cannot be read."""
    template = extract_catalog(source)
    return [_status(template, code, read_catalog(catalog_path(translations, code), code)) for code in codes]


def check_catalogs(source: Path, translations: Path, codes: Sequence[str]) -> list[str]:
    """What is wrong with the catalogs, a sentence for each fault; empty when they can be shipped."""
    template = extract_catalog(source)
    problems: list[str] = []
    for code in codes:
        path = catalog_path(translations, code)
        try:
            found = _problems(template, code, path)
        except ContentError as error:
            found = [f"cannot be read: {error}."]
        problems += [f"{code}: {problem}" for problem in found]
    return problems


def existing_codes(translations: Path) -> tuple[str, ...]:
    """The catalogs that stand in a folder, by their codes."""
    return tuple(sorted(path.parent.parent.name for path in translations.glob("*/LC_MESSAGES/messages.po")))


def catalog_path(translations: Path, code: str) -> Path:
    """Where the catalog of a code stands in a folder of catalogs."""
    return translations / code / "LC_MESSAGES" / "messages.po"


def _new(code: str) -> Catalog:
    catalog = Catalog(locale=code)
    if code in _PLURAL_FORMS:
        catalog.mime_headers = [("Plural-Forms", _PLURAL_FORMS[code])]
    return catalog


def _plurals(catalog: Catalog) -> list[int]:
    """What the plural rule answers, so that rules in other words compare equal; ValueError if it is none."""
    return [catalog.num_plurals, *map(c2py(catalog.plural_expr), range(1_001))]


def read_catalog(path: Path, code: str) -> Catalog:
    """A catalog as it is, a new one where there is none; ContentError if it cannot be read."""
    if not path.is_file():
        return _new(code)
    try:
        with path.open("rb") as file:
            catalog = read_po(file, locale=code, ignore_obsolete=True, abort_invalid=True)
        _plurals(catalog)
        return catalog
    except PoFileError as error:
        raise ContentError(str(path), error.lineno + 1, str(error).rpartition(" on ")[0]) from None
    # Babel answers a malformed date in the header with AttributeError.
    except (ValueError, LookupError, ArithmeticError, AttributeError) as error:
        raise ContentError(str(path), 1, str(error)) from None


def list_messages(catalog: Catalog) -> list[Message]:
    """The messages of a catalog, without its header."""
    return [message for message in catalog if message.id]


def find_message(catalog: Catalog, wanted: Message) -> Message | None:
    """What a catalog has for a message of the source."""
    found = catalog.get(wanted.id, wanted.context)
    return found if found is not None and ids(found) == ids(wanted) else None


def _render(template: Catalog, code: str, previous: Catalog) -> bytes:
    catalog = _new(code)
    is_same_rule = _plurals(catalog) == _plurals(previous)
    for message in list_messages(template):
        old = find_message(previous, message)
        string, is_fuzzy = _carry_over(message, old, catalog.num_plurals, is_same_rule)
        if code == _SOURCE_LANGUAGE:
            string, is_fuzzy = ids(message) if message.pluralizable else ids(message)[0], False
        catalog.add(
            message.id,
            string,
            locations=message.locations,
            flags=("fuzzy",) if is_fuzzy else (),
            auto_comments=message.auto_comments,
            user_comments=old.user_comments if old else (),
            context=message.context,
        )
    return _serialize(catalog, code)


def _serialize(catalog: Catalog, code: str) -> bytes:
    buffer = io.BytesIO()
    write_po(buffer, catalog, width=_WIDTH, sort_by_file=True, omit_header=True, include_lineno=False)
    header = _HEADER.format(code=code, plural_forms=catalog.plural_forms)
    return (header.encode() + buffer.getvalue()).rstrip(b"\n") + b"\n"


def _carry_over(
    message: Message, old: Message | None, count: int, is_same_rule: bool
) -> tuple[str | tuple[str, ...], bool]:
    """What the old catalog has for a message; fuzzy if its plural forms were made for another rule."""
    forms = strings(old) if old else ("",)
    is_fuzzy = old is not None and old.fuzzy
    if not message.pluralizable:
        return forms[0], is_fuzzy
    return (*forms, *[""] * count)[:count], is_fuzzy or (any(forms) and not is_same_rule)


def _status(template: Catalog, code: str, catalog: Catalog) -> CatalogStatus:
    found = [(message, find_message(catalog, message)) for message in list_messages(template)]
    fuzzy = sum(1 for _, old in found if old and old.fuzzy)
    missing = tuple(ids(message)[0] for message, old in found if not (old and (old.fuzzy or is_translated(old))))
    return CatalogStatus(code, len(found), len(found) - fuzzy - len(missing), fuzzy, missing)


def _problems(template: Catalog, code: str, path: Path) -> list[str]:
    if not path.is_file():
        return ["there is no catalog."]
    catalog, expected = read_catalog(path, code), _new(code)
    if _plurals(catalog) != _plurals(expected):
        return [f"the plural forms must be `{expected.plural_forms}`."]
    rule: Callable[[int], int] = c2py(expected.plural_expr)
    glossary, problems = _glossary(code, path.parents[1] / FILE)
    for message in list_messages(template):
        old = find_message(catalog, message)
        name = repr(ids(message)[0])
        if old is None or not is_translated(old):
            problems.append(f"{name} is not translated.")
        elif old.fuzzy:
            problems.append(f"{name} is fuzzy.")
        else:
            problems += [f"{name}: {fault}." for fault in faults(old, rule) + strayings(old, glossary)]
    if path.read_bytes() != _render(template, code, catalog):
        problems.append("not current; run `flask helpdesk messages update`.")
    return problems


def _glossary(code: str, path: Path) -> tuple[list[Entry], list[str]]:
    """The words that a catalog keeps to, and what is wrong with them; the language of the source needs none."""
    if code.partition("_")[0] == _SOURCE_LANGUAGE:
        return [], []
    try:
        return read_glossary(path), []
    except ContentError as error:
        return [], [f"{error}."]


def _checked(codes: tuple[str, ...]) -> tuple[str, ...]:
    for code in codes:
        tag = code.replace("_", "-")
        try:
            Locales.parse([tag], default=tag)
        except ConfigurationError as error:
            raise click.BadParameter(str(error)) from None
        if "-" in code:
            raise click.BadParameter(f"write {code.replace('-', '_')}.")
    return codes


class _Group(click.Group):
    """Prints what stops a command as one sentence."""

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except (ContentError, OSError) as error:
            raise click.ClickException(str(error)) from None


@click.group("messages", cls=_Group)
def messages() -> None:
    """The words of the interface and their translations."""


_source = click.option("--source", type=click.Path(path_type=Path), default=PACKAGE, help="The package to read.")
translations_option = click.option(
    "--translations",
    type=click.Path(path_type=Path),
    default=shipped_folder("translations"),
    help="The folder of the catalogs.",
)
codes_argument = click.argument("codes", nargs=-1, callback=lambda _context, _argument, value: _checked(value))


@messages.command()
@_source
def extract(source: Path) -> None:
    """Print all messages, as a template for a catalog."""
    click.echo(_serialize(extract_catalog(source), ""), nl=False)


@messages.command()
@_source
@translations_option
@codes_argument
def update(source: Path, translations: Path, codes: tuple[str, ...]) -> None:
    """Bring catalogs up to date; without CODES (pt_BR, zh_Hans) all in the folder."""
    codes = codes or existing_codes(translations)
    update_catalogs(source, translations, codes)
    _print_table(catalog_status(source, translations, codes))


@messages.command()
@_source
@translations_option
@codes_argument
@click.option("--check", is_flag=True, help="Print every fault as well, and exit 1 if there is one.")
def status(source: Path, translations: Path, codes: tuple[str, ...], check: bool) -> None:
    """Show how far catalogs are; without CODES (pt_BR, zh_Hans) all in the folder."""
    codes = codes or existing_codes(translations)
    problems = check_catalogs(source, translations, codes) if check else []
    for problem in problems:
        click.echo(problem)
    _print_table(catalog_status(source, translations, codes))
    if problems:
        raise click.ClickException(f"faults in the catalogs: {len(problems)}.")


def _print_table(rows: Sequence[CatalogStatus]) -> None:
    click.echo(f"{'code':<12}{'done':>5}{'missing':>9}{'fuzzy':>7}")
    for row in rows:
        click.echo(f"{row.code:<12}{row.percent:>4}%{len(row.missing):>9}{row.fuzzy:>7}")
