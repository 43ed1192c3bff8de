"""Files in a folder of this machine."""

from __future__ import annotations

import asyncio
import errno
import os
import shutil
import tempfile
from collections.abc import AsyncIterator
from pathlib import Path

from echo.errors import NotFound, Unavailable
from echo.media import keys
from echo.media.port import Opened

_PIECE_BYTES = 256 * 1024
_FULL = (errno.ENOSPC, errno.EDQUOT, errno.EROFS)


class LocalMediaStore:
    """A `MediaStore` in a folder. Files are readable for a web server that serves the folder itself."""

    def __init__(self, root: Path, base_url: str) -> None:
        self._root = root
        self._base_url = base_url.rstrip("/")

    def new_key(self, extension: str) -> str:
        """A key that no file has, spread over folders so that none grows large."""
        return keys.new_key(extension)

    def url_for(self, key: str) -> str:
        """The public address of the file under this key."""
        return f"{self._base_url}/{key}"

    def path_of(self, key: str) -> Path:
        """Where the file of this key lies, for serving it; whether it exists is not asked.

        Raises:  NotFound for anything that is not one of our keys, paths out of the folder first of all
        """
        keys.kept_type_of(key)
        return self._root / key

    async def put(self, key: str, content: bytes | Path, content_type: str) -> None:
        """Store a whole file under a key from `new_key`.

        Raises:  ValueError when the type is not that of the key's ending; Unavailable when the disk is full
        """
        keys.check(key, content_type)
        try:
            await asyncio.to_thread(self._write, self.path_of(key), content)
        except OSError as error:
            if error.errno in _FULL:
                raise Unavailable(detail=f"no room for files: {error}") from error
            raise

    async def read(self, key: str) -> bytes:
        """The content of a file. Raises:  NotFound"""
        try:
            return await asyncio.to_thread(self.path_of(key).read_bytes)
        except OSError as error:
            raise NotFound from error

    async def open(self, key: str) -> Opened:
        """A file to be sent in parts. Raises:  NotFound"""
        path = self.path_of(key)
        try:
            size_bytes = (await asyncio.to_thread(path.stat)).st_size
        except OSError as error:
            raise NotFound from error
        return Opened(size_bytes, lambda start, end: _pieces(path, start, end))

    async def save(self, key: str, path: Path) -> None:
        """Copy a file to a place outside of the store. Raises:  NotFound"""
        try:
            await asyncio.to_thread(shutil.copyfile, self.path_of(key), path)
        except FileNotFoundError as error:
            raise NotFound from error

    async def delete(self, key: str) -> None:
        """Remove a file; one that is not there is no error."""
        await asyncio.to_thread(self.path_of(key).unlink, missing_ok=True)

    def free_bytes(self) -> int | None:
        """The room that is left on the disk of the folder."""
        for place in (self._root, *self._root.parents):
            if place.is_dir():
                return shutil.disk_usage(place).free
        return None

    def _write(self, path: Path, content: bytes | Path) -> None:
        """Content, name and folders are on the disk before this returns: a row may name the file then."""
        made = self._make_folder(path.parent)
        descriptor, name = tempfile.mkstemp(prefix=".new-", dir=path.parent)
        try:
            with os.fdopen(descriptor, "wb") as file:
                if isinstance(content, bytes):
                    file.write(content)
                else:
                    with content.open("rb") as source:
                        shutil.copyfileobj(source, file)
                file.flush()
                os.fsync(file.fileno())
                os.fchmod(file.fileno(), 0o644)
            os.replace(name, path)
        except BaseException:
            Path(name).unlink(missing_ok=True)
            raise
        for folder in (path.parent, *made):
            _sync_folder(folder)

    def _make_folder(self, folder: Path) -> list[Path]:
        """Make a folder; those above it whose list of names has changed."""
        changed = []
        for place in (folder, *folder.parents):
            if place.is_dir():
                break
            changed.append(place.parent)
        folder.mkdir(parents=True, exist_ok=True)
        return changed


def _sync_folder(folder: Path) -> None:
    opened = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(opened)
    finally:
        os.close(opened)


async def _pieces(path: Path, start: int, end: int) -> AsyncIterator[bytes]:
    # The file stays readable although it is deleted meanwhile.
    file = await asyncio.to_thread(path.open, "rb")
    try:
        await asyncio.to_thread(file.seek, start)
        left = end - start
        while left > 0:
            piece = await asyncio.to_thread(file.read, min(left, _PIECE_BYTES))
            if not piece:
                return
            left -= len(piece)
            yield piece
    finally:
        file.close()
