"""The folder of one locale's index on disk: segments that never change, and a pointer to those that count.

    <folder>/lock      held by whoever publishes
    <folder>/current   the pointer: CRC-32, then as JSON the segments, their deleted documents, sizes and CRC-32s
    <folder>/<random>  a segment; whoever writes it holds a lock on the folder itself

A segment counts from the moment the pointer names it, so whatever dies before leaves the last build whole.
"""

from __future__ import annotations

import fcntl
import os
import re
import shutil
import zlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from secrets import token_hex

import msgspec

# How long what nobody needs any more stays, for readers that have just read the old pointer.
GRACE_SECONDS = 60

_NAME = re.compile("[0-9a-f]{16}")

# Inode, modification in nanoseconds and size of a file: changes whenever its content does.
Stamp = tuple[int, int, int]


class BrokenBuild(Exception):
    """The pointer or a segment is damaged, missing, or made by other code."""


class Segment(msgspec.Struct, frozen=True):
    """A folder of documents, size and CRC-32 of each of its files, and the numbers of those deleted since."""

    name: str
    documents: int
    files: dict[str, tuple[int, int]]
    deleted: tuple[int, ...] = ()

    @property
    def living(self) -> int:
        return self.documents - len(self.deleted)

    @property
    def bytes(self) -> int:
        return sum(size for size, _ in self.files.values())


class Build(msgspec.Struct, frozen=True):
    """What a pointer holds."""

    fingerprint: str
    segments: tuple[Segment, ...]


class Builds:
    """The builds of one locale; `fingerprint` tells the code that made them from other code."""

    def __init__(self, folder: Path, fingerprint: str) -> None:
        self.folder = folder
        self._pointer = folder / "current"
        self._fingerprint = fingerprint
        # As they were when their contents were right.
        self._verified: dict[str, Stamp] = {}

    def stamp(self) -> Stamp | None:
        """What tells with one `stat` whether anything was published since; None without a pointer."""
        try:
            return _stamp(os.stat(self._pointer))
        except OSError:
            return None

    def current(self) -> tuple[Stamp, Build]:
        """The published build, its files checked. Raises BrokenBuild, OSError."""
        with self._pointer.open("rb") as file:
            stamp = _stamp(os.fstat(file.fileno()))
            crc, _, content = file.read().partition(b"\n")
        if crc != b"%08x" % zlib.crc32(content):
            raise BrokenBuild(f"{self._pointer} is damaged")
        try:
            build = msgspec.json.decode(content, type=Build)
        except msgspec.DecodeError as error:
            raise BrokenBuild(f"{self._pointer} cannot be read") from error
        if build.fingerprint != self._fingerprint or not all(_NAME.fullmatch(item.name) for item in build.segments):
            raise BrokenBuild(f"{self._pointer} was made by other code")
        self._verify(build)
        return stamp, build

    def is_untouched(self) -> bool:
        """Whether the files of the build that was read last are as they were then; quick."""
        try:
            return all(_stamp(os.stat(path)) == stamp for path, stamp in self._verified.items())
        except OSError:
            return False

    def distrust(self) -> None:
        """Check the contents of all files again when they are opened next."""
        self._verified = {}

    @contextmanager
    def lock(self) -> Iterator[None]:
        """Exclude every other publisher, threads of this process included; waits. Raises OSError."""
        self.folder.mkdir(parents=True, exist_ok=True)
        (self.folder / "lock").touch()
        with _held(self.folder / "lock"):
            yield

    @contextmanager
    def new(self) -> Iterator[Path]:
        """A new folder for a segment, safe from sweeping in the context; removed if the body raises."""
        folder = self.folder / token_hex(8)
        folder.mkdir(parents=True)
        with _held(folder):
            try:
                yield folder
            except BaseException:
                shutil.rmtree(folder, ignore_errors=True)
                raise

    def seal(self, folder: Path, documents: int) -> Segment:
        """A segment that was written, on the disk with all its files."""
        files = {}
        for path in sorted(folder.iterdir()):
            if path.name.endswith("LOCK"):
                path.unlink()
                continue
            _sync(path)
            files[path.name] = (path.stat().st_size, _crc(path))
        _sync(folder)
        return Segment(folder.name, documents, files)

    def publish(self, segments: Sequence[Segment]) -> None:
        """From now on these count; for holders of `lock()`, who still are in `new()` for what is new."""
        replaced = self._named()
        content = msgspec.json.encode(Build(self._fingerprint, tuple(segments)))
        draft = self.folder / "current.new"
        with draft.open("wb") as file:
            file.write(b"%08x\n" % zlib.crc32(content) + content)
            file.flush()
            os.fsync(file.fileno())
        os.replace(draft, self._pointer)
        _sync(self.folder)
        with suppress(OSError):  # it is published; what could not be removed now is removed next time
            self._sweep({segment.name for segment in segments}, replaced)

    def _verify(self, build: Build) -> None:
        """Contents of files that are new here or were touched. Raises BrokenBuild, OSError."""
        verified = {}
        for segment in build.segments:
            for name, (size, crc) in segment.files.items():
                path = self.folder / segment.name / name
                verified[str(path)] = stamp = _stamp(path.stat())
                if stamp[2] != size or (self._verified.get(str(path)) != stamp and _crc(path) != crc):
                    raise BrokenBuild(f"{path} is damaged")
        self._verified = verified

    def _named(self) -> set[str]:
        """The segments that the pointer names, whole or not."""
        try:
            content = self._pointer.read_bytes().partition(b"\n")[2]
            return {segment.name for segment in msgspec.json.decode(content, type=Build).segments}
        except (OSError, msgspec.DecodeError, UnicodeDecodeError):
            return set()

    def _sweep(self, named: set[str], replaced: set[str]) -> None:
        """Remove what nobody can be reading or writing; the file system's clock is the only one that matters here."""
        for name in replaced - named:
            with suppress(OSError):
                os.utime(self.folder / name)
        now = self._pointer.stat().st_mtime
        for path in self.folder.iterdir():
            if path.name not in named and path.is_dir() and path.stat().st_mtime < now - GRACE_SECONDS:
                with suppress(BlockingIOError), _held(path, fcntl.LOCK_NB):
                    shutil.rmtree(path, ignore_errors=True)


def _stamp(stat: os.stat_result) -> Stamp:
    return stat.st_ino, stat.st_mtime_ns, stat.st_size


@contextmanager
def _held(path: Path, how: int = 0) -> Iterator[None]:
    """A file or folder that no other holds."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | how)
        try:
            yield
        finally:
            # Closing is not enough: a child forked meanwhile holds the same open file.
            fcntl.flock(descriptor, fcntl.LOCK_UN)
    finally:
        os.close(descriptor)


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
