"""Collections of people."""

from tortoise import migrations
from tortoise.migrations import operations as ops
from echo.columns import IdField
from tortoise import fields

REFERENCES = [
    ("collections", "account_id", "accounts"),
    ("collection_items", "collection_id", "collections"),
    ("collection_items", "account_id", "accounts"),
]


class Migration(migrations.Migration):
    dependencies = [("echo", "0017_server_blocks")]

    initial = False

    operations = [
        ops.CreateModel(
            name="Collection",
            fields=[
                ("id", IdField(primary_key=True, unique=True, db_index=True)),
                ("account_id", fields.BigIntField(db_index=True, description="whose it is")),
                ("name", fields.CharField(max_length=256)),
                ("description", fields.TextField(default="", db_default="", unique=False)),
                ("language", fields.CharField(null=True, max_length=16)),
                ("sensitive", fields.BooleanField(default=False, db_default=False)),
                (
                    "discoverable",
                    fields.BooleanField(default=True, description="shown on the profile", db_default=True),
                ),
                (
                    "hashtag",
                    fields.CharField(default="", description="folded name", db_default="", max_length=255),
                ),
                ("created_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ("updated_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "collections",
                "app": "echo",
                "pk_attr": "id",
                "table_description": "A named set of accounts, made by somebody here.",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="CollectionItem",
            fields=[
                ("id", fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ("collection_id", fields.BigIntField()),
                ("account_id", fields.BigIntField(db_index=True)),
                ("state", fields.CharField(description="echo.kinds.ItemState", max_length=16)),
                ("created_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "collection_items",
                "app": "echo",
                "unique_together": (("collection_id", "account_id"),),
                "pk_attr": "id",
                "table_description": "Somebody in a collection. One who withdrew stays as a row, so that they are not put in again.",
            },
            bases=["Model"],
        ),
        *[
            ops.RunSQL(
                f"ALTER TABLE {child} ADD CONSTRAINT {child}_{column}_fk FOREIGN KEY ({column})"
                f" REFERENCES {parent} (id) ON DELETE CASCADE"
            )
            for child, column, parent in REFERENCES
        ],
    ]
