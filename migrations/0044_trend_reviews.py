"""What moderators say of what could trend."""

from tortoise import migrations
from tortoise.migrations import operations as ops
from echo.columns import SmallIdField
from tortoise import fields


class Migration(migrations.Migration):
    dependencies = [("echo", "0043_strikes")]

    initial = False

    operations = [
        ops.CreateModel(
            name="Publisher",
            fields=[
                ("id", SmallIdField(generated=True, primary_key=True, unique=True, db_index=True)),
                ("domain", fields.CharField(unique=True, max_length=255)),
                ("created_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "publishers",
                "app": "echo",
                "pk_attr": "id",
                "table_description": "A site whose pages have trended: moderators can answer for all of them at once.",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="TrendReview",
            fields=[
                ("id", SmallIdField(generated=True, primary_key=True, unique=True, db_index=True)),
                ("kind", fields.CharField(description="echo.kinds.TrendKind, or publisher", max_length=16)),
                (
                    "item_id",
                    fields.BigIntField(description="id of the hashtag, the post, the card or the publisher"),
                ),
                ("allowed", fields.BooleanField()),
                (
                    "by_id",
                    fields.BigIntField(null=True, description="the moderator; null: from the shell, or gone"),
                ),
                ("reviewed_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "trend_reviews",
                "app": "echo",
                "unique_together": (("kind", "item_id"),),
                "pk_attr": "id",
                "table_description": "What a moderator said of something that could trend. Without a row nobody has looked at it.",
            },
            bases=["Model"],
        ),
        ops.AddField(
            model_name="Hashtag",
            name="display_name",
            field=fields.CharField(
                default="", description="how it is written; the same letters", db_default="", max_length=255
            ),
        ),
        ops.AddField(
            model_name="Hashtag",
            name="listable",
            field=fields.BooleanField(default=True, description="found by those who search", db_default=True),
        ),
        ops.AddField(
            model_name="Hashtag",
            name="usable",
            field=fields.BooleanField(
                default=True, description="in new posts of people here", db_default=True
            ),
        ),
        ops.RunSQL(
            "ALTER TABLE trend_reviews ADD CONSTRAINT trend_reviews_by_id_fk FOREIGN KEY (by_id)"
            " REFERENCES accounts (id) ON DELETE SET NULL"
        ),
        ops.RunSQL("CREATE INDEX trend_reviews_by_judge ON trend_reviews (by_id) WHERE by_id IS NOT NULL"),
    ]
