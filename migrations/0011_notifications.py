"""Notifications in groups, kept apart by policy, and what they are about besides posts."""

from tortoise import migrations
from tortoise.migrations import operations as ops
from echo.columns import IdField, SmallIdField
from tortoise import fields

STATEMENTS = [
    # The group that a notification joins, and what is in a group.
    "CREATE INDEX notifications_in_groups ON notifications"
    " (account_id, kind, coalesce(post_id, 0), group_hour, id) WHERE group_hour IS NOT NULL",
    # What is kept apart from somebody.
    "CREATE INDEX notifications_filtered ON notifications (account_id, from_id) WHERE filtered",
    "CREATE INDEX notification_requests_by_account ON notification_requests (account_id, id DESC)",
]

# child table, column, parent table, what happens to the child when the parent is deleted
REFERENCES = [
    ("notification_policies", "account_id", "accounts", "CASCADE"),
    ("notification_requests", "account_id", "accounts", "CASCADE"),
    ("notification_requests", "from_id", "accounts", "CASCADE"),
    ("notification_requests", "last_post_id", "posts", "SET NULL"),
    ("notification_permissions", "account_id", "accounts", "CASCADE"),
    ("notification_permissions", "from_id", "accounts", "CASCADE"),
    ("severances", "account_id", "accounts", "CASCADE"),
]


class Migration(migrations.Migration):
    dependencies = [("echo", "0010_search_open")]

    initial = False

    operations = [
        ops.CreateModel(
            name="NotificationPermission",
            fields=[
                ("id", SmallIdField(generated=True, primary_key=True, unique=True, db_index=True)),
                ("account_id", fields.BigIntField()),
                ("from_id", fields.BigIntField(db_index=True)),
                ("created_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "notification_permissions",
                "app": "echo",
                "unique_together": (("account_id", "from_id"),),
                "pk_attr": "id",
                "table_description": "Somebody whose notifications a person has accepted, whatever their policy says.",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="NotificationPolicy",
            fields=[
                ("account_id", IdField(primary_key=True, unique=True, db_index=True)),
                ("not_following", fields.SmallIntField(default=0, db_default=0)),
                ("not_followers", fields.SmallIntField(default=0, db_default=0)),
                ("new_accounts", fields.SmallIntField(default=0, db_default=0)),
                ("private_mentions", fields.SmallIntField(default=1, db_default=1)),
                ("limited_accounts", fields.SmallIntField(default=1, db_default=1)),
                ("bots", fields.SmallIntField(default=0, db_default=0)),
            ],
            options={
                "table": "notification_policies",
                "app": "echo",
                "pk_attr": "account_id",
                "table_description": "From whom somebody wants to be told; each is an `echo.kinds.Handling`.",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="NotificationRequest",
            fields=[
                ("id", SmallIdField(generated=True, primary_key=True, unique=True, db_index=True)),
                ("account_id", fields.BigIntField(description="who is told")),
                ("from_id", fields.BigIntField(db_index=True)),
                ("last_post_id", fields.BigIntField(null=True)),
                ("created_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ("updated_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "notification_requests",
                "app": "echo",
                "unique_together": (("account_id", "from_id"),),
                "pk_attr": "id",
                "table_description": "Somebody whose mentions are kept apart from the notifications of a person.",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="Severance",
            fields=[
                ("id", SmallIdField(generated=True, primary_key=True, unique=True, db_index=True)),
                ("account_id", fields.BigIntField(db_index=True)),
                ("kind", fields.CharField(description="echo.kinds.SeveranceKind", max_length=16)),
                (
                    "target",
                    fields.CharField(description="domain, or handle of the suspended", max_length=255),
                ),
                ("followers", fields.IntField(default=0, db_default=0)),
                ("following", fields.IntField(default=0, db_default=0)),
                ("created_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "severances",
                "app": "echo",
                "pk_attr": "id",
                "table_description": "Follows of a person that ended at once because a server was blocked.",
            },
            bases=["Model"],
        ),
        ops.AddField(
            model_name="Notification",
            name="filtered",
            field=fields.BooleanField(
                default=False, description="kept apart until its sender is let in", db_default=False
            ),
        ),
        ops.AddField(
            model_name="Notification",
            name="group_hour",
            field=fields.IntField(
                null=True, description="hour since 1970 in which its group began; null: stands alone"
            ),
        ),
        ops.AddField(
            model_name="Notification",
            name="object_id",
            field=fields.BigIntField(null=True, description="severance, report and such; by kind"),
        ),
        *[ops.RunSQL(sql) for sql in STATEMENTS],
        *[
            ops.RunSQL(
                f"ALTER TABLE {child} ADD CONSTRAINT {child}_{column}_fk FOREIGN KEY ({column})"
                f" REFERENCES {parent} (id) ON DELETE {fate}"
            )
            for child, column, parent, fate in REFERENCES
        ],
    ]
