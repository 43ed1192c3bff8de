"""Roles, and what those who have one did with it."""

from __future__ import annotations

from typing import Any

from tortoise import fields
from tortoise.models import Model

from echo.columns import EMPTY_DICT, IdField


class RoleRow(Model):
    """What somebody who works for this server may do. The first four (`echo.kinds.Role`) are always there."""

    id = IdField()
    name = fields.CharField(max_length=100, default="", db_default="")
    color = fields.CharField(max_length=7, default="", db_default="", description="#rrggbb, or empty")
    permissions = fields.BigIntField(
        default=0, db_default=0, description="bits of echo.policy.roles.Permission"
    )
    position = fields.IntField(default=0, db_default=0, description="who is higher may act on who is lower")
    highlighted = fields.BooleanField(
        default=False, db_default=False, description="everybody sees it on an account"
    )
    require_2fa = fields.BooleanField(
        default=False, db_default=False, description="its holders need a second factor for its rights"
    )
    created_at = fields.DatetimeField()
    updated_at = fields.DatetimeField()

    class Meta:
        table = "roles"


class AuditRow(Model):
    """Something that was done, or tried, with the rights of a role. Never changed, and kept for long."""

    id = fields.BigIntField(primary_key=True)
    account_id = fields.BigIntField(null=True, db_index=True, description="who; null: the shell or the house")
    name = fields.CharField(max_length=255, default="", db_default="", description="of them, at that time")
    door = fields.CharField(max_length=8, description="api, page, shell or house")
    address = fields.CharField(max_length=64, default="", db_default="", description="of the caller")
    deed = fields.CharField(max_length=64, db_index=True, description="echo.policy.deeds.Deed")
    target_kind = fields.CharField(max_length=32, default="", db_default="")
    target_id = fields.CharField(max_length=2048, default="", db_default="")
    target_name = fields.CharField(max_length=512, default="", db_default="", description="at that time")
    details: Any = fields.JSONField(default=dict, db_default=EMPTY_DICT, description="{what: how}")
    refused = fields.BooleanField(default=False, db_default=False, description="tried without the right to")
    created_at = fields.DatetimeField(db_index=True)

    class Meta:
        table = "audit"
        indexes = (("target_kind", "target_id"),)
