"""Writes into a folder that people use as well: theirs is never touched, and a crash leaves no half of a file."""

from __future__ import annotations

import fcntl
import os
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path

from helpdesk.errors import HelpdeskError
from helpdesk.services.import_state import HASH_LENGTH
from helpdesk.text.characters import one_line
from helpdesk.text.frontmatter import FrontMatter, FrontMatterError, load_fields, split
from helpdesk.text.slug import slugify

# What the last export wrote, in the form that `sha256sum --check` reads; while one is at it, also what it replaces.
LIST = ".helpdesk-export"
STAGE = ".helpdesk-export.new"


class ExportError(HelpdeskError):
    """A folder that cannot be written; nothing in it was changed."""


@contextmanager
def writing(root: Path) -> Iterator[FolderWriter]:
    """A folder that one process writes at a time. Raises ExportError."""
    try:
        root.mkdir(parents=True, exist_ok=True)
        handle = os.open(root, os.O_RDONLY)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX)
            yield FolderWriter(root)
        finally:
            shutil.rmtree(root / STAGE, ignore_errors=True)
            os.close(handle)
    except OSError as error:
        raise ExportError(f"{error.filename or root}: {error.strerror or error}.") from error


class FolderWriter:
    """Prepares all files beside, then puts them in place one by one; what is the same already stays as it is."""

    def __init__(self, root: Path) -> None:
        self.root, self.home, self.stage = root, root.resolve(), root / STAGE
        self.ours = self._listed()
        is_used = any(not child.name.startswith(".") for child in root.iterdir())
        if is_used and not (root / LIST).exists():
            raise ExportError(f"{root} holds files that no export wrote; name an empty folder.")
        shutil.rmtree(self.stage, ignore_errors=True)
        self.stage.mkdir()
        self.wanted: dict[str, str] = {}
        self.staged: dict[str, Path] = {}

    def _listed(self) -> dict[str, set[str]]:
        listed = self.root / LIST
        ours: dict[str, set[str]] = {}
        for line in listed.read_text("utf-8").split("\n") if listed.exists() else ():
            found, _, name = line.partition("  ")
            if name:
                ours.setdefault(name, set()).add(found)
        return ours

    def put(self, name: str, content: str | bytes, taken_in: Mapping[str, str] | None = None) -> None:
        """Prepare a file; `taken_in` are hashes of what imports read. Raises ExportError rather than lose an edit."""
        data = content.encode() if isinstance(content, str) else content
        self.wanted[name] = sha256(data).hexdigest()
        there = self._read(name)
        if there is None or sha256(there).hexdigest() != self.wanted[name]:
            if not (there is None or self._is_known(name, there, taken_in or {}) or _is_less(name, there, data)):
                raise ExportError(f"{self.root / name} is not as an export or import knew it; import it or move it.")
            self.staged[name] = self.stage / str(len(self.staged))
            self.staged[name].write_bytes(data)

    def finish(self) -> tuple[int, int, int]:
        """Put all in place; numbers of the files written, found the same, and removed. Raises ExportError."""
        gone = []
        for name in self.ours.keys() - self.wanted.keys():
            there = self._read(name)
            if there is not None and not self._is_known(name, there, {}):
                raise ExportError(f"{self.root / name} was changed, and its text is gone here; move it away.")
            gone += [name] if there is not None else []
        before = {(found, name) for name, hashes in self.ours.items() for found in hashes}
        after = {(found, name) for name, found in self.wanted.items()}
        if self.staged or gone or before != after:
            self._list(before | after)
            for name, staged in self.staged.items():
                (self.root / name).parent.mkdir(parents=True, exist_ok=True)
                staged.replace(self.root / name)
            for name in gone:
                self._remove(self.root / name)
            self._list(after)
        return len(self.staged), len(self.wanted) - len(self.staged), len(gone)

    def _read(self, name: str) -> bytes | None:
        path = self.root / name
        if not path.resolve().is_relative_to(self.home):
            raise ExportError(f"{path} leads out of the folder; move it away.")
        try:
            return path.read_bytes()
        except FileNotFoundError:
            return None

    def _is_known(self, name: str, there: bytes, taken_in: Mapping[str, str]) -> bool:
        found = sha256(there).hexdigest()
        return found in self.ours.get(name, ()) or found[:HASH_LENGTH] == taken_in.get(name)

    def _list(self, files: set[tuple[str, str]]) -> None:
        lines = [f"{found}  {name}\n" for found, name in sorted(files, key=lambda item: item[::-1])]
        staged = self.stage / LIST
        staged.write_text("".join(lines), "utf-8")
        staged.replace(self.root / LIST)

    def _remove(self, path: Path) -> None:
        path.unlink()
        for folder in path.relative_to(self.root).parents:
            if folder == Path() or any((self.root / folder).iterdir()):
                break
            (self.root / folder).rmdir()


def _is_less(name: str, there: bytes, data: bytes) -> bool:
    """Whether a file of fields only says nothing that the other one does not say as well."""
    try:
        read = load_fields if name.endswith(".yaml") else split
        old, new = read(there.decode()), read(data.decode())
    except (UnicodeDecodeError, FrontMatterError):
        return False
    return not old.body.strip() and not new.body.strip() and _said(old).items() <= _said(new).items()


def _said(matter: FrontMatter) -> dict[str, str]:
    """The fields as an import takes them: in one line, and without the slug that the title makes anyway."""
    values = {name: one_line(", ".join(v) if isinstance(v, list) else v) for name, v in matter.fields.items()}
    if values.get("slug") == slugify(values.get("title", "")):
        del values["slug"]
    return values
