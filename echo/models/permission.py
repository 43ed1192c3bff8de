"""Leave that people here gave to others."""

from __future__ import annotations

from tortoise import fields
from tortoise.models import Model


class Permission(Model):
    """Somebody elsewhere asked whether they may like, answer or boost a post of somebody here, and may."""

    id = fields.BigIntField(primary_key=True)
    post_id = fields.BigIntField()
    account_id = fields.BigIntField(description="who asked")
    interaction = fields.CharField(max_length=16, description="echo.policy.interacting.Interaction")
    instrument_uri = fields.CharField(max_length=2048, description="id of the like, answer or boost")
    uri = fields.CharField(max_length=2048, unique=True, description="where it stands that they may")
    created_at = fields.DatetimeField()

    class Meta:
        table = "permissions"
        unique_together = (("post_id", "interaction", "instrument_uri"),)
