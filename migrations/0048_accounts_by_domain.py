"""A domain with all that are under it, found from its end."""

from tortoise import migrations
from tortoise.migrations import operations as ops


class Migration(migrations.Migration):
    dependencies = [("echo", "0047_invited")]

    initial = False

    operations = [
        ops.RunSQL(
            "CREATE INDEX accounts_by_domain ON accounts"
            " (reverse(split_part(host, ':', 1)) text_pattern_ops) WHERE host <> ''"
        ),
    ]
