"""The files of a segment, of which pieces are read wherever they are."""

from __future__ import annotations

import io
import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

from whoosh.filedb.filestore import FileStorage
from whoosh.filedb.structfile import StructFile

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer


class File(io.RawIOBase):
    """Keeps its offset to itself: processes that share a descriptor after a fork cannot move each other's.

    It may be let go without being closed, as searches in other threads may still read it.
    """

    _descriptor = -1

    def __init__(self, path: str | Path) -> None:
        self._descriptor, self._offset = os.open(path, os.O_RDONLY), 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def fileno(self) -> int:
        return self._descriptor

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        if whence == os.SEEK_CUR:
            offset += self._offset
        elif whence == os.SEEK_END:
            offset += os.fstat(self._descriptor).st_size
        self._offset = offset
        return offset

    def tell(self) -> int:
        return self._offset

    def readinto(self, buffer: WriteableBuffer) -> int:
        count = os.preadv(self._descriptor, [buffer], self._offset)
        self._offset += count
        return count

    def read_at(self, size: int, offset: int) -> bytes:
        """So many bytes from there on."""
        return os.pread(self._descriptor, size, offset)

    def close(self) -> None:
        if self._descriptor >= 0:
            os.close(self._descriptor)
            self._descriptor = -1
        super().close()


class Storage(FileStorage):  # type: ignore[misc]
    """A folder whose files are not mapped."""

    def __init__(self, folder: Path) -> None:
        # Mapped into memory, a few large indexes cost each process hundreds of megabytes.
        super().__init__(str(folder), supports_mmap=False)

    def open_file(self, name: str, **options: Any) -> StructFile:
        return _Pieces(io.BufferedReader(File(self._fpath(name))), name=name, **options)


class _Pieces(StructFile):  # type: ignore[misc]
    """Reads a piece by itself, not with all that fits into a buffer."""

    def get(self, position: int, length: int) -> bytes:
        return self.file.raw.read_at(length, position)  # type: ignore[no-any-return]
