"""Counters of the posts that somebody has on their screen."""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta, Struct

from echo.errors import BadRequest
from echo.policy.access import Access
from echo.store import counters, status_rows
from echo.streaming.counting import counts_of, shown
from echo.streaming.methods.method import ListedId, Method, listed_ids, session

MOST_WATCHED = 100


class WatchParams(Struct, frozen=True, kw_only=True):
    """The posts whose counters are wanted from now on, in place of those asked for before."""

    ids: Annotated[list[ListedId], Meta(max_length=MOST_WATCHED)]


async def watch(access: Access, asked: WatchParams) -> object:
    """What the counters are now; `counters` events follow when they have changed."""
    numbers = listed_ids(asked.ids)
    asking = session.get()
    if asking is None:
        raise BadRequest("Only a socket can watch")
    readable = await status_rows.moving(access.viewer, numbers)
    rows = {row["post_id"]: row for row in await counters.of_posts(list(readable))}
    asking.watched = {post_id: counts_of(rows[post_id]) for post_id in numbers if post_id in rows}
    return [shown(post_id, counts) for post_id, counts in asking.watched.items()]


METHODS = {"posts.watch": Method(WatchParams, "read:statuses", watch)}
