"""House rules with their numbers, which reports name."""

from tortoise import migrations
from tortoise.migrations import operations as ops
from tortoise import fields


class Migration(migrations.Migration):
    dependencies = [("echo", "0057_webhooks")]

    initial = False

    operations = [
        ops.CreateModel(
            name="HouseRule",
            fields=[
                ("id", fields.IntField(generated=False, primary_key=True, unique=True, db_index=True)),
                ("text", fields.TextField(unique=False)),
                (
                    "gone_at",
                    fields.DatetimeField(
                        null=True,
                        description="when it was no more among the rules",
                        auto_now=False,
                        auto_now_add=False,
                    ),
                ),
                ("created_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "house_rules",
                "app": "echo",
                "pk_attr": "id",
                "table_description": "A rule with its number, which reports name; one that is gone keeps it, and nobody else gets it.",
            },
            bases=["Model"],
        ),
    ]
