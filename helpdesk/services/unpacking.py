"""Unpacks ZIP archives of content, whoever made them, and looks over a folder before it is read."""

from __future__ import annotations

import re
import shutil
import stat
import struct
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from io import FileIO
from pathlib import Path, PurePath, PurePosixPath
from tempfile import TemporaryDirectory
from unicodedata import normalize
from zipfile import ZIP_DEFLATED, ZIP_STORED, BadZipFile, ZipFile, ZipInfo

from helpdesk.config import Settings
from helpdesk.errors import ContentError, Note
from helpdesk.locales import Locales
from helpdesk.services.folder import LARGEST_FILE, ContentErrors
from helpdesk.services.media import EXTENSIONS, LARGEST_IMAGE
from helpdesk.services.tree_layouts import find_engine, is_passed_over, is_read, walk
from helpdesk.text.characters import CONTROLS

DEEPEST = 20  # folders in folders
DENSEST = 200  # bytes that a packed byte may become, beyond the first 100,000
CHUNK = 1 << 16
ENTRY = b"PK\x01\x02"  # begins every entry of an archive's directory
ENTRY_BYTES = 400  # that an entry may have on average
LOCAL_HEADER = 30  # bytes, at least
NAMED_IN_UTF_8, ENCRYPTED = 0x800, 0x1 | 0x40 | 0x2000
BROKEN = (BadZipFile, RuntimeError, EOFError, OSError, ValueError, OverflowError, struct.error, zlib.error)


@contextmanager
def unpacked(archive: Path, settings: Settings, locales: Locales) -> Iterator[tuple[Path, list[Note]]]:
    """A folder with an archive's content, removed at the end, and notes of what was left out. Raises ContentErrors.

    A folder that holds all the others is seen through. What kill -9 leaves is the system's to clear.
    """
    with TemporaryDirectory(prefix="helpdesk-") as temporary:
        root = Path(temporary) / (archive.stem.strip(".") or "documents")  # a plain tree's category is named so
        root.mkdir()
        where = archive.name
        try:
            with _Archive(archive, settings.import_files) as file, ZipFile(file) as packed:
                wanted, notes = _choose(packed, archive.name, settings)
                for name, entry in wanted.items():
                    where = name
                    _write(packed, entry, root / name)
        except UnicodeDecodeError as error:
            raise ContentErrors([ContentError(ascii(error.object), 1, "has a name that is not UTF-8")]) from None
        except BROKEN as error:
            raise ContentErrors([ContentError(where, 1, f"cannot be unpacked: {_why(error)}")]) from None
        yield _inside(root, locales), notes


def largest(path: PurePath) -> int:
    """The bytes that a file of content may have; 0 for a file that is none."""
    ending = path.suffix.lower()
    return LARGEST_IMAGE if ending in EXTENSIONS else LARGEST_FILE if ending == ".yaml" or is_read(path) else 0


def _inside(root: Path, locales: Locales) -> Path:
    """What holds the content: the one folder, unless that is a category, a language, or what engines go by."""
    found = list(root.iterdir())
    is_wrapped = len(found) == 1 and found[0].is_dir() and not any(found[0].glob("_index.*.md"))
    is_wrapped = is_wrapped and find_engine(root) not in ("docusaurus", "hugo")
    return found[0] if is_wrapped and locales.find_alias(found[0].name) is None else root


class _Archive(FileIO):
    """A file that is not read as a directory of too many entries, whatever number of them it says it has."""

    def __init__(self, path: Path, most: int) -> None:
        super().__init__(path)
        self.path, self.most = path, most

    def read(self, size: int | None = -1, /) -> bytes:
        """Raises ContentErrors."""
        is_short = size is None or size <= max(CHUNK, self.most * ENTRY_BYTES)
        data = super().read(size) if is_short else b""
        if not is_short or data.count(ENTRY) > self.most:
            raise _too_many(self.path.name, self.most)
        return data


def _too_many(name: str, most: int) -> ContentErrors:
    reason = f"holds more than {most:,} files; HELPDESK_IMPORT_FILES can allow more"
    return ContentErrors([ContentError(name, 1, reason)])


