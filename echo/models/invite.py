"""Invitations to sign up."""

from __future__ import annotations

from tortoise import fields
from tortoise.models import Model

from echo.columns import SmallIdField


class Invite(Model):
    """A link with which people may sign up."""

    id = SmallIdField()
    code = fields.CharField(max_length=32, unique=True)
    owner_id = fields.BigIntField(db_index=True, description="the account that invites")
    comment = fields.CharField(max_length=420, default="", db_default="")
    max_uses = fields.IntField(null=True)
    uses = fields.IntField(default=0, db_default=0)
    autofollow = fields.BooleanField(
        default=False, db_default=False, description="who comes follows the owner"
    )
    expires_at = fields.DatetimeField(null=True, description="also set when it is taken back")
    created_at = fields.DatetimeField()

    class Meta:
        table = "invites"
