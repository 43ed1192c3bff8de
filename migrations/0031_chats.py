"""Messages of chats are marked as such."""

from tortoise import migrations
from tortoise.migrations import operations as ops
from tortoise import fields


class Migration(migrations.Migration):
    dependencies = [("echo", "0030_permissions")]

    initial = False

    operations = [
        ops.AddField(
            model_name="Post",
            name="chat",
            field=fields.BooleanField(
                default=False, description="a message of a chat: goes as such where it goes", db_default=False
            ),
        ),
    ]
