from tortoise import migrations
from tortoise.migrations import operations as ops
from echo.columns import SmallIdField
from tortoise import fields


class Migration(migrations.Migration):
    dependencies = [("echo", "0031_chats")]

    initial = False

    operations = [
        ops.CreateModel(
            name="Relay",
            fields=[
                ("id", SmallIdField(generated=True, primary_key=True, unique=True, db_index=True)),
                ("style", fields.CharField(description="echo.kinds.RelayStyle", max_length=16)),
                ("state", fields.CharField(description="echo.kinds.RelayState", max_length=16)),
                ("inbox", fields.CharField(unique=True, max_length=2048)),
                ("actor_uri", fields.CharField(default="", db_default="", max_length=2048)),
                (
                    "follow_uri",
                    fields.CharField(unique=True, description="the id of our Follow", max_length=2048),
                ),
                (
                    "their_follow_uri",
                    fields.CharField(
                        default="",
                        description="the id of the Follow back, which we accept",
                        db_default="",
                        max_length=2048,
                    ),
                ),
                ("created_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ("answered_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "relays",
                "app": "echo",
                "pk_attr": "id",
                "table_description": "A subscription. `actor_uri` is who speaks for the relay: known at once, or when it accepts.",
            },
            bases=["Model"],
        ),
    ]
