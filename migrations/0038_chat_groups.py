"""Which servers share groups."""

from tortoise import fields, migrations
from tortoise.migrations import operations as ops


class Migration(migrations.Migration):
    dependencies = [("echo", "0037_presence")]

    initial = False

    operations = [
        ops.AddField(
            model_name="Account",
            name="accepts_groups",
            field=fields.BooleanField(
                default=False, description="their server is an Echo that shares groups", db_default=False
            ),
        ),
    ]
