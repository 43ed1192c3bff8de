"""Digests: when the last one was asked for."""

from tortoise import fields, migrations
from tortoise.migrations import operations as ops

from echo.columns import IdField


class Migration(migrations.Migration):
    dependencies = [("echo", "0012_push")]

    operations = [
        ops.CreateModel(
            name="Digest",
            fields=[
                ("user_id", IdField(primary_key=True, unique=True, db_index=True)),
                ("since_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ("sent_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "digests",
                "app": "echo",
                "pk_attr": "user_id",
                "table_description": (
                    "The last digest of a person: when it was asked for, and where what it tells begins."
                ),
            },
            bases=["Model"],
        ),
        ops.RunSQL(
            "ALTER TABLE digests ADD CONSTRAINT digests_user_id_fk FOREIGN KEY (user_id)"
            " REFERENCES users (id) ON DELETE CASCADE"
        ),
        # Few people want digests: they are found without reading everybody.
        ops.RunSQL(
            "CREATE INDEX users_with_digests ON users (id)"
            """ WHERE settings @> '{"letters": {"digest": true}}'"""
        ),
    ]
