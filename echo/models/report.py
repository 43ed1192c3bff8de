"""What people and other servers report to the moderators."""

from __future__ import annotations

from typing import Any

from tortoise import fields
from tortoise.models import Model

from echo.columns import EMPTY_LIST


class Report(Model):
    """Somebody says that somebody breaks the rules."""

    id = fields.BigIntField(primary_key=True)
    uri = fields.CharField(
        max_length=2048, default="", db_default="", description="of the Flag; ours only when forwarded"
    )
    reporter_id = fields.BigIntField(db_index=True, description="here, or the actor of another server")
    target_id = fields.BigIntField(db_index=True)
    category = fields.CharField(max_length=16, description="echo.kinds.ReportCategory")
    comment = fields.TextField(default="", db_default="")
    post_ids: Any = fields.JSONField(
        default=list, db_default=EMPTY_LIST, description="[post id] of the target"
    )
    rule_ids: Any = fields.JSONField(default=list, db_default=EMPTY_LIST, description="[id of a house rule]")
    collection_ids: Any = fields.JSONField(
        default=list, db_default=EMPTY_LIST, description="[collection id] of the target"
    )
    chat_id = fields.BigIntField(null=True, description="the chat that it is about")
    chat_seqs: Any = fields.JSONField(
        default=list,
        db_default=EMPTY_LIST,
        description="[seq] of messages in it: those meant, and some around",
    )
    forwarded = fields.BooleanField(default=False, db_default=False)
    forward_hosts: Any = fields.JSONField(
        default=list, db_default=EMPTY_LIST, description="[handle host] that it is forwarded to"
    )
    assigned_to_id = fields.BigIntField(null=True, description="the moderator who looks at it")
    resolved_at = fields.DatetimeField(null=True)
    resolved_by_id = fields.BigIntField(null=True)
    created_at = fields.DatetimeField()
    updated_at = fields.DatetimeField()

    class Meta:
        table = "reports"
