"""Polls: a question of a post, its answers, and who chose what."""

from __future__ import annotations

from tortoise import fields
from tortoise.models import Model

from echo.columns import SmallIdField


class Poll(Model):
    """The poll of a post. Counters are of those who voted, and stand here and with the options."""

    id = SmallIdField()
    post_id = fields.BigIntField(unique=True)
    multiple = fields.BooleanField(default=False, db_default=False)
    hide_totals = fields.BooleanField(
        default=False, db_default=False, description="no counts before one has voted or it is over"
    )
    expires_at = fields.DatetimeField(null=True, description="null: never")
    voters = fields.IntField(null=True, description="people who voted; null: the origin does not say")
    told_at = fields.DatetimeField(null=True, description="when people were told that it is over")
    fetched_at = fields.DatetimeField(null=True, description="when the origin was last asked; remote polls")

    class Meta:
        table = "polls"


class PollOption(Model):
    """One answer; `position` counts from 0."""

    id = SmallIdField()
    poll_id = fields.BigIntField()
    position = fields.IntField()
    title = fields.CharField(max_length=2048)
    votes = fields.IntField(default=0, db_default=0)

    class Meta:
        table = "poll_options"
        unique_together = (("poll_id", "position"),)


class PollVote(Model):
    """One choice of somebody, here or elsewhere."""

    id = SmallIdField()
    poll_id = fields.BigIntField()
    account_id = fields.BigIntField()
    position = fields.IntField()
    uri = fields.CharField(max_length=2048, default="", db_default="", description="its id on the wire")
    created_at = fields.DatetimeField()

    class Meta:
        table = "poll_votes"
        unique_together = (("poll_id", "account_id", "position"),)
