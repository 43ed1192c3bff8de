"""Files in S3, or in whatever speaks like it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import obstore
from obstore.store import S3Store

from echo.config.files import ObjectStore
from echo.errors import NotFound, Unavailable
from echo.media import keys
from echo.media.port import Opened

FOREVER = "public, max-age=31536000, immutable"
_PIECE_BYTES = 1024 * 1024
_TIMEOUT = timedelta(seconds=30)
_RETRY_SECONDS = 20.0


class ObjectMediaStore:
    """A `MediaStore` in a bucket. An object is there completely or not at all; the service sees to that."""

    def __init__(self, config: ObjectStore, base_url: str) -> None:
        self._base_url = base_url.rstrip("/")
        self._prefix = config.prefix
        self._bucket = _open(config)

    def new_key(self, extension: str) -> str:
        """A key that no file has."""
        return keys.new_key(extension)

    def url_for(self, key: str) -> str:
        """The public address of the file under this key."""
        return f"{self._base_url}/{key}"

    async def put(self, key: str, content: bytes | Path, content_type: str) -> None:
        """Store a whole file under a key from `new_key`.

        Raises:  ValueError when the type is not that of the key's ending; Unavailable
        """
        keys.check(key, content_type)
        # What the service tells those who fetch from it directly.
        attributes = {"Content-Type": content_type, "Cache-Control": FOREVER, "Content-Disposition": "inline"}
        if content_type == keys.RAW_TYPE:
            attributes |= {"Cache-Control": "private, no-store", "Content-Disposition": "attachment"}
        try:
            await obstore.put_async(self._bucket, self._place(key), content, attributes=attributes)
        except obstore.exceptions.BaseError as error:
            raise Unavailable(detail=f"object store: {error}"[:500]) from error

    def free_bytes(self) -> int | None:
        """Nobody knows how much a bucket can hold."""
        return None

    async def read(self, key: str) -> bytes:
        """The content of a file. Raises:  NotFound, Unavailable"""
        opened = await self.open(key)
        return b"".join([piece async for piece in opened.part(0, opened.size_bytes)])

    async def open(self, key: str) -> Opened:
        """A file to be sent in parts. Raises:  NotFound, Unavailable"""
        place = self._place(key)
        try:
            size_bytes = (await obstore.head_async(self._bucket, place))["size"]
        except FileNotFoundError as error:
            raise NotFound from error
        except obstore.exceptions.BaseError as error:
            raise Unavailable(detail=f"object store: {error}"[:500]) from error
        return Opened(size_bytes, lambda start, end: self._pieces(place, start, end))

    async def save(self, key: str, path: Path) -> None:
        """Write the content of a file there. Raises:  NotFound, Unavailable"""
        opened = await self.open(key)
        file = await asyncio.to_thread(path.open, "wb")
        try:
            async for piece in opened.part(0, opened.size_bytes):
                await asyncio.to_thread(file.write, piece)
        finally:
            await asyncio.to_thread(file.close)

    async def delete(self, key: str) -> None:
        """Remove a file; one that is not there is no error. Raises:  Unavailable"""
        try:
            await obstore.delete_async(self._bucket, self._place(key))
        except FileNotFoundError:
            return
        except obstore.exceptions.BaseError as error:
            raise Unavailable(detail=f"object store: {error}"[:500]) from error

    def _place(self, key: str) -> str:
        keys.kept_type_of(key)
        return self._prefix + key

    async def _pieces(self, place: str, start: int, end: int) -> AsyncIterator[bytes]:
        for begin in range(start, end, _PIECE_BYTES):
            stop = min(begin + _PIECE_BYTES, end)
            try:
                yield bytes(await obstore.get_range_async(self._bucket, place, start=begin, end=stop))
            except FileNotFoundError as error:
                raise NotFound from error
            except obstore.exceptions.BaseError as error:
                raise Unavailable(detail=f"object store: {error}"[:500]) from error


def _open(config: ObjectStore) -> S3Store:
    return S3Store(
        config.bucket,
        endpoint=config.endpoint or None,
        region=config.region,
        access_key_id=config.access_key,
        secret_access_key=config.secret_key,
        virtual_hosted_style_request=not config.path_style,
        client_options={
            "allow_http": config.endpoint.startswith("http://"),
            "timeout": _TIMEOUT,
            "connect_timeout": timedelta(seconds=5),
        },
        retry_config={"max_retries": 4, "retry_timeout": timedelta(seconds=_RETRY_SECONDS)},
    )
