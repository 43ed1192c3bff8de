"""Second factors, passkeys, identities of elsewhere; when sessions and tokens were last used."""

from tortoise import migrations
from tortoise.migrations import operations as ops
import functools
from echo.columns import IdField
from json import dumps, loads
from tortoise.fields.db_defaults import SqlDefault
from tortoise import fields

# Deleting the login takes the row with it.
CASCADES = ("backup_codes", "identities", "passkeys", "second_factors")


class Migration(migrations.Migration):
    dependencies = [("echo", "0040_prunings")]

    initial = False

    operations = [
        ops.CreateModel(
            name="BackupCode",
            fields=[
                ("id", fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ("user_id", fields.BigIntField(db_index=True)),
                ("code_hash", fields.CharField(max_length=64)),
                ("used_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "backup_codes",
                "app": "echo",
                "pk_attr": "id",
                "table_description": "A code on paper, for whoever lost the rest. Used once.",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="Identity",
            fields=[
                ("id", fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ("user_id", fields.BigIntField(db_index=True)),
                ("issuer", fields.CharField(max_length=512)),
                ("subject", fields.CharField(max_length=255)),
                (
                    "label",
                    fields.CharField(default="", description="for the person", db_default="", max_length=320),
                ),
                ("created_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ("last_used_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "identities",
                "app": "echo",
                "unique_together": (("issuer", "subject"),),
                "pk_attr": "id",
                "table_description": "Somebody here as another service (OpenID Connect) knows them.",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="Passkey",
            fields=[
                ("id", fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ("user_id", fields.BigIntField(db_index=True)),
                ("credential_id", fields.CharField(unique=True, description="base64url", max_length=1400)),
                ("public_key", fields.TextField(description="COSE, base64url", unique=False)),
                ("sign_count", fields.BigIntField(default=0, db_default=0)),
                (
                    "transports",
                    fields.JSONField(
                        default=list,
                        description="[WebAuthn transport]",
                        db_default=SqlDefault("'[]'::jsonb"),
                        encoder=functools.partial(dumps, separators=(",", ":")),
                        decoder=loads,
                    ),
                ),
                ("name", fields.CharField(max_length=64)),
                ("created_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ("last_used_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "passkeys",
                "app": "echo",
                "pk_attr": "id",
                "table_description": "A key pair that a device of somebody made for this server; we have the public half.",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="SecondFactor",
            fields=[
                ("user_id", IdField(primary_key=True, unique=True, db_index=True)),
                (
                    "secret",
                    fields.TextField(
                        default="", description="sealed; empty: no app", db_default="", unique=False
                    ),
                ),
                (
                    "confirmed_at",
                    fields.DatetimeField(
                        null=True,
                        description="null: no code was shown yet, so it is off",
                        auto_now=False,
                        auto_now_add=False,
                    ),
                ),
                (
                    "last_step",
                    fields.BigIntField(
                        default=0,
                        description="of the last code that was taken: none is taken twice",
                        db_default=0,
                    ),
                ),
                (
                    "failures",
                    fields.IntField(
                        default=0, description="wrong tries since the last right one", db_default=0
                    ),
                ),
                ("locked_until", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ("created_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "second_factors",
                "app": "echo",
                "pk_attr": "user_id",
                "table_description": "The codes of somebody's authenticator app, and how often wrong ones were tried.",
            },
            bases=["Model"],
        ),
        ops.AlterModelOptions(
            name="OneTimeLink",
            options={
                "table": "one_time_links",
                "app": "echo",
                "pk_attr": "id",
                "table_description": "A secret that works once: in a link of a letter, or of a browser that is half-way logged in.",
            },
        ),
        ops.AlterField(
            model_name="OneTimeLink",
            name="kind",
            field=fields.CharField(description="echo.actions.links.LinkKind", max_length=16),
        ),
        ops.AddField(
            model_name="Session",
            name="last_used_at",
            field=fields.DatetimeField(
                null=True,
                description="to the minute; null: at its log-in",
                auto_now=False,
                auto_now_add=False,
            ),
        ),
        ops.AddField(
            model_name="Token",
            name="last_used_at",
            field=fields.DatetimeField(
                null=True, description="to the hour", auto_now=False, auto_now_add=False
            ),
        ),
        ops.AddField(
            model_name="Token",
            name="session_id",
            field=fields.BigIntField(
                null=True, db_index=True, description="of the browser whose page holds it; it ends with that"
            ),
        ),
        *[
            ops.RunSQL(
                f"ALTER TABLE {child} ADD CONSTRAINT {child}_user_id_fk FOREIGN KEY (user_id)"
                " REFERENCES users (id) ON DELETE CASCADE"
            )
            for child in CASCADES
        ],
    ]
