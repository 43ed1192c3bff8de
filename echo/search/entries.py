"""Posts as an index keeps them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import msgspec

from echo import ports
from echo.db import Row
from echo.kinds import MediaKind
from echo.ports import SearchEntry, Word
from echo.store import search_rows
from echo.text.anchors import anchors_of
from echo.text.words import WORDS_MAX, plain, tag_mark, words

# Parts of a post that follow each other are no phrase.
_GAP = 10
_KINDS = {
    MediaKind.IMAGE: "has:image",
    MediaKind.GIFV: "has:video",
    MediaKind.VIDEO: "has:video",
    MediaKind.AUDIO: "has:audio",
}


async def put(post_ids: Sequence[int]) -> int:
    """Bring what the index knows of these posts up to date; how many it keeps."""
    entries = [entry_of(row) for row in await search_rows.rows(post_ids)]
    if entries:
        await ports.search_index().put(entries)
    return len(entries)


def entry_of(row: Row) -> SearchEntry:
    """The words and the marks of a post."""
    media = msgspec.json.decode(row["media"] or "[]")
    alternatives = (file["description"] or "" for file in media)
    texts = [row["spoiler"], plain(row["html"]), *row["options"], *alternatives]
    return SearchEntry(
        post_id=row["id"],
        author_id=row["author_id"],
        is_open=row["is_open"],
        words=tuple(_words(texts)),
        marks=frozenset(_marks(row, [file["kind"] for file in media])),
    )


def _words(texts: Iterable[str]) -> list[Word]:
    found: list[Word] = []
    for text in texts:
        found += words(text, first_place=found[-1].place + _GAP if found else 1)
    return found[:WORDS_MAX]


def _marks(row: Row, kinds: Sequence[str]) -> Iterable[str]:
    yield f"from:{row['author_id']}"
    for account_id in row["mentioned"]:
        yield f"to:{account_id}"
    for name in row["hashtags"]:
        yield tag_mark(name)
    if row["language"]:
        whole = row["language"].lower().replace("_", "-")
        yield from {f"lang:{whole}", f"lang:{whole.partition('-')[0]}"}
    if kinds:
        yield "has:media"
    yield from (_KINDS[MediaKind(kind)] for kind in kinds if kind in _KINDS)
    if row["card"] is not None or anchors_of(row["html"]).links:
        yield "has:link"
    if row["card"] == "video":
        yield "has:embed"
    if row["options"]:
        yield "has:poll"
    yield from (f"is:{name}" for name in ("reply", "quote") if row[f"is_{name}"])
    if row["sensitive"]:
        yield "is:sensitive"
