"""What the core needs from outside, as protocols, each with a version that does nothing."""

from __future__ import annotations

from contextvars import ContextVar
from typing import Protocol


class RemoteDirectory(Protocol):
    """Finds people and posts of other servers. All return an id of ours, or None where nothing is found."""

    async def account_by_handle(self, username: str, domain: str) -> int | None:
        """The account behind name@domain, fetched when unknown. Takes at most a few seconds."""
        ...

    async def account_by_iri(self, iri: str) -> int | None:
        """The account with this id or page address."""
        ...

    async def post_by_iri(self, iri: str) -> int | None:
        """The post with this id or page address."""
        ...

    async def refresh_account(self, account_id: int) -> None:
        """Read an account of another server anew; when that fails it stays as it is known."""
        ...


class NullDirectory:
    """Knows nobody: for tests and for a server that does not federate."""

    async def account_by_handle(self, username: str, domain: str) -> int | None:
        return None

    async def account_by_iri(self, iri: str) -> int | None:
        return None

    async def post_by_iri(self, iri: str) -> int | None:
        return None

    async def refresh_account(self, account_id: int) -> None:
        return None


_directory: ContextVar[RemoteDirectory] = ContextVar("echo_directory")
_NULL = NullDirectory()


def bind_directory(directory: RemoteDirectory) -> None:
    """Make this the directory of the current task and of the tasks it starts."""
    _directory.set(directory)


def directory() -> RemoteDirectory:
    """The directory of the current task."""
    return _directory.get(_NULL)
