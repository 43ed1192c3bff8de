"""When new counts of a poll are told; what a former version of a post showed and asked."""

from tortoise import migrations
from tortoise.migrations import operations as ops
import functools
from json import dumps, loads
from tortoise.fields.db_defaults import SqlDefault
from tortoise import fields


REFERENCES = [
    ("polls", "post_id", "posts"),
    ("poll_options", "poll_id", "polls"),
    ("poll_votes", "poll_id", "polls"),
    ("poll_votes", "account_id", "accounts"),
]


class Migration(migrations.Migration):
    dependencies = [("echo", "0022_schedules")]

    initial = False

    operations = [
        ops.AlterField(
            model_name="Poll",
            name="hide_totals",
            field=fields.BooleanField(
                default=False, description="no counts before it is over", db_default=False
            ),
        ),
        ops.AddField(
            model_name="Poll",
            name="tell_at",
            field=fields.DatetimeField(
                null=True,
                description="when others are to be told of new counts",
                auto_now=False,
                auto_now_add=False,
            ),
        ),
        ops.AddField(
            model_name="PostVersion",
            name="emojis",
            field=fields.JSONField(
                default=list,
                db_default=SqlDefault("'[]'::jsonb"),
                encoder=functools.partial(dumps, separators=(",", ":")),
                decoder=loads,
            ),
        ),
        ops.AddField(
            model_name="PostVersion",
            name="files",
            field=fields.JSONField(
                null=True,
                description="the files as they were, in order; null: see media_ids",
                encoder=functools.partial(dumps, separators=(",", ":")),
                decoder=loads,
            ),
        ),
        ops.AddField(
            model_name="PostVersion",
            name="poll_titles",
            field=fields.JSONField(
                null=True,
                description="what the poll asked; null: there was none",
                encoder=functools.partial(dumps, separators=(",", ":")),
                decoder=loads,
            ),
        ),
        *[
            ops.RunSQL(
                f"ALTER TABLE {child} ADD CONSTRAINT {child}_{column}_fk FOREIGN KEY ({column})"
                f" REFERENCES {parent} (id) ON DELETE CASCADE"
            )
            for child, column, parent in REFERENCES
        ],
        ops.RunSQL("CREATE INDEX polls_counted ON polls (tell_at) WHERE tell_at IS NOT NULL"),
    ]
