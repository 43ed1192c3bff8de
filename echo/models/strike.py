"""What moderators did to accounts, what those said to it, and what moderators noted."""

from __future__ import annotations

from typing import Any

from tortoise import fields
from tortoise.models import Model

from echo.columns import EMPTY_LIST, IdField


class Strike(Model):
    """Something that moderators did to somebody. It stays when it is undone."""

    id = fields.BigIntField(primary_key=True)
    target_id = fields.BigIntField(db_index=True)
    by_id = fields.BigIntField(null=True, description="the moderator; null: from the shell, or gone")
    kind = fields.CharField(max_length=32, description="echo.kinds_of_moderation.StrikeKind")
    text = fields.TextField(default="", db_default="", description="to the person")
    report_id = fields.BigIntField(null=True, db_index=True, description="that it answers")
    post_ids: Any = fields.JSONField(
        default=list, db_default=EMPTY_LIST, description="[post id] that it is about"
    )
    overruled_at = fields.DatetimeField(null=True, description="an appeal was granted")
    created_at = fields.DatetimeField()

    class Meta:
        table = "strikes"


class Appeal(Model):
    """Somebody says that a strike is wrong: once for each."""

    id = fields.BigIntField(primary_key=True)
    strike_id = fields.BigIntField(unique=True)
    account_id = fields.BigIntField(db_index=True)
    text = fields.TextField()
    approved_at = fields.DatetimeField(null=True)
    rejected_at = fields.DatetimeField(null=True)
    decided_by_id = fields.BigIntField(null=True)
    created_at = fields.DatetimeField()

    class Meta:
        table = "appeals"


class WarningPreset(Model):
    """Words for strikes that are needed often."""

    id = fields.BigIntField(primary_key=True)
    title = fields.CharField(max_length=255, default="", db_default="", description="for moderators")
    text = fields.TextField()
    created_at = fields.DatetimeField()

    class Meta:
        table = "warning_presets"


class StaffNote(Model):
    """What a moderator wrote down about a report or an account, for the others."""

    id = fields.BigIntField(primary_key=True)
    report_id = fields.BigIntField(null=True, db_index=True)
    target_id = fields.BigIntField(null=True, db_index=True, description="the account")
    by_id = fields.BigIntField(null=True, description="null: from the shell, or gone")
    text = fields.TextField()
    created_at = fields.DatetimeField()

    class Meta:
        table = "staff_notes"


class Erasure(Model):
    """A suspended account whose data go when the time has come."""

    account_id = IdField()
    due_at = fields.DatetimeField(db_index=True)

    class Meta:
        table = "erasures"
