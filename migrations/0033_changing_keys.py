"""Keys that take the place of others; the servers with which there is exchange in allow-list mode."""

from tortoise import fields, migrations
from tortoise.migrations import operations as ops


class Migration(migrations.Migration):
    dependencies = [("echo", "0032_relays")]

    initial = False

    operations = [
        ops.CreateModel(
            name="AllowedServer",
            fields=[
                ("id", fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ("domain", fields.CharField(unique=True, description="in lower case", max_length=255)),
                ("created_at", fields.DatetimeField()),
            ],
            options={
                "table": "allowed_servers",
                "app": "echo",
                "pk_attr": "id",
                "table_description": (
                    "A server with which there is exchange where `federation.only_allowed` is set."
                ),
            },
            bases=["Model"],
        ),
        ops.AddField(
            model_name="AccountKey",
            name="changed_at",
            field=fields.DatetimeField(null=True, description="when the last change of keys began"),
        ),
        ops.AddField(
            model_name="AccountKey",
            name="generation",
            field=fields.IntField(
                default=1, description="rises with every change of keys; part of their ids", db_default=1
            ),
        ),
        ops.AddField(
            model_name="AccountKey",
            name="next_ed25519_private_pem",
            field=fields.TextField(default="", db_default=""),
        ),
        ops.AddField(
            model_name="AccountKey",
            name="next_ed25519_public_pem",
            field=fields.TextField(default="", db_default=""),
        ),
        ops.AddField(
            model_name="AccountKey",
            name="next_private_pem",
            field=fields.TextField(
                default="", description="they are announced, and take their place in a moment", db_default=""
            ),
        ),
        ops.AddField(
            model_name="AccountKey",
            name="next_public_pem",
            field=fields.TextField(default="", db_default=""),
        ),
        ops.AddField(
            model_name="AccountKey",
            name="retired_private_pem",
            field=fields.TextField(default="", description="still signs the news of its end", db_default=""),
        ),
        ops.RunSQL(
            "CREATE INDEX account_keys_changing ON account_keys (account_id) WHERE next_private_pem <> ''"
        ),
        ops.RunSQL(
            "CREATE INDEX account_keys_retired ON account_keys (changed_at) WHERE retired_private_pem <> ''"
        ),
        ops.AddField(
            model_name="OutboundActivity",
            name="key_generation",
            field=fields.IntField(
                null=True, description="of the key that signs it; null: the one that is valid when it is sent"
            ),
        ),
        ops.RunSQL(
            "CREATE INDEX outbound_by_key ON outbound_activities (sender_id, key_generation)"
            " WHERE key_generation IS NOT NULL"
        ),
    ]
