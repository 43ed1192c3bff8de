"""What people bring along from other servers, and what they take away."""

from tortoise import migrations
from tortoise.migrations import operations as ops
import functools
from echo.columns import SmallIdField
from json import dumps, loads
from tortoise.fields.db_defaults import SqlDefault
from tortoise import fields
from tortoise.indexes import Index

CASCADES = [
    ("archives", "account_id", "accounts"),
    ("imports", "account_id", "accounts"),
    ("import_rows", "import_id", "imports"),
    ("past_posts", "account_id", "accounts"),
    ("past_posts", "post_id", "posts"),
]


class Migration(migrations.Migration):
    dependencies = [("echo", "0050_banned_copies")]

    initial = False

    operations = [
        ops.CreateModel(
            name="Archive",
            fields=[
                ("id", SmallIdField(generated=True, primary_key=True, unique=True, db_index=True)),
                ("account_id", fields.BigIntField(db_index=True)),
                ("state", fields.CharField(description="echo.kinds_of_moving.ArchiveState", max_length=16)),
                (
                    "secret",
                    fields.CharField(
                        unique=True,
                        description="part of its address, which its owner alone can use",
                        max_length=64,
                    ),
                ),
                (
                    "file_key",
                    fields.CharField(
                        default="",
                        description="in the media store, served by no other address",
                        db_default="",
                        max_length=255,
                    ),
                ),
                ("size_bytes", fields.BigIntField(default=0, db_default=0)),
                ("created_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ("finished_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ("expires_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "archives",
                "app": "echo",
                "pk_attr": "id",
                "table_description": "All that somebody has here, in one file that they may fetch for a while.",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="Import",
            fields=[
                ("id", SmallIdField(generated=True, primary_key=True, unique=True, db_index=True)),
                ("account_id", fields.BigIntField(db_index=True)),
                ("kind", fields.CharField(description="echo.kinds_of_moving.ImportKind", max_length=16)),
                (
                    "overwrite",
                    fields.BooleanField(
                        default=False, description="what is not in the file is taken away", db_default=False
                    ),
                ),
                ("state", fields.CharField(description="echo.kinds_of_moving.ImportState", max_length=16)),
                (
                    "reason",
                    fields.TextField(
                        default="", description="why the file was not taken", db_default="", unique=False
                    ),
                ),
                (
                    "file_key",
                    fields.CharField(
                        default="",
                        description="of an archive, while it is needed",
                        db_default="",
                        max_length=255,
                    ),
                ),
                (
                    "visibility",
                    fields.CharField(
                        default="",
                        description="what posts are shown as at most; empty: as they were",
                        db_default="",
                        max_length=16,
                    ),
                ),
                ("total", fields.IntField(default=0, db_default=0)),
                ("done", fields.IntField(default=0, db_default=0)),
                ("failed", fields.IntField(default=0, db_default=0)),
                ("created_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ("finished_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "imports",
                "app": "echo",
                "pk_attr": "id",
                "table_description": "A file that somebody brought: a table, or an archive with posts of theirs.",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="ImportRow",
            fields=[
                ("id", SmallIdField(generated=True, primary_key=True, unique=True, db_index=True)),
                ("import_id", fields.BigIntField()),
                ("line", fields.IntField(description="in the file, from 1")),
                (
                    "data",
                    fields.JSONField(
                        default=dict,
                        description="echo.text.tables.Line, or an activity",
                        db_default=SqlDefault("'{}'::jsonb"),
                        encoder=functools.partial(dumps, separators=(",", ":")),
                        decoder=loads,
                    ),
                ),
                (
                    "reason",
                    fields.TextField(
                        default="",
                        description="why it failed, for good when it is not due again",
                        db_default="",
                        unique=False,
                    ),
                ),
                ("attempts", fields.IntField(default=0, db_default=0)),
                (
                    "due_at",
                    fields.DatetimeField(
                        null=True,
                        description="null: it is not tried again",
                        auto_now=False,
                        auto_now_add=False,
                    ),
                ),
            ],
            options={
                "table": "import_rows",
                "app": "echo",
                "unique_together": (("import_id", "line"),),
                "indexes": [Index(fields=["import_id", "due_at"])],
                "pk_attr": "id",
                "table_description": "One line of such a file. A line that is done is gone.",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="PastPost",
            fields=[
                ("id", SmallIdField(generated=True, primary_key=True, unique=True, db_index=True)),
                ("account_id", fields.BigIntField()),
                ("uri", fields.CharField(max_length=2048)),
                ("post_id", fields.BigIntField(db_index=True)),
                ("created_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "past_posts",
                "app": "echo",
                "unique_together": (("account_id", "uri"),),
                "pk_attr": "id",
                "table_description": "A post that somebody brought along, by its id on the server where it was written.",
            },
            bases=["Model"],
        ),
        *[
            ops.RunSQL(
                f"ALTER TABLE {child} ADD CONSTRAINT {child}_{column}_fk FOREIGN KEY ({column})"
                f" REFERENCES {parent} (id) ON DELETE CASCADE"
            )
            for child, column, parent in CASCADES
        ],
    ]
