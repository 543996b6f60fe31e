"""Keeps images by the hash of their bytes, so that a changed picture has a new address."""

from __future__ import annotations

import hashlib
import os
import re
from dataclasses import dataclass
from pathlib import Path

import imagesize

EXTENSIONS = {".png": "png", ".jpg": "jpg", ".jpeg": "jpg", ".gif": "gif", ".webp": "webp"}
LARGEST_IMAGE = 10_000_000  # bytes


class BadImage(ValueError):
    """The file is no image that can be served; the message says why."""


@dataclass(frozen=True, slots=True)
class StoredImage:
    """An image with its size in pixels."""

    hash: str
    extension: str
    width: int
    height: int

    @property
    def name(self) -> str:
        """The file's name in the media folder."""
        return f"{self.hash}.{self.extension}"


def image_path(src: str) -> str:
    """Where an image stands from the folder of its text, by its decoded address; one with "/" begins there as well."""
    path = src if Path(src).suffix.lower() in EXTENSIONS else re.split("[?#]", src)[0]
    return path.lstrip("/").replace("\0", "\ufffd")


def read_image(path: Path) -> StoredImage:
    """Look at an image without storing it; raises BadImage."""
    extension = EXTENSIONS.get(path.suffix.lower())
    if extension is None:
        raise BadImage(f"is not one of {', '.join(sorted(EXTENSIONS))}")
    try:
        if not os.path.isfile(path):  # False as well for what can be no name of a file
            raise BadImage("is missing")
        if path.stat().st_size > LARGEST_IMAGE:
            raise BadImage(f"is larger than {LARGEST_IMAGE:,} bytes")
        width, height = imagesize.get(path)
        if width <= 0 or height <= 0:
            raise BadImage("is not a picture that can be read")
        return StoredImage(_hash(path.read_bytes()), extension, int(width), int(height))
    except OSError as error:
        raise BadImage(f"cannot be read: {error.strerror}") from None


def store_image(folder: Path, path: Path, image: StoredImage) -> None:
    """Copy the bytes into the media folder; complete or not there at all. Raises BadImage."""
    target = folder / image.name
    if target.is_file():
        return
    data = path.read_bytes()
    if _hash(data) != image.hash:
        raise BadImage("was changed during the import; import once more")
    folder.mkdir(parents=True, exist_ok=True)
    partial = target.with_name(f".{image.name}.{os.getpid()}")
    partial.write_bytes(data)
    partial.replace(target)


def _hash(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()[:32]
