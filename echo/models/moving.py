"""What people bring along from other servers, and what they take away."""

from __future__ import annotations

from typing import Any

from tortoise import fields
from tortoise.models import Model

from echo.columns import EMPTY_DICT, SmallIdField


class Import(Model):
    """A file that somebody brought: a table, or an archive with posts of theirs."""

    id = SmallIdField()
    account_id = fields.BigIntField(db_index=True)
    kind = fields.CharField(max_length=16, description="echo.kinds_of_moving.ImportKind")
    overwrite = fields.BooleanField(
        default=False, db_default=False, description="what is not in the file is taken away"
    )
    state = fields.CharField(max_length=16, description="echo.kinds_of_moving.ImportState")
    reason = fields.TextField(default="", db_default="", description="why the file was not taken")
    file_key = fields.CharField(
        max_length=255, default="", db_default="", description="of an archive, while it is needed"
    )
    visibility = fields.CharField(
        max_length=16,
        default="",
        db_default="",
        description="what posts are shown as at most; empty: as they were",
    )
    total = fields.IntField(default=0, db_default=0)
    done = fields.IntField(default=0, db_default=0)
    failed = fields.IntField(default=0, db_default=0)
    created_at = fields.DatetimeField()
    finished_at = fields.DatetimeField(null=True)

    class Meta:
        table = "imports"


class ImportRow(Model):
    """One line of such a file. A line that is done is gone."""

    id = SmallIdField()
    import_id = fields.BigIntField()
    line = fields.IntField(description="in the file, from 1")
    data: Any = fields.JSONField(
        default=dict, db_default=EMPTY_DICT, description="echo.text.tables.Line, or an activity"
    )
    reason = fields.TextField(
        default="", db_default="", description="why it failed, for good when it is not due again"
    )
    attempts = fields.IntField(default=0, db_default=0)
    due_at = fields.DatetimeField(null=True, description="null: it is not tried again")

    class Meta:
        table = "import_rows"
        unique_together = (("import_id", "line"),)
        indexes = (("import_id", "due_at"),)


class PastPost(Model):
    """A post that somebody brought along, by its id on the server where it was written."""

    id = SmallIdField()
    account_id = fields.BigIntField()
    uri = fields.CharField(max_length=2048)
    post_id = fields.BigIntField(db_index=True)
    created_at = fields.DatetimeField()

    class Meta:
        table = "past_posts"
        unique_together = (("account_id", "uri"),)


class Archive(Model):
    """All that somebody has here, in one file that they may fetch for a while."""

    id = SmallIdField()
    account_id = fields.BigIntField(db_index=True)
    state = fields.CharField(max_length=16, description="echo.kinds_of_moving.ArchiveState")
    secret = fields.CharField(
        max_length=64, unique=True, description="part of its address, which its owner alone can use"
    )
    file_key = fields.CharField(
        max_length=255,
        default="",
        db_default="",
        description="in the media store, served by no other address",
    )
    size_bytes = fields.BigIntField(default=0, db_default=0)
    created_at = fields.DatetimeField()
    finished_at = fields.DatetimeField(null=True)
    expires_at = fields.DatetimeField(null=True)

    class Meta:
        table = "archives"
