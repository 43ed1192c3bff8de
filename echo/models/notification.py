"""Notifications and how far they were read."""

from __future__ import annotations

from typing import Any

from tortoise import fields
from tortoise.models import Model

from echo.columns import IdField, SmallIdField


class Notification(Model):
    """Something a local person is told about."""

    id = fields.BigIntField(primary_key=True)
    account_id = fields.BigIntField(description="who is told")
    kind = fields.CharField(max_length=16, description="echo.kinds.NotificationKind")
    from_id = fields.BigIntField(db_index=True, description="who did it")
    post_id = fields.BigIntField(null=True, db_index=True)
    object_id = fields.BigIntField(null=True, description="severance, report and such; by kind")
    group_hour = fields.IntField(
        null=True, description="hour since 1970 in which its group began; null: stands alone"
    )
    filtered = fields.BooleanField(
        default=False, db_default=False, description="kept apart until its sender is let in"
    )
    dedupe_key = fields.CharField(max_length=128, description="kind, who and what: the same is told once")
    created_at = fields.DatetimeField()

    class Meta:
        table = "notifications"
        unique_together = (("account_id", "dedupe_key"),)


class NotificationPolicy(Model):
    """From whom somebody wants to be told; each is an `echo.kinds.Handling`."""

    account_id = IdField()
    not_following = fields.SmallIntField(default=0, db_default=0)
    not_followers = fields.SmallIntField(default=0, db_default=0)
    new_accounts = fields.SmallIntField(default=0, db_default=0)
    private_mentions = fields.SmallIntField(default=1, db_default=1)
    limited_accounts = fields.SmallIntField(default=1, db_default=1)
    bots = fields.SmallIntField(default=0, db_default=0)

    class Meta:
        table = "notification_policies"


class NotificationRequest(Model):
    """Somebody whose mentions are kept apart from the notifications of a person."""

    id = SmallIdField()
    account_id = fields.BigIntField(description="who is told")
    from_id = fields.BigIntField(db_index=True)
    last_post_id = fields.BigIntField(null=True)
    created_at = fields.DatetimeField()
    updated_at = fields.DatetimeField()

    class Meta:
        table = "notification_requests"
        unique_together = (("account_id", "from_id"),)


class NotificationPermission(Model):
    """Somebody whose notifications a person has accepted, whatever their policy says."""

    id = SmallIdField()
    account_id = fields.BigIntField()
    from_id = fields.BigIntField(db_index=True)
    created_at = fields.DatetimeField()

    class Meta:
        table = "notification_permissions"
        unique_together = (("account_id", "from_id"),)


class Severance(Model):
    """Follows of a person that ended at once because a server was blocked."""

    id = SmallIdField()
    account_id = fields.BigIntField(db_index=True)
    kind = fields.CharField(max_length=16, description="echo.kinds.SeveranceKind")
    target = fields.CharField(max_length=255, description="domain, or handle of the suspended")
    followers = fields.IntField(default=0, db_default=0)
    following = fields.IntField(default=0, db_default=0)
    cause_id = fields.BigIntField(
        null=True, description="the block of a server, or the account that was suspended"
    )
    created_at = fields.DatetimeField()

    class Meta:
        table = "severances"
        unique_together = (("account_id", "kind", "cause_id"),)


class SeveredFollow(Model):
    """One of the follows that ended with a severance, so that whoever lost it can look whom it was."""

    id = SmallIdField()
    severance_id = fields.BigIntField()
    other_id = fields.BigIntField(description="the account on the other side; it may be gone")
    handle = fields.CharField(max_length=2304, description="name@domain of the other side")
    following = fields.BooleanField(description="the person here followed them; else they the person")
    boosts = fields.BooleanField(default=True, db_default=True)
    notify = fields.BooleanField(default=False, db_default=False)
    languages: Any = fields.JSONField(null=True, description="[language]; null: all")

    class Meta:
        table = "severed_follows"
        unique_together = (("severance_id", "other_id", "following"),)


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
