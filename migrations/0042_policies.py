"""Policies, what they hold back, and files that nobody may show."""

from tortoise import migrations
from tortoise.migrations import operations as ops
import functools
from json import dumps, loads
from tortoise.fields.db_defaults import SqlDefault
from tortoise import fields

CASCADES = [
    ("held_things", "author_id", "accounts"),
    ("held_things", "post_id", "posts"),
    ("held_things", "chat_id", "chats"),
]


class Migration(migrations.Migration):
    dependencies = [("echo", "0041_proofs")]

    initial = False

    operations = [
        ops.CreateModel(
            name="BannedFile",
            fields=[
                ("id", fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                (
                    "sha256",
                    fields.CharField(
                        default="", description="hexadecimal; empty: by looks", db_default="", max_length=64
                    ),
                ),
                (
                    "look",
                    fields.CharField(
                        default="",
                        description="difference hash, hexadecimal; empty: by bytes",
                        db_default="",
                        max_length=16,
                    ),
                ),
                (
                    "distance",
                    fields.SmallIntField(
                        default=6, description="bits of `look` that may differ", db_default=6
                    ),
                ),
                (
                    "note",
                    fields.TextField(
                        default="", description="for those who run this server", db_default="", unique=False
                    ),
                ),
                ("created_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "banned_files",
                "app": "echo",
                "pk_attr": "id",
                "table_description": "A file that nobody may show here: by its bytes, and a picture also by how it looks.",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="HeldThing",
            fields=[
                ("id", fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ("kind", fields.CharField(description="echo.kinds.HeldKind", max_length=16)),
                ("author_id", fields.BigIntField()),
                (
                    "post_id",
                    fields.BigIntField(
                        null=True, description="of somebody here: the post; edits: what they change"
                    ),
                ),
                ("chat_id", fields.BigIntField(null=True)),
                (
                    "uri",
                    fields.CharField(
                        default="", description="of a post of elsewhere", db_default="", max_length=2048
                    ),
                ),
                (
                    "draft",
                    fields.TextField(
                        default="",
                        description="JSON: what is taken when it is let through",
                        db_default="",
                        unique=False,
                    ),
                ),
                (
                    "text",
                    fields.TextField(
                        default="", description="plain, for moderators", db_default="", unique=False
                    ),
                ),
                (
                    "policy",
                    fields.CharField(
                        default="", description="the name it had", db_default="", max_length=100
                    ),
                ),
                ("found", fields.CharField(default="", db_default="", max_length=500)),
                (
                    "state",
                    fields.CharField(
                        default="waiting",
                        description="waiting, accepted, rejected",
                        db_default="waiting",
                        max_length=16,
                    ),
                ),
                ("created_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ("decided_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ("decided_by_id", fields.BigIntField(null=True)),
            ],
            options={
                "table": "held_things",
                "app": "echo",
                "pk_attr": "id",
                "table_description": "Something that a policy holds back until a moderator decides, or that one has rejected.",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="Policy",
            fields=[
                ("id", fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ("kind", fields.CharField(max_length=32)),
                ("name", fields.CharField(description="as those who run the server call it", max_length=100)),
                ("enabled", fields.BooleanField(default=False, db_default=False)),
                (
                    "position",
                    fields.IntField(default=0, description="asked in this order, then by id", db_default=0),
                ),
                (
                    "doors",
                    fields.JSONField(
                        default=list,
                        description="[pipeline.said.Door]",
                        db_default=SqlDefault("'[]'::jsonb"),
                        encoder=functools.partial(dumps, separators=(",", ":")),
                        decoder=loads,
                    ),
                ),
                (
                    "only_hosts",
                    fields.JSONField(
                        default=list,
                        description="[domain], with subdomains; none: everywhere",
                        db_default=SqlDefault("'[]'::jsonb"),
                        encoder=functools.partial(dumps, separators=(",", ":")),
                        decoder=loads,
                    ),
                ),
                (
                    "except_hosts",
                    fields.JSONField(
                        default=list,
                        description="[domain], the same",
                        db_default=SqlDefault("'[]'::jsonb"),
                        encoder=functools.partial(dumps, separators=(",", ":")),
                        decoder=loads,
                    ),
                ),
                (
                    "settings",
                    fields.JSONField(
                        default=dict,
                        description="of its kind; secrets are sealed",
                        db_default=SqlDefault("'{}'::jsonb"),
                        encoder=functools.partial(dumps, separators=(",", ":")),
                        decoder=loads,
                    ),
                ),
                ("created_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ("updated_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "policies",
                "app": "echo",
                "pk_attr": "id",
                "table_description": "A rule for posts and messages: a kind of `echo.policy.pipeline.catalogue`, and how it is set.",
            },
            bases=["Model"],
        ),
        *[
            ops.RunSQL(
                f"ALTER TABLE {child} ADD CONSTRAINT {child}_{column}_fk FOREIGN KEY ({column})"
                f" REFERENCES {parent} (id) ON DELETE CASCADE"
            )
            for child, column, parent in CASCADES
        ],
        # The same post again takes the place of the one that waits.
        ops.RunSQL("CREATE UNIQUE INDEX held_things_by_uri ON held_things (kind, uri) WHERE uri <> ''"),
        ops.RunSQL("CREATE INDEX held_things_by_state ON held_things (state, id)"),
        ops.RunSQL("CREATE INDEX held_things_by_author ON held_things (author_id)"),
        ops.RunSQL("CREATE INDEX held_things_by_post ON held_things (post_id) WHERE post_id IS NOT NULL"),
        ops.RunSQL("CREATE INDEX held_things_by_chat ON held_things (chat_id) WHERE chat_id IS NOT NULL"),
        ops.RunSQL("CREATE UNIQUE INDEX banned_files_once ON banned_files (sha256, look)"),
    ]
