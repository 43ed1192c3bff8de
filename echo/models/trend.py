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


class TrendReview(Model):
    """What a moderator said of something that could trend. Without a row nobody has looked at it."""

    id = SmallIdField()
    kind = fields.CharField(max_length=16, description="echo.kinds.TrendKind, or publisher")
    item_id = fields.BigIntField(description="id of the hashtag, the post, the card or the publisher")
    allowed = fields.BooleanField()
    by_id = fields.BigIntField(null=True, description="the moderator; null: from the shell, or gone")
    reviewed_at = fields.DatetimeField()

    class Meta:
        table = "trend_reviews"
        unique_together = (("kind", "item_id"),)


class Publisher(Model):
    """A site whose pages have trended: moderators can answer for all of them at once."""

    id = SmallIdField()
    domain = fields.CharField(max_length=255, unique=True)
    created_at = fields.DatetimeField()

    class Meta:
        table = "publishers"
