"""When a host last proved how it wants requests to be signed."""

from tortoise import fields, migrations
from tortoise.migrations import operations as ops


class Migration(migrations.Migration):
    dependencies = [("echo", "0025_reactions")]

    initial = False

    operations = [
        ops.AddField(
            model_name="Host",
            name="signature_seen_at",
            field=fields.DatetimeField(null=True, description="when it last proved that"),
        ),
        ops.RunSQL(
            "CREATE INDEX hosts_by_signature ON hosts (signature_seen_at) WHERE signature_scheme <> ''"
        ),
    ]
