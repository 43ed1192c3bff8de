"""What posts may have: polls, quotes, link previews, pins, blocks; threads that people mute."""

from tortoise import migrations
from tortoise.migrations import operations as ops
import functools
from echo.columns import SmallIdField
from json import dumps, loads
from tortoise.fields.db_defaults import SqlDefault
from tortoise import fields

INDEXES = [
    "CREATE INDEX posts_quotes ON posts (quote_of_id, id DESC) WHERE quote_of_id IS NOT NULL",
    # Quotes whose quoted post we do not have yet.
    "CREATE INDEX posts_quoting ON posts (quote_uri) WHERE quote_uri <> '' AND quote_of_id IS NULL",
    "CREATE INDEX posts_pinned ON posts (author_id, pinned_at DESC) WHERE pinned_at IS NOT NULL",
    "CREATE INDEX posts_by_card ON posts (card_id, id DESC) WHERE card_id IS NOT NULL",
    # Polls that end, to tell people.
    "CREATE INDEX polls_ending ON polls (expires_at) WHERE told_at IS NULL AND expires_at IS NOT NULL",
    "CREATE INDEX poll_votes_by_account ON poll_votes (account_id)",
]


class Migration(migrations.Migration):
    dependencies = [("echo", "0005_conversations")]

    initial = False

    operations = [
        ops.CreateModel(
            name="Card",
            fields=[
                ("id", SmallIdField(generated=True, primary_key=True, unique=True, db_index=True)),
                ("url", fields.CharField(unique=True, max_length=2048)),
                (
                    "kind",
                    fields.CharField(
                        default="link", description="link, photo, video", db_default="link", max_length=16
                    ),
                ),
                ("title", fields.TextField(default="", db_default="", unique=False)),
                ("description", fields.TextField(default="", db_default="", unique=False)),
                ("language", fields.CharField(null=True, max_length=16)),
                ("author_name", fields.CharField(default="", db_default="", max_length=255)),
                ("author_url", fields.CharField(default="", db_default="", max_length=2048)),
                (
                    "author_id",
                    fields.BigIntField(null=True, description="account that the page names as its author"),
                ),
                ("provider_name", fields.CharField(default="", db_default="", max_length=255)),
                ("provider_url", fields.CharField(default="", db_default="", max_length=2048)),
                (
                    "embed_url",
                    fields.CharField(
                        default="", description="photo: the picture", db_default="", max_length=2048
                    ),
                ),
                (
                    "html",
                    fields.TextField(
                        default="", description="our own frame around embed_url", db_default="", unique=False
                    ),
                ),
                ("width", fields.IntField(default=0, db_default=0)),
                ("height", fields.IntField(default=0, db_default=0)),
                (
                    "image_key",
                    fields.CharField(
                        default="", description="in the media store", db_default="", max_length=255
                    ),
                ),
                ("image_description", fields.TextField(default="", db_default="", unique=False)),
                ("blurhash", fields.CharField(null=True, max_length=255)),
                ("published_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                (
                    "warnings",
                    fields.JSONField(
                        default=list,
                        description="[code]: what was left out",
                        db_default=SqlDefault("'[]'::jsonb"),
                        encoder=functools.partial(dumps, separators=(",", ":")),
                        decoder=loads,
                    ),
                ),
                ("fetched_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ("created_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "cards",
                "app": "echo",
                "pk_attr": "id",
                "table_description": "The preview of a page, shared by all posts that link to it. Texts are plain, never HTML.",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="Poll",
            fields=[
                ("id", SmallIdField(generated=True, primary_key=True, unique=True, db_index=True)),
                ("post_id", fields.BigIntField(unique=True)),
                ("multiple", fields.BooleanField(default=False, db_default=False)),
                (
                    "hide_totals",
                    fields.BooleanField(
                        default=False,
                        description="no counts before one has voted or it is over",
                        db_default=False,
                    ),
                ),
                (
                    "expires_at",
                    fields.DatetimeField(
                        null=True, description="null: never", auto_now=False, auto_now_add=False
                    ),
                ),
                (
                    "voters",
                    fields.IntField(null=True, description="people who voted; null: the origin does not say"),
                ),
                (
                    "told_at",
                    fields.DatetimeField(
                        null=True,
                        description="when people were told that it is over",
                        auto_now=False,
                        auto_now_add=False,
                    ),
                ),
                (
                    "fetched_at",
                    fields.DatetimeField(
                        null=True,
                        description="when the origin was last asked; remote polls",
                        auto_now=False,
                        auto_now_add=False,
                    ),
                ),
            ],
            options={
                "table": "polls",
                "app": "echo",
                "pk_attr": "id",
                "table_description": "The poll of a post. Counters are of those who voted, and stand here and with the options.",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="PollOption",
            fields=[
                ("id", SmallIdField(generated=True, primary_key=True, unique=True, db_index=True)),
                ("poll_id", fields.BigIntField()),
                ("position", fields.IntField()),
                ("title", fields.CharField(max_length=2048)),
                ("votes", fields.IntField(default=0, db_default=0)),
            ],
            options={
                "table": "poll_options",
                "app": "echo",
                "unique_together": (("poll_id", "position"),),
                "pk_attr": "id",
                "table_description": "One answer; `position` counts from 0.",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="PollVote",
            fields=[
                ("id", SmallIdField(generated=True, primary_key=True, unique=True, db_index=True)),
                ("poll_id", fields.BigIntField()),
                ("account_id", fields.BigIntField()),
                ("position", fields.IntField()),
                (
                    "uri",
                    fields.CharField(
                        default="", description="its id on the wire", db_default="", max_length=2048
                    ),
                ),
                ("created_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "poll_votes",
                "app": "echo",
                "unique_together": (("poll_id", "account_id", "position"),),
                "pk_attr": "id",
                "table_description": "One choice of somebody, here or elsewhere.",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="ThreadMute",
            fields=[
                ("id", fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ("account_id", fields.BigIntField()),
                ("thread_id", fields.BigIntField()),
                ("created_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "thread_mutes",
                "app": "echo",
                "unique_together": (("account_id", "thread_id"),),
                "pk_attr": "id",
                "table_description": "Somebody does not want to hear of a thread any more.",
            },
            bases=["Model"],
        ),
        ops.AddField(
            model_name="Post",
            name="blocks",
            field=fields.JSONField(
                null=True,
                description="[{type, text | media_id}] in order, when written in blocks",
                encoder=functools.partial(dumps, separators=(",", ":")),
                decoder=loads,
            ),
        ),
        ops.AddField(
            model_name="Post",
            name="card_id",
            field=fields.BigIntField(null=True),
        ),
        ops.AddField(
            model_name="Post",
            name="content_type",
            field=fields.CharField(default="text/plain", db_default="text/plain", max_length=32),
        ),
        ops.AddField(
            model_name="Post",
            name="local_only",
            field=fields.BooleanField(
                default=False, description="never leaves this server", db_default=False
            ),
        ),
        ops.AddField(
            model_name="Post",
            name="pinned_at",
            field=fields.DatetimeField(
                null=True,
                description="when the author put it on top of their profile",
                auto_now=False,
                auto_now_add=False,
            ),
        ),
        ops.AddField(
            model_name="Post",
            name="poll_id",
            field=fields.BigIntField(null=True),
        ),
        ops.AddField(
            model_name="Post",
            name="quote_automatic",
            field=fields.JSONField(
                default=list,
                description="[echo.kinds.Quoter]: who may quote this post",
                db_default=SqlDefault("'[]'::jsonb"),
                encoder=functools.partial(dumps, separators=(",", ":")),
                decoder=loads,
            ),
        ),
        ops.AddField(
            model_name="Post",
            name="quote_manual",
            field=fields.JSONField(
                default=list,
                description="[echo.kinds.Quoter]: who has to ask the author",
                db_default=SqlDefault("'[]'::jsonb"),
                encoder=functools.partial(dumps, separators=(",", ":")),
                decoder=loads,
            ),
        ),
        ops.AddField(
            model_name="Post",
            name="quote_of_id",
            field=fields.BigIntField(null=True, description="the post that this one quotes, when we have it"),
        ),
        ops.AddField(
            model_name="Post",
            name="quote_state",
            field=fields.CharField(
                default="", description="echo.kinds.QuoteState; empty: no quote", db_default="", max_length=16
            ),
        ),
        ops.AddField(
            model_name="Post",
            name="quote_uri",
            field=fields.CharField(
                default="",
                description="id of the quoted post; empty: no quote",
                db_default="",
                max_length=2048,
            ),
        ),
        ops.AddField(
            model_name="PostStats",
            name="quotes",
            field=fields.IntField(default=0, db_default=0),
        ),
        ops.AddField(
            model_name="User",
            name="filters_version",
            field=fields.IntField(
                null=True, description="rises with every change of filters; null: never had any"
            ),
        ),
        *[ops.RunSQL(sql) for sql in INDEXES],
    ]
