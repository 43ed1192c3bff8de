"""Posts that wait for their time, with the files and keys that belong to them."""

from tortoise import migrations
from tortoise.migrations import operations as ops
import functools
from echo.columns import SmallIdField
from json import dumps, loads
from tortoise.fields.db_defaults import SqlDefault
from tortoise import fields

# A file outlives the post that waited with it.
MORE = [
    "CREATE INDEX scheduled_posts_of ON scheduled_posts (account_id, id)",
    "CREATE INDEX scheduled_posts_due ON scheduled_posts (due_at) WHERE failure = ''",
    "CREATE INDEX media_scheduled ON media (scheduled_id) WHERE scheduled_id IS NOT NULL",
    "CREATE INDEX idempotency_keys_scheduled ON idempotency_keys (scheduled_id)"
    " WHERE scheduled_id IS NOT NULL",
    "ALTER TABLE scheduled_posts ADD CONSTRAINT scheduled_posts_account_id_fk FOREIGN KEY (account_id)"
    " REFERENCES accounts (id) ON DELETE CASCADE",
    "ALTER TABLE media ADD CONSTRAINT media_scheduled_id_fk FOREIGN KEY (scheduled_id)"
    " REFERENCES scheduled_posts (id) ON DELETE SET NULL",
]


class Migration(migrations.Migration):
    dependencies = [("echo", "0021_accounts")]

    initial = False

    operations = [
        ops.CreateModel(
            name="ScheduledPost",
            fields=[
                ("id", SmallIdField(generated=True, primary_key=True, unique=True, db_index=True)),
                ("account_id", fields.BigIntField()),
                ("due_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                (
                    "draft",
                    fields.JSONField(
                        default=dict,
                        description="echo.actions.drafts.PostDraft",
                        db_default=SqlDefault("'{}'::jsonb"),
                        encoder=functools.partial(dumps, separators=(",", ":")),
                        decoder=loads,
                    ),
                ),
                (
                    "failure",
                    fields.TextField(
                        default="",
                        description="why it could not be published; empty: it waits",
                        db_default="",
                        unique=False,
                    ),
                ),
                ("attempts", fields.IntField(default=0, db_default=0)),
                ("lease_owner", fields.CharField(default="", db_default="", max_length=64)),
                (
                    "lease_until",
                    fields.DatetimeField(
                        null=True,
                        description="nobody else takes it before",
                        auto_now=False,
                        auto_now_add=False,
                    ),
                ),
                ("created_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "scheduled_posts",
                "app": "echo",
                "pk_attr": "id",
                "table_description": "A post that waits to be published at `due_at`.",
            },
            bases=["Model"],
        ),
        ops.AddField(
            model_name="IdempotencyKey",
            name="scheduled_id",
            field=fields.BigIntField(null=True, description="while the post waits for its time"),
        ),
        ops.AddField(
            model_name="Media",
            name="scheduled_id",
            field=fields.BigIntField(null=True, description="the post that waits with it"),
        ),
        *[ops.RunSQL(sql) for sql in MORE],
    ]
