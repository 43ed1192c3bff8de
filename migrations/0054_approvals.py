"""What an author allowed, found by where they say so."""

from tortoise import migrations
from tortoise.migrations import operations as ops


class Migration(migrations.Migration):
    dependencies = [("echo", "0053_moderators")]

    initial = False

    operations = [
        ops.RunSQL("CREATE INDEX posts_approvals ON posts (approval_uri) WHERE approval_uri <> ''"),
    ]
