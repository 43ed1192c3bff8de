"""Files that are made ready by a worker, files that nobody uses, and copies of files of other servers."""

from tortoise import migrations
from tortoise.migrations import operations as ops
from echo.columns import SmallIdField
from tortoise import fields

# The addresses that were stored before this table was.
_KNOWN = """
    INSERT INTO remote_files (digest, url, created_at)
    SELECT encode(sha256(convert_to(url, 'UTF8')), 'hex'), url, now() FROM (
        SELECT remote_url AS url FROM media WHERE remote_url <> ''
        UNION SELECT avatar FROM accounts WHERE domain <> '' AND avatar <> ''
        UNION SELECT header FROM accounts WHERE domain <> '' AND header <> ''
        UNION SELECT e ->> 'url' FROM accounts, jsonb_array_elements(emojis) e WHERE domain <> ''
        UNION SELECT e ->> 'url' FROM posts, jsonb_array_elements(emojis) e WHERE NOT local
    ) AS stored WHERE url LIKE 'http%' AND length(url) <= 2048
    ON CONFLICT (digest) DO NOTHING
"""
STATEMENTS = [
    "CREATE INDEX remote_files_kept ON remote_files (fetched_at, id) INCLUDE (size_bytes) WHERE file_key <> ''",
    # Files that no post uses: few, and looked for by the hour.
    "CREATE INDEX media_unused ON media (id) WHERE post_id IS NULL",
    "CREATE INDEX media_discarded ON media (discarded_at) WHERE discarded_at IS NOT NULL",
    _KNOWN,
]


class Migration(migrations.Migration):
    dependencies = [("echo", "0007_announcements")]

    initial = False

    operations = [
        ops.CreateModel(
            name="RemoteFile",
            fields=[
                ("id", SmallIdField(generated=True, primary_key=True, unique=True, db_index=True)),
                (
                    "digest",
                    fields.CharField(
                        unique=True, description="SHA-256 of the address, hexadecimal", max_length=64
                    ),
                ),
                ("url", fields.CharField(max_length=2048)),
                (
                    "file_key",
                    fields.CharField(
                        default="", description="in the media store", db_default="", max_length=255
                    ),
                ),
                ("content_type", fields.CharField(default="", db_default="", max_length=64)),
                ("size_bytes", fields.BigIntField(default=0, db_default=0)),
                (
                    "stays",
                    fields.BooleanField(default=False, description="too large for a copy", db_default=False),
                ),
                ("failures", fields.IntField(default=0, description="in a row", db_default=0)),
                (
                    "retry_at",
                    fields.DatetimeField(
                        null=True, description="not asked again before", auto_now=False, auto_now_add=False
                    ),
                ),
                ("fetched_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ("created_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "remote_files",
                "app": "echo",
                "pk_attr": "id",
                "table_description": "An address that a post or an account names. Only such addresses are ever fetched for people.",
            },
            bases=["Model"],
        ),
        ops.AddField(
            model_name="Media",
            name="discarded_at",
            field=fields.DatetimeField(
                null=True,
                description="thrown away: nobody sees it, and it goes with its files",
                auto_now=False,
                auto_now_add=False,
            ),
        ),
        ops.AddField(
            model_name="Media",
            name="freed_at",
            field=fields.DatetimeField(
                null=True, description="when a deleted post let go of it", auto_now=False, auto_now_add=False
            ),
        ),
        ops.AddField(
            model_name="Media",
            name="preview_remote_url",
            field=fields.CharField(default="", db_default="", max_length=2048),
        ),
        ops.AddField(
            model_name="Media",
            name="source_key",
            field=fields.CharField(
                default="",
                description="the file as it came, until it is made ready",
                db_default="",
                max_length=255,
            ),
        ),
        ops.AddField(
            model_name="Media",
            name="state",
            field=fields.CharField(
                default="ready", description="echo.kinds.MediaState", db_default="ready", max_length=16
            ),
        ),
        ops.AddField(
            model_name="Media",
            name="tries",
            field=fields.IntField(
                default=0, description="how often a worker has begun with it", db_default=0
            ),
        ),
        *[ops.RunSQL(sql) for sql in STATEMENTS],
    ]
