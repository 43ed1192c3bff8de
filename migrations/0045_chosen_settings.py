"""Settings that are chosen while the server runs."""

from tortoise import migrations
from tortoise.migrations import operations as ops
import functools
from json import dumps, loads
from tortoise import fields


class Migration(migrations.Migration):
    dependencies = [("echo", "0044_trend_reviews")]

    initial = False

    operations = [
        ops.CreateModel(
            name="ChosenSetting",
            fields=[
                (
                    "name",
                    fields.CharField(
                        primary_key=True,
                        unique=True,
                        db_index=True,
                        description="section.key",
                        max_length=128,
                    ),
                ),
                (
                    "value",
                    fields.JSONField(encoder=functools.partial(dumps, separators=(",", ":")), decoder=loads),
                ),
                ("updated_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "chosen_settings",
                "app": "echo",
                "pk_attr": "name",
                "table_description": "A key of the configuration with its value.",
            },
            bases=["Model"],
        ),
    ]
