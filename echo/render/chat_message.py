"""Messages of chats, and what became of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import msgspec

from echo import addresses, clock
from echo.db import Row
from echo.kinds_of_chats import ChatEventKind
from echo.models import ChatMember, ChatMessage
from echo.render import account, media, times
from echo.render.chat_entities import Message, MessageState, WaitingMessage
from echo.render.entities import MediaAttachment
from echo.render.reaction import EmojiReaction
from echo.store import chat_reads, chat_wishes
from echo.text import sanitize

_SILENCE = "The server of the group did not answer"


class _Sign(msgspec.Struct, frozen=True):
    """One emoji of one person, as `chat_reads` reads it."""

    name: str
    url: str
    account_id: int
    file_key: str | None
    static_key: str | None


_signs = msgspec.json.Decoder(list[_Sign]).decode
_ids = msgspec.json.Decoder(list[int]).decode
_emojis = msgspec.json.Decoder(list[dict[str, str]]).decode


async def many(viewer_id: int, rows: Sequence[Row]) -> list[Message]:
    """Rows of `chat_reads`, as somebody who may read them sees them."""
    own = [row for row in rows if row["author_id"] == viewer_id and row["deleted_at"] is None]
    marks: dict[int, list[ChatMember]] = {}
    if own:
        for mark in await chat_reads.marks(list({row["chat_id"] for row in own})):
            marks.setdefault(mark.chat_id, []).append(mark)
    post_ids = [row["post_id"] for row in own if row["post_id"] is not None]
    fates = {row["post_id"]: row for row in await chat_reads.fates(post_ids)} if post_ids else {}
    return [_one(viewer_id, row, marks.get(row["chat_id"], ()), fates) for row in rows]


def waiting(rows: Sequence[Row]) -> list[WaitingMessage]:
    """Rows of `chat_wishes`, for whose they are."""
    return [
        WaitingMessage(
            id=str(row["id"]),
            chat_id=str(row["chat_id"] or ""),
            kind=row["kind"],
            message_seq=row["message_seq"],
            text=row["text"],
            idempotency_key=row["key"] or None,
            created_at=times.iso(row["created_at"]),
            state=MessageState(
                name="failed" if row["has_failed"] else "sending",
                reason=(row["reason"] or row["error"] or _SILENCE) if row["has_failed"] else None,
            ),
        )
        for row in rows
    ]


async def not_placed(message: ChatMessage, key: str) -> WaitingMessage:
    """A message of one's own that has no place in its chat yet."""
    row = await chat_wishes.find(message.author_id, message.id) if message.id else None
    if row is not None:
        return waiting([row])[0]
    return WaitingMessage(
        id=None,
        chat_id=str(message.chat_id),
        kind=ChatEventKind.CREATED.value,
        message_seq=None,
        text=message.text,
        idempotency_key=key or None,
        created_at=times.iso(clock.now()),
        state=MessageState(name="sending", reason=None),
    )


def _one(viewer_id: int, row: Row, marks: Sequence[ChatMember], fates: Mapping[int, Row]) -> Message:
    is_gone = row["deleted_at"] is not None
    is_own = row["author_id"] == viewer_id
    html = "" if is_gone else row["html"] or ""
    return Message(
        id=str(row["id"]),
        chat_id=str(row["chat_id"]),
        seq=row["seq"],
        account_id=str(row["author_id"]),
        text="" if is_gone else row["text"] or sanitize.to_text(html),
        content=html,
        reply_to_seq=None if is_gone else row["reply_to_seq"],
        media_attachments=[] if is_gone else _files(row),
        emojis=[] if is_gone else account.emojis(_emojis(row["emojis"] or "[]")),
        reactions=[] if is_gone else _reactions(viewer_id, row["reactions"]),
        created_at=times.iso(row["created_at"]),
        edited_at=None if is_gone else times.iso_or_none(row["edited_at"]),
        deleted_at=times.iso_or_none(row["deleted_at"]),
        pinned_at=None if is_gone else times.iso_or_none(row["pinned_at"]),
        status_id=None if row["post_id"] is None or is_gone else str(row["post_id"]),
        idempotency_key=(row["key"] or None) if is_own else None,
        state=_state(row, [m for m in marks if m.account_id != viewer_id], fates) if is_own else None,
    )


def _files(row: Row) -> list[MediaAttachment]:
    return media.attachments(row["media"], _ids(row["media_ids"] or "[]"))


def _reactions(viewer_id: int, document: str | None) -> list[EmojiReaction]:
    file = addresses.here().file
    tallies: dict[str, list[_Sign]] = {}
    for sign in _signs(document or "[]"):
        tallies.setdefault(sign.name, []).append(sign)
    shown = []
    for name, signs in tallies.items():
        key = signs[0].url or signs[0].file_key
        still = signs[0].url or signs[0].static_key
        shown.append(
            EmojiReaction(
                name=name,
                count=len(signs),
                me=any(sign.account_id == viewer_id for sign in signs),
                url=file(key) if key else None,
                static_url=file(still) if still else None,
            )
        )
    return shown


def _state(row: Row, others: Sequence[ChatMember], fates: Mapping[int, Row]) -> MessageState | None:
    """The furthest that all others have come; of two there is one other."""
    if row["deleted_at"] is not None:
        return None
    fate = fates.get(row["post_id"]) if row["post_id"] is not None else None
    if fate is not None and fate["is_dead"]:
        return MessageState(name="failed", reason=fate["error"] or "The other server did not take it")
    if others and all(mark.read_seq >= row["seq"] for mark in others):
        return MessageState(name="read", reason=None)
    if others and all(mark.delivered_seq >= row["seq"] for mark in others):
        return MessageState(name="delivered", reason=None)
    if fate is not None and fate["is_done"]:
        return MessageState(name="federated", reason=None)
    return MessageState(name="accepted", reason=None)
