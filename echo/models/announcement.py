"""What the people who run this server tell everybody on it."""

from __future__ import annotations

from typing import Any

from tortoise import fields
from tortoise.models import Model

from echo.columns import EMPTY_LIST


class Announcement(Model):
    """A text for all people here; a draft until `published_at` is set."""

    id = fields.BigIntField(primary_key=True)
    text = fields.TextField(description="as typed")
    html = fields.TextField(description="clean HTML")
    mentioned_ids: Any = fields.JSONField(default=list, db_default=EMPTY_LIST, description="[account id]")
    post_ids: Any = fields.JSONField(
        default=list, db_default=EMPTY_LIST, description="[post id] that it links to"
    )
    hashtags: Any = fields.JSONField(default=list, db_default=EMPTY_LIST, description="[folded name]")
    emojis: Any = fields.JSONField(
        default=list, db_default=EMPTY_LIST, description="[{shortcode, url, static_url}]"
    )
    starts_at = fields.DatetimeField(null=True, description="of what it is about")
    ends_at = fields.DatetimeField(null=True, description="after this it is taken back")
    all_day = fields.BooleanField(default=False, db_default=False)
    publish_at = fields.DatetimeField(null=True, description="when to publish a draft by itself")
    published_at = fields.DatetimeField(null=True)
    created_at = fields.DatetimeField()
    updated_at = fields.DatetimeField()

    class Meta:
        table = "announcements"


class AnnouncementDismissal(Model):
    """Somebody has read an announcement."""

    id = fields.BigIntField(primary_key=True)
    announcement_id = fields.BigIntField()
    account_id = fields.BigIntField()

    class Meta:
        table = "announcement_dismissals"
        unique_together = (("announcement_id", "account_id"),)


class AnnouncementReaction(Model):
    """An emoji under an announcement: a character, or the shortcode of a custom one."""

    id = fields.BigIntField(primary_key=True)
    announcement_id = fields.BigIntField()
    account_id = fields.BigIntField()
    name = fields.CharField(max_length=128)
    created_at = fields.DatetimeField()

    class Meta:
        table = "announcement_reactions"
        unique_together = (("announcement_id", "account_id", "name"),)
