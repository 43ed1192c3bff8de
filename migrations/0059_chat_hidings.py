"""Messages of chats that people deleted for themselves alone."""

from tortoise import migrations
from tortoise.migrations import operations as ops
from tortoise import fields

CASCADES = [("chat_id", "chats"), ("account_id", "accounts")]


class Migration(migrations.Migration):
    dependencies = [("echo", "0058_house_rules")]

    initial = False

    operations = [
        ops.CreateModel(
            name="ChatHiding",
            fields=[
                ("id", fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ("chat_id", fields.BigIntField()),
                ("message_seq", fields.BigIntField()),
                ("account_id", fields.BigIntField()),
                ("hidden_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "chat_hidings",
                "app": "echo",
                "unique_together": (("chat_id", "message_seq", "account_id"),),
                "pk_attr": "id",
                "table_description": "A message that somebody does not want to see any more; the others have it still.",
            },
            bases=["Model"],
        ),
        *[
            ops.RunSQL(
                f"ALTER TABLE chat_hidings ADD CONSTRAINT chat_hidings_{column}_fk FOREIGN KEY ({column})"
                f" REFERENCES {parent} (id) ON DELETE CASCADE"
            )
            for column, parent in CASCADES
        ],
        ops.RunSQL("CREATE INDEX chat_hidings_by_account ON chat_hidings (account_id)"),
    ]
