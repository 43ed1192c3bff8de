"""Conversations."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from echo.db import Row
from echo.policy.viewer import Viewer
from echo.render import account, status
from echo.store import relations

_ids = msgspec.json.Decoder(list[int])


async def many(viewer: Viewer, rows: Sequence[Row]) -> list[bytes]:
    """Rows of `store.conversations`; one whose last post cannot be read any more is left out.

    Blocked people are not shown among the participants; whoever writes with nobody is shown themselves.
    """
    assert viewer.account_id is not None, "conversations are somebody's"
    posts = await status.by_id(viewer, [row["last_post_id"] for row in rows])
    others = {row["id"]: _ids.decode(row["participant_ids"]) for row in rows}
    asked = sorted({i for ids in others.values() for i in ids} | {viewer.account_id})
    people = await account.by_id(asked)
    hidden = await relations.estranged(viewer.account_id, asked)
    rendered = []
    for row in rows:
        post = posts.get(row["last_post_id"])
        if post is None:
            continue
        shown = [people[i] for i in others[row["id"]] if i in people and i not in hidden]
        rendered.append(
            b'{"id":"%d","unread":%s,"accounts":[%s],"last_status":%s}'
            % (
                row["id"],
                b"true" if row["unread"] else b"false",
                b",".join(shown or [people[viewer.account_id]]),
                post,
            )
        )
    return rendered
