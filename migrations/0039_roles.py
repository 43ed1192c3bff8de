"""Roles as rows, and what is done with their rights."""

from tortoise import migrations
from tortoise.migrations import operations as ops
import functools
from echo.columns import IdField
from json import dumps, loads
from tortoise.fields.db_defaults import SqlDefault
from tortoise import fields
from tortoise.indexes import Index


class Migration(migrations.Migration):
    dependencies = [("echo", "0038_chat_groups")]

    initial = False

    operations = [
        ops.CreateModel(
            name="AuditRow",
            fields=[
                ("id", fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                (
                    "account_id",
                    fields.BigIntField(
                        null=True, db_index=True, description="who; null: the shell or the house"
                    ),
                ),
                (
                    "name",
                    fields.CharField(
                        default="", description="of them, at that time", db_default="", max_length=255
                    ),
                ),
                ("door", fields.CharField(description="api, page, shell or house", max_length=8)),
                (
                    "address",
                    fields.CharField(default="", description="of the caller", db_default="", max_length=64),
                ),
                (
                    "deed",
                    fields.CharField(db_index=True, description="echo.policy.deeds.Deed", max_length=64),
                ),
                ("target_kind", fields.CharField(default="", db_default="", max_length=32)),
                ("target_id", fields.CharField(default="", db_default="", max_length=2048)),
                (
                    "target_name",
                    fields.CharField(default="", description="at that time", db_default="", max_length=512),
                ),
                (
                    "details",
                    fields.JSONField(
                        default=dict,
                        description="{what: how}",
                        db_default=SqlDefault("'{}'::jsonb"),
                        encoder=functools.partial(dumps, separators=(",", ":")),
                        decoder=loads,
                    ),
                ),
                (
                    "refused",
                    fields.BooleanField(
                        default=False, description="tried without the right to", db_default=False
                    ),
                ),
                ("created_at", fields.DatetimeField(db_index=True, auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "audit",
                "app": "echo",
                "indexes": [Index(fields=["target_kind", "target_id"])],
                "pk_attr": "id",
                "table_description": "Something that was done, or tried, with the rights of a role. Never changed, and kept for long.",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="RoleRow",
            fields=[
                ("id", IdField(primary_key=True, unique=True, db_index=True)),
                ("name", fields.CharField(default="", db_default="", max_length=100)),
                (
                    "color",
                    fields.CharField(
                        default="", description="#rrggbb, or empty", db_default="", max_length=7
                    ),
                ),
                (
                    "permissions",
                    fields.BigIntField(
                        default=0, description="bits of echo.policy.roles.Permission", db_default=0
                    ),
                ),
                (
                    "position",
                    fields.IntField(
                        default=0, description="who is higher may act on who is lower", db_default=0
                    ),
                ),
                (
                    "highlighted",
                    fields.BooleanField(
                        default=False, description="everybody sees it on an account", db_default=False
                    ),
                ),
                (
                    "require_2fa",
                    fields.BooleanField(
                        default=False,
                        description="its holders need a second factor for its rights",
                        db_default=False,
                    ),
                ),
                ("created_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ("updated_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "roles",
                "app": "echo",
                "pk_attr": "id",
                "table_description": "What somebody who works for this server may do. The first four (`echo.kinds.Role`) are always there.",
            },
            bases=["Model"],
        ),
        ops.AddField(
            model_name="User",
            name="role_id",
            field=fields.BigIntField(
                default=-99, db_index=True, description="of a role; -99: everybody's", db_default=-99
            ),
        ),
        ops.AlterField(
            model_name="User",
            name="role",
            field=fields.CharField(
                default="user",
                description="read by nobody since there are roles; goes with the next release",
                db_default="user",
                max_length=16,
            ),
        ),
        # Everybody, moderator, admin, owner: what they may do is in echo.policy.roles.
        ops.RunSQL(
            "INSERT INTO roles (id, name, permissions, position, highlighted, created_at, updated_at) VALUES"
            " (-99, '', 65536, -1, false, now(), now()), (1, 'Moderator', 1050396, 10, true, now(), now()),"
            " (2, 'Admin', 8388606, 100, true, now(), now()), (3, 'Owner', 1, 1000, true, now(), now())"
        ),
        ops.RunSQL(
            "UPDATE users SET role_id = CASE role WHEN 'moderator' THEN 1 WHEN 'admin' THEN 2"
            " WHEN 'owner' THEN 3 ELSE -99 END WHERE role <> 'user'"
        ),
    ]
