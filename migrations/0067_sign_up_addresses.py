"""From which network address somebody signed up: moderators see it of people who wait."""

from tortoise import fields, migrations
from tortoise.migrations import operations as ops


class Migration(migrations.Migration):
    dependencies = [("echo", "0066_wanted_chats")]

    initial = False

    operations = [
        ops.AddField(
            model_name="User",
            name="sign_up_address",
            field=fields.CharField(
                max_length=64,
                default="",
                db_default="",
                description="from which network address; empty: forgotten",
            ),
        ),
    ]
