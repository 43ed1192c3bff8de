"""What came from other servers and is of no use here any more: found and removed a batch at a time.

Posts go by whole threads, so that none breaks: a thread stays as long as one post in it has to.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from echo import db
from echo.db import Row
from echo.store import conversations, counters

_MEMBER = "EXISTS (SELECT 1 FROM accounts m WHERE m.id = {who} AND m.domain = '')"
_FOLLOWED = (
    "EXISTS (SELECT 1 FROM follows f JOIN accounts m ON m.id = f.follower_id AND m.domain = ''"
    " WHERE f.followee_id = p.author_id AND f.state = 'accepted')"
)
# Why a post `p` stays, by the table that says so. What is boosted or quoted elsewhere stays only as long as
# what does it, and only by what is younger than its own thread: posts that hold each other would never go.
STAYS = {
    "announcements": "EXISTS (SELECT 1 FROM announcements n WHERE n.post_ids @> to_jsonb(p.id))",
    "bookmarks": "EXISTS (SELECT 1 FROM bookmarks b WHERE b.post_id = p.id)",
    "chat_events": "EXISTS (SELECT 1 FROM chat_events e WHERE e.post_id = p.id)",
    "chat_messages": "EXISTS (SELECT 1 FROM chat_messages c WHERE c.post_id = p.id)",
    "conversation_posts": "EXISTS (SELECT 1 FROM conversation_posts c WHERE c.post_id = p.id)",
    "conversations": "EXISTS (SELECT 1 FROM conversations c WHERE c.last_post_id = p.id)",
    "filter_posts": "EXISTS (SELECT 1 FROM filter_posts f WHERE f.post_id = p.id)",
    "likes": "EXISTS (SELECT 1 FROM likes l WHERE l.post_id = p.id AND "
    + _MEMBER.format(who="l.account_id")
    + ")",
    "mentions": "EXISTS (SELECT 1 FROM mentions t WHERE t.post_id = p.id AND "
    + _MEMBER.format(who="t.account_id")
    + ")",
    "notification_requests": "EXISTS (SELECT 1 FROM notification_requests q WHERE q.last_post_id = p.id)",
    "notifications": "EXISTS (SELECT 1 FROM notifications n WHERE n.post_id = p.id)",
    "permissions": "EXISTS (SELECT 1 FROM permissions r WHERE r.post_id = p.id)",
    "pins": "(p.pinned_at IS NOT NULL AND " + _FOLLOWED + ")",
    "polls": "EXISTS (SELECT 1 FROM polls o JOIN poll_votes v ON v.poll_id = o.id WHERE o.post_id = p.id AND "
    + _MEMBER.format(who="v.account_id")
    + ")",
    "posts": "(p.local OR EXISTS (SELECT 1 FROM posts b WHERE b.boost_of_id = p.id"
    " AND b.deleted_at IS NULL AND (b.local OR b.thread_id > p.thread_id))"
    " OR EXISTS (SELECT 1 FROM posts q WHERE q.quote_of_id = p.id AND q.deleted_at IS NULL AND (q.local"
    " OR q.thread_id > p.thread_id))"
    " OR EXISTS (SELECT 1 FROM posts o WHERE o.local AND o.id IN (p.boost_of_id, p.quote_of_id)))",
    "reactions": "EXISTS (SELECT 1 FROM reactions r WHERE r.post_id = p.id AND "
    + _MEMBER.format(who="r.account_id")
    + ")",
    "reports": "EXISTS (SELECT 1 FROM reports r WHERE r.target_id = p.author_id AND r.post_ids @>"
    " to_jsonb(p.id))",
    "rooms": "EXISTS (SELECT 1 FROM rooms r WHERE r.post_id = p.id)",
    "scheduled_posts": "EXISTS (SELECT 1 FROM scheduled_posts s WHERE"
    " s.draft @> jsonb_build_object('in_reply_to_id', p.id) OR s.draft @>"
    " jsonb_build_object('quote_of_id', p.id))",
    "thread_fetches": "EXISTS (SELECT 1 FROM thread_fetches f WHERE f.thread_id = p.thread_id OR"
    " f.post_id = p.id)",
    "thread_mutes": "EXISTS (SELECT 1 FROM thread_mutes m WHERE m.thread_id = p.thread_id)",
}
# Tables whose rows go with their post and are no reason to keep it. A law compares both with the schema.
GO_ALONG = frozenset(
    {"held_things", "past_posts", "post_hashtags", "post_stats", "post_versions", "search_posts"}
)
_STAYS = " OR ".join(STAYS.values())
_WITNESSES = f"({STAYS['reports']} OR {STAYS['chat_events']})"


async def next_threads(after_id: int, below_id: int, limit: int) -> tuple[int, list[int]]:
    """Threads of the next posts of other servers, in the order of their ids.

    Returns: the id of the last post that was looked at, `below_id` when there is none left; thread ids
    """
    rows = await db.fetch(
        "SELECT id, thread_id FROM posts WHERE id > $1 AND id < $2 AND NOT local ORDER BY id LIMIT $3",
        after_id,
        below_id,
        limit,
    )
    last = rows[-1]["id"] if len(rows) == limit else below_id
    return last, sorted({row["thread_id"] for row in rows})


async def useless(thread_ids: Sequence[int], below_id: int, *, is_followed_too: bool) -> list[int]:
    """Posts of those of these threads in which nothing has to stay; locked until the end of the unit of work.

    Shapes:  below_id: a thread with a younger post stays; is_followed_too: else a thread stays in which
             somebody
             has written whom a member follows
    """
    await db.fetch("SELECT id FROM posts WHERE thread_id = ANY($1) ORDER BY id FOR UPDATE", list(thread_ids))
    rows = await db.fetch(
        f"SELECT g.id FROM posts g WHERE g.thread_id = ANY($1) AND NOT EXISTS (SELECT 1 FROM posts p"
        f" WHERE p.thread_id = g.thread_id AND (p.id >= $2 OR (NOT $3 AND {_FOLLOWED}) OR {_STAYS}))",
        list(thread_ids),
        below_id,
        is_followed_too,
    )
    return [row["id"] for row in rows]


async def remove_posts(post_ids: Sequence[int]) -> None:
    """Delete posts of other servers; what stays counts them back."""
    ids = list(post_ids)
    await counters.uncount(ids)
    for sql in (
        "UPDATE posts SET in_reply_to_id = NULL, version = version + 1 WHERE in_reply_to_id = ANY($1)"
        " AND NOT id = ANY($1)",
        # Their files lie elsewhere; copies of them go when nothing names them any more.
        "DELETE FROM media WHERE post_id = ANY($1) AND file_key = '' AND preview_key = '' AND source_key"
        " = ''",
        "DELETE FROM posts WHERE id = ANY($1)",
    ):
        await db.execute(sql, ids)


async def remove_deleted_posts(before: datetime, limit: int) -> list[int]:
    """Delete rows of posts that their servers took back before then; their ids."""
    rows = await db.fetch(
        f"SELECT p.id FROM posts p WHERE p.deleted_at < $1 AND NOT p.local AND NOT {_WITNESSES}"
        " ORDER BY p.deleted_at LIMIT $2",
        before,
        limit,
    )
    ids = [row["id"] for row in rows]
    if ids:
        await conversations.take_out(ids)
        await remove_posts(ids)
    return ids


async def remove_notifications(before: datetime, limit: int) -> int:
    """Delete what people were told before then; how many."""
    return await db.execute(
        "DELETE FROM notifications WHERE id IN"
        " (SELECT id FROM notifications WHERE created_at < $1 ORDER BY id LIMIT $2)",
        before,
        limit,
    )


async def remove_tombstones(before: datetime, limit: int) -> int:
    """Forget that posts were deleted before then; how many."""
    return await db.execute(
        "DELETE FROM tombstones WHERE uri IN (SELECT uri FROM tombstones WHERE created_at < $1 LIMIT $2)",
        before,
        limit,
    )


# What nothing names any more, by table: `t` is the row, $1 when it was new.
UNUSED = {
    "cards": "coalesce(t.fetched_at, t.created_at) < $1"
    " AND NOT EXISTS (SELECT 1 FROM posts p WHERE p.card_id = t.id)"
    " AND NOT EXISTS (SELECT 1 FROM trends r WHERE r.kind = 'link' AND r.item_id = t.id)",
    "hashtags": "t.created_at < $1"
    " AND NOT EXISTS (SELECT 1 FROM post_hashtags p WHERE p.hashtag_id = t.id)"
    " AND NOT EXISTS (SELECT 1 FROM tag_follows f WHERE f.hashtag_id = t.id)"
    " AND NOT EXISTS (SELECT 1 FROM featured_tags f WHERE f.hashtag_id = t.id)"
    " AND NOT EXISTS (SELECT 1 FROM trends r WHERE r.kind = 'hashtag' AND r.item_id = t.id)",
    "remote_files": "t.created_at < $1 AND NOT t.emoji AND (t.file_key = '' OR t.fetched_at IS NOT NULL)"
    " AND NOT EXISTS (SELECT 1 FROM media m WHERE m.remote_url = t.url AND m.remote_url <> '')"
    " AND NOT EXISTS (SELECT 1 FROM media m WHERE m.preview_remote_url = t.url AND m.preview_remote_url"
    " <> '')"
    " AND NOT EXISTS (SELECT 1 FROM accounts a WHERE a.domain <> '' AND a.avatar = t.url AND a.avatar <> '')"
    " AND NOT EXISTS (SELECT 1 FROM accounts a WHERE a.domain <> '' AND a.header = t.url AND a.header <> '')",
}
_FILES = {"cards": "image_key AS file_key, 0 AS size_bytes", "remote_files": "file_key, size_bytes"}


async def unused(table: str, after_id: int, limit: int, before: datetime) -> tuple[int, list[Row]]:
    """Rows of one of `UNUSED` that nothing names, among the next ones.

    Returns: the id of the last row that was looked at, 0 when there is none left; rows (id, file_key,
             size_bytes)
    """
    last = await db.fetch_value(
        f"SELECT max(id) FROM (SELECT id FROM {table} WHERE id > $1 ORDER BY id LIMIT $2) n", after_id, limit
    )
    if last is None:
        return 0, []
    column, condition = _FILES.get(table, "'' AS file_key, 0 AS size_bytes"), UNUSED[table]
    rows = await db.fetch(
        f"SELECT t.id, {column} FROM {table} t WHERE t.id > $2 AND t.id <= $3 AND {condition}",
        before,
        after_id,
        last,
    )
    return int(last), rows


async def remove_unused(table: str, row_ids: Sequence[int], before: datetime) -> int:
    """Delete these rows of one of `UNUSED`, those that were named meanwhile excepted; how many."""
    condition = UNUSED[table]
    return await db.execute(
        f"DELETE FROM {table} t WHERE t.id = ANY($2) AND {condition}", before, list(row_ids)
    )


# What says nothing of whether an account is of use: it goes along.
_OF_ACCOUNTS = frozenset({("account_stats", "account_id"), ("search_accounts", "account_id")})


async def remove_accounts(after_id: int, limit: int, before: datetime) -> tuple[int, int]:
    """Delete accounts of other servers to which nothing refers, among the next ones.

    The schema knows what refers to accounts. Whoever was suspended, limited or deleted is remembered.

    Returns: the id of the last account that was looked at, 0 when there is none left; how many were deleted
    """
    last = await db.fetch_value(
        "SELECT max(id) FROM (SELECT id FROM accounts WHERE id > $1 ORDER BY id LIMIT $2) n", after_id, limit
    )
    if last is None:
        return 0, 0
    tables = await db.fetch(
        'SELECT c.conrelid::regclass::text AS "table", a.attname AS "column" FROM pg_constraint c'
        " JOIN pg_attribute a ON a.attrelid = c.conrelid AND a.attnum = c.conkey[1]"
        " WHERE c.contype = 'f' AND c.confrelid = 'accounts'::regclass ORDER BY 1, 2"
    )
    places = [(str(row["table"]), str(row["column"])) for row in tables]
    condition = "".join(
        f" AND NOT EXISTS (SELECT 1 FROM {table} r WHERE r.{column} = t.id)"
        for table, column in [*places, ("account_notes", "target_id")]
        if (table, column) not in _OF_ACCOUNTS
    )
    removed = await db.execute(
        f"DELETE FROM accounts t WHERE t.id > $1 AND t.id <= $2 AND t.domain <> ''"
        f" AND coalesce(t.fetched_at, t.created_at) < $3 AND t.suspended_at IS NULL"
        f" AND t.silenced_at IS NULL AND t.deleted_at IS NULL{condition}",
        after_id,
        last,
        before,
    )
    return int(last), removed
