"""Who was here, by the week."""

from __future__ import annotations

from tortoise import fields
from tortoise.models import Model


class ActiveWeek(Model):
    """Somebody used their account in a week."""

    id = fields.BigIntField(primary_key=True)
    week = fields.DateField(description="its Monday")
    user_id = fields.BigIntField()

    class Meta:
        table = "active_weeks"
        unique_together = (("week", "user_id"),)
