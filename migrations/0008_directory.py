"""The directory shows those who never posted as well, after all others."""

from tortoise import migrations
from tortoise.migrations import operations as ops


class Migration(migrations.Migration):
    dependencies = [("echo", "0007_accounts")]

    operations = [
        ops.RunSQL("DROP INDEX account_stats_by_day"),
        ops.RunSQL(
            "CREATE INDEX account_stats_by_day ON account_stats (last_post_on DESC NULLS LAST,"
            " account_id DESC)"
        ),
    ]
