"""Policies for what is said here, what they hold back, and files that nobody may show."""

from __future__ import annotations

from typing import Any

from tortoise import fields
from tortoise.models import Model

from echo.columns import EMPTY_DICT, EMPTY_LIST


class Policy(Model):
    """A rule for posts and messages: a kind of `echo.policy.pipeline.catalogue`, and how it is set."""

    id = fields.BigIntField(primary_key=True)
    kind = fields.CharField(max_length=32)
    name = fields.CharField(max_length=100, description="as those who run the server call it")
    enabled = fields.BooleanField(default=False, db_default=False)
    position = fields.IntField(default=0, db_default=0, description="asked in this order, then by id")
    doors: Any = fields.JSONField(default=list, db_default=EMPTY_LIST, description="[pipeline.said.Door]")
    only_hosts: Any = fields.JSONField(
        default=list, db_default=EMPTY_LIST, description="[domain], with subdomains; none: everywhere"
    )
    except_hosts: Any = fields.JSONField(
        default=list, db_default=EMPTY_LIST, description="[domain], the same"
    )
    settings: Any = fields.JSONField(
        default=dict, db_default=EMPTY_DICT, description="of its kind; secrets are sealed"
    )
    created_at = fields.DatetimeField()
    updated_at = fields.DatetimeField()

    class Meta:
        table = "policies"


class HeldThing(Model):
    """Something that a policy holds back until a moderator decides, or that one has rejected."""

    id = fields.BigIntField(primary_key=True)
    kind = fields.CharField(max_length=16, description="echo.kinds.HeldKind")
    author_id = fields.BigIntField()
    post_id = fields.BigIntField(null=True, description="of somebody here: the post; edits: what they change")
    chat_id = fields.BigIntField(null=True)
    uri = fields.CharField(max_length=2048, default="", db_default="", description="of a post of elsewhere")
    draft = fields.TextField(
        default="", db_default="", description="JSON: what is taken when it is let through"
    )
    text = fields.TextField(default="", db_default="", description="plain, for moderators")
    policy = fields.CharField(max_length=100, default="", db_default="", description="the name it had")
    found = fields.CharField(max_length=500, default="", db_default="")
    state = fields.CharField(
        max_length=16, default="waiting", db_default="waiting", description="waiting, accepted, rejected"
    )
    created_at = fields.DatetimeField()
    decided_at = fields.DatetimeField(null=True)
    decided_by_id = fields.BigIntField(null=True)

    class Meta:
        table = "held_things"


class BannedFile(Model):
    """A file that nobody may show here: by its bytes, and a picture also by how it looks."""

    id = fields.BigIntField(primary_key=True)
    sha256 = fields.CharField(
        max_length=64, default="", db_default="", description="hexadecimal; empty: by looks"
    )
    look = fields.CharField(
        max_length=16, default="", db_default="", description="difference hash, hexadecimal; empty: by bytes"
    )
    distance = fields.SmallIntField(default=6, db_default=6, description="bits of `look` that may differ")
    note = fields.TextField(default="", db_default="", description="for those who run this server")
    created_at = fields.DatetimeField()

    class Meta:
        table = "banned_files"
