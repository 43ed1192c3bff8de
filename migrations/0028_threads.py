"""Threads: what is being asked of other servers; they are joined, and what belongs to one is found by it."""

import functools
from json import dumps, loads

from tortoise import fields, migrations
from tortoise.migrations import operations as ops

from echo.columns import IdField


class Migration(migrations.Migration):
    dependencies = [("echo", "0027_names")]

    initial = False

    operations = [
        ops.CreateModel(
            name="ThreadFetch",
            fields=[
                ("id", IdField(primary_key=True, unique=True, db_index=True)),
                ("thread_id", fields.BigIntField(unique=True, description="posts.thread_id")),
                ("post_id", fields.BigIntField(description="the post that somebody opened")),
                (
                    "plan",
                    fields.JSONField(
                        null=True,
                        description="what is still to be asked; null: nothing",
                        encoder=functools.partial(dumps, separators=(",", ":")),
                        decoder=loads,
                    ),
                ),
                (
                    "found",
                    fields.IntField(default=0, description="posts that were not known before", db_default=0),
                ),
                ("started_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ("finished_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "thread_fetches",
                "app": "echo",
                "pk_attr": "id",
                "table_description": "What other servers have of a thread is asked for, or was: one row for"
                " each thread.",
            },
            bases=["Model"],
        ),
        ops.RunSQL(
            "ALTER TABLE thread_fetches ADD CONSTRAINT thread_fetches_post_id_fk FOREIGN KEY (post_id)"
            " REFERENCES posts (id) ON DELETE CASCADE"
        ),
        ops.RunSQL("CREATE INDEX thread_fetches_post ON thread_fetches (post_id)"),
        ops.RunSQL("CREATE INDEX conversations_thread ON conversations (thread_id)"),
        ops.RunSQL("CREATE INDEX thread_mutes_thread ON thread_mutes (thread_id)"),
    ]
