"""Notifications."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from echo.db import Row
from echo.kinds import NotificationKind
from echo.policy.viewer import Viewer
from echo.render import account, status, times

_encode = msgspec.json.Encoder().encode
# Client words for what happened.
TYPES: dict[str, str] = {
    NotificationKind.MENTION: "mention",
    NotificationKind.BOOST: "reblog",
    NotificationKind.LIKE: "favourite",
    NotificationKind.FOLLOW: "follow",
    NotificationKind.FOLLOW_REQUEST: "follow_request",
    NotificationKind.POST: "status",
    NotificationKind.EDIT: "update",
    NotificationKind.POLL: "poll",
    NotificationKind.SIGN_UP: "admin.sign_up",
}
KINDS = {word: kind for kind, word in TYPES.items()}


async def many(viewer: Viewer, rows: Sequence[Row]) -> list[bytes]:
    """Rows of `store.notifications`; one about a post that cannot be read any more is left out."""
    posts = await status.by_id(viewer, [row["post_id"] for row in rows if row["post_id"] is not None])
    people = await account.by_id(sorted({row["from_id"] for row in rows}))
    rendered = []
    for row in rows:
        if row["from_id"] not in people:
            continue
        post = b""
        if row["post_id"] is not None:
            if row["post_id"] not in posts:
                continue
            post = b',"status":' + posts[row["post_id"]]
        head = _encode(
            {
                "id": str(row["id"]),
                "type": TYPES[row["kind"]],
                "created_at": times.iso(row["created_at"]),
                "group_key": f"ungrouped-{row['id']}",
            }
        )
        rendered.append(head[:-1] + b',"account":' + people[row["from_id"]] + post + b"}")
    return rendered