def _choose(packed: ZipFile, archive: str, settings: Settings) -> tuple[dict[str, ZipInfo], list[Note]]:
    """The entries to write, by name, if nothing is wrong with any; and what is left out. Raises ContentErrors."""
    wanted: dict[str, ZipInfo] = {}
    notes, errors = [], []
    known: dict[str, str] = {}
    for entry in packed.filelist:
        name = _name(entry)
        parts = name.split("/")
        if any(map(is_passed_over, parts)):
            continue
        reason = _refusal(entry, name)
        if not (reason or entry.is_dir()):
            reason = _twice(name, known)
            if largest(PurePosixPath(name)):
                wanted[name] = entry
            else:
                notes.append(Note(name, 1, "file left out: neither Markdown, an image nor settings that are read"))
        if reason:
            errors.append(ContentError(name, 1, reason))
    errors += [ContentError(_name(entry), 1, "shares its bytes with another entry") for entry in _overlapping(packed)]
    if sum(entry.file_size for entry in wanted.values()) > settings.import_bytes:
        reason = f"unpacks to more than {settings.import_bytes:,} bytes; HELPDESK_IMPORT_BYTES can allow more"
        errors.append(ContentError(archive, 1, reason))
    if errors:
        raise ContentErrors(errors)
    return wanted, notes


def _name(entry: ZipInfo) -> str:
    """The name, composed; it is UTF-8 where an archive does not say so as well, or stays as it cannot be accepted."""
    name = entry.orig_filename
    try:
        name = name if entry.flag_bits & NAMED_IN_UTF_8 else name.encode("cp437").decode("utf-8")
    except UnicodeError:
        return name
    return normalize("NFC", name)


def _refusal(entry: ZipInfo, name: str) -> str:
    """Why an entry cannot be taken in, or ""."""
    parts = name.removesuffix("/").split("/")
    kind = stat.S_IFMT(entry.external_attr >> 16)
    most = largest(PurePosixPath(name))
    is_garbled = not entry.flag_bits & NAMED_IN_UTF_8 and not name.isascii() and name == entry.orig_filename
    rules = (
        (is_garbled, "has a name that is not UTF-8"),
        (name.startswith("/") or re.match("[A-Za-z]:", name), "has an absolute path"),
        ("\\" in name, "has a backslash in its name; folders are parted by /"),
        (not {"", ".", ".."}.isdisjoint(parts), "has a path that is not plain"),
        (CONTROLS.search(name), "has control characters in its name"),
        (len(parts) > DEEPEST, f"lies in more than {DEEPEST} folders"),
        (kind not in (0, stat.S_IFREG, stat.S_IFDIR), "is a link or a device"),
        (entry.flag_bits & ENCRYPTED, "is encrypted; make an archive without a password"),
        (entry.compress_type not in (ZIP_STORED, ZIP_DEFLATED), "is packed by another method than deflate"),
        (most and entry.file_size > most, f"is larger than {most:,} bytes"),
        (
            most and entry.file_size > 100_000 + DENSEST * entry.compress_size,
            f"unpacks to more than {DENSEST} times its size",
        ),
    )
    return next((reason for applies, reason in rules if applies), "")


def _twice(name: str, known: dict[str, str]) -> str:
    """Why a file cannot stand beside those known, on whatever disk; "" where it can, and is known from then on."""
    for part in [*(f"{parent}/" for parent in PurePosixPath(name).parents if parent.name), name]:
        folded = normalize("NFC", normalize("NFD", part.rstrip("/")).casefold())
        if folded in known and (part == name or known[folded] != part):
            return f"stands twice, also as `{known[folded]}`"
        known[folded] = part
    return ""


def _overlapping(packed: ZipFile) -> list[ZipInfo]:
    """Entries whose bytes reach into those of the next one; a small archive can unpack to anything with them."""
    entries = sorted(packed.filelist, key=lambda entry: entry.header_offset)
    ends = [*(entry.header_offset for entry in entries[1:]), packed.start_dir]
    return [
        entry
        for entry, end in zip(entries, ends, strict=False)
        if entry.header_offset + LOCAL_HEADER + len(entry.orig_filename) + entry.compress_size > end
    ]


def _write(packed: ZipFile, entry: ZipInfo, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    with packed.open(entry) as source, target.open("xb") as file:
        shutil.copyfileobj(source, file, CHUNK)
        if file.tell() != entry.file_size:
            raise BadZipFile("it is shorter than the archive says")


def _why(error: Exception) -> str:
    return getattr(error, "strerror", None) or str(error) or "it ends too early"


def check_tree(root: Path, most: int) -> None:
    """Refuse a folder of too many files, too deep ones, or names that nobody can type. Raises ContentErrors."""
    files_found = 0
    errors = []
    for base, folders, files in walk(root):
        place = base.relative_to(root)
        for name in [*folders, *files]:
            if CONTROLS.search(name):
                errors.append(
                    ContentError((place / name).as_posix(), 1, "has control characters in its name; rename it")
                )
        files_found += len(files)
        if files_found > most:
            raise _too_many(root.name, most)
        if folders and len(place.parts) == DEEPEST:
            errors.append(ContentError((place / folders[0]).as_posix(), 1, f"lies in more than {DEEPEST} folders"))
            folders.clear()
    if errors:
        raise ContentErrors(errors)
