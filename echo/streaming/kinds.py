"""THE table of what is said to a person: kind -> how it is called, who may hear it, what is told of it.

Kinds are what `echo.bus.LOGGED` keeps in event logs. Apps that say no hello hear those of Mastodon, by their
Mastodon names; after hello all of them come as `echo:event`, live and at replay through the same `render`.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum

import msgspec

from echo.policy.viewer import Viewer
from echo.render import conversation, marker, notification, relationship, status
from echo.store import conversations, markers, notifications, relations
from echo.streaming import kinds_of_chats, kinds_of_rooms

# (people, ids of the rows) -> a JSON object for each of them; those who may not see it (any more) left out.
Render = Callable[[Sequence[int], tuple[int, ...]], Awaitable[dict[int, bytes]]]
# (a person, ids of the rows of several events) -> the same, for one person and many events.
Page = Callable[[int, Sequence[tuple[int, ...]]], Awaitable[dict[tuple[int, ...], bytes]]]
_NOTHING = b"{}"
_encode = msgspec.json.Encoder().encode


class Overflow(StrEnum):
    """What becomes of an event when too much waits for a socket."""

    DURABLE = "durable"  # the socket closes, and the client resumes
    COALESCING = "coalescing"  # only the latest about the same thing waits
    DROPPABLE = "droppable"  # the oldest is dropped, and `echo:gap` says so


@dataclass(frozen=True, slots=True)
class Kind:
    """Shapes:  stream, event: as clients call it; scope: that a token must cover
    page: what `render` does, for one person who reads many at once
    is_mastodon: whether apps hear of it that say no hello
    acked: called when a client has taken in an event of this kind (person, ids of the rows), at most once a
    second for all that came in
    """

    stream: str
    event: str
    scope: str
    overflow: Overflow
    render: Render
    page: Page | None = None
    is_mastodon: bool = True
    acked: Callable[[int, list[tuple[int, ...]]], Awaitable[None]] | None = None


async def _post(account_ids: Sequence[int], ids: tuple[int, ...]) -> dict[int, bytes]:
    return await status.for_each(account_ids, ids[0], hide_muted=True)


async def _posts(account_id: int, wanted: Sequence[tuple[int, ...]]) -> dict[tuple[int, ...], bytes]:
    return await _by_ids(account_id, wanted, hide_muted=True)


async def _edit(account_ids: Sequence[int], ids: tuple[int, ...]) -> dict[int, bytes]:
    # What somebody said before they were muted is still shown in notifications and conversations.
    return await status.for_each(account_ids, ids[0], hide_muted=False)


async def _edits(account_id: int, wanted: Sequence[tuple[int, ...]]) -> dict[tuple[int, ...], bytes]:
    return await _by_ids(account_id, wanted, hide_muted=False)


async def _by_ids(
    account_id: int, wanted: Sequence[tuple[int, ...]], *, hide_muted: bool
) -> dict[tuple[int, ...], bytes]:
    found = await status.by_id(Viewer(account_id), [ids[0] for ids in wanted], hide_muted=hide_muted)
    return {ids: found[ids[0]] for ids in wanted if ids[0] in found}


async def _gone(account_ids: Sequence[int], ids: tuple[int, ...]) -> dict[int, bytes]:
    return dict.fromkeys(account_ids, b'{"id":"%d"}' % ids[0])


async def _bare(account_ids: Sequence[int], _: tuple[int, ...]) -> dict[int, bytes]:
    return dict.fromkeys(account_ids, _NOTHING)


async def _notification(account_ids: Sequence[int], ids: tuple[int, ...]) -> dict[int, bytes]:
    found = {}
    for account_id in account_ids:
        row = await notifications.find(account_id, ids[0])
        for document in await notification.many(Viewer(account_id), [row]) if row is not None else []:
            found[account_id] = document
    return found


async def _conversation(account_ids: Sequence[int], ids: tuple[int, ...]) -> dict[int, bytes]:
    found = {}
    for account_id in account_ids:
        row = await conversations.find(account_id, ids[0])
        for document in await conversation.many(Viewer(account_id), [row]) if row is not None else []:
            found[account_id] = document
    return found


async def _relation(account_ids: Sequence[int], ids: tuple[int, ...]) -> dict[int, bytes]:
    found = {}
    for account_id in account_ids:
        for row in await relations.relationships(account_id, ids):
            found[account_id] = _encode(relationship.one(row))
    return found


async def _markers(account_ids: Sequence[int], _: tuple[int, ...]) -> dict[int, bytes]:
    return {id_: _encode(marker.by_timeline(await markers.of(id_))) for id_ in account_ids}


_POSTS, _NOTICES = "read:statuses", "read:notifications"
KINDS: dict[str, Kind] = {
    "update": Kind("user", "update", _POSTS, Overflow.DURABLE, _post, _posts),
    "edit": Kind("user", "status.update", _POSTS, Overflow.COALESCING, _edit, _edits),
    "delete": Kind("user", "delete", _POSTS, Overflow.DURABLE, _gone),
    "home": Kind("user", "home_changed", _POSTS, Overflow.COALESCING, _bare, is_mastodon=False),
    "notification": Kind("user", "notification", _NOTICES, Overflow.DURABLE, _notification),
    "merged": Kind("user", "notifications_merged", _NOTICES, Overflow.COALESCING, _bare),
    "notices": Kind("user", "notifications_changed", _NOTICES, Overflow.COALESCING, _bare, is_mastodon=False),
    "filters": Kind("user", "filters_changed", _POSTS, Overflow.COALESCING, _bare),
    # What somebody did on another device, or others with them.
    "acted": Kind("user", "status.update", _POSTS, Overflow.COALESCING, _edit, _edits, is_mastodon=False),
    "relation": Kind(
        "user", "relationship", "read:follows", Overflow.COALESCING, _relation, is_mastodon=False
    ),
    "lists": Kind("user", "lists_changed", "read:lists", Overflow.COALESCING, _bare, is_mastodon=False),
    "markers": Kind("user", "markers", _POSTS, Overflow.COALESCING, _markers, is_mastodon=False),
    "profile": Kind(
        "user", "profile_changed", "read:accounts", Overflow.COALESCING, _bare, is_mastodon=False
    ),
    "chat": Kind(
        *("chat", "chat", "read:chats", Overflow.DURABLE, kinds_of_chats.event, kinds_of_chats.events),
        is_mastodon=False,
        acked=kinds_of_chats.acked,
    ),
    "chat.marks": Kind(
        "chat", "chat.marks", "read:chats", Overflow.COALESCING, kinds_of_chats.marks, is_mastodon=False
    ),
    "chat.hidden": Kind(
        "chat", "chat.hidden", "read:chats", Overflow.DURABLE, kinds_of_chats.hidden, is_mastodon=False
    ),
    "chat.refused": Kind(
        "chat", "chat.refused", "read:chats", Overflow.COALESCING, kinds_of_chats.refused, is_mastodon=False
    ),
    "conversation": Kind("direct", "conversation", _POSTS, Overflow.COALESCING, _conversation),
    "room": Kind("room", "room", "read:rooms", Overflow.COALESCING, kinds_of_rooms.render, is_mastodon=False),
}
