"""Chats between two as Pleroma has them, for apps of its family.

Source:  Pleroma's chat API; a message there holds one file, so of several the first is shown
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import msgspec
from msgspec import UNSET, UnsetType

from echo.db import Row
from echo.kinds_of_chats import ChatKind, ChatRequest
from echo.render import chat, chat_message
from echo.render.chat_entities import Chat, Message
from echo.render.entities import CustomEmoji, MediaAttachment
from echo.render.entity import Entity
from echo.store import chat_reads

_encode = msgspec.json.Encoder().encode


class PleromaMessage(Entity, frozen=True, kw_only=True):
    """`idempotency_key` is there where one was sent. A preview of what it links to is never made."""

    id: str
    content: str
    chat_id: str
    account_id: str
    created_at: str
    emojis: list[CustomEmoji]
    attachment: MediaAttachment | None
    unread: bool
    card: Any
    idempotency_key: str | UnsetType = UNSET


class PleromaChat(Entity, frozen=True, kw_only=True):
    id: str
    account: msgspec.Raw
    unread: int
    last_message: PleromaMessage | None
    updated_at: str


async def many(viewer_id: int, rows: Sequence[Row]) -> list[PleromaChat]:
    """Rows of `chat_reads.page` and `chat_reads.of`; groups and people who are gone are left out."""
    shown = [_chat(found) for found in await chat.many(viewer_id, rows)]
    return [one for one in shown if one is not None]


async def updated(viewer_id: int, chat_id: int) -> list[bytes]:
    """A chat that something happened in, encoded; nothing where it is none of two, or was refused."""
    rows = await chat_reads.of(viewer_id, [chat_id])
    wanted = [row for row in rows if row["request"] != ChatRequest.REFUSED]
    return [_encode(one) for one in await many(viewer_id, wanted)]


async def messages(viewer_id: int, rows: Sequence[Row], read_seq: int) -> list[PleromaMessage]:
    """Rows of `chat_reads.messages`; `read_seq`: how far the viewer has read."""
    return [_message(found, read_seq) for found in await chat_message.many(viewer_id, rows)]


async def messages_of(viewer_id: int, message_ids: Sequence[int]) -> list[PleromaMessage]:
    """Messages by id, wherever they are; what the viewer may not read is left out."""
    rows = await chat_reads.messages_by_id(viewer_id, message_ids)
    marks = await chat_reads.read_marks(viewer_id, [row["chat_id"] for row in rows])
    return [_message(one, marks[int(one.chat_id)]) for one in await chat_message.many(viewer_id, rows)]


def _chat(found: Chat) -> PleromaChat | None:
    if found.kind != ChatKind.DIRECT or found.account is None:
        return None
    last = found.last_message
    return PleromaChat(
        id=found.id,
        account=found.account,
        unread=found.unread_count,
        last_message=None if last is None else _message(last, found.me.read_seq),
        updated_at=found.last_at,
    )


def _message(found: Message, read_seq: int) -> PleromaMessage:
    return PleromaMessage(
        id=found.id,
        content=found.content,
        chat_id=found.chat_id,
        account_id=found.account_id,
        created_at=found.created_at,
        emojis=found.emojis,
        attachment=found.media_attachments[0] if found.media_attachments else None,
        unread=found.state is None and found.seq > read_seq,
        card=None,
        idempotency_key=found.idempotency_key or UNSET,
    )
