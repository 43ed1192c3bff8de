"""What is cleared away of other servers: how far that has got, and the indexes that it needs."""

from tortoise import migrations
from tortoise.migrations import operations as ops
from tortoise import fields

INDEXES = [
    # What is deleted takes along what refers to it, and each of these has to be found.
    "CREATE INDEX bookmarks_by_post ON bookmarks (post_id)",
    "CREATE INDEX notification_requests_by_post ON notification_requests (last_post_id)"
    " WHERE last_post_id IS NOT NULL",
    "CREATE INDEX dismissed_suggestions_by_target ON dismissed_suggestions (target_id)",
    "CREATE INDEX announcement_dismissals_by_account ON announcement_dismissals (account_id)",
    "CREATE INDEX announcement_reactions_by_account ON announcement_reactions (account_id)",
    # Deleted posts refer to their authors too.
    "CREATE INDEX posts_by_author_and_id ON posts (author_id, id DESC)",
    "DROP INDEX posts_by_author",
    "CREATE INDEX posts_deleted ON posts (deleted_at) WHERE deleted_at IS NOT NULL",
    "CREATE INDEX notifications_by_age ON notifications (created_at)",
    "CREATE INDEX tombstones_by_age ON tombstones (created_at)",
    "CREATE INDEX media_by_address ON media USING hash (remote_url) WHERE remote_url <> ''",
    "CREATE INDEX media_by_preview ON media USING hash (preview_remote_url) WHERE preview_remote_url <> ''",
    "CREATE INDEX accounts_by_avatar ON accounts USING hash (avatar) WHERE domain <> '' AND avatar <> ''",
    "CREATE INDEX accounts_by_header ON accounts USING hash (header) WHERE domain <> '' AND header <> ''",
]


class Migration(migrations.Migration):
    dependencies = [("echo", "0039_roles")]

    initial = False

    operations = [
        ops.CreateModel(
            name="Pruning",
            fields=[
                (
                    "kind",
                    fields.CharField(
                        primary_key=True,
                        unique=True,
                        db_index=True,
                        description="echo.actions.pruning.Kind",
                        max_length=16,
                    ),
                ),
                (
                    "position",
                    fields.BigIntField(
                        default=0, description="ids up to this were looked at in this round", db_default=0
                    ),
                ),
                ("round_began_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                (
                    "finished_at",
                    fields.DatetimeField(
                        null=True,
                        description="when a run last ended well",
                        auto_now=False,
                        auto_now_add=False,
                    ),
                ),
                ("rows", fields.BigIntField(default=0, description="removed by the last run", db_default=0)),
                (
                    "bytes",
                    fields.BigIntField(default=0, description="freed by the last run, about", db_default=0),
                ),
                ("total_rows", fields.BigIntField(default=0, db_default=0)),
                ("total_bytes", fields.BigIntField(default=0, db_default=0)),
                (
                    "failure",
                    fields.TextField(
                        default="",
                        description="why the last run ended; empty: well",
                        db_default="",
                        unique=False,
                    ),
                ),
            ],
            options={
                "table": "prunings",
                "app": "echo",
                "pk_attr": "kind",
                "table_description": "How far the clearing away of one kind of rows has got, and what it did. A cursor: it may be lost.",
            },
            bases=["Model"],
        ),
        ops.AddField(
            model_name="RemoteFile",
            name="emoji",
            field=fields.BooleanField(
                default=False, description="an emoji: named by more than can be counted", db_default=False
            ),
        ),
        # Whether older addresses are of emojis is not known: they stay.
        ops.RunSQL("UPDATE remote_files SET emoji = true"),
        *[ops.RunSQL(statement) for statement in INDEXES],
    ]
