"""House rules that there are and were: which number each has. The texts themselves are files."""

from __future__ import annotations

from tortoise import fields
from tortoise.models import Model


class HouseRule(Model):
    """A rule with its number, which reports name; one that is gone keeps it, and nobody else gets it."""

    id = fields.IntField(primary_key=True, generated=False)
    text = fields.TextField()
    gone_at = fields.DatetimeField(null=True, description="when it was no more among the rules")
    created_at = fields.DatetimeField()

    class Meta:
        table = "house_rules"
