"""Who boosted a post, boosts that were taken back included: asked for each post that leaves."""

from tortoise import migrations
from tortoise.migrations import operations as ops


class Migration(migrations.Migration):
    dependencies = [("echo", "0003_federation")]

    operations = [
        ops.RunSQL("CREATE INDEX posts_boosts ON posts (boost_of_id) WHERE boost_of_id IS NOT NULL"),
    ]
