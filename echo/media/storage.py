"""Files in a folder of this machine."""

from __future__ import annotations

import asyncio
import os
import re
import secrets
import shutil
import tempfile
from pathlib import Path

from echo.errors import NotFound

# What is ever served as what; a key with another ending does not exist.
CONTENT_TYPES = {
    "jpg": "image/jpeg",
    "png": "image/png",
    "webp": "image/webp",
    "gif": "image/gif",
}
_KEY = re.compile(r"[0-9a-z]{2}/[0-9a-z]{2}/[0-9a-z]{28}\.(?P<extension>[0-9a-z]{3,4})", re.ASCII)
_ALPHABET = "0123456789abcdefghijklmnopqrstuvwxyz"
_RANDOM_CHARACTERS = 32  # 165 bits


class LocalMediaStore:
    """A `MediaStore` in a folder. Files are readable for a web server that serves the folder itself."""

    def __init__(self, root: Path, base_url: str) -> None:
        self._root = root
        self._base_url = base_url.rstrip("/")

    def new_key(self, extension: str) -> str:
        """A key that no file has, spread over folders so that none grows large."""
        if extension not in CONTENT_TYPES:
            raise ValueError(f"no media extension: {extension}")
        name = "".join(secrets.choice(_ALPHABET) for _ in range(_RANDOM_CHARACTERS))
        return f"{name[:2]}/{name[2:4]}/{name[4:]}.{extension}"

    def url_for(self, key: str) -> str:
        """The public address of the file under this key."""
        return f"{self._base_url}/{key}"

    def path_of(self, key: str) -> Path:
        """Where the file of this key lies, for serving it; whether it exists is not asked.

        Raises:  NotFound for anything that is not one of our keys, paths out of the folder first of all
        """
        content_type_of(key)
        return self._root / key

    async def put(self, key: str, content: bytes | Path, content_type: str) -> None:
        """Store a whole file under a key from `new_key`.

        Raises:  ValueError when the type is not that of the key's ending
        """
        if content_type_of(key) != content_type:
            raise ValueError(f"{content_type} under {key}")
        await asyncio.to_thread(self._write, self.path_of(key), content)

    async def read(self, key: str) -> bytes:
        """The content of a file. Raises:  NotFound"""
        try:
            return await asyncio.to_thread(self.path_of(key).read_bytes)
        except OSError as error:
            raise NotFound from error

    async def delete(self, key: str) -> None:
        """Remove a file; one that is not there is no error."""
        await asyncio.to_thread(self.path_of(key).unlink, missing_ok=True)

    def _write(self, path: Path, content: bytes | Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
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


def content_type_of(key: str) -> str:
    """The type a file is served as, from its key alone.

    Raises:  NotFound for anything that is not one of our keys
    """
    match = _KEY.fullmatch(key)
    content_type = CONTENT_TYPES.get(match["extension"]) if match else None
    if content_type is None:
        raise NotFound
    return content_type
