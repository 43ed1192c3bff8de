"""The shapes of chats, Echo's own. Every field is always there, null or not."""

from __future__ import annotations

import msgspec

from echo.render.entities import CustomEmoji, MediaAttachment
from echo.render.entity import Entity
from echo.render.reaction import EmojiReaction


class ChatMark(Entity, frozen=True, kw_only=True):
    """How far somebody got and has read; `read_seq` 0: they keep that to themselves."""

    account_id: str
    delivered_seq: int
    read_seq: int


class MessageState(Entity, frozen=True, kw_only=True):
    """What became of a message of one's own: accepted, federated, delivered, read or failed, and why."""

    name: str
    reason: str | None


class Message(Entity, frozen=True, kw_only=True):
    """A message. Of a deleted one the words are gone. `state` null: somebody else's."""

    id: str
    chat_id: str
    seq: int
    account_id: str
    text: str
    content: str
    reply_to_seq: int | None
    media_attachments: list[MediaAttachment]
    emojis: list[CustomEmoji]
    reactions: list[EmojiReaction]
    created_at: str
    edited_at: str | None
    deleted_at: str | None
    pinned_at: str | None
    status_id: str | None
    idempotency_key: str | None
    state: MessageState | None


class WaitingMessage(Entity, frozen=True, kw_only=True):
    """What somebody wants of a group of another server, and has no place there. `state`: sending, or failed
    with the reason; `id` null: a policy holds it back.
    """

    id: str | None
    chat_id: str
    kind: str
    message_seq: int | None
    text: str
    idempotency_key: str | None
    created_at: str
    state: MessageState


class Standing(Entity, frozen=True, kw_only=True):
    """What the one who asks is in a chat, and how far they are."""

    role: str
    state: str
    request: str
    first_seq: int | None
    last_seq: int | None
    delivered_seq: int
    read_seq: int
    muted_until: str | None


class Chat(Entity, frozen=True, kw_only=True):
    """A chat. `account`: the other one of two; `federation`: how messages go there."""

    id: str
    kind: str
    name: str
    avatar: str | None
    account: msgspec.Raw | None
    federation: str
    members_count: int
    unread_count: int
    last_seq: int
    last_message: Message | None
    join_token: str | None
    me: Standing
    created_at: str
    last_at: str


class Member(Entity, frozen=True, kw_only=True):
    """Somebody in a chat, or invited to it."""

    account: msgspec.Raw
    role: str
    state: str
    federation: str
    delivered_seq: int
    read_seq: int


class Event(Entity, frozen=True, kw_only=True):
    """One event of a log, as things are today. `member_id`: whom it is about, where that is somebody else."""

    id: str
    chat_id: str
    seq: int
    kind: str
    account_id: str
    member_id: str | None
    message_seq: int | None
    message: Message | None
    name: str | None
    role: str | None
    avatar: str | None
    created_at: str


class Receipts(Entity, frozen=True, kw_only=True):
    """Who has got and read a message; names up to fifty, then counts alone."""

    delivered_count: int
    read_count: int
    delivered: list[str]
    read: list[str]


class ChatPreferences(Entity, frozen=True, kw_only=True):
    who_may_write: str
    ask_first: bool
    share_read: bool
    share_typing: bool
    share_presence: bool
    share_last_seen: bool
    invisible: bool
