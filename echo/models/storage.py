"""What is cleared away of what came from other servers."""

from __future__ import annotations

from tortoise import fields
from tortoise.models import Model


class Pruning(Model):
    """How far the clearing away of one kind of rows has got, and what it did. A cursor: it may be lost."""

    kind = fields.CharField(max_length=16, primary_key=True, description="echo.actions.pruning.Kind")
    position = fields.BigIntField(
        default=0, db_default=0, description="ids up to this were looked at in this round"
    )
    round_began_at = fields.DatetimeField(null=True)
    finished_at = fields.DatetimeField(null=True, description="when a run last ended well")
    rows = fields.BigIntField(default=0, db_default=0, description="removed by the last run")
    bytes = fields.BigIntField(default=0, db_default=0, description="freed by the last run, about")
    total_rows = fields.BigIntField(default=0, db_default=0)
    total_bytes = fields.BigIntField(default=0, db_default=0)
    failure = fields.TextField(default="", db_default="", description="why the last run ended; empty: well")

    class Meta:
        table = "prunings"
