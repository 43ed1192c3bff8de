"""How a hashtag was written when it was first used, so that people see it like that."""

from tortoise import fields, migrations
from tortoise.migrations import operations as ops


class Migration(migrations.Migration):
    dependencies = [("echo", "0063_buriers")]

    initial = False

    operations = [
        ops.AddField(
            model_name="Hashtag",
            name="spelling",
            field=fields.CharField(
                default="",
                description="how whoever used it first wrote it",
                db_default="",
                max_length=255,
            ),
        ),
    ]
