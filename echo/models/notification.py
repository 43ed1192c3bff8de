"""Notifications and how far they were read."""

from __future__ import annotations

from tortoise import fields
from tortoise.models import Model


class Notification(Model):
    """Something a local person is told about."""

    id = fields.BigIntField(primary_key=True)
    account_id = fields.BigIntField(description="who is told")
    kind = fields.CharField(max_length=16, description="echo.kinds.NotificationKind")
    from_id = fields.BigIntField(db_index=True, description="who did it")
    post_id = fields.BigIntField(null=True, db_index=True)
    dedupe_key = fields.CharField(max_length=128, description="kind, who and what: the same is told once")
    created_at = fields.DatetimeField()

    class Meta:
        table = "notifications"
        unique_together = (("account_id", "dedupe_key"),)


class Marker(Model):
    """How far somebody has read a timeline, shared between their apps."""

    id = fields.BigIntField(primary_key=True)
    account_id = fields.BigIntField()
    timeline = fields.CharField(max_length=32)
    last_read_id = fields.CharField(max_length=20)
    version = fields.IntField(default=0, db_default=0)
    updated_at = fields.DatetimeField()

    class Meta:
        table = "markers"
        unique_together = (("account_id", "timeline"),)
