"""Ed25519 keys beside the RSA ones; those of older accounts are made by `echo.actions.keys`."""

import functools
from json import dumps, loads

from tortoise import fields, migrations
from tortoise.fields.db_defaults import SqlDefault
from tortoise.migrations import operations as ops


class Migration(migrations.Migration):
    dependencies = [("echo", "0023_counting")]

    initial = False

    operations = [
        ops.AlterField(
            model_name="Account",
            name="public_keys",
            field=fields.JSONField(
                default=list,
                description="[{id, pem, signs_documents}]; remote accounts",
                db_default=SqlDefault("'[]'::jsonb"),
                encoder=functools.partial(dumps, separators=(",", ":")),
                decoder=loads,
            ),
        ),
        ops.AlterModelOptions(
            name="AccountKey",
            options={
                "table": "account_keys",
                "app": "echo",
                "pk_attr": "account_id",
                "table_description": (
                    "The keys of a local account: RSA and Ed25519; PKCS #8 and SubjectPublicKeyInfo, PEM."
                ),
            },
        ),
        ops.AddField(
            model_name="AccountKey",
            name="ed25519_private_pem",
            field=fields.TextField(default="", description="empty: not made yet", db_default=""),
        ),
        ops.AddField(
            model_name="AccountKey",
            name="ed25519_public_pem",
            field=fields.TextField(default="", db_default=""),
        ),
        ops.RunSQL(
            "CREATE INDEX account_keys_incomplete ON account_keys (account_id) WHERE ed25519_private_pem = ''"
        ),
    ]
