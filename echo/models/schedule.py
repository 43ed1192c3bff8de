"""Posts that wait for their time."""

from __future__ import annotations

from typing import Any

from tortoise import fields
from tortoise.models import Model

from echo.columns import EMPTY_DICT, SmallIdField


class ScheduledPost(Model):
    """A post that waits to be published at `due_at`.

    The row goes in the transaction that publishes it, so that happens once; one that cannot be published
    stays, with the reason, until its author does something.
    """

    id = SmallIdField()
    account_id = fields.BigIntField()
    due_at = fields.DatetimeField()
    draft: Any = fields.JSONField(
        default=dict, db_default=EMPTY_DICT, description="echo.actions.drafts.PostDraft"
    )
    failure = fields.TextField(
        default="", db_default="", description="why it could not be published; empty: it waits"
    )
    attempts = fields.IntField(default=0, db_default=0)
    lease_owner = fields.CharField(max_length=64, default="", db_default="")
    lease_until = fields.DatetimeField(null=True, description="nobody else takes it before")
    created_at = fields.DatetimeField()

    class Meta:
        table = "scheduled_posts"
