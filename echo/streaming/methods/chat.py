"""Chats on the socket: what `echo.api.chat_messages` and `echo.api.chats` do over HTTP."""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta, Struct

from echo.actions import chat_comparing, chat_marks, chat_messages
from echo.actions.chat_messages import MessageDraft
from echo.errors import Invalid, NotFound
from echo.ids import parse_id
from echo.policy.access import Access
from echo.render import chat, chat_message
from echo.store import chat_reads, chats
from echo.streaming.methods.method import Method, idempotency_key


class SendParams(Struct, frozen=True, kw_only=True):
    chat_id: str
    text: Annotated[str, Meta(pattern=r"^[^\x00]*$")] = ""
    media_ids: Annotated[list[str], Meta(max_length=20)] = []
    reply_to_seq: Annotated[int, Meta(ge=1, le=2**62)] | None = None


class ReadParams(Struct, frozen=True, kw_only=True):
    """Shapes:  seq: None: all"""

    chat_id: str
    seq: Annotated[int, Meta(ge=0, le=2**62)] | None = None


class HideParams(Struct, frozen=True, kw_only=True):
    chat_id: str
    seq: Annotated[int, Meta(ge=1, le=2**62)]


class ReplayParams(Struct, frozen=True, kw_only=True):
    """Shapes:  after: the last event that the client has"""

    chat_id: str
    after: Annotated[int, Meta(ge=0, le=2**62)] = 0
    limit: Annotated[int, Meta(ge=1, le=100)] = 100


async def send(access: Access, asked: SendParams) -> object:
    """Say something; with a key once, however often it is asked, and whenever."""
    draft = MessageDraft(
        text=asked.text,
        media_ids=tuple(dict.fromkeys(_number(text) for text in asked.media_ids)),
        reply_to_seq=asked.reply_to_seq,
        key=idempotency_key.get(),
    )
    sent = await chat_messages.send(_mine(access), _number(asked.chat_id), draft)
    if not sent.seq:
        return await chat_message.not_placed(sent, draft.key)
    rows = await chat_reads.messages_at(_mine(access), sent.chat_id, [sent.seq])
    return (await chat_message.many(_mine(access), rows))[0]


async def read(access: Access, asked: ReadParams) -> object:
    """One has read a chat."""
    seat = await chats.get(access.viewer, _number(asked.chat_id))
    if asked.seq is not None and asked.seq > seat.last_seq:
        raise Invalid(f"`seq` must be a whole number from 0 to {seat.last_seq}")
    await chat_marks.read(_mine(access), seat.chat.id, seat.last_seq if asked.seq is None else asked.seq)
    return await chat.one(_mine(access), seat.chat.id)


async def hide(access: Access, asked: HideParams) -> object:
    """Take a message off one's own view."""
    await chat_marks.hide_message(_mine(access), _number(asked.chat_id), asked.seq)
    return {}


async def replay(access: Access, asked: ReplayParams) -> object:
    """The log after an event; `last_seq`: the last one that there is to read."""
    seat = await chats.get(access.viewer, _number(asked.chat_id))
    await chat_comparing.look(seat.chat)
    rows = await chat_reads.events(seat, asked.after, asked.limit)
    return {"last_seq": seat.last_seq, "events": await chat.events(_mine(access), rows)}


def _mine(access: Access) -> int:
    return access.user_id or 0


def _number(text: str) -> int:
    number = parse_id(text)
    if number is None:
        raise NotFound
    return number


METHODS = {
    "chat.send": Method(SendParams, "write:chats", send),
    "chat.read": Method(ReadParams, "write:chats", read),
    "chat.hide": Method(HideParams, "write:chats", hide),
    "chat.replay": Method(ReplayParams, "read:chats", replay),
}
