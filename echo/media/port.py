"""Where files are kept, as a protocol: a folder today, an object store tomorrow."""

from __future__ import annotations

from contextvars import ContextVar
from pathlib import Path
from typing import Protocol


class MediaStore(Protocol):
    """Keeps files under keys that tell nothing and cannot be guessed."""

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

    async def delete(self, key: str) -> None:
        """Remove a file; one that is not there is no error."""
        ...


_current: ContextVar[MediaStore] = ContextVar("echo_media_store")


def bind(store: MediaStore) -> None:
    """Make this the store of the current task and of the tasks it starts."""
    _current.set(store)


def store() -> MediaStore:
    """The store of files of this server."""
    return _current.get()
