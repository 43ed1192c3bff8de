"""Parts of a post that move, as JSON: counters, the viewer's marks, who may quote it."""

from __future__ import annotations

from functools import lru_cache
from itertools import product

import msgspec

from echo.db import Row

_NAMES = ("favourited", "reblogged", "bookmarked", "muted")
# There are sixteen ways in which somebody may have marked a post.
_MARKS = {
    marked: b"," + msgspec.json.encode(dict(zip(_NAMES, marked, strict=True)))[1:-1]
    for marked in product((False, True), repeat=len(_NAMES))
}


def counters(row: Row) -> bytes:
    """The counters of a post."""
    return (
        f',"replies_count":{row["replies"]},"reblogs_count":{row["boosts"]}'
        f',"favourites_count":{row["likes"]},"quotes_count":{row["quotes"]}'
    ).encode()


def marks(row: Row) -> bytes:
    """What the viewer did with a post."""
    return _MARKS[row["liked"], row["boosted"], row["bookmarked"], row["thread_muted"]]


@lru_cache(500)
def approval(automatic: str, manual: str, right: str) -> bytes:
    """Who may quote a post. Shapes:  automatic, manual: JSON as it is stored"""
    return (
        f',"quote_approval":{{"automatic":{automatic},"manual":{manual},"current_user":"{right}"}}'
    ).encode()
