"""Front matter: flat YAML fields above a Markdown body, every value a string or a list of strings."""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import yaml

_LIMIT = 64 * 1024
_FENCE = "---"
_FOREIGN_FENCES = {"---": "yaml", "+++": "toml"}
_LARGEST_SETTINGS = 256 * 1024  # characters


class FrontMatterError(ValueError):
    """Fields that cannot be read; `line` counts from 1 in the file."""

    def __init__(self, line: int, reason: str) -> None:
        super().__init__(f"line {line}: {reason}")
        self.line = line
        self.reason = reason


@dataclass(frozen=True, slots=True)
class FrontMatter:
    """Fields, the line of each, and the body with the line on which it starts; lines count from 1."""

    fields: dict[str, str | list[str]]
    lines: dict[str, int]
    body: str
    body_line: int


def split(text: str) -> FrontMatter:
    """Fields and body of a Markdown file, without byte order mark and with plain line ends.

    Raises FrontMatterError."""
    text = _plain_lines(text)
    if text.split("\n", 1)[0].rstrip() != _FENCE:
        return FrontMatter({}, {}, text, 1)
    lines = text.split("\n")
    end = next((i for i in range(1, len(lines)) if lines[i].rstrip() == _FENCE), None)
    if end is None:
        raise FrontMatterError(1, "the front matter has no closing ---")
    fields, places = _read("\n".join(lines[1:end]) + "\n", first_line=2)
    return FrontMatter(fields, places, "\n".join(lines[end + 1 :]), end + 2)


def load_fields(text: str) -> FrontMatter:
    """Fields of a file that is YAML only, with an empty body. Raises FrontMatterError."""
    text = _plain_lines(text)
    fields, places = _read(text, first_line=1)
    return FrontMatter(fields, places, "", text.count("\n") + 1)


def split_foreign(text: str) -> FrontMatter:
    """As `split` for files of other engines: YAML, TOML (+++) or JSON. Of what is nested, only the name is given.

    What begins as fields but is none is body. Raises FrontMatterError."""
    text = _plain_lines(text)
    lines = text.split("\n")
    fence = lines[0].rstrip()
    end = next((i for i in range(1, len(lines)) if lines[i].rstrip() == fence), None)
    fields: Any = None
    if fence in _FOREIGN_FENCES and end is not None:
        fields = load_settings("\n".join(lines[1:end]), _FOREIGN_FENCES[fence], first_line=2)
    elif text.startswith("{"):
        try:
            fields, length = json.JSONDecoder().raw_decode(text)
        except (ValueError, RecursionError):
            return FrontMatter({}, {}, text, 1)
        end = text.count("\n", 0, length)
    if end is None or not isinstance(fields, dict):
        return FrontMatter({}, {}, text, 1)
    return FrontMatter({str(k): _flat(v) for k, v in fields.items()}, {}, "\n".join(lines[end + 1 :]), end + 2)


def load_settings(text: str, kind: str, *, first_line: int = 1) -> Any:
    """What a file of another engine holds, YAML's values as text and its tags passed over; nothing is run.

    `kind` is yaml, toml or json. Raises FrontMatterError."""
    if len(text) > _LARGEST_SETTINGS:
        raise FrontMatterError(first_line, f"longer than {_LARGEST_SETTINGS:,} characters")
    try:
        if kind == "toml":
            return tomllib.loads(text)
        return json.loads(text) if kind == "json" else yaml.BaseLoader(text).get_single_data()
    except (yaml.YAMLError, ValueError) as error:
        mark = getattr(error, "problem_mark", None)
        line = mark.line + 1 if mark else int((re.search(r"line (\d+)", str(error)) or ("", 1))[1])
        reason = f"is not {kind.upper()}: {getattr(error, 'problem', error)}"
        raise FrontMatterError(first_line + line - 1, reason) from error
    except RecursionError:
        raise FrontMatterError(first_line, "is nested too deeply") from None


def _flat(value: Any) -> str | list[str]:
    if isinstance(value, list):
        return [str(item) for item in value if not isinstance(item, list | dict)]
    return "" if value is None or isinstance(value, dict) else str(value)


def _plain_lines(text: str) -> str:
    return text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")


def _read(source: str, *, first_line: int) -> tuple[dict[str, str | list[str]], dict[str, int]]:
    if len(source.encode("utf-8", "surrogatepass")) > _LIMIT:
        raise FrontMatterError(first_line, "the fields are longer than 64 KiB")
    try:
        return _fields(_events(source, first_line), first_line)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line = first_line + (mark.line if mark else 0)
        raise FrontMatterError(line, error.problem or error.context or "not YAML") from error
    except yaml.reader.ReaderError as error:
        line = first_line + source.count("\n", 0, error.position)
        raise FrontMatterError(line, "a character that YAML does not allow") from error


def _line(event: yaml.Event) -> int:
    return event.start_mark.line if event.start_mark else 0


def _events(source: str, first_line: int) -> Iterator[yaml.Event]:
    """The parser's events, with all that is more than plain fields refused as soon as it appears.

    Nothing is constructed: `no` stays "no", and an alias never gets the chance to multiply."""
    documents = 0
    for event in yaml.parse(source, Loader=yaml.BaseLoader):
        line = first_line + _line(event)
        if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None):
            raise FrontMatterError(line, "anchors and aliases are not allowed")
        if getattr(event, "tag", None):
            raise FrontMatterError(line, "tags are not allowed")
        if isinstance(event, yaml.DocumentStartEvent):
            documents += 1
            if documents > 1:
                raise FrontMatterError(line, "more than one document")
        elif isinstance(event, yaml.NodeEvent | yaml.CollectionEndEvent):
            yield event


def _fields(events: Iterator[yaml.Event], first_line: int) -> tuple[dict[str, str | list[str]], dict[str, int]]:
    fields: dict[str, str | list[str]] = {}
    lines: dict[str, int] = {}
    root = next(events, None)
    if root is None or (isinstance(root, yaml.ScalarEvent) and root.value == ""):
        return fields, lines
    if not isinstance(root, yaml.MappingStartEvent):
        raise FrontMatterError(first_line + _line(root), "expected fields of the form name: value")
    for key in events:
        if isinstance(key, yaml.MappingEndEvent):
            continue
        line = first_line + _line(key)
        if not isinstance(key, yaml.ScalarEvent):
            raise FrontMatterError(line, "a field name must be plain text")
        if key.value in fields:
            raise FrontMatterError(line, f"the field {key.value!r} stands twice")
        fields[key.value] = _value(events, first_line)
        lines[key.value] = line
    return fields, lines


def _value(events: Iterator[yaml.Event], first_line: int) -> str | list[str]:
    event = next(events)
    if isinstance(event, yaml.ScalarEvent):
        return str(event.value)
    if isinstance(event, yaml.MappingStartEvent):
        raise FrontMatterError(first_line + _line(event), "fields inside a field are not allowed")
    values: list[str] = []
    for item in events:
        if isinstance(item, yaml.SequenceEndEvent):
            break
        if not isinstance(item, yaml.ScalarEvent):
            raise FrontMatterError(first_line + _line(item), "a list may hold plain text only")
        values.append(str(item.value))
    return values
