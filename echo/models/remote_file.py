"""Files of other servers that are shown here, and our copies of them."""

from __future__ import annotations

from tortoise import fields
from tortoise.models import Model

from echo.columns import SmallIdField


class RemoteFile(Model):
    """An address that a post or an account names. Only such addresses are ever fetched for people.

    `digest` names it in our own addresses. With a `file_key` there is a copy, which counts for the budget.
    """

    id = SmallIdField()
    digest = fields.CharField(max_length=64, unique=True, description="SHA-256 of the address, hexadecimal")
    url = fields.CharField(max_length=2048)
    file_key = fields.CharField(max_length=255, default="", db_default="", description="in the media store")
    content_type = fields.CharField(max_length=64, default="", db_default="")
    size_bytes = fields.BigIntField(default=0, db_default=0)
    banned = fields.BooleanField(default=False, db_default=False, description="nobody may show it here")
    stays = fields.BooleanField(default=False, db_default=False, description="too large for a copy")
    emoji = fields.BooleanField(
        default=False, db_default=False, description="an emoji: named by more than can be counted"
    )
    failures = fields.IntField(default=0, db_default=0, description="in a row")
    retry_at = fields.DatetimeField(null=True, description="not asked again before")
    fetched_at = fields.DatetimeField(null=True)
    created_at = fields.DatetimeField()

    class Meta:
        table = "remote_files"
