"""Those who wait until somebody lets them in."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from echo.db import Row
from echo.policy.viewer import Viewer
from echo.render import account, status, times

_encode = msgspec.json.Encoder().encode


async def many(viewer: Viewer, rows: Sequence[Row]) -> list[bytes]:
    """Rows of `store.notification_policies`; their newest post only where it can be read."""
    posts = await status.by_id(viewer, [row["last_post_id"] for row in rows if row["last_post_id"]])
    people = await account.by_id([row["from_id"] for row in rows])
    return [
        _one(row, people[row["from_id"]], posts.get(row["last_post_id"], b"null"))
        for row in rows
        if row["from_id"] in people
    ]


def _one(row: Row, person: bytes, post: bytes) -> bytes:
    head = _encode(
        {
            "id": str(row["id"]),
            "created_at": times.iso(row["created_at"]),
            "updated_at": times.iso(row["updated_at"]),
            "notifications_count": str(row["pending"]),
        }
    )
    return head[:-1] + b',"account":' + person + b',"last_status":' + post + b"}"
