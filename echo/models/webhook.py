"""Programs of the operator that are told what happens here."""

from __future__ import annotations

from typing import Any

from tortoise import fields
from tortoise.models import Model

from echo.columns import EMPTY_LIST, SmallIdField


class Webhook(Model):
    """A program, and what it is told."""

    id = SmallIdField()
    url = fields.CharField(max_length=2048, unique=True)
    events: Any = fields.JSONField(
        default=list, db_default=EMPTY_LIST, description="[echo.kinds_of_webhooks.WebhookEvent]"
    )
    secret = fields.TextField(description="signs what is sent; sealed")
    enabled = fields.BooleanField(default=True, db_default=True)
    created_at = fields.DatetimeField()
    updated_at = fields.DatetimeField()
    delivered_at = fields.DatetimeField(null=True, description="when it last took something")
    failed_at = fields.DatetimeField(null=True, description="when it last did not")
    failure = fields.CharField(max_length=200, default="", db_default="", description="why not")

    class Meta:
        table = "webhooks"
