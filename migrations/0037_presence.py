"""When somebody was last seen; rooms for the people of a chat."""

from tortoise import migrations
from tortoise.migrations import operations as ops
from tortoise import fields


class Migration(migrations.Migration):
    dependencies = [("echo", "0036_chats")]

    initial = False

    operations = [
        ops.AddField(
            model_name="Room",
            name="chat_id",
            field=fields.BigIntField(null=True, db_index=True, description="whose members may join"),
        ),
        ops.AddField(
            model_name="User",
            name="seen_at",
            field=fields.DatetimeField(
                null=True, description="by others, who may know it", auto_now=False, auto_now_add=False
            ),
        ),
        ops.RunSQL(
            "ALTER TABLE rooms ADD CONSTRAINT rooms_chat_id_fk FOREIGN KEY (chat_id)"
            " REFERENCES chats (id) ON DELETE SET NULL"
        ),
    ]
