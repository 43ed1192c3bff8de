"""Filters of words and of single posts."""

from tortoise import migrations
from tortoise.migrations import operations as ops
import functools
from json import dumps, loads
from tortoise.fields.db_defaults import SqlDefault
from tortoise import fields

# child table, column, parent table: deleting the parent takes the child with it.
REFERENCES = [
    ("filters", "account_id", "accounts"),
    ("filter_keywords", "filter_id", "filters"),
    ("filter_posts", "filter_id", "filters"),
    ("filter_posts", "post_id", "posts"),
]


class Migration(migrations.Migration):
    dependencies = [("echo", "0014_lists")]

    initial = False

    operations = [
        ops.CreateModel(
            name="Filter",
            fields=[
                ("id", fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ("account_id", fields.BigIntField(db_index=True)),
                ("title", fields.CharField(max_length=256)),
                (
                    "contexts",
                    fields.JSONField(
                        default=list,
                        description="[echo.kinds.FilterContext]",
                        db_default=SqlDefault("'[]'::jsonb"),
                        encoder=functools.partial(dumps, separators=(",", ":")),
                        decoder=loads,
                    ),
                ),
                (
                    "action",
                    fields.CharField(
                        default="warn",
                        description="echo.kinds.FilterAction",
                        db_default="warn",
                        max_length=16,
                    ),
                ),
                ("expires_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ("created_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "filters",
                "app": "echo",
                "pk_attr": "id",
                "table_description": "A filter of a person; `users.filters_version` rises with every change of theirs.",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="FilterKeyword",
            fields=[
                ("id", fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ("filter_id", fields.BigIntField(db_index=True)),
                ("keyword", fields.CharField(max_length=512)),
                ("whole_word", fields.BooleanField(default=True, db_default=True)),
            ],
            options={
                "table": "filter_keywords",
                "app": "echo",
                "pk_attr": "id",
                "table_description": "A word or phrase that a filter looks for.",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="FilterPost",
            fields=[
                ("id", fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ("filter_id", fields.BigIntField()),
                ("post_id", fields.BigIntField(db_index=True)),
                ("created_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "filter_posts",
                "app": "echo",
                "unique_together": (("filter_id", "post_id"),),
                "pk_attr": "id",
                "table_description": "A single post that a filter is for.",
            },
            bases=["Model"],
        ),
        ops.RunSQL(
            "; ".join(
                f"ALTER TABLE {child} ADD CONSTRAINT {child}_{column}_fk FOREIGN KEY ({column})"
                f" REFERENCES {parent} (id) ON DELETE CASCADE"
                for child, column, parent in REFERENCES
            )
        ),
    ]
