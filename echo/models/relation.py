"""What people are to each other."""

from __future__ import annotations

from typing import Any

from tortoise import fields
from tortoise.models import Model


class Follow(Model):
    """A follow, asked for or accepted. `uri` is the id of the Follow activity, ours or theirs."""

    id = fields.BigIntField(primary_key=True)
    follower_id = fields.BigIntField()
    followee_id = fields.BigIntField()
    state = fields.CharField(max_length=16, description="echo.kinds.FollowState")
    uri = fields.CharField(max_length=2048, db_index=True)
    boosts = fields.BooleanField(default=True, db_default=True, description="show their boosts")
    notify = fields.BooleanField(default=False, db_default=False, description="tell me when they post")
    languages: Any = fields.JSONField(null=True, description="[code]; null: all")
    created_at = fields.DatetimeField()

    class Meta:
        table = "follows"
        unique_together = (("follower_id", "followee_id"),)
        indexes = (("followee_id", "state"),)


class Block(Model):
    """A block: neither sees the other."""

    id = fields.BigIntField(primary_key=True)
    blocker_id = fields.BigIntField()
    blocked_id = fields.BigIntField(db_index=True)
    uri = fields.CharField(max_length=2048, default="", db_default="")
    created_at = fields.DatetimeField()

    class Meta:
        table = "blocks"
        unique_together = (("blocker_id", "blocked_id"),)


class Mute(Model):
    """A mute: I do not see them; they do not notice."""

    id = fields.BigIntField(primary_key=True)
    muter_id = fields.BigIntField()
    muted_id = fields.BigIntField(db_index=True)
    notifications = fields.BooleanField(
        default=True, db_default=True, description="hide their notifications too"
    )
    expires_at = fields.DatetimeField(null=True)
    created_at = fields.DatetimeField()

    class Meta:
        table = "mutes"
        unique_together = (("muter_id", "muted_id"),)


class Endorsement(Model):
    """Somebody whom a person shows on their profile; they follow them."""

    id = fields.BigIntField(primary_key=True)
    account_id = fields.BigIntField()
    target_id = fields.BigIntField(db_index=True)
    created_at = fields.DatetimeField()

    class Meta:
        table = "endorsements"
        unique_together = (("account_id", "target_id"),)


class AvoidedDomain(Model):
    """A server whose people somebody does not want to meet."""

    id = fields.BigIntField(primary_key=True)
    account_id = fields.BigIntField()
    domain = fields.CharField(max_length=255, description="handle host, as in accounts.domain")
    created_at = fields.DatetimeField()

    class Meta:
        table = "avoided_domains"
        unique_together = (("account_id", "domain"),)


class DismissedSuggestion(Model):
    """Somebody whom a person does not want to be shown as a suggestion again."""

    id = fields.BigIntField(primary_key=True)
    account_id = fields.BigIntField()
    target_id = fields.BigIntField()
    created_at = fields.DatetimeField()

    class Meta:
        table = "dismissed_suggestions"
        unique_together = (("account_id", "target_id"),)
