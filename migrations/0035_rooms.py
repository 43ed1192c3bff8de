"""Live rooms."""

from tortoise import migrations
from tortoise.migrations import operations as ops
from echo.columns import IdField
from tortoise import fields

REFERENCES = [
    ("rooms", "host_id", "accounts", "CASCADE"),
    ("rooms", "post_id", "posts", "SET NULL"),
    ("room_members", "room_id", "rooms", "CASCADE"),
    ("room_members", "account_id", "accounts", "CASCADE"),
]


class Migration(migrations.Migration):
    dependencies = [("echo", "0034_versions_quotes")]

    initial = False

    operations = [
        ops.CreateModel(
            name="Room",
            fields=[
                ("id", IdField(primary_key=True, unique=True, db_index=True)),
                ("host_id", fields.BigIntField(db_index=True, description="whose it is")),
                ("title", fields.CharField(max_length=255)),
                ("engine", fields.CharField(description="mesh, janus or livekit", max_length=16)),
                ("access", fields.CharField(description="echo.kinds.RoomAccess", max_length=16)),
                ("link_secret", fields.CharField(description="part of the link to it", max_length=64)),
                ("video", fields.BooleanField(description="with pictures; otherwise voices alone")),
                (
                    "stage",
                    fields.BooleanField(description="who joins listens, until the host lets them speak"),
                ),
                ("maximum", fields.IntField(description="most people at once, the host among them")),
                (
                    "post_id",
                    fields.BigIntField(
                        null=True, db_index=True, description="a post of the host that shows it"
                    ),
                ),
                (
                    "recording_asked_at",
                    fields.DatetimeField(
                        null=True, description="the host wants to record", auto_now=False, auto_now_add=False
                    ),
                ),
                ("created_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ("ended_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "rooms",
                "app": "echo",
                "pk_attr": "id",
                "table_description": "A live room. It exists from its beginning on, and stays as a row when it is over.",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="RoomMember",
            fields=[
                ("id", fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ("room_id", fields.BigIntField()),
                ("account_id", fields.BigIntField(db_index=True)),
                ("role", fields.CharField(description="echo.kinds.RoomRole", max_length=16)),
                ("muted", fields.BooleanField(default=False, description="by the host", db_default=False)),
                ("hand_raised_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                (
                    "consent",
                    fields.CharField(
                        default="", description="echo.kinds.Consent", db_default="", max_length=8
                    ),
                ),
                ("joined_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ("left_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                (
                    "removed_at",
                    fields.DatetimeField(
                        null=True, description="by the host", auto_now=False, auto_now_add=False
                    ),
                ),
            ],
            options={
                "table": "room_members",
                "app": "echo",
                "unique_together": (("room_id", "account_id"),),
                "pk_attr": "id",
                "table_description": "Somebody who was in a room. Those who were removed stay as a row, so that they do not come back.",
            },
            bases=["Model"],
        ),
        *[
            ops.RunSQL(
                f"ALTER TABLE {child} ADD CONSTRAINT {child}_{column}_fk FOREIGN KEY ({column})"
                f" REFERENCES {parent} (id) ON DELETE {action}"
            )
            for child, column, parent, action in REFERENCES
        ],
        ops.RunSQL("CREATE INDEX rooms_open ON rooms (host_id) WHERE ended_at IS NULL"),
    ]
