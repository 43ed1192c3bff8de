"""What people do with hashtags and with people they like or avoid, and more of what a profile says."""

from tortoise import migrations
from tortoise.migrations import operations as ops
import functools
from json import dumps, loads
from tortoise.fields.db_defaults import SqlDefault
from tortoise import fields

INDEXES = [
    # The directory: who posted lately, and who is new.
    "CREATE INDEX account_stats_by_day ON account_stats (last_post_on DESC NULLS LAST, account_id DESC)",
    "CREATE INDEX accounts_discoverable ON accounts (id DESC)"
    " WHERE discoverable AND deleted_at IS NULL AND suspended_at IS NULL",
]
# child table, column, parent table: deleting the parent takes the child with it.
REFERENCES = [
    ("avoided_domains", "account_id", "accounts"),
    ("dismissed_suggestions", "account_id", "accounts"),
    ("dismissed_suggestions", "target_id", "accounts"),
    ("endorsements", "account_id", "accounts"),
    ("endorsements", "target_id", "accounts"),
    ("featured_tags", "account_id", "accounts"),
    ("featured_tags", "hashtag_id", "hashtags"),
    ("tag_follows", "account_id", "accounts"),
    ("tag_follows", "hashtag_id", "hashtags"),
]


class Migration(migrations.Migration):
    dependencies = [("echo", "0020_quotes")]

    initial = False

    operations = [
        ops.CreateModel(
            name="AvoidedDomain",
            fields=[
                ("id", fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ("account_id", fields.BigIntField()),
                (
                    "domain",
                    fields.CharField(description="handle host, as in accounts.domain", max_length=255),
                ),
                ("created_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "avoided_domains",
                "app": "echo",
                "unique_together": (("account_id", "domain"),),
                "pk_attr": "id",
                "table_description": "A server whose people somebody does not want to meet.",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="DismissedSuggestion",
            fields=[
                ("id", fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ("account_id", fields.BigIntField()),
                ("target_id", fields.BigIntField()),
                ("created_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "dismissed_suggestions",
                "app": "echo",
                "unique_together": (("account_id", "target_id"),),
                "pk_attr": "id",
                "table_description": "Somebody whom a person does not want to be shown as a suggestion again.",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="Endorsement",
            fields=[
                ("id", fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ("account_id", fields.BigIntField()),
                ("target_id", fields.BigIntField(db_index=True)),
                ("created_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "endorsements",
                "app": "echo",
                "unique_together": (("account_id", "target_id"),),
                "pk_attr": "id",
                "table_description": "Somebody whom a person shows on their profile; they follow them.",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="FeaturedTag",
            fields=[
                ("id", fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ("account_id", fields.BigIntField()),
                ("hashtag_id", fields.BigIntField()),
                ("created_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "featured_tags",
                "app": "echo",
                "unique_together": (("account_id", "hashtag_id"),),
                "pk_attr": "id",
                "table_description": "A hashtag that somebody shows on their profile.",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="TagFollow",
            fields=[
                ("id", fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ("account_id", fields.BigIntField()),
                ("hashtag_id", fields.BigIntField(db_index=True)),
                ("created_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "tag_follows",
                "app": "echo",
                "unique_together": (("account_id", "hashtag_id"),),
                "pk_attr": "id",
                "table_description": "A hashtag whose public posts somebody wants on their home timeline.",
            },
            bases=["Model"],
        ),
        ops.AddField(
            model_name="Account",
            name="attribution_domains",
            field=fields.JSONField(
                default=list,
                description="[domain] that may name this account as an author",
                db_default=SqlDefault("'[]'::jsonb"),
                encoder=functools.partial(dumps, separators=(",", ":")),
                decoder=loads,
            ),
        ),
        ops.AddField(
            model_name="Account",
            name="memorial",
            field=fields.BooleanField(
                default=False, description="of somebody who has died", db_default=False
            ),
        ),
        ops.AddField(
            model_name="Account",
            name="moved_at",
            field=fields.DatetimeField(
                null=True,
                description="when its followers last went along",
                auto_now=False,
                auto_now_add=False,
            ),
        ),
        ops.AddField(
            model_name="Account",
            name="show_featured",
            field=fields.BooleanField(default=True, db_default=True),
        ),
        ops.AddField(
            model_name="Account",
            name="show_media",
            field=fields.BooleanField(default=True, description="a tab of the profile", db_default=True),
        ),
        ops.AddField(
            model_name="Account",
            name="show_media_replies",
            field=fields.BooleanField(default=True, db_default=True),
        ),
        *[ops.RunSQL(sql) for sql in INDEXES],
        *[
            ops.RunSQL(
                f"ALTER TABLE {child} ADD CONSTRAINT {child}_{column}_fk FOREIGN KEY ({column})"
                f" REFERENCES {parent} (id) ON DELETE CASCADE"
            )
            for child, column, parent in REFERENCES
        ],
    ]
