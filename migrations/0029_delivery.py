"""How hosts and workers failed, and when hosts were asked what they run."""

from tortoise import migrations
from tortoise.migrations import operations as ops
from tortoise import fields


class Migration(migrations.Migration):
    dependencies = [("echo", "0028_threads")]

    initial = False

    operations = [
        ops.AddField(
            model_name="Delivery",
            name="deaths",
            field=fields.IntField(
                default=0, description="workers that ended while they held it", db_default=0
            ),
        ),
        ops.AddField(
            model_name="Host",
            name="asked_at",
            field=fields.DatetimeField(
                null=True,
                description="when it was last asked what it runs",
                auto_now=False,
                auto_now_add=False,
            ),
        ),
        ops.AddField(
            model_name="Host",
            name="last_failed_at",
            field=fields.DatetimeField(null=True, auto_now=False, auto_now_add=False),
        ),
        ops.AddField(
            model_name="Host",
            name="probes",
            field=fields.IntField(default=0, description="that failed since it is open", db_default=0),
        ),
        ops.AddField(
            model_name="Host",
            name="rest_until",
            field=fields.DatetimeField(
                null=True,
                description="it asked to be left alone until then",
                auto_now=False,
                auto_now_add=False,
            ),
        ),
        ops.AddField(
            model_name="InboundActivity",
            name="deaths",
            field=fields.IntField(
                default=0, description="workers that ended while they held it", db_default=0
            ),
        ),
        ops.RunSQL(
            "CREATE INDEX inbound_suspects ON inbound_activities (id)"
            " WHERE state = 'pending' AND (deaths > 0 OR lease_until IS NOT NULL)"
        ),
        ops.RunSQL("CREATE INDEX deliveries_dead_by_host ON deliveries (host) WHERE state = 'dead'"),
        ops.RunSQL("CREATE INDEX hosts_to_look_at ON hosts (asked_at NULLS FIRST)"),
    ]
