"""Strikes, appeals, notes of moderators, and suspended accounts that wait to be erased."""

from tortoise import migrations
from tortoise.migrations import operations as ops
import functools
from echo.columns import IdField
from json import dumps, loads
from tortoise.fields.db_defaults import SqlDefault
from tortoise import fields

CASCADES = [
    ("strikes", "target_id", "accounts"),
    ("appeals", "strike_id", "strikes"),
    ("appeals", "account_id", "accounts"),
    ("staff_notes", "report_id", "reports"),
    ("staff_notes", "target_id", "accounts"),
    ("erasures", "account_id", "accounts"),
]
LOSES = [
    ("strikes", "by_id", "accounts"),
    ("strikes", "report_id", "reports"),
    ("appeals", "decided_by_id", "accounts"),
    ("staff_notes", "by_id", "accounts"),
]


class Migration(migrations.Migration):
    dependencies = [("echo", "0042_policies")]

    initial = False

    operations = [
        ops.CreateModel(
            name="Appeal",
            fields=[
                ("id", fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ("strike_id", fields.BigIntField(unique=True)),
                ("account_id", fields.BigIntField(db_index=True)),
                ("text", fields.TextField(unique=False)),
                ("approved_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ("rejected_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ("decided_by_id", fields.BigIntField(null=True)),
                ("created_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "appeals",
                "app": "echo",
                "pk_attr": "id",
                "table_description": "Somebody says that a strike is wrong: once for each.",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="Erasure",
            fields=[
                ("account_id", IdField(primary_key=True, unique=True, db_index=True)),
                ("due_at", fields.DatetimeField(db_index=True, auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "erasures",
                "app": "echo",
                "pk_attr": "account_id",
                "table_description": "A suspended account whose data go when the time has come.",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="StaffNote",
            fields=[
                ("id", fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ("report_id", fields.BigIntField(null=True, db_index=True)),
                ("target_id", fields.BigIntField(null=True, db_index=True, description="the account")),
                ("by_id", fields.BigIntField(null=True, description="null: from the shell, or gone")),
                ("text", fields.TextField(unique=False)),
                ("created_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "staff_notes",
                "app": "echo",
                "pk_attr": "id",
                "table_description": "What a moderator wrote down about a report or an account, for the others.",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="Strike",
            fields=[
                ("id", fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ("target_id", fields.BigIntField(db_index=True)),
                (
                    "by_id",
                    fields.BigIntField(null=True, description="the moderator; null: from the shell, or gone"),
                ),
                ("kind", fields.CharField(description="echo.kinds_of_moderation.StrikeKind", max_length=32)),
                (
                    "text",
                    fields.TextField(default="", description="to the person", db_default="", unique=False),
                ),
                ("report_id", fields.BigIntField(null=True, db_index=True, description="that it answers")),
                (
                    "post_ids",
                    fields.JSONField(
                        default=list,
                        description="[post id] that it is about",
                        db_default=SqlDefault("'[]'::jsonb"),
                        encoder=functools.partial(dumps, separators=(",", ":")),
                        decoder=loads,
                    ),
                ),
                (
                    "overruled_at",
                    fields.DatetimeField(
                        null=True, description="an appeal was granted", auto_now=False, auto_now_add=False
                    ),
                ),
                ("created_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "strikes",
                "app": "echo",
                "pk_attr": "id",
                "table_description": "Something that moderators did to somebody. It stays when it is undone.",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="WarningPreset",
            fields=[
                ("id", fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                (
                    "title",
                    fields.CharField(default="", description="for moderators", db_default="", max_length=255),
                ),
                ("text", fields.TextField(unique=False)),
                ("created_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "warning_presets",
                "app": "echo",
                "pk_attr": "id",
                "table_description": "Words for strikes that are needed often.",
            },
            bases=["Model"],
        ),
        ops.AddField(
            model_name="Account",
            name="sensitized_at",
            field=fields.DatetimeField(
                null=True, description="all it posts counts as sensitive", auto_now=False, auto_now_add=False
            ),
        ),
        ops.AddField(
            model_name="Account",
            name="suspended_elsewhere",
            field=fields.BooleanField(
                default=False, description="by its own server: only that one lifts it", db_default=False
            ),
        ),
        *[
            ops.RunSQL(
                f"ALTER TABLE {child} ADD CONSTRAINT {child}_{column}_fk FOREIGN KEY ({column})"
                f" REFERENCES {parent} (id) ON DELETE CASCADE"
            )
            for child, column, parent in CASCADES
        ],
        *[
            ops.RunSQL(
                f"ALTER TABLE {child} ADD CONSTRAINT {child}_{column}_fk FOREIGN KEY ({column})"
                f" REFERENCES {parent} (id) ON DELETE SET NULL"
            )
            for child, column, parent in LOSES
        ],
        ops.RunSQL("CREATE INDEX strikes_by_giver ON strikes (by_id) WHERE by_id IS NOT NULL"),
        ops.RunSQL(
            "CREATE INDEX appeals_by_judge ON appeals (decided_by_id) WHERE decided_by_id IS NOT NULL"
        ),
        ops.RunSQL("CREATE INDEX staff_notes_by_author ON staff_notes (by_id) WHERE by_id IS NOT NULL"),
        ops.RunSQL("CREATE INDEX reports_waiting ON reports (target_id) WHERE resolved_at IS NULL"),
    ]
