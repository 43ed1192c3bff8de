"""What keeps servers, addresses and people out; invitations; follows that ended at once."""

from tortoise import migrations
from tortoise.migrations import operations as ops
import functools
from echo.columns import SmallIdField
from json import dumps, loads
from tortoise.fields.db_defaults import SqlDefault
from tortoise import fields
from tortoise.migrations.constraints import UniqueConstraint

CASCADES = [
    ("severed_follows", "severance_id", "severances"),
    ("block_list_changes", "list_id", "block_lists"),
    ("email_domain_tries", "block_id", "email_domain_blocks"),
    ("email_domain_blocks", "parent_id", "email_domain_blocks"),
    ("invites", "owner_id", "accounts"),
]
LOSES = [
    ("server_blocks", "list_id", "block_lists"),
    ("canonical_email_blocks", "account_id", "accounts"),
]


class Migration(migrations.Migration):
    dependencies = [("echo", "0045_chosen_settings")]

    initial = False

    operations = [
        ops.CreateModel(
            name="BlockList",
            fields=[
                ("id", SmallIdField(generated=True, primary_key=True, unique=True, db_index=True)),
                ("name", fields.CharField(default="", db_default="", max_length=255)),
                (
                    "url",
                    fields.CharField(
                        null=True, unique=True, description="null: brought once", max_length=2048
                    ),
                ),
                (
                    "severity",
                    fields.CharField(
                        default="suspend",
                        description="of what names none itself",
                        db_default="suspend",
                        max_length=16,
                    ),
                ),
                (
                    "automatic",
                    fields.BooleanField(
                        default=False,
                        description="changes hold at once; else they wait for somebody",
                        db_default=False,
                    ),
                ),
                (
                    "retracts",
                    fields.BooleanField(
                        default=True, description="what it drops is not blocked any more", db_default=True
                    ),
                ),
                ("interval_hours", fields.IntField(default=24, db_default=24)),
                (
                    "entries",
                    fields.JSONField(
                        default=list,
                        description="[domain] when it was last read",
                        db_default=SqlDefault("'[]'::jsonb"),
                        encoder=functools.partial(dumps, separators=(",", ":")),
                        decoder=loads,
                    ),
                ),
                ("failure", fields.CharField(default="", db_default="", max_length=500)),
                (
                    "checked_at",
                    fields.DatetimeField(
                        null=True,
                        description="when it was last read in full",
                        auto_now=False,
                        auto_now_add=False,
                    ),
                ),
                (
                    "due_at",
                    fields.DatetimeField(
                        db_index=True, description="when it is read next", auto_now=False, auto_now_add=False
                    ),
                ),
                ("created_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "block_lists",
                "app": "echo",
                "pk_attr": "id",
                "table_description": "A list elsewhere that is read again and again, or one that was brought once.",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="BlockListChange",
            fields=[
                ("id", SmallIdField(generated=True, primary_key=True, unique=True, db_index=True)),
                ("list_id", fields.BigIntField()),
                ("domain", fields.CharField(max_length=255)),
                ("action", fields.CharField(description="echo.kinds_of_fences.ListAction", max_length=16)),
                ("severity", fields.CharField(default="", db_default="", max_length=16)),
                ("reject_media", fields.BooleanField(default=False, db_default=False)),
                ("reject_reports", fields.BooleanField(default=False, db_default=False)),
                ("reason", fields.TextField(default="", db_default="", unique=False)),
                ("obfuscate", fields.BooleanField(default=False, db_default=False)),
                ("dismissed_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ("created_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "block_list_changes",
                "app": "echo",
                "unique_together": (("list_id", "domain"),),
                "pk_attr": "id",
                "table_description": "What a list says otherwise than the blocks here, until somebody applies or dismisses it.",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="CanonicalEmailBlock",
            fields=[
                ("id", SmallIdField(generated=True, primary_key=True, unique=True, db_index=True)),
                ("hash", fields.CharField(unique=True, description="SHA-256, hexadecimal", max_length=64)),
                (
                    "account_id",
                    fields.BigIntField(null=True, db_index=True, description="whose suspension made it"),
                ),
                ("created_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "canonical_email_blocks",
                "app": "echo",
                "pk_attr": "id",
                "table_description": "A mailbox that may not sign up, however its address is spelled; only its hash is kept.",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="EmailDomainBlock",
            fields=[
                ("id", SmallIdField(generated=True, primary_key=True, unique=True, db_index=True)),
                ("domain", fields.CharField(unique=True, description="in lower case ASCII", max_length=255)),
                (
                    "with_approval",
                    fields.BooleanField(
                        default=False, description="not refused: a moderator decides", db_default=False
                    ),
                ),
                (
                    "parent_id",
                    fields.BigIntField(
                        null=True,
                        db_index=True,
                        description="of a mail server: the block it came with, and goes with",
                    ),
                ),
                ("expires_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ("created_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "email_domain_blocks",
                "app": "echo",
                "pk_attr": "id",
                "table_description": "A domain of e-mail addresses, or of the mail servers behind them, that nobody signs up with.",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="EmailDomainTry",
            fields=[
                ("id", SmallIdField(generated=True, primary_key=True, unique=True, db_index=True)),
                ("block_id", fields.BigIntField()),
                ("day", fields.DateField(db_index=True, description="UTC")),
                (
                    "address_digest",
                    fields.CharField(description="SHA-256 of the day and the address", max_length=64),
                ),
                ("uses", fields.IntField(default=1, db_default=1)),
            ],
            options={
                "table": "email_domain_tries",
                "app": "echo",
                "unique_together": (("block_id", "day", "address_digest"),),
                "pk_attr": "id",
                "table_description": "How often somebody tried to sign up with a blocked domain on a day, by network address.",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="Invite",
            fields=[
                ("id", SmallIdField(generated=True, primary_key=True, unique=True, db_index=True)),
                ("code", fields.CharField(unique=True, max_length=32)),
                ("owner_id", fields.BigIntField(db_index=True, description="the account that invites")),
                ("comment", fields.CharField(default="", db_default="", max_length=420)),
                ("max_uses", fields.IntField(null=True)),
                ("uses", fields.IntField(default=0, db_default=0)),
                (
                    "autofollow",
                    fields.BooleanField(
                        default=False,
                        description="who comes follows the owner",
                        db_default=False,
                    ),
                ),
                (
                    "expires_at",
                    fields.DatetimeField(
                        null=True,
                        description="also set when it is taken back",
                        auto_now=False,
                        auto_now_add=False,
                    ),
                ),
                ("created_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "invites",
                "app": "echo",
                "pk_attr": "id",
                "table_description": "A link with which people may sign up.",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="IpBlock",
            fields=[
                ("id", SmallIdField(generated=True, primary_key=True, unique=True, db_index=True)),
                ("network", fields.CharField(unique=True, description="CIDR", max_length=64)),
                ("severity", fields.CharField(description="echo.kinds_of_fences.IpSeverity", max_length=32)),
                ("comment", fields.TextField(default="", db_default="", unique=False)),
                ("expires_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ("created_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "ip_blocks",
                "app": "echo",
                "pk_attr": "id",
                "table_description": "A network that may do less here.",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="SeveredFollow",
            fields=[
                ("id", SmallIdField(generated=True, primary_key=True, unique=True, db_index=True)),
                ("severance_id", fields.BigIntField()),
                ("other_id", fields.BigIntField(description="the account on the other side; it may be gone")),
                ("handle", fields.CharField(description="name@domain of the other side", max_length=2304)),
                (
                    "following",
                    fields.BooleanField(description="the person here followed them; else they the person"),
                ),
                ("boosts", fields.BooleanField(default=True, db_default=True)),
                ("notify", fields.BooleanField(default=False, db_default=False)),
                (
                    "languages",
                    fields.JSONField(
                        null=True,
                        description="[language]; null: all",
                        encoder=functools.partial(dumps, separators=(",", ":")),
                        decoder=loads,
                    ),
                ),
            ],
            options={
                "table": "severed_follows",
                "app": "echo",
                "unique_together": (("severance_id", "other_id", "following"),),
                "pk_attr": "id",
                "table_description": "One of the follows that ended with a severance, so that whoever lost it can look whom it was.",
            },
            bases=["Model"],
        ),
        ops.AddField(
            model_name="ServerBlock",
            name="list_id",
            field=fields.BigIntField(
                null=True, db_index=True, description="the block list it came from; null: made here"
            ),
        ),
        ops.AddField(
            model_name="ServerBlock",
            name="reject_media",
            field=fields.BooleanField(default=False, description="none of its files", db_default=False),
        ),
        ops.AddField(
            model_name="ServerBlock",
            name="reject_reports",
            field=fields.BooleanField(default=False, description="none of its reports", db_default=False),
        ),
        ops.AddField(
            model_name="Severance",
            name="cause_id",
            field=fields.BigIntField(
                null=True, description="the block of a server, or the account that was suspended"
            ),
        ),
        ops.AddConstraint(
            model_name="Severance",
            constraint=UniqueConstraint(fields=("account_id", "kind", "cause_id"), name=None),
        ),
        *[
            ops.RunSQL(
                f"ALTER TABLE {child} ADD CONSTRAINT {child}_{column}_fk FOREIGN KEY ({column})"
                f" REFERENCES {parent} (id) ON DELETE CASCADE"
            )
            for child, column, parent in CASCADES
        ],
        *[
            ops.RunSQL(
                f"ALTER TABLE {child} ADD CONSTRAINT {child}_{column}_fk FOREIGN KEY ({column})"
                f" REFERENCES {parent} (id) ON DELETE SET NULL"
            )
            for child, column, parent in LOSES
        ],
    ]
