"""What federation looks up: deliveries in order, keys by their id, accounts by inbox."""

from tortoise import fields, migrations
from tortoise.migrations import operations as ops

INDEXES = [
    # The next delivery to each host, and which hosts there are: one probe for each.
    "DROP INDEX deliveries_due",
    "CREATE INDEX deliveries_due ON deliveries (host, due_at) WHERE state = 'pending'",
    # Nothing of an object overtakes what is before it on the way to the same host.
    "CREATE INDEX deliveries_in_order ON deliveries (host, order_key, activity_id) WHERE state = 'pending'",
    # How many are under way to a host.
    "CREATE INDEX deliveries_leased ON deliveries (host) WHERE lease_until IS NOT NULL",
    "CREATE INDEX outbound_by_post ON outbound_activities (post_id) WHERE post_id IS NOT NULL",
    "CREATE INDEX outbound_by_age ON outbound_activities (expires_at)",
    "CREATE INDEX inbound_by_actor ON inbound_activities (actor_uri) WHERE state = 'pending'",
    "CREATE INDEX accounts_by_key ON accounts USING gin (public_keys jsonb_path_ops) WHERE host <> ''",
    "CREATE INDEX accounts_by_inbox ON accounts (inbox) WHERE inbox <> ''",
    "CREATE INDEX accounts_by_shared_inbox ON accounts (shared_inbox) WHERE shared_inbox <> ''",
    "CREATE INDEX likes_by_uri ON likes (uri) WHERE uri <> ''",
    "CREATE INDEX blocks_by_uri ON blocks (uri) WHERE uri <> ''",
]


class Migration(migrations.Migration):
    dependencies = [("echo", "0002_indexes")]

    operations = [
        ops.AddField(
            model_name="Delivery",
            name="order_key",
            field=fields.BigIntField(
                default=0, db_default=0, description="hash of the object that is told about"
            ),
        ),
        *[ops.RunSQL(sql) for sql in INDEXES],
    ]
