"""Link previews: what a page says of itself."""

from __future__ import annotations

from typing import Any

from tortoise import fields
from tortoise.models import Model

from echo.columns import EMPTY_LIST, SmallIdField


class Card(Model):
    """The preview of a page, shared by all posts that link to it. Texts are plain, never HTML."""

    id = SmallIdField()
    url = fields.CharField(max_length=2048, unique=True)
    kind = fields.CharField(
        max_length=16, default="link", db_default="link", description="link, photo, video"
    )
    title = fields.TextField(default="", db_default="")
    description = fields.TextField(default="", db_default="")
    language = fields.CharField(max_length=16, null=True)
    author_name = fields.CharField(max_length=255, default="", db_default="")
    author_url = fields.CharField(max_length=2048, default="", db_default="")
    author_id = fields.BigIntField(null=True, description="account that the page names as its author")
    provider_name = fields.CharField(max_length=255, default="", db_default="")
    provider_url = fields.CharField(max_length=2048, default="", db_default="")
    embed_url = fields.CharField(max_length=2048, default="", db_default="", description="photo: the picture")
    html = fields.TextField(default="", db_default="", description="our own frame around embed_url")
    width = fields.IntField(default=0, db_default=0)
    height = fields.IntField(default=0, db_default=0)
    image_key = fields.CharField(max_length=255, default="", db_default="", description="in the media store")
    image_description = fields.TextField(default="", db_default="")
    blurhash = fields.CharField(max_length=255, null=True)
    published_at = fields.DatetimeField(null=True)
    warnings: Any = fields.JSONField(
        default=list, db_default=EMPTY_LIST, description="[code]: what was left out"
    )
    fetched_at = fields.DatetimeField(null=True)
    created_at = fields.DatetimeField()

    class Meta:
        table = "cards"
