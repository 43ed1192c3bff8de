"""Programs of the operator that are told what happens here."""

from tortoise import migrations
from tortoise.migrations import operations as ops
import functools
from echo.columns import SmallIdField
from json import dumps, loads
from tortoise.fields.db_defaults import SqlDefault
from tortoise import fields


class Migration(migrations.Migration):
    dependencies = [("echo", "0056_search_messages")]

    initial = False

    operations = [
        ops.CreateModel(
            name="Webhook",
            fields=[
                ("id", SmallIdField(generated=True, primary_key=True, unique=True, db_index=True)),
                ("url", fields.CharField(unique=True, max_length=2048)),
                (
                    "events",
                    fields.JSONField(
                        default=list,
                        description="[echo.kinds_of_webhooks.WebhookEvent]",
                        db_default=SqlDefault("'[]'::jsonb"),
                        encoder=functools.partial(dumps, separators=(",", ":")),
                        decoder=loads,
                    ),
                ),
                ("secret", fields.TextField(description="signs what is sent; sealed", unique=False)),
                ("enabled", fields.BooleanField(default=True, db_default=True)),
                ("created_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ("updated_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                (
                    "delivered_at",
                    fields.DatetimeField(
                        null=True,
                        description="when it last took something",
                        auto_now=False,
                        auto_now_add=False,
                    ),
                ),
                (
                    "failed_at",
                    fields.DatetimeField(
                        null=True, description="when it last did not", auto_now=False, auto_now_add=False
                    ),
                ),
                (
                    "failure",
                    fields.CharField(default="", description="why not", db_default="", max_length=200),
                ),
            ],
            options={
                "table": "webhooks",
                "app": "echo",
                "pk_attr": "id",
                "table_description": "A program, and what it is told.",
            },
            bases=["Model"],
        ),
    ]
