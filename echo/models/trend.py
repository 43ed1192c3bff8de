"""What many people are busy with: made anew every few minutes (`echo.store.trends`)."""

from __future__ import annotations

from tortoise import fields
from tortoise.models import Model

from echo.columns import SmallIdField


class Trend(Model):
    """A hashtag, a post or a link preview that is trending."""

    id = SmallIdField()
    kind = fields.CharField(max_length=16, description="echo.kinds.TrendKind")
    item_id = fields.BigIntField(description="id of the hashtag, the post or the card")
    score = fields.FloatField()

    class Meta:
        table = "trends"
        unique_together = (("kind", "item_id"),)
