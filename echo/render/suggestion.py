"""Suggestions of people to follow."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from echo.db import Row
from echo.render import account

_encode = msgspec.json.Encoder().encode
# What clients of older days are told.
_OLD_SOURCES = {
    "featured": "staff",
    "friends_of_friends": "past_interactions",
    "most_followed": "global",
    "most_interactions": "global",
}


async def many(rows: Sequence[Row]) -> list[bytes]:
    """Rows of `store.discovery.suggested`."""
    people = await account.by_id([row["id"] for row in rows])
    rendered = []
    for row in rows:
        if row["id"] in people:
            head = _encode({"source": _OLD_SOURCES[row["sources"][0]], "sources": list(row["sources"])})
            rendered.append(head[:-1] + b',"account":' + people[row["id"]] + b"}")
    return rendered
