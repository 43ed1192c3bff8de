"""Lists of people: timelines that somebody makes for themselves."""

from __future__ import annotations

from tortoise import fields
from tortoise.models import Model


class List(Model):
    """A list of people; only its owner knows of it."""

    id = fields.BigIntField(primary_key=True)
    account_id = fields.BigIntField(db_index=True, description="the owner")
    title = fields.CharField(max_length=256)
    replies_policy = fields.CharField(
        max_length=16, default="list", db_default="list", description="echo.kinds.RepliesPolicy"
    )
    exclusive = fields.BooleanField(
        default=False, db_default=False, description="posts of its members are not on the owner's home"
    )
    created_at = fields.DatetimeField()

    class Meta:
        table = "lists"


class ListMember(Model):
    """Somebody on a list. `owner_id` is the list's, beside it so that fan-out finds it in one look-up."""

    id = fields.BigIntField(primary_key=True)
    list_id = fields.BigIntField()
    owner_id = fields.BigIntField()
    account_id = fields.BigIntField()
    created_at = fields.DatetimeField()

    class Meta:
        table = "list_members"
        unique_together = (("list_id", "account_id"),)
        indexes = (("account_id", "owner_id"),)
