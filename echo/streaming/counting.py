"""Counters of posts that sockets watch: looked at every two seconds, all posts of the process in one
statement, and said where they have changed. However often a post is liked meanwhile, it is said once.
"""

from __future__ import annotations

import time
from collections.abc import Iterable

import msgspec
from msgspec import Raw, Struct

from echo import clock, db
from echo.kinds import Visibility
from echo.store import counters, status_rows
from echo.store.polls import PollPart
from echo.streaming import protocol
from echo.streaming.kinds import Overflow
from echo.streaming.outlet import Outlet
from echo.streaming.protocol import Event
from echo.streaming.session import Counts, Votes

SECONDS = 2.0
_decode = msgspec.json.Decoder(PollPart).decode
_OPEN = (Visibility.PUBLIC, Visibility.UNLISTED)


class ShownVotes(Struct, frozen=True, kw_only=True):
    """How the poll of a post stands. Shapes:  options: votes of each; null while its author hides them"""

    votes_count: int
    voters_count: int | None
    options: tuple[int | None, ...]


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
    quotes_count: int
    poll: ShownVotes | None


def counts_of(row: db.Row) -> Counts:
    """What there is to say."""
    return Counts(
        row["replies"],
        row["boosts"],
        row["likes"],
        row["reactions"],
        row["reactions_mark"],
        row["quotes"],
        None if row["poll"] is None else _votes(row["poll"]),
    )


def _votes(document: str) -> Votes:
    poll = _decode(document)
    is_over = poll.expires_at is not None and poll.expires_at <= clock.now()
    hides = poll.hide_totals and not is_over
    votes = [votes for _, votes in poll.options]
    return Votes(poll.voters, sum(votes), tuple(None if hides else number for number in votes))


def shown(post_id: int, counts: Counts) -> ShownCounts:
    """As clients read it."""
    return ShownCounts(
        id=str(post_id),
        replies_count=counts.replies,
        reblogs_count=counts.boosts,
        favourites_count=counts.likes,
        reactions_count=counts.reactions,
        reactions_mark=str(counts.reactions_mark),
        quotes_count=counts.quotes,
        poll=None if counts.poll is None else _shown_votes(counts.poll),
    )


def _shown_votes(votes: Votes) -> ShownVotes:
    return ShownVotes(votes_count=votes.total, voters_count=votes.voters, options=votes.options)


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
