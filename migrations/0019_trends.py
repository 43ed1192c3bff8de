"""What is trending."""

from tortoise import fields, migrations
from tortoise.migrations import operations as ops

from echo.columns import SmallIdField


class Migration(migrations.Migration):
    dependencies = [("echo", "0018_collections")]

    initial = False

    operations = [
        ops.CreateModel(
            name="Trend",
            fields=[
                ("id", SmallIdField(generated=True, primary_key=True, unique=True, db_index=True)),
                ("kind", fields.CharField(description="echo.kinds.TrendKind", max_length=16)),
                ("item_id", fields.BigIntField(description="id of the hashtag, the post or the card")),
                ("score", fields.FloatField()),
            ],
            options={
                "table": "trends",
                "app": "echo",
                "unique_together": (("kind", "item_id"),),
                "pk_attr": "id",
                "table_description": "A hashtag, a post or a link preview that is trending.",
            },
            bases=["Model"],
        ),
        ops.RunSQL("CREATE INDEX trends_by_score ON trends (kind, score DESC)"),
    ]
