"""Collections: people whom somebody recommends together."""

from __future__ import annotations

from tortoise import fields
from tortoise.models import Model

from echo.columns import IdField


class Collection(Model):
    """A named set of accounts, made by somebody here."""

    id = IdField()
    account_id = fields.BigIntField(db_index=True, description="whose it is")
    name = fields.CharField(max_length=256)
    description = fields.TextField(default="", db_default="")
    language = fields.CharField(max_length=16, null=True)
    sensitive = fields.BooleanField(default=False, db_default=False)
    discoverable = fields.BooleanField(default=True, db_default=True, description="shown on the profile")
    hashtag = fields.CharField(max_length=255, default="", db_default="", description="folded name")
    created_at = fields.DatetimeField()
    updated_at = fields.DatetimeField()

    class Meta:
        table = "collections"


class CollectionItem(Model):
    """Somebody in a collection. One who withdrew stays as a row, so that they are not put in again."""

    id = fields.BigIntField(primary_key=True)
    collection_id = fields.BigIntField()
    account_id = fields.BigIntField(db_index=True)
    state = fields.CharField(max_length=16, description="echo.kinds.ItemState")
    created_at = fields.DatetimeField()

    class Meta:
        table = "collection_items"
        unique_together = (("collection_id", "account_id"),)
