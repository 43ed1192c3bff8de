"""Web push: subscriptions, and secrets that all processes share."""

from tortoise import migrations
from tortoise.migrations import operations as ops
import functools
from echo.columns import SmallIdField
from json import dumps, loads
from tortoise.fields.db_defaults import SqlDefault
from tortoise import fields

# child column, parent table: what is pushed ends with the token and with the person.
REFERENCES = [("token_id", "tokens"), ("user_id", "users")]


class Migration(migrations.Migration):
    dependencies = [("echo", "0011_notifications")]

    initial = False

    operations = [
        ops.CreateModel(
            name="PushSubscription",
            fields=[
                ("id", SmallIdField(generated=True, primary_key=True, unique=True, db_index=True)),
                ("token_id", fields.BigIntField(unique=True)),
                ("user_id", fields.BigIntField(db_index=True)),
                ("endpoint", fields.CharField(max_length=2048)),
                ("p256dh", fields.CharField(description="public key of the app, base64url", max_length=128)),
                ("auth", fields.CharField(description="shared secret of the app, base64url", max_length=64)),
                (
                    "standard",
                    fields.BooleanField(
                        default=False,
                        description="aes128gcm (RFC 8291); otherwise the older aesgcm",
                        db_default=False,
                    ),
                ),
                (
                    "alerts",
                    fields.JSONField(
                        default=dict,
                        description="{echo.kinds.NotificationKind: bool}",
                        db_default=SqlDefault("'{}'::jsonb"),
                        encoder=functools.partial(dumps, separators=(",", ":")),
                        decoder=loads,
                    ),
                ),
                (
                    "policy",
                    fields.CharField(
                        default="all", description="echo.kinds.PushPolicy", db_default="all", max_length=16
                    ),
                ),
                (
                    "sealed_token",
                    fields.TextField(
                        default="",
                        description="the token's text, which apps want back; see echo.policy.seals",
                        db_default="",
                        unique=False,
                    ),
                ),
                ("created_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "push_subscriptions",
                "app": "echo",
                "pk_attr": "id",
                "table_description": "Where the notifications of a person are pushed for one token. It ends with the token.",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="ServerSecret",
            fields=[
                ("name", fields.CharField(primary_key=True, unique=True, db_index=True, max_length=32)),
                ("value", fields.TextField(unique=False)),
                ("created_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "server_secrets",
                "app": "echo",
                "pk_attr": "name",
                "table_description": "A secret that all processes of this server share, made once.",
            },
            bases=["Model"],
        ),
        *[
            ops.RunSQL(
                f"ALTER TABLE push_subscriptions ADD CONSTRAINT push_subscriptions_{column}_fk"
                f" FOREIGN KEY ({column}) REFERENCES {parent} (id) ON DELETE CASCADE"
            )
            for column, parent in REFERENCES
        ],
    ]
