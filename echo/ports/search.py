"""An index of what is in posts."""

from __future__ import annotations

from collections.abc import Sequence
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Protocol

from echo.kinds import Corpus


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
