"""How somebody wrote a hashtag that they show on their profile, so that it is shown like that."""

from tortoise import fields, migrations
from tortoise.migrations import operations as ops


class Migration(migrations.Migration):
    dependencies = [("echo", "0064_hashtag_spellings")]

    initial = False

    operations = [
        ops.AddField(
            model_name="FeaturedTag",
            name="spelling",
            field=fields.CharField(
                default="",
                description="how whoever shows it wrote it",
                db_default="",
                max_length=255,
            ),
        ),
    ]
