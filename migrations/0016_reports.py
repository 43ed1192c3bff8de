"""Reports to the moderators."""

from tortoise import migrations
from tortoise.migrations import operations as ops
import functools
from json import dumps, loads
from tortoise.fields.db_defaults import SqlDefault
from tortoise import fields

REFERENCES = [("reports", "reporter_id", "accounts"), ("reports", "target_id", "accounts")]


class Migration(migrations.Migration):
    dependencies = [("echo", "0015_filters")]

    initial = False

    operations = [
        ops.CreateModel(
            name="Report",
            fields=[
                ("id", fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                (
                    "uri",
                    fields.CharField(
                        default="",
                        description="of the Flag; ours only when forwarded",
                        db_default="",
                        max_length=2048,
                    ),
                ),
                (
                    "reporter_id",
                    fields.BigIntField(db_index=True, description="here, or the actor of another server"),
                ),
                ("target_id", fields.BigIntField(db_index=True)),
                ("category", fields.CharField(description="echo.kinds.ReportCategory", max_length=16)),
                ("comment", fields.TextField(default="", db_default="", unique=False)),
                (
                    "post_ids",
                    fields.JSONField(
                        default=list,
                        description="[post id] of the target",
                        db_default=SqlDefault("'[]'::jsonb"),
                        encoder=functools.partial(dumps, separators=(",", ":")),
                        decoder=loads,
                    ),
                ),
                (
                    "rule_ids",
                    fields.JSONField(
                        default=list,
                        description="[id of a house rule]",
                        db_default=SqlDefault("'[]'::jsonb"),
                        encoder=functools.partial(dumps, separators=(",", ":")),
                        decoder=loads,
                    ),
                ),
                (
                    "collection_ids",
                    fields.JSONField(
                        default=list,
                        description="[collection id] of the target",
                        db_default=SqlDefault("'[]'::jsonb"),
                        encoder=functools.partial(dumps, separators=(",", ":")),
                        decoder=loads,
                    ),
                ),
                ("forwarded", fields.BooleanField(default=False, db_default=False)),
                (
                    "forward_hosts",
                    fields.JSONField(
                        default=list,
                        description="[handle host] that it is forwarded to",
                        db_default=SqlDefault("'[]'::jsonb"),
                        encoder=functools.partial(dumps, separators=(",", ":")),
                        decoder=loads,
                    ),
                ),
                (
                    "assigned_to_id",
                    fields.BigIntField(null=True, description="the moderator who looks at it"),
                ),
                ("resolved_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ("resolved_by_id", fields.BigIntField(null=True)),
                ("created_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ("updated_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "reports",
                "app": "echo",
                "pk_attr": "id",
                "table_description": "Somebody says that somebody breaks the rules.",
            },
            bases=["Model"],
        ),
        ops.RunSQL("CREATE UNIQUE INDEX reports_by_uri ON reports (uri, target_id) WHERE uri <> ''"),
        ops.RunSQL("CREATE INDEX reports_open ON reports (id DESC) WHERE resolved_at IS NULL"),
        *[
            ops.RunSQL(
                f"ALTER TABLE {child} ADD CONSTRAINT {child}_{column}_fk FOREIGN KEY ({column})"
                f" REFERENCES {parent} (id) ON DELETE CASCADE"
            )
            for child, column, parent in REFERENCES
        ],
    ]
