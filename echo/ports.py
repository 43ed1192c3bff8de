"""What the core needs from outside, as protocols, each with a version that does nothing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextvars import ContextVar
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from echo.errors import Unavailable
from echo.kinds import Corpus


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

    async def refresh_post(self, iri: str) -> None:
        return None

    async def refresh_account(self, account_id: int) -> None:
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


@dataclass(frozen=True, slots=True)
class Word:
    """A folded word and its place in a text, counted from 1.

    Shapes:  begins: asked for, it stands for every word that begins with it; is_tail: the last character of
             a run of a script without spaces, where pairs of characters are words
    """

    text: str
    place: int
    begins: bool = False
    is_tail: bool = False


@dataclass(frozen=True, slots=True)
class Term:
    """Words that must stand in a post at these distances, or must not."""

    words: tuple[Word, ...]
    is_negated: bool = False


@dataclass(frozen=True, slots=True)
class Mark:
    """Something that a post is or has: `tag:cats`, `has:image`, `is:reply`, `lang:en`, `from:1`, `to:2`."""

    name: str
    is_negated: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class SearchEntry:
    """A post as an index keeps it.

    Shapes:  is_open: everybody may find it: public, and its author wishes so; marks: see `Mark`
    """

    post_id: int
    author_id: int
    is_open: bool
    words: tuple[Word, ...]
    marks: frozenset[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class SearchWish:
    """What is looked for.

    Shapes:  outside: not what is in there; ids from `from_id` to before `below_id`, without any of the
             stretches in `without` (the same); limit: the newest so many
    """

    viewer_id: int
    terms: tuple[Term, ...] = ()
    marks: tuple[Mark, ...] = ()
    corpus: Corpus = Corpus.ALL
    outside: Corpus | None = None
    from_id: int = 0
    below_id: int = 2**63 - 1
    without: tuple[tuple[int, int], ...] = ()
    limit: int = 40


class SearchIndex(Protocol):
    """Finds posts by what is in them. It knows nothing of who may read what: whoever asks reads again.

    All may raise Unavailable.
    """

    async def put(self, entries: Sequence[SearchEntry]) -> None:
        """Keep these, in place of what was kept of the same posts."""
        ...

    async def remove(self, post_ids: Sequence[int]) -> None:
        """Forget these posts."""
        ...

    async def remove_author(self, author_id: int) -> None:
        """Forget all posts of somebody."""
        ...

    async def find(self, wish: SearchWish) -> list[int]:
        """Ids of posts, newest first."""
        ...

    async def count(self) -> int:
        """About how many posts are kept."""
        ...

    async def close(self) -> None:
        """Close every connection."""
        ...


class NullIndex:
    """Finds nothing."""

    async def put(self, entries: Sequence[SearchEntry]) -> None:
        return None

    async def remove(self, post_ids: Sequence[int]) -> None:
        return None

    async def remove_author(self, author_id: int) -> None:
        return None

    async def find(self, wish: SearchWish) -> list[int]:
        return []

    async def count(self) -> int:
        return 0

    async def close(self) -> None:
        return None


_index: ContextVar[SearchIndex] = ContextVar("echo_search_index")
_NULL_INDEX = NullIndex()


def bind_search_index(index: SearchIndex) -> None:
    """Make this the index of the current task and of the tasks it starts."""
    _index.set(index)


def search_index() -> SearchIndex:
    """The index of the current task."""
    return _index.get(_NULL_INDEX)
