"""Lists of people."""

from tortoise import migrations
from tortoise.migrations import operations as ops
from tortoise import fields
from tortoise.indexes import Index

# child table, column, parent table: deleting the parent takes the child with it.
REFERENCES = [
    ("lists", "account_id", "accounts"),
    ("list_members", "list_id", "lists"),
    ("list_members", "account_id", "accounts"),
]


class Migration(migrations.Migration):
    dependencies = [("echo", "0013_letters")]

    initial = False

    operations = [
        ops.CreateModel(
            name="List",
            fields=[
                ("id", fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ("account_id", fields.BigIntField(db_index=True, description="the owner")),
                ("title", fields.CharField(max_length=256)),
                (
                    "replies_policy",
                    fields.CharField(
                        default="list",
                        description="echo.kinds.RepliesPolicy",
                        db_default="list",
                        max_length=16,
                    ),
                ),
                (
                    "exclusive",
                    fields.BooleanField(
                        default=False,
                        description="posts of its members are not on the owner's home",
                        db_default=False,
                    ),
                ),
                ("created_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "lists",
                "app": "echo",
                "pk_attr": "id",
                "table_description": "A list of people; only its owner knows of it.",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="ListMember",
            fields=[
                ("id", fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ("list_id", fields.BigIntField()),
                ("owner_id", fields.BigIntField()),
                ("account_id", fields.BigIntField()),
                ("created_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "list_members",
                "app": "echo",
                "unique_together": (("list_id", "account_id"),),
                "indexes": [Index(fields=["account_id", "owner_id"])],
                "pk_attr": "id",
                "table_description": "Somebody on a list. `owner_id` is the list's, beside it so that fan-out finds it in one look-up.",
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
