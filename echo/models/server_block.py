"""Other servers that this one has nothing to do with, or keeps in the background."""

from __future__ import annotations

from tortoise import fields
from tortoise.models import Model


class ServerBlock(Model):
    """A server and its subdomains. `created_at` is also the mark on accounts that the block has touched."""

    id = fields.BigIntField(primary_key=True)
    domain = fields.CharField(max_length=255, unique=True, description="in lower case")
    severity = fields.CharField(max_length=16, description="echo.kinds.BlockSeverity")
    reject_media = fields.BooleanField(default=False, db_default=False, description="none of its files")
    reject_reports = fields.BooleanField(default=False, db_default=False, description="none of its reports")
    reason = fields.TextField(default="", db_default="", description="may be published")
    note = fields.TextField(default="", db_default="", description="for those who run this server")
    obfuscate = fields.BooleanField(default=False, db_default=False, description="publish with stars in it")
    list_id = fields.BigIntField(
        null=True, db_index=True, description="the block list it came from; null: made here"
    )
    created_at = fields.DatetimeField()

    class Meta:
        table = "server_blocks"


class AllowedServer(Model):
    """A server with which there is exchange where `federation.only_allowed` is set."""

    id = fields.BigIntField(primary_key=True)
    domain = fields.CharField(max_length=255, unique=True, description="in lower case")
    created_at = fields.DatetimeField()

    class Meta:
        table = "allowed_servers"
