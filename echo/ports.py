"""What the core needs from outside, as protocols, each with a version that does nothing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Protocol

from echo.errors import Unavailable


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


class NullDirectory:
    """Knows nobody: for tests and for a server that does not federate."""

    async def account_by_handle(self, username: str, domain: str) -> int | None:
        return None

    async def account_by_iri(self, iri: str) -> int | None:
        return None

    async def post_by_iri(self, iri: str) -> int | None:
        return None


@dataclass(frozen=True, slots=True)
class Reply:
    """What a service answered, whatever its status."""

    status: int
    body: bytes


class Caller(Protocol):
    """Asks a service that the operator has chosen, over the one guarded HTTP client."""

    async def __call__(
        self, method: str, url: str, *, headers: Mapping[str, str], body: bytes = b""
    ) -> Reply:
        """Raises:  Unavailable when it cannot be reached"""
        ...


# The source language of a text that does not say which it is in.
ANY_LANGUAGE = "und"


@dataclass(frozen=True, slots=True)
class Translated:
    """Shapes:  source: the language that the texts were in, as told or as detected"""

    texts: tuple[str, ...]
    source: str


class Translator(Protocol):
    """Translates pieces of HTML. `name` is the provider, for people."""

    @property
    def name(self) -> str: ...

    @property
    def is_configured(self) -> bool: ...

    async def languages(self) -> dict[str, tuple[str, ...]]:
        """Target languages by source language, ANY_LANGUAGE among them. Raises Unavailable."""
        ...

    async def translate(self, texts: Sequence[str], *, source: str, target: str) -> Translated:
        """The texts in their order. Raises Unavailable: away, busy, or its quota is spent."""
        ...


class NullTranslator:
    """Knows no language: for a server without a translation service."""

    name = ""
    is_configured = False

    async def languages(self) -> dict[str, tuple[str, ...]]:
        return {}

    async def translate(self, texts: Sequence[str], *, source: str, target: str) -> Translated:
        raise Unavailable("No translation service is configured")


_translator: ContextVar[Translator] = ContextVar("echo_translator")
_NO_TRANSLATOR = NullTranslator()


def bind_translator(translator: Translator) -> None:
    """Make this the translator of the current task and of the tasks it starts."""
    _translator.set(translator)


def translator() -> Translator:
    """The translator of the current task."""
    return _translator.get(_NO_TRANSLATOR)


_directory: ContextVar[RemoteDirectory] = ContextVar("echo_directory")
_NULL = NullDirectory()


def bind_directory(directory: RemoteDirectory) -> None:
    """Make this the directory of the current task and of the tasks it starts."""
    _directory.set(directory)


def directory() -> RemoteDirectory:
    """The directory of the current task."""
    return _directory.get(_NULL)
