"""Blocked servers, and who was here in which week."""

from tortoise import migrations
from tortoise.migrations import operations as ops
from tortoise import fields


class Migration(migrations.Migration):
    dependencies = [("echo", "0016_reports")]

    initial = False

    operations = [
        ops.CreateModel(
            name="ActiveWeek",
            fields=[
                ("id", fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ("week", fields.DateField(description="its Monday")),
                ("user_id", fields.BigIntField()),
            ],
            options={
                "table": "active_weeks",
                "app": "echo",
                "unique_together": (("week", "user_id"),),
                "pk_attr": "id",
                "table_description": "Somebody used their account in a week.",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="ServerBlock",
            fields=[
                ("id", fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ("domain", fields.CharField(unique=True, description="in lower case", max_length=255)),
                ("severity", fields.CharField(description="echo.kinds.BlockSeverity", max_length=16)),
                (
                    "reason",
                    fields.TextField(default="", description="may be published", db_default="", unique=False),
                ),
                (
                    "note",
                    fields.TextField(
                        default="", description="for those who run this server", db_default="", unique=False
                    ),
                ),
                (
                    "obfuscate",
                    fields.BooleanField(
                        default=False, description="publish with stars in it", db_default=False
                    ),
                ),
                ("created_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "server_blocks",
                "app": "echo",
                "pk_attr": "id",
                "table_description": "A server and its subdomains. `created_at` is also the mark on accounts that the block has touched.",
            },
            bases=["Model"],
        ),
        ops.RunSQL(
            "ALTER TABLE active_weeks ADD CONSTRAINT active_weeks_user_id_fk FOREIGN KEY (user_id)"
            " REFERENCES users (id) ON DELETE CASCADE"
        ),
        ops.RunSQL(
            "CREATE INDEX accounts_by_host_prefix ON accounts (host text_pattern_ops) WHERE host <> ''"
        ),
    ]
