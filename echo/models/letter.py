"""Letters about notifications."""

from __future__ import annotations

from tortoise import fields
from tortoise.models import Model

from echo.columns import IdField


class Digest(Model):
    """The last digest of a person: when it was asked for, and where what it tells begins."""

    user_id = IdField()
    since_at = fields.DatetimeField()
    sent_at = fields.DatetimeField()

    class Meta:
        table = "digests"
