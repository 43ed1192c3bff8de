"""When copies of groups were last compared with the log of their server."""

from tortoise import migrations
from tortoise.migrations import operations as ops
from tortoise import fields


class Migration(migrations.Migration):
    dependencies = [("echo", "0061_told_counts")]

    initial = False

    operations = [
        ops.AddField(
            model_name="Chat",
            name="compared_at",
            field=fields.DatetimeField(
                null=True,
                description="of a copy: when its server was last asked for what did not come",
                auto_now=False,
                auto_now_add=False,
            ),
        ),
    ]
