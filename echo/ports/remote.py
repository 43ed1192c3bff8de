"""People, posts and files of other servers."""

from __future__ import annotations

from contextvars import ContextVar
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from echo.errors import Unavailable


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkedGroup:
    """A group of another server behind a join link.

    Shapes:  uri: its id; inbox: where its server takes what is wanted of it
    """

    uri: str
    inbox: str
    name: str
    members_count: int


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

    async def interaction_template(self, username: str, domain: str) -> str | None:
        """Where the server of name@domain takes its people who want to follow or like something elsewhere.

        Shapes:  username: may be empty: then the server alone is meant
        Returns: an address with `{uri}` in it; None when the server is none, or does not know the name
        """
        ...

    async def group_by_link(self, link: str) -> LinkedGroup | None:
        """The group behind a join link of another Echo; None where that says of none, or nothing."""
        ...

    async def refresh_post(self, iri: str) -> None:
        """Read a post of another server anew, as far as it answers."""
        ...

    async def refresh_account(self, account_id: int) -> None:
        """Read an account of another server anew; when that fails it stays as it is known."""
        ...


class RemoteFiles(Protocol):
    """Fetches files of other servers."""

    async def download(self, url: str, path: Path, limit_bytes: int) -> None:
        """Write what is at an address into a file; raises TooLarge, Unavailable."""
        ...


class NullFiles:
    """Fetches nothing."""

    async def download(self, url: str, path: Path, limit_bytes: int) -> None:
        raise Unavailable(detail="this server does not federate")


class NullDirectory:
    """Knows nobody: for tests and for a server that does not federate."""

    async def account_by_handle(self, username: str, domain: str) -> int | None:
        return None

    async def account_by_iri(self, iri: str) -> int | None:
        return None

    async def post_by_iri(self, iri: str) -> int | None:
        return None

    async def interaction_template(self, username: str, domain: str) -> str | None:
        return None

    async def group_by_link(self, link: str) -> LinkedGroup | None:
        return None

    async def refresh_post(self, iri: str) -> None:
        return None

    async def refresh_account(self, account_id: int) -> None:
        return None


_directory: ContextVar[RemoteDirectory] = ContextVar("echo_directory")
_NULL = NullDirectory()
_files: ContextVar[RemoteFiles] = ContextVar("echo_remote_files")
_NO_FILES = NullFiles()


def bind_files(files: RemoteFiles) -> None:
    """Make this the way to other servers' files of the current task and of the tasks it starts."""
    _files.set(files)


def files() -> RemoteFiles:
    """The way to other servers' files."""
    return _files.get(_NO_FILES)


def bind_directory(directory: RemoteDirectory) -> None:
    """Make this the directory of the current task and of the tasks it starts."""
    _directory.set(directory)


def directory() -> RemoteDirectory:
    """The directory of the current task."""
    return _directory.get(_NULL)
