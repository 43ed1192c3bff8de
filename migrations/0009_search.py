"""Searching: words of posts and of names, apart from the posts and accounts themselves."""

from tortoise import migrations
from tortoise.migrations import operations as ops
from echo.columns import IdField
from tortoise.contrib.postgres.fields import TSVectorField
from tortoise import fields

SQL = [
    # No pending list: every search would read through it.
    "CREATE INDEX search_posts_by_word ON search_posts USING gin (words) WITH (fastupdate = off)",
    "CREATE INDEX search_accounts_by_word ON search_accounts USING gin (words) WITH (fastupdate = off)",
    "ALTER TABLE search_posts ADD CONSTRAINT search_posts_post_id_fk FOREIGN KEY (post_id)"
    " REFERENCES posts (id) ON DELETE CASCADE",
    "ALTER TABLE search_accounts ADD CONSTRAINT search_accounts_account_id_fk FOREIGN KEY (account_id)"
    " REFERENCES accounts (id) ON DELETE CASCADE",
    "CREATE INDEX hashtags_by_prefix ON hashtags (name text_pattern_ops)",
]


class Migration(migrations.Migration):
    dependencies = [("echo", "0008_media")]

    initial = False

    operations = [
        ops.CreateModel(
            name="SearchAccount",
            fields=[
                ("account_id", IdField(primary_key=True, unique=True, db_index=True)),
                (
                    "words",
                    TSVectorField(
                        description="folded words of the handle and of the display name",
                        source_fields=(),
                        stored=False,
                    ),
                ),
                (
                    "fame",
                    fields.SmallIntField(
                        default=0,
                        description="digits of the number of followers in base 2, now and then",
                        db_default=0,
                    ),
                ),
                (
                    "posts_open",
                    fields.BooleanField(
                        default=False,
                        description="whether the index of posts knows them as indexable",
                        db_default=False,
                    ),
                ),
                (
                    "reopen_below",
                    fields.BigIntField(
                        null=True,
                        description="their posts below this id are still to be put into the index anew",
                    ),
                ),
            ],
            options={
                "table": "search_accounts",
                "app": "echo",
                "pk_attr": "account_id",
                "table_description": "An account as it is found by name.",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="SearchFill",
            fields=[
                (
                    "kind",
                    fields.CharField(
                        primary_key=True,
                        unique=True,
                        db_index=True,
                        description="posts or accounts",
                        max_length=16,
                    ),
                ),
                ("below_id", fields.BigIntField(description="ids below this are still to be put in")),
                ("done", fields.BigIntField(default=0, db_default=0)),
                ("finished_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "search_fills",
                "app": "echo",
                "pk_attr": "kind",
                "table_description": "How far the index has been filled with what was there before it; one row for each kind.",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="SearchPost",
            fields=[
                ("post_id", IdField(primary_key=True, unique=True, db_index=True)),
                ("author_id", fields.BigIntField()),
                ("is_open", fields.BooleanField(description="everybody may find it")),
                (
                    "words",
                    TSVectorField(
                        description="folded words with their places, and marks such as has:image",
                        source_fields=(),
                        stored=False,
                    ),
                ),
            ],
            options={
                "table": "search_posts",
                "app": "echo",
                "pk_attr": "post_id",
                "table_description": "A post as the index of PostgreSQL keeps it: apart from the posts, whose inserts stay fast.",
            },
            bases=["Model"],
        ),
        ops.AddField(
            model_name="Hashtag",
            name="fame",
            field=fields.SmallIntField(
                default=0, description="digits of the number of uses in base 2, now and then", db_default=0
            ),
        ),
        *[ops.RunSQL(sql) for sql in SQL],
    ]
