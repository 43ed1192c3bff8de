"""The digest of a file as it was uploaded."""

from tortoise import migrations
from tortoise.migrations import operations as ops
from tortoise import fields


class Migration(migrations.Migration):
    dependencies = [("echo", "0048_accounts_by_domain")]

    initial = False

    operations = [
        ops.AddField(
            model_name="Media",
            name="sha256",
            field=fields.CharField(
                default="",
                description="of the file as it was uploaded, hexadecimal",
                db_default="",
                max_length=64,
            ),
        ),
    ]
