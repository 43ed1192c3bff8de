"""Emojis that people put under posts."""

from __future__ import annotations

from tortoise import fields
from tortoise.models import Model


class Reaction(Model):
    """One emoji of one person under a post; they may put several."""

    id = fields.BigIntField(primary_key=True)
    post_id = fields.BigIntField()
    account_id = fields.BigIntField()
    name = fields.CharField(
        max_length=400, description="a character, a shortcode of ours, or shortcode@domain"
    )
    url = fields.CharField(
        max_length=2048, default="", db_default="", description="picture of an emoji of elsewhere"
    )
    uri = fields.CharField(max_length=2048, default="", db_default="")
    as_like = fields.BooleanField(description="told as a Like; of these there is one at most")
    created_at = fields.DatetimeField()

    class Meta:
        table = "reactions"
        unique_together = (("post_id", "account_id", "name"),)
