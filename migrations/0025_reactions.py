"""Emojis under posts."""

from tortoise import migrations
from tortoise.migrations import operations as ops
from tortoise import fields

REFERENCES = [("reactions", "post_id", "posts"), ("reactions", "account_id", "accounts")]


class Migration(migrations.Migration):
    dependencies = [("echo", "0024_keys")]

    initial = False

    operations = [
        ops.CreateModel(
            name="Reaction",
            fields=[
                ("id", fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ("post_id", fields.BigIntField()),
                ("account_id", fields.BigIntField()),
                (
                    "name",
                    fields.CharField(
                        description="a character, a shortcode of ours, or shortcode@domain", max_length=400
                    ),
                ),
                (
                    "url",
                    fields.CharField(
                        default="",
                        description="picture of an emoji of elsewhere",
                        db_default="",
                        max_length=2048,
                    ),
                ),
                ("uri", fields.CharField(default="", db_default="", max_length=2048)),
                ("as_like", fields.BooleanField(description="told as a Like; of these there is one at most")),
                ("created_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "reactions",
                "app": "echo",
                "unique_together": (("post_id", "account_id", "name"),),
                "pk_attr": "id",
                "table_description": "One emoji of one person under a post; they may put several.",
            },
            bases=["Model"],
        ),
        ops.AddField(
            model_name="PostStats",
            name="reactions",
            field=fields.IntField(default=0, db_default=0),
        ),
        *[
            ops.RunSQL(
                f"ALTER TABLE {child} ADD CONSTRAINT {child}_{column}_fk FOREIGN KEY ({column})"
                f" REFERENCES {parent} (id) ON DELETE CASCADE"
            )
            for child, column, parent in REFERENCES
        ],
        ops.RunSQL("CREATE INDEX reactions_by_post ON reactions (post_id, id)"),
        ops.RunSQL("CREATE INDEX reactions_by_account ON reactions (account_id, id)"),
        ops.RunSQL("CREATE INDEX reactions_by_uri ON reactions (uri) WHERE uri <> ''"),
    ]
