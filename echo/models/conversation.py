"""Direct posts as conversations: a row for each person here and each set of people they write with."""

from __future__ import annotations

from typing import Any

from tortoise import fields
from tortoise.models import Model

from echo.columns import EMPTY_LIST


class Conversation(Model):
    """A thread of direct posts between the same people, as one of them sees it."""

    id = fields.BigIntField(primary_key=True)
    account_id = fields.BigIntField(description="whose conversation this is; somebody here")
    thread_id = fields.BigIntField(description="posts.thread_id")
    participants_key = fields.CharField(max_length=64, description="hash of participant_ids")
    participant_ids: Any = fields.JSONField(
        default=list, db_default=EMPTY_LIST, description="[account id] of the others, sorted"
    )
    last_post_id = fields.BigIntField(description="the newest post of the conversation")
    unread = fields.BooleanField(default=False, db_default=False)

    class Meta:
        table = "conversations"
        unique_together = (("account_id", "thread_id", "participants_key"),)


class ConversationPost(Model):
    """A post of a conversation."""

    id = fields.BigIntField(primary_key=True)
    conversation_id = fields.BigIntField()
    post_id = fields.BigIntField(db_index=True)

    class Meta:
        table = "conversation_posts"
        unique_together = (("conversation_id", "post_id"),)
