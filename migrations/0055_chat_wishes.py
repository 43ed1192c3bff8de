"""What people want of groups of other servers, until it happens there."""

from tortoise import migrations
from tortoise.migrations import operations as ops
from echo.columns import IdField
from tortoise import fields


class Migration(migrations.Migration):
    dependencies = [("echo", "0054_approvals")]

    initial = False

    operations = [
        ops.CreateModel(
            name="ChatWish",
            fields=[
                ("id", IdField(primary_key=True, unique=True, db_index=True)),
                ("account_id", fields.BigIntField(db_index=True)),
                ("chat_uri", fields.CharField(max_length=2048)),
                ("kind", fields.CharField(description="echo.kinds_of_chats.ChatEventKind", max_length=16)),
                ("message_seq", fields.BigIntField(null=True, description="the message that it is about")),
                (
                    "text",
                    fields.TextField(
                        default="", description="as typed, of a message", db_default="", unique=False
                    ),
                ),
                (
                    "key",
                    fields.CharField(
                        default="", description="idempotency key", db_default="", max_length=255
                    ),
                ),
                (
                    "reason",
                    fields.CharField(
                        default="", description="why it was refused", db_default="", max_length=500
                    ),
                ),
                ("refused_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ("created_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "chat_wishes",
                "app": "echo",
                "pk_attr": "id",
                "table_description": "What somebody here wants of a group of another server: until it happens there, or is refused.",
            },
            bases=["Model"],
        ),
        ops.RunSQL(
            "ALTER TABLE chat_wishes ADD CONSTRAINT chat_wishes_account_id_fk FOREIGN KEY (account_id)"
            " REFERENCES accounts (id) ON DELETE CASCADE"
        ),
    ]
