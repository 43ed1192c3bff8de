"""Custom emojis of this server. Those of others stand with the posts and accounts that use them."""

from __future__ import annotations

from tortoise import fields
from tortoise.models import Model


class CustomEmoji(Model):
    """A small picture that people here can write as `:shortcode:`."""

    id = fields.BigIntField(primary_key=True)
    shortcode = fields.CharField(max_length=128, unique=True)
    file_key = fields.CharField(max_length=255, description="in the media store")
    static_key = fields.CharField(max_length=255, description="the same, standing still")
    category = fields.CharField(max_length=128, default="", db_default="")
    visible = fields.BooleanField(default=True, db_default=True, description="shown to choose from")
    featured = fields.BooleanField(default=False, db_default=False, description="first of its category")
    created_at = fields.DatetimeField()

    class Meta:
        table = "custom_emojis"
