"""Words of posts that everybody may find: of many that match, few may be."""

from tortoise import migrations
from tortoise.migrations import operations as ops


class Migration(migrations.Migration):
    dependencies = [("echo", "0009_search")]

    operations = [
        ops.RunSQL(
            "CREATE INDEX search_posts_open_by_word ON search_posts USING gin (words)"
            " WITH (fastupdate = off) WHERE is_open"
        ),
    ]
