"""Chats: a log each, which is the truth, and what follows from it.

`chat_events` is only ever added to; `echo.store.chat_projection` makes messages, reactions, names and members
of it, and can do so again from the beginning. What somebody keeps for themselves (how far they have read,
whether they want to be told) stands in their row of `chat_members` and in no log.
"""

from __future__ import annotations

from typing import Any

from tortoise import fields
from tortoise.models import Model

from echo.columns import EMPTY_DICT, EMPTY_LIST, IdField


class Chat(Model):
    """A chat between two, or of a group. `last_seq` counts its log; who holds the row may add to it."""

    id = IdField()
    uri = fields.CharField(
        max_length=2048, default="", db_default="", description="of a group that other servers know"
    )
    kind = fields.CharField(max_length=16, description="echo.kinds_of_chats.ChatKind")
    local = fields.BooleanField(default=True, db_default=True, description="its order is made here")
    pair_key = fields.CharField(
        max_length=64, null=True, unique=True, description="both account ids, of a chat between two"
    )
    name = fields.CharField(max_length=255, default="", db_default="")
    avatar = fields.CharField(
        max_length=2048, default="", db_default="", description="media key, or address if remote"
    )
    last_seq = fields.BigIntField(default=0, db_default=0)
    join_token = fields.CharField(max_length=64, null=True, unique=True, description="of the join link")
    created_at = fields.DatetimeField()
    last_at = fields.DatetimeField(description="when the last message came")
    compared_at = fields.DatetimeField(
        null=True, description="of a copy: when its server was last asked for what did not come"
    )

    class Meta:
        table = "chats"


class ChatEvent(Model):
    """Something that happened in a chat; `seq` counts from 1 without gaps."""

    id = IdField()
    chat_id = fields.BigIntField()
    seq = fields.BigIntField()
    kind = fields.CharField(max_length=16, description="echo.kinds_of_chats.ChatEventKind")
    actor_id = fields.BigIntField(description="who did it")
    message_seq = fields.BigIntField(null=True, description="the message that it is about")
    post_id = fields.BigIntField(null=True, description="the post that a message is")
    key = fields.CharField(max_length=255, default="", db_default="", description="idempotency key")
    body: Any = fields.JSONField(default=dict, db_default=EMPTY_DICT)
    created_at = fields.DatetimeField()

    class Meta:
        table = "chat_events"
        unique_together = (("chat_id", "seq"),)


class ChatMessage(Model):
    """A message as it is now. `seq`, `id`: those of the event that made it."""

    id = IdField()
    chat_id = fields.BigIntField()
    seq = fields.BigIntField()
    author_id = fields.BigIntField()
    post_id = fields.BigIntField(null=True, description="where its words and files are, of a chat of two")
    reply_to_seq = fields.BigIntField(null=True)
    text = fields.TextField(default="", db_default="", description="as typed")
    html = fields.TextField(default="", db_default="", description="clean HTML")
    media_ids: Any = fields.JSONField(default=list, db_default=EMPTY_LIST, description="[media id], in order")
    emojis: Any = fields.JSONField(
        default=list, db_default=EMPTY_LIST, description="[{shortcode, url, static_url}]"
    )
    created_at = fields.DatetimeField()
    edited_at = fields.DatetimeField(null=True)
    deleted_at = fields.DatetimeField(null=True)
    pinned_at = fields.DatetimeField(null=True)

    class Meta:
        table = "chat_messages"
        unique_together = (("chat_id", "seq"),)


class ChatWish(Model):
    """What somebody here wants of a group of another server: until it happens there, or is refused."""

    id = IdField()
    account_id = fields.BigIntField(db_index=True)
    chat_uri = fields.CharField(max_length=2048)
    kind = fields.CharField(max_length=16, description="echo.kinds_of_chats.ChatEventKind")
    message_seq = fields.BigIntField(null=True, description="the message that it is about")
    text = fields.TextField(default="", db_default="", description="as typed, of a message")
    key = fields.CharField(max_length=255, default="", db_default="", description="idempotency key")
    reason = fields.CharField(max_length=500, default="", db_default="", description="why it was refused")
    refused_at = fields.DatetimeField(null=True)
    created_at = fields.DatetimeField()

    class Meta:
        table = "chat_wishes"


class ChatReaction(Model):
    """One emoji of one person under a message."""

    id = fields.BigIntField(primary_key=True)
    chat_id = fields.BigIntField()
    message_seq = fields.BigIntField()
    account_id = fields.BigIntField()
    name = fields.CharField(
        max_length=400, description="a character, a shortcode of ours, or shortcode@domain"
    )
    url = fields.CharField(max_length=2048, default="", db_default="")
    created_at = fields.DatetimeField()

    class Meta:
        table = "chat_reactions"
        unique_together = (("chat_id", "message_seq", "account_id", "name"),)


class ChatMember(Model):
    """Somebody in a chat, invited to it, or who was in it. The second half is theirs alone."""

    id = fields.BigIntField(primary_key=True)
    chat_id = fields.BigIntField()
    account_id = fields.BigIntField()
    role = fields.CharField(max_length=16, description="echo.kinds_of_chats.ChatRole")
    state = fields.CharField(max_length=16, description="echo.kinds_of_chats.MemberState")
    joined_seq = fields.BigIntField(null=True, description="the first event that they may read")
    left_seq = fields.BigIntField(null=True, description="the last one")
    delivered_seq = fields.BigIntField(default=0, db_default=0, description="only ever rises")
    read_seq = fields.BigIntField(default=0, db_default=0, description="only ever rises")
    muted_until = fields.DatetimeField(null=True)
    hidden_seq = fields.BigIntField(
        default=0, db_default=0, description="off the list until something comes after it"
    )
    request = fields.CharField(
        max_length=16, default="", db_default="", description="echo.kinds_of_chats.ChatRequest"
    )
    wants = fields.BooleanField(
        default=False, db_default=False, description="has let the other in, or written: they may go on"
    )

    class Meta:
        table = "chat_members"
        unique_together = (("chat_id", "account_id"),)


class ChatHiding(Model):
    """A message that somebody does not want to see any more; the others have it still."""

    id = fields.BigIntField(primary_key=True)
    chat_id = fields.BigIntField()
    message_seq = fields.BigIntField()
    account_id = fields.BigIntField()
    hidden_at = fields.DatetimeField()

    class Meta:
        table = "chat_hidings"
        unique_together = (("chat_id", "message_seq", "account_id"),)


class ChatPreference(Model):
    """What somebody here wants of chats, live presence included; who has no row has the defaults."""

    account_id = IdField()
    who_may_write = fields.CharField(
        max_length=16,
        default="everyone",
        db_default="everyone",
        description="echo.kinds_of_chats.ChatWriters",
    )
    ask_first = fields.BooleanField(
        default=True, db_default=True, description="strangers wait until they are let in"
    )
    share_read = fields.BooleanField(default=True, db_default=True)
    share_typing = fields.BooleanField(default=True, db_default=True)
    share_presence = fields.BooleanField(default=True, db_default=True)
    share_last_seen = fields.BooleanField(default=False, db_default=False)
    invisible = fields.BooleanField(default=False, db_default=False)

    class Meta:
        table = "chat_preferences"
