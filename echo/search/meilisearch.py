"""The index of posts in a Meilisearch server (1.12 or newer).

It is given our own words, not texts, so that both kinds of index find the same: folded already, pairs of
characters for scripts without spaces, and what is not ASCII spelled in hexadecimal, so that its own tokeniser
has nothing to cut. It looks at the first ten words or phrases of a query, and it is handed the newest posts
that somebody has to do with, not all of them.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Protocol, TypeVar

import msgspec

from echo.errors import Unavailable
from echo.kinds import Corpus
from echo.ports import Mark, SearchEntry, SearchWish, Term, Word
from echo.store import library
from echo.text.words import dense_start, last_letter

T = TypeVar("T")
LIBRARY_POSTS = 5000
# Ids are longer than the numbers that Meilisearch can compare; their milliseconds are not.
_LOW_BITS = 16
# Asked for beyond a page, for posts of the same millisecond as the end of a range.
_SPARE = 20
_WORD_BYTES = 100
SETTINGS = {
    "searchableAttributes": ["text"],
    "displayedAttributes": ["id"],
    "filterableAttributes": ["id", "at", "author", "open", "marks"],
    "sortableAttributes": ["at"],
    "rankingRules": ["sort", "words"],
    "typoTolerance": {"enabled": False},
    "prefixSearch": "disabled",
    "facetSearch": False,
}


class Speaker(Protocol):
    """Speaks JSON with the server: a method, a path, a document; the status and the answer."""

    async def ask(self, method: str, path: str, document: object = None) -> tuple[int, bytes]:
        """Raises Unavailable when there is no answer."""
        ...

    async def close(self) -> None:
        """Close every connection."""
        ...


@dataclass(frozen=True, slots=True)
class _Document:
    """A post as it is kept there."""

    id: str
    at: int
    author: str
    open: bool
    text: str
    marks: list[str]


class _Hit(msgspec.Struct):
    id: str


class _Hits(msgspec.Struct):
    hits: list[_Hit]


class _Stats(msgspec.Struct, rename="camel"):
    number_of_documents: int


class MeilisearchIndex:
    """See `echo.ports.SearchIndex`.

    Shapes:  name: of the index in that server
    """

    def __init__(self, speaker: Speaker, name: str) -> None:
        self._speaker = speaker
        self._path = f"/indexes/{name}"
        self._name = name
        self._is_prepared = False

    async def put(self, entries: Sequence[SearchEntry]) -> None:
        await self._prepare()
        documents = [_document(entry) for entry in entries]
        await self._do("POST", f"{self._path}/documents?primaryKey=id", documents)

    async def remove(self, post_ids: Sequence[int]) -> None:
        await self._prepare()
        await self._do("POST", f"{self._path}/documents/delete-batch", [str(i) for i in post_ids])

    async def remove_author(self, author_id: int) -> None:
        await self._prepare()
        await self._do("POST", f"{self._path}/documents/delete", {"filter": f'author = "{author_id}"'})

    async def find(self, wish: SearchWish) -> list[int]:
        condition = await _corpus(wish)
        if condition is None:
            return []
        letters = [letter for term in wish.terms for letter in _letters(term)]
        conditions = [condition, *_range(wish), *(_mark(mark) for mark in (*wish.marks, *letters))]
        asked = {
            "q": " ".join(text for term in wish.terms if (text := _phrase(term))),
            "filter": " AND ".join(conditions),
            "sort": ["at:desc"],
            "matchingStrategy": "all",
            "attributesToRetrieve": ["id"],
            "limit": wish.limit + _SPARE,
        }
        answer = await self._do("POST", f"{self._path}/search", asked, missing=b'{"hits":[]}')
        found = sorted((int(hit.id) for hit in _read(answer, _Hits).hits), reverse=True)
        return [post_id for post_id in found if _is_within(post_id, wish)][: wish.limit]

    async def count(self) -> int:
        answer = await self._do("GET", f"{self._path}/stats", missing=b'{"numberOfDocuments":0}')
        return _read(answer, _Stats).number_of_documents

    async def close(self) -> None:
        await self._speaker.close()

    async def _prepare(self) -> None:
        """Make the index with its settings, once in a process; both are done when they were done before."""
        if not self._is_prepared:
            await self._do("POST", "/indexes", {"uid": self._name, "primaryKey": "id"})
            await self._do("PATCH", f"{self._path}/settings", SETTINGS)
            self._is_prepared = True

    async def _do(
        self, method: str, path: str, document: object = None, *, missing: bytes | None = None
    ) -> bytes:
        """Shapes:  missing: the answer when there is no such index yet."""
        status, answer = await self._speaker.ask(method, path, document)
        if status == 404 and missing is not None:
            return missing
        if not 200 <= status < 300:
            raise _unavailable(f"{method} {path}: {status} {answer[:300]!r}")
        return answer


def _read(answer: bytes, kind: type[T]) -> T:
    try:
        return msgspec.json.decode(answer, type=kind)
    except msgspec.DecodeError as error:
        raise _unavailable(f"{error}: {answer[:300]!r}") from error


def _unavailable(detail: str) -> Unavailable:
    return Unavailable(retry_after_seconds=5, detail=f"Meilisearch: {detail}")


def _document(entry: SearchEntry) -> _Document:
    return _Document(
        id=str(entry.post_id),
        at=entry.post_id >> _LOW_BITS,
        author=str(entry.author_id),
        open=entry.is_open,
        text=_text(entry.words),
        marks=sorted({*entry.marks, *_starts(entry.words)}),
    )


def _text(words: Sequence[Word]) -> str:
    """The words in order. A full stop where a part of the post ends: no phrase goes over it."""
    parts: list[str] = []
    before = 0
    for word in words:
        if word.place > before + 1 and parts:
            parts.append(".")
        parts.append(_spelled(word.text))
        before = word.place
    return " ".join(parts)


def _starts(words: Iterable[Word]) -> Iterable[str]:
    """One character of a script without spaces may be asked for alone."""
    return (f"on:{letter}" for word in words if (letter := dense_start(word.text)))


def _letters(term: Term) -> Iterable[Mark]:
    return (Mark(f"on:{word.text}", term.is_negated) for word in term.words if word.begins)


def _phrase(term: Term) -> str:
    """A term as a phrase; a single word too, which is then not joined with its neighbours."""
    spelled: list[str] = []
    before: Word | None = None
    for word in term.words:
        if before is not None and word.place == before.place + 2:
            # The last character of a run, which the run itself need not have had.
            spelled.append(_spelled(last_letter(before.text)))
        if not word.begins:
            spelled.append(_spelled(word.text))
        before = word
    return f'{"-" if term.is_negated else ""}"{" ".join(spelled)}"' if spelled else ""


def _spelled(word: str) -> str:
    if word.isascii() and word.isalnum():
        return word
    return "u8" + word.encode()[:_WORD_BYTES].hex()


def _mark(mark: Mark) -> str:
    return f"{'NOT ' if mark.is_negated else ''}marks = {_quoted(mark.name)}"


def _quoted(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _range(wish: SearchWish) -> Iterable[str]:
    yield f"at >= {wish.from_id >> _LOW_BITS}"
    yield f"at <= {wish.below_id >> _LOW_BITS}"
    for low, high in wish.without:
        yield f"(at <= {low >> _LOW_BITS} OR at >= {high >> _LOW_BITS})"


def _is_within(post_id: int, wish: SearchWish) -> bool:
    """What the milliseconds left open."""
    is_without = any(low <= post_id < high for low, high in wish.without)
    return wish.from_id <= post_id < wish.below_id and not is_without


async def _corpus(wish: SearchWish) -> str | None:
    """Where to look, as a filter; None where nothing can be."""
    if wish.outside == Corpus.ALL:
        return None
    if wish.corpus == Corpus.PUBLIC and wish.outside is None:
        return "open = true"
    ids = await library.ids(wish.viewer_id, from_id=wish.from_id, below_id=wish.below_id, limit=LIBRARY_POSTS)
    own = f"id IN [{', '.join(_quoted(str(post_id)) for post_id in ids)}]" if ids else ""
    parts = {
        Corpus.ALL: f"(open = true OR {own})" if own else "open = true",
        Corpus.PUBLIC: "open = true",
        Corpus.LIBRARY: own,
    }
    without = {
        None: "",
        Corpus.PUBLIC: "open = false",
        Corpus.LIBRARY: f"NOT {own}" if own else "",
    }
    if not parts[wish.corpus]:
        return None
    return " AND ".join(part for part in (parts[wish.corpus], without[wish.outside]) if part)
