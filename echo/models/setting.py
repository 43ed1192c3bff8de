"""What was chosen while the server runs, and wins over its configuration file."""

from __future__ import annotations

from typing import Any

from tortoise import fields
from tortoise.models import Model


class ChosenSetting(Model):
    """A key of the configuration with its value."""

    name = fields.CharField(max_length=128, primary_key=True, description="section.key")
    value: Any = fields.JSONField()
    updated_at = fields.DatetimeField()

    class Meta:
        table = "chosen_settings"
