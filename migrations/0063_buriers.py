"""Who said that something is deleted, so that it counts for what is theirs alone."""

import functools
from json import dumps, loads

from tortoise import fields, migrations
from tortoise.fields.db_defaults import SqlDefault
from tortoise.migrations import operations as ops


class Migration(migrations.Migration):
    dependencies = [("echo", "0062_compared_copies")]

    initial = False

    operations = [
        ops.AddField(
            model_name="Tombstone",
            name="account_ids",
            field=fields.JSONField(
                default=list,
                description="[account id] of those who said so: it holds for what is theirs; empty: for everybody",
                db_default=SqlDefault("'[]'::jsonb"),
                encoder=functools.partial(dumps, separators=(",", ":")),
                decoder=loads,
            ),
        ),
    ]
