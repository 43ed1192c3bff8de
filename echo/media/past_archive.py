"""Archives that people bring from other servers: zip, or tar.gz that becomes a zip. Nothing is believed.

No entry is ever written under its own name. An archive with a name that leads elsewhere, a link, a device,
too many entries, too much in it, or too much for its size is refused as a whole.
"""

from __future__ import annotations

import gzip
import os
import re
import stat
import struct
import tarfile
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Protocol, cast

from echo.errors import Invalid

MOST_ENTRIES = 100_000
MOST_BYTES = 16 * 1024**3
# The list of entries at the end of a zip, which is read as a whole.
MOST_LIST_BYTES = 16 * 1024**2
# Uncompressed bytes for each compressed one: text has 20. Small entries may be all alike.
MOST_RATIO, RATIO_FROM_BYTES = 200, 1024**2
_PIECE_BYTES = 256 * 1024
# What the reader of tar files may want at a time: headers are read as a whole.
_MOST_READ_BYTES = 1024**2
_NAME = re.compile(r"[^\0-\x1f\x7f\\:]{1,1024}")


class Source(Protocol):
    """A file that can be read in pieces."""

    def read(self, size: int = -1, /) -> bytes: ...


@contextmanager
def opened(path: Path) -> Iterator[zipfile.ZipFile]:
    """A zip that was looked at. Raises Invalid."""
    _check_list(path)
    try:
        with zipfile.ZipFile(path) as archive:
            _check_entries(archive)
            yield archive
    except (zipfile.BadZipFile, zlib.error, EOFError, RuntimeError) as error:
        # RuntimeError: an entry with a password, or packed in a way that is not known.
        raise Invalid("The archive cannot be read.", detail=str(error)) from error


def make_zip(source: Path, target: Path) -> None:
    """Write the archive as a zip that can be read anywhere in it; a zip is only looked at. Raises Invalid."""
    if zipfile.is_zipfile(source):
        with opened(source):
            os.replace(source, target)
        return
    try:
        with gzip.open(source) as unpacked, _tar(unpacked) as tar:
            _rewrite(tar, target)
    except (tarfile.TarError, OSError, EOFError, zlib.error, RecursionError) as error:
        raise Invalid("The file is neither a zip nor a tar.gz archive.", detail=str(error)) from error


def read(archive: zipfile.ZipFile, name: str, most_bytes: int) -> bytes | None:
    """An entry; None when there is none of this name. Raises Invalid when it is larger."""
    try:
        with archive.open(name) as file:
            content = file.read(most_bytes + 1)
    except KeyError:
        return None
    if len(content) > most_bytes:
        raise Invalid(f"{name} of the archive is too large.")
    return content


def copy(source: Source, target: IO[bytes], most_bytes: int) -> int:
    """Copy at most so many bytes, whatever the archive says of them. Raises Invalid when there are more."""
    total = 0
    while piece := source.read(_PIECE_BYTES):
        total += len(piece)
        if total > most_bytes:
            raise Invalid("There is more in the archive than it says.")
        target.write(piece)
    return total


def _tar(unpacked: gzip.GzipFile) -> tarfile.TarFile:
    return tarfile.open(fileobj=cast(IO[bytes], _Careful(unpacked)), mode="r:")


class _Careful:
    """A file for the reader of tar files: no piece of it is large, and it ends."""

    def __init__(self, file: gzip.GzipFile) -> None:
        self._file = file

    def read(self, size: int = -1) -> bytes:
        if size < 0 or size > _MOST_READ_BYTES:
            raise Invalid("The archive cannot be read.", detail=f"a header of {size} bytes")
        content = self._file.read(size)
        if self._file.tell() > MOST_BYTES:
            raise Invalid("There is too much in the archive.")
        return content

    def tell(self) -> int:
        return self._file.tell()

    def seek(self, offset: int, whence: int = 0) -> int:
        if whence == 0 and offset > MOST_BYTES:
            raise Invalid("There is too much in the archive.")
        return self._file.seek(offset, whence)


def _rewrite(tar: tarfile.TarFile, target: Path) -> None:
    entries = total = 0
    with zipfile.ZipFile(target, "w", zipfile.ZIP_STORED) as archive:
        while (entry := tar.next()) is not None:
            # The list that it keeps of itself would grow with every entry.
            tar.members = []  # type: ignore[attr-defined]
            entries += 1
            if entries > MOST_ENTRIES:
                raise Invalid(f"There are more than {MOST_ENTRIES} files in the archive.")
            name = entry.name.removeprefix("./")
            _check_name(name or ".")
            if entry.isdir():
                continue
            if not entry.isreg():
                raise Invalid("There are links or devices in the archive.")
            if name in archive.NameToInfo:
                raise Invalid("There are files of the same name in the archive.")
            total += entry.size
            if total > MOST_BYTES:
                raise Invalid("There is too much in the archive.")
            content = tar.extractfile(entry)
            assert content is not None
            with archive.open(name, "w", force_zip64=entry.size > 2**31 - 1) as copied:
                copy(content, copied, entry.size)


def _check_list(path: Path) -> None:
    """Look at the size of the list of entries before anything reads it."""
    with path.open("rb") as file:
        file.seek(0, os.SEEK_END)
        size = file.tell()
        file.seek(max(0, size - 65_557 - 20))
        end = file.read()
        at = end.rfind(b"PK\x05\x06")
        if at < 0 or len(end) < at + 22:
            raise Invalid("The file is no zip archive.")
        entries, list_bytes = struct.unpack("<HI", end[at + 10 : at + 16])
        locator = end[at - 20 : at] if at >= 20 else b""
        if locator[:4] == b"PK\x06\x07":
            file.seek(struct.unpack("<Q", locator[8:16])[0])
            record = file.read(56)
            if len(record) == 56:
                entries, list_bytes = struct.unpack("<QQ", record[32:48])
    if entries > MOST_ENTRIES or list_bytes > MOST_LIST_BYTES:
        raise Invalid(f"There are more than {MOST_ENTRIES} files in the archive.")


def _check_entries(archive: zipfile.ZipFile) -> None:
    entries = archive.infolist()
    if len(entries) > MOST_ENTRIES:
        raise Invalid(f"There are more than {MOST_ENTRIES} files in the archive.")
    total = 0
    for entry in entries:
        _check_name(entry.filename.removesuffix("/"))
        kind = stat.S_IFMT(entry.external_attr >> 16)
        if kind not in (0, stat.S_IFREG, stat.S_IFDIR):
            raise Invalid("There are links or devices in the archive.")
        total += entry.file_size
        if total > MOST_BYTES:
            raise Invalid("There is too much in the archive.")
        if entry.file_size > RATIO_FROM_BYTES and entry.file_size > MOST_RATIO * entry.compress_size:
            raise Invalid("There is far more in the archive than its size lets one think.")


def _check_name(name: str) -> None:
    parts = name.split("/")
    if not _NAME.fullmatch(name) or name.startswith("/") or ".." in parts:
        raise Invalid("There are names in the archive that lead out of it.")
