"""Where it stands that a quote is allowed."""

from tortoise import fields, migrations
from tortoise.migrations import operations as ops


class Migration(migrations.Migration):
    dependencies = [("echo", "0019_trends")]

    initial = False

    operations = [
        ops.AddField(
            model_name="Post",
            name="quote_stamp_uri",
            field=fields.CharField(
                default="",
                description="where the quoted author says that it may",
                db_default="",
                max_length=2048,
            ),
        ),
        ops.RunSQL("CREATE INDEX posts_quote_stamps ON posts (quote_stamp_uri) WHERE quote_stamp_uri <> ''"),
    ]
