"""Direct posts as conversations."""

from tortoise import migrations
from tortoise.migrations import operations as ops
import functools
from json import dumps, loads
from tortoise.fields.db_defaults import SqlDefault
from tortoise import fields

REFERENCES = [
    ("conversations", "account_id", "accounts"),
    ("conversations", "last_post_id", "posts"),
    ("conversation_posts", "conversation_id", "conversations"),
    ("conversation_posts", "post_id", "posts"),
]


class Migration(migrations.Migration):
    dependencies = [("echo", "0004_boosts")]

    initial = False

    operations = [
        ops.CreateModel(
            name="Conversation",
            fields=[
                ("id", fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ("account_id", fields.BigIntField(description="whose conversation this is; somebody here")),
                ("thread_id", fields.BigIntField(description="posts.thread_id")),
                ("participants_key", fields.CharField(description="hash of participant_ids", max_length=64)),
                (
                    "participant_ids",
                    fields.JSONField(
                        default=list,
                        description="[account id] of the others, sorted",
                        db_default=SqlDefault("'[]'::jsonb"),
                        encoder=functools.partial(dumps, separators=(",", ":")),
                        decoder=loads,
                    ),
                ),
                ("last_post_id", fields.BigIntField(description="the newest post of the conversation")),
                ("unread", fields.BooleanField(default=False, db_default=False)),
            ],
            options={
                "table": "conversations",
                "app": "echo",
                "unique_together": (("account_id", "thread_id", "participants_key"),),
                "pk_attr": "id",
                "table_description": "A thread of direct posts between the same people, as one of them sees it.",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="ConversationPost",
            fields=[
                ("id", fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ("conversation_id", fields.BigIntField()),
                ("post_id", fields.BigIntField(db_index=True)),
            ],
            options={
                "table": "conversation_posts",
                "app": "echo",
                "unique_together": (("conversation_id", "post_id"),),
                "pk_attr": "id",
                "table_description": "A post of a conversation.",
            },
            bases=["Model"],
        ),
        ops.RunSQL("CREATE INDEX conversations_by_account ON conversations (account_id, last_post_id DESC)"),
        ops.RunSQL("CREATE INDEX conversations_by_last_post ON conversations (last_post_id)"),
        *[
            ops.RunSQL(
                f"ALTER TABLE {child} ADD CONSTRAINT {child}_{column}_fk FOREIGN KEY ({column})"
                f" REFERENCES {parent} (id) ON DELETE CASCADE"
            )
            for child, column, parent in REFERENCES
        ],
    ]
