"""What people do with hashtags."""

from __future__ import annotations

from tortoise import fields
from tortoise.models import Model


class TagFollow(Model):
    """A hashtag whose public posts somebody wants on their home timeline."""

    id = fields.BigIntField(primary_key=True)
    account_id = fields.BigIntField()
    hashtag_id = fields.BigIntField(db_index=True)
    created_at = fields.DatetimeField()

    class Meta:
        table = "tag_follows"
        unique_together = (("account_id", "hashtag_id"),)


class FeaturedTag(Model):
    """A hashtag that somebody shows on their profile."""

    id = fields.BigIntField(primary_key=True)
    account_id = fields.BigIntField()
    hashtag_id = fields.BigIntField()
    spelling = fields.CharField(
        max_length=255, default="", db_default="", description="how whoever shows it wrote it"
    )
    created_at = fields.DatetimeField()

    class Meta:
        table = "featured_tags"
        unique_together = (("account_id", "hashtag_id"),)
