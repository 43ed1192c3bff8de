"""Who has let the other in, or has written: that other may go on, whoever else may write."""

from tortoise import fields, migrations
from tortoise.migrations import operations as ops


class Migration(migrations.Migration):
    dependencies = [("echo", "0065_featured_spellings")]

    initial = False

    operations = [
        ops.AddField(
            model_name="ChatMember",
            name="wants",
            field=fields.BooleanField(
                default=False,
                db_default=False,
                description="has let the other in, or written: they may go on",
            ),
        ),
    ]
