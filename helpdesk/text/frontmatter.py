"""Front matter: flat YAML fields above a Markdown body, every value a string or a list of strings."""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import yaml

_LIMIT = 64 * 1024
_END = r"(?>\r\n|\r|\n)"
_FENCE = r"---[^\S\r\n]*"
_OPENING = re.compile(rf"\ufeff?{_FENCE}(?:{_END}|\Z)")
_MATTER = re.compile(rf"\ufeff?{_FENCE}{_END}((?:[^\r\n]*+{_END})*?){_FENCE}(?:{_END}|\Z)")
_LINE_END = re.compile(_END)
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
    """Fields of a Markdown file, and its body: exactly what stands after the line that closes the fields.

    Raises FrontMatterError."""
    matter = _MATTER.match(text)
    if matter is None:
        if _OPENING.match(text):
            raise FrontMatterError(1, "the front matter has no closing ---")
        return FrontMatter({}, {}, text, 1)
    fields, places = _read(plain_lines(matter[1]), first_line=2)
    return FrontMatter(fields, places, text[matter.end() :], line_at(text, matter.end()))


def load_fields(text: str) -> FrontMatter:
    """Fields of a file that is YAML only, with an empty body. Raises FrontMatterError."""
    text = plain_lines(text.removeprefix("\ufeff"))
    fields, places = _read(text, first_line=1)
    return FrontMatter(fields, places, "", text.count("\n") + 1)


def dump_fields(fields: Mapping[str, object]) -> str:
    """The YAML of text, numbers, times and lists, a line each; what is None or empty is left out.

    Read as other programs read YAML, each value is again what it was: text that looks like something else is quoted."""
    kept = {name: value for name, value in fields.items() if value not in (None, "", [])}
    return yaml.dump(kept, Dumper=_Dumper, allow_unicode=True, sort_keys=False, width=float("inf"))


class _Dumper(yaml.SafeDumper):
    """One line for a list; a time that is midnight UTC is a day."""

    def ignore_aliases(self, data: object) -> bool:
        return True

    def time(self, value: datetime) -> yaml.ScalarNode:
        written = value.astimezone(UTC).isoformat().replace("+00:00", "Z")
        return self.represent_scalar("tag:yaml.org,2002:timestamp", written.removesuffix("T00:00:00Z"))

    def list(self, value: list[str]) -> yaml.SequenceNode:
        return self.represent_sequence("tag:yaml.org,2002:seq", value, flow_style=True)


_Dumper.add_representer(datetime, _Dumper.time)
_Dumper.add_representer(list, _Dumper.list)


def plain_lines(text: str) -> str:
    """The text with line feeds only."""
    return text.replace("\r\n", "\n").replace("\r", "\n")


def line_at(text: str, index: int) -> int:
    """The number of the line on which a character stands."""
    return len(_LINE_END.findall(text, 0, index)) + 1


def split_foreign(text: str) -> FrontMatter:
    """As `split` for files of other engines: YAML, TOML (+++) or JSON. Of what is nested, only the name is given.

    What begins as fields but is none is body. Raises FrontMatterError."""
    text = plain_lines(text.removeprefix("\ufeff"))
    lines = text.split("\n")
    fence = lines[0].rstrip()
    end = next((i for i in range(1, len(lines)) if lines[i].rstrip() == fence), None)
    fields: Any = None
    if fence in _FOREIGN_FENCES and end is not None:
        fields = load_settings("\n".join(lines[1:end]), _FOREIGN_FENCES[fence], first_line=2)
        fields = {} if fields is None else fields
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
