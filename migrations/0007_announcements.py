"""Custom emojis of this server, and announcements."""

from tortoise import migrations
from tortoise.migrations import operations as ops
import functools
from json import dumps, loads
from tortoise.fields.db_defaults import SqlDefault
from tortoise import fields

REFERENCES = [
    ("announcement_dismissals", "announcement_id", "announcements"),
    ("announcement_dismissals", "account_id", "accounts"),
    ("announcement_reactions", "announcement_id", "announcements"),
    ("announcement_reactions", "account_id", "accounts"),
]


class Migration(migrations.Migration):
    dependencies = [("echo", "0006_statuses")]

    initial = False

    operations = [
        ops.CreateModel(
            name="Announcement",
            fields=[
                ("id", fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ("text", fields.TextField(description="as typed", unique=False)),
                ("html", fields.TextField(description="clean HTML", unique=False)),
                (
                    "mentioned_ids",
                    fields.JSONField(
                        default=list,
                        description="[account id]",
                        db_default=SqlDefault("'[]'::jsonb"),
                        encoder=functools.partial(dumps, separators=(",", ":")),
                        decoder=loads,
                    ),
                ),
                (
                    "post_ids",
                    fields.JSONField(
                        default=list,
                        description="[post id] that it links to",
                        db_default=SqlDefault("'[]'::jsonb"),
                        encoder=functools.partial(dumps, separators=(",", ":")),
                        decoder=loads,
                    ),
                ),
                (
                    "hashtags",
                    fields.JSONField(
                        default=list,
                        description="[folded name]",
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
                (
                    "starts_at",
                    fields.DatetimeField(
                        null=True, description="of what it is about", auto_now=False, auto_now_add=False
                    ),
                ),
                (
                    "ends_at",
                    fields.DatetimeField(
                        null=True,
                        description="after this it is taken back",
                        auto_now=False,
                        auto_now_add=False,
                    ),
                ),
                ("all_day", fields.BooleanField(default=False, db_default=False)),
                (
                    "publish_at",
                    fields.DatetimeField(
                        null=True,
                        description="when to publish a draft by itself",
                        auto_now=False,
                        auto_now_add=False,
                    ),
                ),
                ("published_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ("created_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ("updated_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "announcements",
                "app": "echo",
                "pk_attr": "id",
                "table_description": "A text for all people here; a draft until `published_at` is set.",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="AnnouncementDismissal",
            fields=[
                ("id", fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ("announcement_id", fields.BigIntField()),
                ("account_id", fields.BigIntField()),
            ],
            options={
                "table": "announcement_dismissals",
                "app": "echo",
                "unique_together": (("announcement_id", "account_id"),),
                "pk_attr": "id",
                "table_description": "Somebody has read an announcement.",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="AnnouncementReaction",
            fields=[
                ("id", fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ("announcement_id", fields.BigIntField()),
                ("account_id", fields.BigIntField()),
                ("name", fields.CharField(max_length=128)),
                ("created_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "announcement_reactions",
                "app": "echo",
                "unique_together": (("announcement_id", "account_id", "name"),),
                "pk_attr": "id",
                "table_description": "An emoji under an announcement: a character, or the shortcode of a custom one.",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="CustomEmoji",
            fields=[
                ("id", fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ("shortcode", fields.CharField(unique=True, max_length=128)),
                ("file_key", fields.CharField(description="in the media store", max_length=255)),
                ("static_key", fields.CharField(description="the same, standing still", max_length=255)),
                ("category", fields.CharField(default="", db_default="", max_length=128)),
                (
                    "visible",
                    fields.BooleanField(default=True, description="shown to choose from", db_default=True),
                ),
                (
                    "featured",
                    fields.BooleanField(default=False, description="first of its category", db_default=False),
                ),
                ("created_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "custom_emojis",
                "app": "echo",
                "pk_attr": "id",
                "table_description": "A small picture that people here can write as `:shortcode:`.",
            },
            bases=["Model"],
        ),
        # What people here have written with an emoji, for when it is exchanged or taken away.
        ops.RunSQL(
            "CREATE INDEX posts_by_emoji ON posts USING gin (emojis jsonb_path_ops)"
            " WHERE local AND emojis <> '[]'::jsonb"
        ),
        *[
            ops.RunSQL(
                f"ALTER TABLE {child} ADD CONSTRAINT {child}_{column}_fk FOREIGN KEY ({column})"
                f" REFERENCES {parent} (id) ON DELETE CASCADE"
            )
            for child, column, parent in REFERENCES
        ],
    ]
