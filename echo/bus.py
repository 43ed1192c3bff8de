"""Live messages between processes, through Redis publish and subscribe. They may be lost, never wrong:
a message names what changed, and whoever shows it reads the rows with the eyes of its viewer.

    channel                payload (MessagePack)
<<<<<<< HEAD
    live:user:<account>    {event, post | notification | conversation, list_id}   what concerns a person
    live:user:<account>    {event: chat, chat, seq}              the log of a chat has one more
    live:user:<account>    {event: chat.marks, chat, account}    somebody got or read it up to somewhere
=======
    live:user:<account>    {event, post | notification | conversation | room, list_id}   what concerns them
>>>>>>> main
    live:user:<account>    {event: signal, text, body, session}                   a signal for that person
    live:public            {event, post, local, tags, reply}     posts that everyone may read
    live:everybody         {event, announcement, text}           announcements, for all people here
    live:access            {user, token}                         access that ended
"""

from __future__ import annotations

import logging
from collections.abc import Iterable
from typing import Literal

import msgspec

from echo import cache

log = logging.getLogger(__name__)

LiveEvent = Literal[
    "update",
    "edit",
    "delete",
    "notification",
    "merged",
    "conversation",
    "chat",
    "chat.marks",
    "announcement",
    "announcement.reaction",
    "announcement.delete",
    "access",
    "filters",
    "list_gone",
    "room",
    "signal",
]


class Live(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One message. Only the fields that its event needs are set."""

    event: str
    post: int = 0
    notification: int = 0
    conversation: int = 0
    chat: int = 0
    seq: int = 0
    announcement: int = 0
    text: str = ""
    account: int = 0
    user: int = 0
    token: int | None = None
    local: bool = False
    tags: tuple[str, ...] = ()
    media: bool = False
    list_id: int = 0
    room: int = 0
    body: bytes = b""
    session: str = ""


_encoder = msgspec.msgpack.Encoder()
_decoder = msgspec.msgpack.Decoder(Live)


def user_channel(account_id: int) -> str:
    """What concerns one person: home, notifications, conversations."""
    return cache.key("live", "user", account_id)


def public_channel() -> str:
    """What everybody may read: public posts."""
    return cache.key("live", "public")


def everybody_channel() -> str:
    """What all people here hear on their own stream."""
    return cache.key("live", "everybody")


def access_channel() -> str:
    """Tokens that end."""
    return cache.key("live", "access")


def account_of(channel: str) -> int:
    """Whose channel it is; 0 for those that are nobody's."""
    owner = channel.rpartition(":")[2]
    return int(owner) if owner.isdecimal() else 0


def decode(payload: bytes) -> Live | None:
    """A message, or None where it is not one of ours."""
    try:
        return _decoder.decode(payload)
    except msgspec.MsgspecError:
        return None


async def publish(messages: Iterable[tuple[str, Live]]) -> None:
    """Send messages to their channels in one round trip. Never fails: live may be lost."""
    try:
        async with cache.client().pipeline(transaction=False) as pipe:
            for channel, message in messages:
                pipe.publish(channel, _encoder.encode(message))
            await pipe.execute()
    except cache.OUTAGES as error:
        log.warning("live messages lost: %s", error)


async def signal(account_ids: Iterable[int], kind: str, body: bytes, *, session: str = "") -> None:
    """Say something that is worth something only now to the sockets of these people that said hello.

    Shapes:  body: a JSON document, sent as it is; session: to this one alone, if it is one of theirs
    """
    message = Live(event="signal", text=kind, body=body, session=session)
    await publish((user_channel(account_id), message) for account_id in account_ids)
