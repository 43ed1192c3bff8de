"""With which invitation people came, and what they agreed to."""

from tortoise import fields, migrations
from tortoise.migrations import operations as ops


class Migration(migrations.Migration):
    dependencies = [("echo", "0046_fences")]

    initial = False

    operations = [
        ops.AddField(
            model_name="User",
            name="agreed_at",
            field=fields.DatetimeField(
                null=True,
                description="when they agreed to rules and terms",
                auto_now=False,
                auto_now_add=False,
            ),
        ),
        ops.AddField(
            model_name="User",
            name="agreed_rules",
            field=fields.CharField(
                default="",
                description="SHA-256 of the house rules they agreed to",
                db_default="",
                max_length=64,
            ),
        ),
        ops.AddField(
            model_name="User",
            name="agreed_terms",
            field=fields.CharField(
                default="", description="day of the terms they agreed to", db_default="", max_length=10
            ),
        ),
        ops.AddField(
            model_name="User",
            name="invite_id",
            field=fields.BigIntField(null=True, db_index=True, description="the invitation they came with"),
        ),
        ops.RunSQL(
            "ALTER TABLE users ADD CONSTRAINT users_invite_id_fk FOREIGN KEY (invite_id)"
            " REFERENCES invites (id) ON DELETE SET NULL"
        ),
    ]
