"""Chats: their logs, what follows from them, and what people want of them."""

from tortoise import migrations
from tortoise.migrations import operations as ops
import functools
from echo.columns import IdField
from json import dumps, loads
from tortoise.fields.db_defaults import SqlDefault
from tortoise import fields

CASCADES = [
    ("chat_events", "chat_id", "chats"),
    ("chat_events", "actor_id", "accounts"),
    ("chat_messages", "chat_id", "chats"),
    ("chat_messages", "author_id", "accounts"),
    ("chat_reactions", "chat_id", "chats"),
    ("chat_reactions", "account_id", "accounts"),
    ("chat_members", "chat_id", "chats"),
    ("chat_members", "account_id", "accounts"),
    ("chat_preferences", "account_id", "accounts"),
]
LOSES = [
    ("chat_events", "post_id", "posts"),
    ("chat_messages", "post_id", "posts"),
    ("media", "chat_message_id", "chat_events"),
    ("reports", "chat_id", "chats"),
]


class Migration(migrations.Migration):
    dependencies = [("echo", "0035_rooms")]

    initial = False

    operations = [
        ops.CreateModel(
            name="Chat",
            fields=[
                ("id", IdField(primary_key=True, unique=True, db_index=True)),
                (
                    "uri",
                    fields.CharField(
                        default="",
                        description="of a group that other servers know",
                        db_default="",
                        max_length=2048,
                    ),
                ),
                ("kind", fields.CharField(description="echo.kinds_of_chats.ChatKind", max_length=16)),
                (
                    "local",
                    fields.BooleanField(default=True, description="its order is made here", db_default=True),
                ),
                (
                    "pair_key",
                    fields.CharField(
                        null=True,
                        unique=True,
                        description="both account ids, of a chat between two",
                        max_length=64,
                    ),
                ),
                ("name", fields.CharField(default="", db_default="", max_length=255)),
                (
                    "avatar",
                    fields.CharField(
                        default="",
                        description="media key, or address if remote",
                        db_default="",
                        max_length=2048,
                    ),
                ),
                ("last_seq", fields.BigIntField(default=0, db_default=0)),
                (
                    "join_token",
                    fields.CharField(null=True, unique=True, description="of the join link", max_length=64),
                ),
                ("created_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                (
                    "last_at",
                    fields.DatetimeField(
                        description="when the last message came", auto_now=False, auto_now_add=False
                    ),
                ),
            ],
            options={
                "table": "chats",
                "app": "echo",
                "pk_attr": "id",
                "table_description": "A chat between two, or of a group. `last_seq` counts its log; who holds the row may add to it.",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="ChatEvent",
            fields=[
                ("id", IdField(primary_key=True, unique=True, db_index=True)),
                ("chat_id", fields.BigIntField()),
                ("seq", fields.BigIntField()),
                ("kind", fields.CharField(description="echo.kinds_of_chats.ChatEventKind", max_length=16)),
                ("actor_id", fields.BigIntField(description="who did it")),
                ("message_seq", fields.BigIntField(null=True, description="the message that it is about")),
                ("post_id", fields.BigIntField(null=True, description="the post that a message is")),
                (
                    "key",
                    fields.CharField(
                        default="", description="idempotency key", db_default="", max_length=255
                    ),
                ),
                (
                    "body",
                    fields.JSONField(
                        default=dict,
                        db_default=SqlDefault("'{}'::jsonb"),
                        encoder=functools.partial(dumps, separators=(",", ":")),
                        decoder=loads,
                    ),
                ),
                ("created_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "chat_events",
                "app": "echo",
                "unique_together": (("chat_id", "seq"),),
                "pk_attr": "id",
                "table_description": "Something that happened in a chat; `seq` counts from 1 without gaps.",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="ChatMember",
            fields=[
                ("id", fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ("chat_id", fields.BigIntField()),
                ("account_id", fields.BigIntField()),
                ("role", fields.CharField(description="echo.kinds_of_chats.ChatRole", max_length=16)),
                ("state", fields.CharField(description="echo.kinds_of_chats.MemberState", max_length=16)),
                (
                    "joined_seq",
                    fields.BigIntField(null=True, description="the first event that they may read"),
                ),
                ("left_seq", fields.BigIntField(null=True, description="the last one")),
                ("delivered_seq", fields.BigIntField(default=0, description="only ever rises", db_default=0)),
                ("read_seq", fields.BigIntField(default=0, description="only ever rises", db_default=0)),
                ("muted_until", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                (
                    "hidden_seq",
                    fields.BigIntField(
                        default=0, description="off the list until something comes after it", db_default=0
                    ),
                ),
                (
                    "request",
                    fields.CharField(
                        default="",
                        description="echo.kinds_of_chats.ChatRequest",
                        db_default="",
                        max_length=16,
                    ),
                ),
            ],
            options={
                "table": "chat_members",
                "app": "echo",
                "unique_together": (("chat_id", "account_id"),),
                "pk_attr": "id",
                "table_description": "Somebody in a chat, invited to it, or who was in it. The second half is theirs alone.",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="ChatMessage",
            fields=[
                ("id", IdField(primary_key=True, unique=True, db_index=True)),
                ("chat_id", fields.BigIntField()),
                ("seq", fields.BigIntField()),
                ("author_id", fields.BigIntField()),
                (
                    "post_id",
                    fields.BigIntField(
                        null=True, description="where its words and files are, of a chat of two"
                    ),
                ),
                ("reply_to_seq", fields.BigIntField(null=True)),
                ("text", fields.TextField(default="", description="as typed", db_default="", unique=False)),
                ("html", fields.TextField(default="", description="clean HTML", db_default="", unique=False)),
                (
                    "media_ids",
                    fields.JSONField(
                        default=list,
                        description="[media id], in order",
                        db_default=SqlDefault("'[]'::jsonb"),
                        encoder=functools.partial(dumps, separators=(",", ":")),
                        decoder=loads,
                    ),
                ),
                (
                    "emojis",
                    fields.JSONField(
                        default=list,
                        description="[{shortcode, url, static_url}]",
                        db_default=SqlDefault("'[]'::jsonb"),
                        encoder=functools.partial(dumps, separators=(",", ":")),
                        decoder=loads,
                    ),
                ),
                ("created_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ("edited_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ("deleted_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ("pinned_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "chat_messages",
                "app": "echo",
                "unique_together": (("chat_id", "seq"),),
                "pk_attr": "id",
                "table_description": "A message as it is now. `seq`, `id`: those of the event that made it.",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="ChatPreference",
            fields=[
                ("account_id", IdField(primary_key=True, unique=True, db_index=True)),
                (
                    "who_may_write",
                    fields.CharField(
                        default="everyone",
                        description="echo.kinds_of_chats.ChatWriters",
                        db_default="everyone",
                        max_length=16,
                    ),
                ),
                (
                    "ask_first",
                    fields.BooleanField(
                        default=True, description="strangers wait until they are let in", db_default=True
                    ),
                ),
                ("share_read", fields.BooleanField(default=True, db_default=True)),
                ("share_typing", fields.BooleanField(default=True, db_default=True)),
                ("share_presence", fields.BooleanField(default=True, db_default=True)),
                ("share_last_seen", fields.BooleanField(default=False, db_default=False)),
                ("invisible", fields.BooleanField(default=False, db_default=False)),
            ],
            options={
                "table": "chat_preferences",
                "app": "echo",
                "pk_attr": "account_id",
                "table_description": "What somebody here wants of chats, live presence included; who has no row has the defaults.",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="ChatReaction",
            fields=[
                ("id", fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ("chat_id", fields.BigIntField()),
                ("message_seq", fields.BigIntField()),
                ("account_id", fields.BigIntField()),
                (
                    "name",
                    fields.CharField(
                        description="a character, a shortcode of ours, or shortcode@domain", max_length=400
                    ),
                ),
                ("url", fields.CharField(default="", db_default="", max_length=2048)),
                ("created_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "chat_reactions",
                "app": "echo",
                "unique_together": (("chat_id", "message_seq", "account_id", "name"),),
                "pk_attr": "id",
                "table_description": "One emoji of one person under a message.",
            },
            bases=["Model"],
        ),
        ops.AddField(
            model_name="Account",
            name="accepts_chat",
            field=fields.BooleanField(
                null=True, description="their server takes chat messages; null: unsaid"
            ),
        ),
        ops.AddField(
            model_name="Media",
            name="chat_message_id",
            field=fields.BigIntField(null=True, description="the message of a group that shows it"),
        ),
        ops.AddField(
            model_name="Report",
            name="chat_id",
            field=fields.BigIntField(null=True, description="the chat that it is about"),
        ),
        ops.AddField(
            model_name="Report",
            name="chat_seqs",
            field=fields.JSONField(
                default=list,
                description="[seq] of messages in it: those meant, and some around",
                db_default=SqlDefault("'[]'::jsonb"),
                encoder=functools.partial(dumps, separators=(",", ":")),
                decoder=loads,
            ),
        ),
        *[
            ops.RunSQL(
                f"ALTER TABLE {child} ADD CONSTRAINT {child}_{column}_fk FOREIGN KEY ({column})"
                f" REFERENCES {parent} (id) ON DELETE CASCADE"
            )
            for child, column, parent in CASCADES
        ],
        *[
            ops.RunSQL(
                f"ALTER TABLE {child} ADD CONSTRAINT {child}_{column}_fk FOREIGN KEY ({column})"
                f" REFERENCES {parent} (id) ON DELETE SET NULL"
            )
            for child, column, parent in LOSES
        ],
        ops.RunSQL("CREATE UNIQUE INDEX chats_by_uri ON chats (uri) WHERE uri <> ''"),
        ops.RunSQL(
            "CREATE UNIQUE INDEX chat_events_key ON chat_events (chat_id, actor_id, key) WHERE key <> ''"
        ),
        ops.RunSQL("CREATE INDEX chat_events_by_actor ON chat_events (actor_id)"),
        ops.RunSQL("CREATE INDEX chat_events_by_post ON chat_events (post_id) WHERE post_id IS NOT NULL"),
        ops.RunSQL(
            "CREATE UNIQUE INDEX chat_messages_by_post ON chat_messages (post_id) WHERE post_id IS NOT NULL"
        ),
        ops.RunSQL("CREATE INDEX chat_messages_by_author ON chat_messages (author_id)"),
        ops.RunSQL("CREATE INDEX chat_reactions_by_account ON chat_reactions (account_id)"),
        ops.RunSQL("CREATE INDEX chat_members_by_account ON chat_members (account_id)"),
        ops.RunSQL(
            "CREATE INDEX media_by_chat_message ON media (chat_message_id) WHERE chat_message_id IS NOT NULL"
        ),
        ops.RunSQL("CREATE INDEX reports_by_chat ON reports (chat_id) WHERE chat_id IS NOT NULL"),
    ]
