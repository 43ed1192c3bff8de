"""Who was here on which day; where traces go on; indexes for figures by the day."""

from tortoise import migrations
from tortoise.migrations import operations as ops
from tortoise import fields


class Migration(migrations.Migration):
    dependencies = [("echo", "0051_moving")]

    initial = False

    operations = [
        ops.CreateModel(
            name="ActiveDay",
            fields=[
                ("id", fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ("day", fields.DateField()),
                ("user_id", fields.BigIntField(db_index=True)),
            ],
            options={
                "table": "active_days",
                "app": "echo",
                "unique_together": (("day", "user_id"),),
                "pk_attr": "id",
                "table_description": "Somebody used their account on a day (UTC).",
            },
            bases=["Model"],
        ),
        ops.AddField(
            model_name="Job",
            name="traceparent",
            field=fields.CharField(
                default="", description="where the trace of its cause goes on", db_default="", max_length=64
            ),
        ),
        ops.AddField(
            model_name="OutboundActivity",
            name="traceparent",
            field=fields.CharField(
                default="", description="where the trace of its cause goes on", db_default="", max_length=64
            ),
        ),
        ops.RunSQL(
            "ALTER TABLE active_days ADD CONSTRAINT active_days_user_id_fk FOREIGN KEY (user_id)"
            " REFERENCES users (id) ON DELETE CASCADE"
        ),
        ops.RunSQL("CREATE INDEX likes_by_age ON likes USING brin (created_at)"),
    ]
