"""What authors elsewhere say of answers and boosts, and leave that people here gave."""

from tortoise import migrations
from tortoise.migrations import operations as ops
import functools
from json import dumps, loads
from tortoise import fields

REFERENCES = [("permissions", "post_id", "posts"), ("permissions", "account_id", "accounts")]


class Migration(migrations.Migration):
    dependencies = [("echo", "0029_delivery")]

    initial = False

    operations = [
        ops.CreateModel(
            name="Permission",
            fields=[
                ("id", fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ("post_id", fields.BigIntField()),
                ("account_id", fields.BigIntField(description="who asked")),
                (
                    "interaction",
                    fields.CharField(description="echo.policy.interacting.Interaction", max_length=16),
                ),
                (
                    "instrument_uri",
                    fields.CharField(description="id of the like, answer or boost", max_length=2048),
                ),
                (
                    "uri",
                    fields.CharField(
                        unique=True, description="where it stands that they may", max_length=2048
                    ),
                ),
                ("created_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "permissions",
                "app": "echo",
                "unique_together": (("post_id", "interaction", "instrument_uri"),),
                "pk_attr": "id",
                "table_description": "Somebody elsewhere asked whether they may like, answer or boost a post of somebody here, and may.",
            },
            bases=["Model"],
        ),
        ops.AddField(
            model_name="Post",
            name="approval_uri",
            field=fields.CharField(
                default="",
                description="where it stands that it may answer or boost",
                db_default="",
                max_length=2048,
            ),
        ),
        ops.AddField(
            model_name="Post",
            name="held",
            field=fields.CharField(default="", description="echo.kinds.Held", db_default="", max_length=16),
        ),
        ops.AddField(
            model_name="Post",
            name="interaction_policy",
            field=fields.JSONField(
                null=True,
                description="{like, reply, boost: {automatic, manual}}: echo.policy.interacting",
                encoder=functools.partial(dumps, separators=(",", ":")),
                decoder=loads,
            ),
        ),
        *[
            ops.RunSQL(
                f"ALTER TABLE {child} ADD CONSTRAINT {child}_{column}_fk FOREIGN KEY ({column})"
                f" REFERENCES {parent} (id) ON DELETE CASCADE"
            )
            for child, column, parent in REFERENCES
        ],
        ops.RunSQL("CREATE INDEX permissions_by_account ON permissions (account_id)"),
    ]
