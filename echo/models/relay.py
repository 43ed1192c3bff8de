"""Relays: servers that repeat what is public on many others, and that this one has subscribed to."""

from __future__ import annotations

from tortoise import fields
from tortoise.models import Model

from echo.columns import SmallIdField


class Relay(Model):
    """A subscription. `actor_uri` is who speaks for the relay: known at once, or when it accepts."""

    id = SmallIdField()
    style = fields.CharField(max_length=16, description="echo.kinds.RelayStyle")
    state = fields.CharField(max_length=16, description="echo.kinds.RelayState")
    inbox = fields.CharField(max_length=2048, unique=True)
    actor_uri = fields.CharField(max_length=2048, default="", db_default="")
    follow_uri = fields.CharField(max_length=2048, unique=True, description="the id of our Follow")
    their_follow_uri = fields.CharField(
        max_length=2048, default="", db_default="", description="the id of the Follow back, which we accept"
    )
    created_at = fields.DatetimeField()
    answered_at = fields.DatetimeField(null=True)

    class Meta:
        table = "relays"
