"""The folder of one locale's index on disk: builds that never change, and a pointer to the one that counts.

    <folder>/lock               held by whoever writes
    <folder>/current            the pointer: build, and size and CRC-32 of each of its files
    <folder>/<number>-<random>  a build; an update is a new build that shares files by hard links

A build counts from the moment the pointer names it, so whatever dies before leaves the last one whole.
"""

from __future__ import annotations

import fcntl
import json
import os
import re
import shutil
import zlib
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from secrets import token_hex

# To be raised whenever analysis or fields change, so that older indexes are built anew.
FORMAT = 2
# How long a replaced build stays for readers that have just read the old pointer.
GRACE_SECONDS = 60

_NAME = re.compile("[0-9]{8,}-[0-9a-f]{8}")

# Inode, modification in nanoseconds and size of the pointer: changes with every publication.
Stamp = tuple[int, int, int]
# Size in bytes and CRC-32 by file name.
Manifest = dict[str, tuple[int, int]]


class BrokenBuild(Exception):
    """The pointer or its build is damaged, missing, or of another format."""


@dataclass(frozen=True, slots=True)
class Build:
    """A published build; its files are those of the manifest, and never change."""

    folder: Path
    stamp: Stamp
    manifest: Manifest


class Builds:
    """The builds of one locale; all that write hold `lock()`."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._pointer = folder / "current"
        self._verified: set[tuple[str, int]] = set()

    def stamp(self) -> Stamp | None:
        """What tells with one `stat` whether anything was published since; None without a pointer."""
        try:
            return _stamp(os.stat(self._pointer))
        except OSError:
            return None

    def current(self) -> Build:
        """The published build, its files checked against the manifest. Raises BrokenBuild, OSError."""
        with self._pointer.open("rb") as file:
            stamp = _stamp(os.fstat(file.fileno()))
            content = file.read()
        try:
            pointer = json.loads(content)
            name, version = pointer["build"], pointer["format"]
            manifest = {file: (size, crc) for file, (size, crc) in pointer["files"].items()}
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise BrokenBuild(f"{self._pointer} cannot be read") from error
        if version != FORMAT or not _NAME.fullmatch(str(name)):
            raise BrokenBuild(f"{self._pointer} is of another format")
        build = Build(self.folder / name, stamp, manifest)
        self._verify(build)
        return build

    def distrust(self) -> None:
        """Check the contents of files again when they are opened next."""
        self._verified.clear()

    @contextmanager
    def lock(self) -> Iterator[None]:
        """Exclude every other writer, threads of this process included; waits. Raises OSError."""
        self.folder.mkdir(parents=True, exist_ok=True)
        with (self.folder / "lock").open("w") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            try:
                yield
            finally:
                # Closing is not enough: a child forked meanwhile holds the same open file.
                fcntl.flock(file, fcntl.LOCK_UN)

    @contextmanager
    def new(self, base: Build | None) -> Iterator[Path]:
        """A new folder with the files of `base`, published at the end, or removed if the body raises."""
        replaced = self._named()
        number = int(replaced.split("-")[0]) + 1 if replaced else 1
        folder = self.folder / f"{number:08d}-{token_hex(4)}"
        folder.mkdir()
        try:
            if base:
                for name in base.manifest:
                    _link(base.folder / name, folder / name)
            yield folder
            draft = self._draft(folder, base.manifest if base else {})
        except BaseException:
            shutil.rmtree(folder, ignore_errors=True)
            raise
        os.replace(draft, self._pointer)
        _sync(self.folder)
        with suppress(OSError):  # it is published; what could not be removed now is removed next time
            self._sweep(keep=folder.name, replaced=replaced)

    def _draft(self, folder: Path, known: Manifest) -> Path:
        """The next pointer, on the disk with all that it points to."""
        manifest = {
            path.name: known.get(path.name) or _settle(path)
            for path in sorted(folder.iterdir())
            if path.is_file() and not path.name.endswith("LOCK")
        }
        _sync(folder)
        _sync(self.folder)
        draft = self.folder / "current.new"
        with draft.open("w", encoding="ascii") as file:
            json.dump({"format": FORMAT, "build": folder.name, "files": manifest}, file)
            file.flush()
            os.fsync(file.fileno())
        return draft

    def _named(self) -> str | None:
        """The build that the pointer names, whole or not."""
        try:
            name = json.loads(self._pointer.read_bytes())["build"]
            return name if _NAME.fullmatch(name) else None
        except (OSError, ValueError, KeyError, TypeError):
            return None

    def _sweep(self, *, keep: str, replaced: str | None) -> None:
        """Remove what nobody can be reading; the file system's clock is the only one that matters here."""
        if replaced and (self.folder / replaced).is_dir():
            os.utime(self.folder / replaced)
        now = self._pointer.stat().st_mtime
        for path in self.folder.iterdir():
            if path.name != keep and path.is_dir() and path.stat().st_mtime < now - GRACE_SECONDS:
                shutil.rmtree(path, ignore_errors=True)

    def _verify(self, build: Build) -> None:
        """Sizes each time, contents once in a process: a segment's name is random and never used again."""
        for name, (size, crc) in build.manifest.items():
            path = build.folder / name
            if path.stat().st_size != size:
                raise BrokenBuild(f"{path} has not its size of {size} bytes")
            if (name, crc) not in self._verified:
                if _crc(path) != crc:
                    raise BrokenBuild(f"{path} is damaged")
                self._verified.add((name, crc))


def _stamp(stat: os.stat_result) -> Stamp:
    return stat.st_ino, stat.st_mtime_ns, stat.st_size


def _link(source: Path, target: Path) -> None:
    try:
        os.link(source, target)
    except OSError:  # a file system without hard links
        shutil.copyfile(source, target)
        _sync(target)


def _settle(path: Path) -> tuple[int, int]:
    """Bring a new file to the disk; its size and CRC-32."""
    _sync(path)
    return path.stat().st_size, _crc(path)


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _crc(path: Path) -> int:
    crc = 0
    with path.open("rb") as file:
        while chunk := file.read(1 << 20):
            crc = zlib.crc32(chunk, crc)
    return crc
