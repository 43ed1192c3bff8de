"""Where files are kept, as a protocol: a folder (`storage`) or an object store (`objects`)."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextvars import ContextVar
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from echo import settings
from echo.errors import NoRoom


@dataclass(frozen=True, slots=True)
class Opened:
    """A stored file, to be sent in parts. `part(start, end)` yields bytes, end not included."""

    size_bytes: int
    part: Callable[[int, int], AsyncIterator[bytes]]


class MediaStore(Protocol):
    """Keeps files under keys (`echo.media.keys`) that tell nothing and cannot be guessed."""

    def new_key(self, extension: str) -> str:
        """A key that no file has: random, with the extension of a format we store."""
        ...

    def url_for(self, key: str) -> str:
        """The public address of the file under this key."""
        ...

    async def put(self, key: str, content: bytes | Path, content_type: str) -> None:
        """Store a whole file: afterwards it is there completely, or not at all."""
        ...

    async def read(self, key: str) -> bytes:
        """The content of a file; raises NotFound."""
        ...

    async def open(self, key: str) -> Opened:
        """A file to be sent in parts; raises NotFound."""
        ...

    async def save(self, key: str, path: Path) -> None:
        """Write the content of a file there; raises NotFound."""
        ...

    async def delete(self, key: str) -> None:
        """Remove a file; one that is not there is no error."""
        ...

    def free_bytes(self) -> int | None:
        """The room that is left where files are kept; None where nobody can say."""
        ...


_current: ContextVar[MediaStore] = ContextVar("echo_media_store")


def bind(store: MediaStore) -> None:
    """Make this the store of the current task and of the tasks it starts."""
    _current.set(store)


def store() -> MediaStore:
    """The store of files of this server."""
    return _current.get()


def is_full() -> bool:
    """Whether so little room is left that no files are taken in: `storage.free_bytes`."""
    least = settings.here().storage.free_bytes
    free = store().free_bytes() if least else None
    return free is not None and free < least


def require_room() -> None:
    """Raises NoRoom where no files are taken in."""
    if is_full():
        raise NoRoom(detail=f"less than storage.free_bytes is free: {store().free_bytes()} bytes")
