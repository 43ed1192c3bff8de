"""Files of other servers that were found to be banned."""

from tortoise import migrations
from tortoise.migrations import operations as ops
from tortoise import fields


class Migration(migrations.Migration):
    dependencies = [("echo", "0049_file_digests")]

    initial = False

    operations = [
        ops.AddField(
            model_name="RemoteFile",
            name="banned",
            field=fields.BooleanField(default=False, description="nobody may show it here", db_default=False),
        ),
    ]
