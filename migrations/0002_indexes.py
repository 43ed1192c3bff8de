"""What the models cannot say: partial indexes, foreign keys, the sequence of process numbers."""

from tortoise import migrations
from tortoise.migrations import operations as ops

INDEXES = [
    # Someone's posts, newest first.
    "CREATE INDEX posts_by_author ON posts (author_id, id DESC) WHERE deleted_at IS NULL",
    # The public timelines: no boosts.
    "CREATE INDEX posts_public ON posts (id DESC)"
    " WHERE visibility = 'public' AND boost_of_id IS NULL AND deleted_at IS NULL",
    "CREATE INDEX posts_public_local ON posts (id DESC)"
    " WHERE visibility = 'public' AND boost_of_id IS NULL AND deleted_at IS NULL AND local",
    # One boost of a post by a person.
    "CREATE UNIQUE INDEX posts_boost ON posts (boost_of_id, author_id)"
    " WHERE boost_of_id IS NOT NULL AND deleted_at IS NULL",
    "CREATE INDEX posts_replies ON posts (in_reply_to_id) WHERE in_reply_to_id IS NOT NULL",
    "CREATE INDEX posts_thread ON posts (thread_id)",
    # Replies whose parent we do not have yet.
    "CREATE INDEX posts_waiting ON posts (in_reply_to_uri) WHERE in_reply_to_uri <> ''",
    "CREATE INDEX likes_by_account ON likes (account_id, id DESC)",
    "CREATE INDEX bookmarks_by_account ON bookmarks (account_id, id DESC)",
    "CREATE INDEX mentions_by_account ON mentions (account_id, post_id DESC)",
    "CREATE INDEX post_hashtags_by_tag ON post_hashtags (hashtag_id, post_id DESC)",
    "CREATE INDEX notifications_by_account ON notifications (account_id, id DESC)",
    "CREATE INDEX accounts_by_prefix ON accounts (username_key text_pattern_ops)",
    # The queues.
    "CREATE INDEX jobs_due ON jobs (due_at) WHERE NOT dead",
    "CREATE INDEX deliveries_due ON deliveries (host, activity_id) WHERE state = 'pending'",
    "CREATE INDEX deliveries_dead ON deliveries (finished_at) WHERE state = 'dead'",
    "CREATE INDEX inbound_due ON inbound_activities (due_at) WHERE state = 'pending'",
    "CREATE INDEX inbound_by_age ON inbound_activities (created_at)",
]

# child table, column, parent table: deleting the parent takes the child with it.
REFERENCES = [
    ("account_keys", "account_id", "accounts"),
    ("account_stats", "account_id", "accounts"),
    ("users", "id", "accounts"),
    ("tokens", "user_id", "users"),
    ("tokens", "app_id", "apps"),
    ("sessions", "user_id", "users"),
    ("one_time_links", "user_id", "users"),
    ("posts", "author_id", "accounts"),
    ("posts", "boost_of_id", "posts"),
    ("post_stats", "post_id", "posts"),
    ("post_versions", "post_id", "posts"),
    ("mentions", "post_id", "posts"),
    ("mentions", "account_id", "accounts"),
    ("post_hashtags", "post_id", "posts"),
    ("post_hashtags", "hashtag_id", "hashtags"),
    ("likes", "post_id", "posts"),
    ("likes", "account_id", "accounts"),
    ("bookmarks", "post_id", "posts"),
    ("bookmarks", "account_id", "accounts"),
    ("media", "account_id", "accounts"),
    ("follows", "follower_id", "accounts"),
    ("follows", "followee_id", "accounts"),
    ("blocks", "blocker_id", "accounts"),
    ("blocks", "blocked_id", "accounts"),
    ("mutes", "muter_id", "accounts"),
    ("mutes", "muted_id", "accounts"),
    ("notifications", "account_id", "accounts"),
    ("notifications", "from_id", "accounts"),
    ("notifications", "post_id", "posts"),
    ("markers", "account_id", "accounts"),
    ("idempotency_keys", "account_id", "accounts"),
    ("deliveries", "activity_id", "outbound_activities"),
]


class Migration(migrations.Migration):
    dependencies = [("echo", "0001_initial")]

    operations = [
        ops.RunSQL("CREATE SEQUENCE process_numbers"),
        *[ops.RunSQL(sql) for sql in INDEXES],
        *[
            ops.RunSQL(
                f"ALTER TABLE {child} ADD CONSTRAINT {child}_{column}_fk FOREIGN KEY ({column})"
                f" REFERENCES {parent} (id) ON DELETE CASCADE"
            )
            for child, column, parent in REFERENCES
        ],
    ]
