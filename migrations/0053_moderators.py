"""Who leads a community of another server."""

import functools
from json import dumps, loads

from tortoise import fields, migrations
from tortoise.fields.db_defaults import SqlDefault
from tortoise.migrations import operations as ops


class Migration(migrations.Migration):
    dependencies = [("echo", "0052_figures")]

    initial = False

    operations = [
        ops.AddField(
            model_name="Account",
            name="moderators",
            field=fields.JSONField(
                default=list,
                description="[uri] of those who lead a group elsewhere",
                db_default=SqlDefault("'[]'::jsonb"),
                encoder=functools.partial(dumps, separators=(",", ":")),
                decoder=loads,
            ),
        ),
        ops.AddField(
            model_name="Account",
            name="moderators_uri",
            field=fields.CharField(
                default="",
                description="of a group: the collection of who leads it",
                db_default="",
                max_length=2048,
            ),
        ),
    ]
