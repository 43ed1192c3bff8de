"""Lists of servers that others block, and what is to be done about them here."""

from __future__ import annotations

from typing import Any

from tortoise import fields
from tortoise.models import Model

from echo.columns import EMPTY_LIST, SmallIdField


class BlockList(Model):
    """A list elsewhere that is read again and again, or one that was brought once."""

    id = SmallIdField()
    name = fields.CharField(max_length=255, default="", db_default="")
    url = fields.CharField(max_length=2048, null=True, unique=True, description="null: brought once")
    severity = fields.CharField(
        max_length=16, default="suspend", db_default="suspend", description="of what names none itself"
    )
    automatic = fields.BooleanField(
        default=False, db_default=False, description="changes hold at once; else they wait for somebody"
    )
    retracts = fields.BooleanField(
        default=True, db_default=True, description="what it drops is not blocked any more"
    )
    interval_hours = fields.IntField(default=24, db_default=24)
    entries: Any = fields.JSONField(
        default=list, db_default=EMPTY_LIST, description="[domain] when it was last read"
    )
    failure = fields.CharField(max_length=500, default="", db_default="")
    checked_at = fields.DatetimeField(null=True, description="when it was last read in full")
    due_at = fields.DatetimeField(db_index=True, description="when it is read next")
    created_at = fields.DatetimeField()

    class Meta:
        table = "block_lists"


class BlockListChange(Model):
    """What a list says otherwise than the blocks here, until somebody applies or dismisses it."""

    id = SmallIdField()
    list_id = fields.BigIntField()
    domain = fields.CharField(max_length=255)
    action = fields.CharField(max_length=16, description="echo.kinds_of_fences.ListAction")
    severity = fields.CharField(max_length=16, default="", db_default="")
    reject_media = fields.BooleanField(default=False, db_default=False)
    reject_reports = fields.BooleanField(default=False, db_default=False)
    reason = fields.TextField(default="", db_default="")
    obfuscate = fields.BooleanField(default=False, db_default=False)
    dismissed_at = fields.DatetimeField(null=True)
    created_at = fields.DatetimeField()

    class Meta:
        table = "block_list_changes"
        unique_together = (("list_id", "domain"),)
