"""Counters of posts that sockets watch: looked at every two seconds, all posts of the process in one
statement, and said where they have changed. However often a post is liked meanwhile, it is said once.
"""

from __future__ import annotations

import time
from collections.abc import Iterable

from msgspec import Raw, Struct

from echo import db
from echo.kinds import Visibility
from echo.store import counters, status_rows
from echo.streaming import protocol
from echo.streaming.kinds import Overflow
from echo.streaming.outlet import Outlet
from echo.streaming.protocol import Event
from echo.streaming.session import Counts

SECONDS = 2.0
_OPEN = (Visibility.PUBLIC, Visibility.UNLISTED)


class ShownCounts(Struct, frozen=True, kw_only=True):
    """The same in the words of clients.

    Shapes:  reactions_mark: another text whenever the emojis are others, their number being the same or not
    """

    id: str
    replies_count: int
    reblogs_count: int
    favourites_count: int
    reactions_count: int
    reactions_mark: str


def counts_of(row: db.Row) -> Counts:
    """What there is to say."""
    return Counts(row["replies"], row["boosts"], row["likes"], row["reactions"], row["reactions_mark"])


def shown(post_id: int, counts: Counts) -> ShownCounts:
    """As clients read it."""
    return ShownCounts(
        id=str(post_id),
        replies_count=counts.replies,
        reblogs_count=counts.boosts,
        favourites_count=counts.likes,
        reactions_count=counts.reactions,
        reactions_mark=str(counts.reactions_mark),
    )


async def tell_changes(outlets: Iterable[Outlet]) -> None:
    """Say what has changed to those who watch it. Raises Unavailable."""
    watching = [outlet for outlet in outlets if outlet.session is not None and outlet.session.watched]
    wanted = sorted({post_id for outlet in watching if outlet.session for post_id in outlet.session.watched})
    if not wanted:
        return
    now = {row["post_id"]: row for row in await counters.of_posts(wanted)}
    for outlet in watching:
        await _tell(outlet, now)


async def _tell(outlet: Outlet, now: dict[int, db.Row]) -> None:
    session = outlet.session
    if session is None:
        return
    for post_id, before in list(session.watched.items()):
        row = now.get(post_id)
        if row is None:
            del session.watched[post_id]
            continue
        counts = counts_of(row)
        if counts == before:
            continue
        if row["visibility"] not in _OPEN and not await status_rows.moving(outlet.access.viewer, [post_id]):
            del session.watched[post_id]
            continue
        session.watched[post_id] = counts
        document = Raw(protocol.encode(shown(post_id, counts)))
        event = Event(
            stream=("posts",), event="counters", data=document, ts=int(time.time() * 1000), origin="live"
        )
        outlet.put(protocol.encode(event).decode(), Overflow.COALESCING, key=f"counters {post_id}")
