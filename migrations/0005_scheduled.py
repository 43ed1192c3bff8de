"""Posts that wait for their time, and the files and keys that belong to them."""

from tortoise import fields, migrations
from tortoise.migrations import operations as ops

from echo.columns import EMPTY_DICT, SmallIdField

INDEXES = [
    "CREATE INDEX scheduled_posts_of ON scheduled_posts (account_id, id)",
    "CREATE INDEX scheduled_posts_due ON scheduled_posts (due_at) WHERE failure = ''",
    "CREATE INDEX media_scheduled ON media (scheduled_id) WHERE scheduled_id IS NOT NULL",
    "CREATE INDEX idempotency_keys_scheduled ON idempotency_keys (scheduled_id)"
    " WHERE scheduled_id IS NOT NULL",
]


class Migration(migrations.Migration):
    dependencies = [("echo", "0004_boosts")]

    operations = [
    ]
