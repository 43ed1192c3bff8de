"""Who was here, by the week and by the day."""

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


class ActiveDay(Model):
    """Somebody used their account on a day (UTC)."""

    id = fields.BigIntField(primary_key=True)
    day = fields.DateField()
    user_id = fields.BigIntField(db_index=True)

    class Meta:
        table = "active_days"
        unique_together = (("day", "user_id"),)
