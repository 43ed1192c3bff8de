"""What a deleted account left behind, taken away in batches that hold no lock for long."""

from __future__ import annotations

from echo import db
from echo.kinds import FollowState
from echo.store import conversations, counters

# Tables that refer to an account and stay: the key signs the goodbye, which may take a week to arrive,
# moderators remember what was reported, and that somebody was in a chat is known to the others: `blank_chat`.
KEPT = frozenset(
    {
        ("account_keys", "account_id"),
        ("account_stats", "account_id"),
        ("chat_events", "actor_id"),
        ("chat_members", "account_id"),
        ("chat_messages", "author_id"),
        ("reports", "reporter_id"),
        ("reports", "target_id"),
        ("staff_notes", "target_id"),
        ("strikes", "target_id"),
        ("users", "id"),
    }
)
# Tables that go with an account although the schema does not say so.
ALSO = (
    ("account_notes", "owner_id"),
    ("account_notes", "target_id"),
    ("poll_votes", "account_id"),
    ("push_subscriptions", "user_id"),
    ("thread_mutes", "account_id"),
)


async def posts(account_id: int, limit: int) -> int:
    """Erase some posts and boosts, counting back what they added to others; how many."""
    rows = await db.fetch("SELECT id FROM posts WHERE author_id = $1 ORDER BY id LIMIT $2", account_id, limit)
    ids = [row["id"] for row in rows]
    if ids:
        await counters.uncount(ids)
        # Boosts by others go with what they boost.
        for row in await db.fetch(
            "SELECT author_id FROM posts WHERE boost_of_id = ANY($1) AND deleted_at IS NULL"
            " AND NOT id = ANY($1)",
            ids,
        ):
            await counters.count_post(row["author_id"], -1)
        await db.execute(
            "UPDATE posts SET in_reply_to_id = NULL, version = version + 1 WHERE in_reply_to_id = ANY($1)",
            ids,
        )
        # The conversations of others are as new as what is left in them.
        await conversations.take_out(ids)
        await db.execute("DELETE FROM posts WHERE id = ANY($1)", ids)
    return len(ids)


async def likes(account_id: int, limit: int) -> int:
    """Erase some likes, counted back; how many."""
    gone = await db.fetch(
        "DELETE FROM likes WHERE id IN (SELECT id FROM likes WHERE account_id = $1 LIMIT $2)"
        " RETURNING post_id",
        account_id,
        limit,
    )
    for row in gone:
        await counters.count_post_use("likes", row["post_id"], -1)
    return len(gone)


async def reactions(account_id: int, limit: int) -> int:
    """Erase some emojis under posts, counted back; how many."""
    gone = await db.fetch(
        "DELETE FROM reactions WHERE id IN (SELECT id FROM reactions WHERE account_id = $1 LIMIT $2)"
        " RETURNING post_id",
        account_id,
        limit,
    )
    for row in gone:
        await counters.count_post_use("reactions", row["post_id"], -1)
    return len(gone)


async def follows(account_id: int, limit: int) -> int:
    """Erase some follows in both directions, counted back; how many."""
    gone = await db.fetch(
        "DELETE FROM follows WHERE id IN (SELECT id FROM follows"
        " WHERE follower_id = $1 OR followee_id = $1 LIMIT $2) RETURNING follower_id, followee_id, state",
        account_id,
        limit,
    )
    for row in gone:
        if row["state"] == FollowState.ACCEPTED:
            await counters.count_follow(row["follower_id"], row["followee_id"], -1)
    return len(gone)


async def next_chat(account_id: int) -> int | None:
    """A chat that somebody is in still, or that has words of theirs."""
    found = await db.fetch_value(
        "SELECT chat_id FROM chat_members WHERE account_id = $1 AND state IN ('active', 'invited')"
        " UNION ALL SELECT chat_id FROM chat_events WHERE actor_id = $1 AND (post_id IS NOT NULL"
        " OR (body <> '{}' AND kind IN ('created', 'edited', 'reacted', 'unreacted'))) LIMIT 1",
        account_id,
    )
    return None if found is None else int(found)


async def blank_chat(account_id: int, chat_id: int) -> None:
    """Take somebody's words out of a log; that there was something stays."""
    await db.execute(
        "UPDATE chat_events SET body = '{}', post_id = NULL, key = '' WHERE chat_id = $2 AND actor_id = $1"
        " AND kind IN ('created', 'edited', 'reacted', 'unreacted')",
        account_id,
        chat_id,
    )


async def leave_copy(account_id: int, chat_id: int) -> None:
    """Somebody is in a group of another server no more, whatever its log says."""
    await db.execute(
        "UPDATE chat_members SET state = 'left', left_seq = coalesce(left_seq, joined_seq) WHERE chat_id = $2"
        " AND account_id = $1",
        account_id,
        chat_id,
    )


async def delete_chat(chat_id: int) -> None:
    """Delete a chat with all that is in it."""
    await db.execute("DELETE FROM chats WHERE id = $1", chat_id)


async def discard_files(account_id: int, limit: int) -> list[int]:
    """Mark some files as thrown away; the ids of their rows."""
    rows = await db.fetch(
        "UPDATE media SET discarded_at = now() WHERE id IN"
        " (SELECT id FROM media WHERE account_id = $1 LIMIT $2) RETURNING id",
        account_id,
        limit,
    )
    return [row["id"] for row in rows]


async def everything_else(account_id: int, limit: int) -> int:
    """Erase some rows of every other table that goes with an account; how many.

    The schema knows them: they refer to accounts or users, and would go if the row of the account did.
    """
    tables = await db.fetch(
        'SELECT c.conrelid::regclass::text AS "table", a.attname AS "column" FROM pg_constraint c'
        " JOIN pg_attribute a ON a.attrelid = c.conrelid AND a.attnum = c.conkey[1]"
        " WHERE c.contype = 'f' AND c.confdeltype = 'c'"
        " AND c.confrelid IN ('accounts'::regclass, 'users'::regclass) ORDER BY 1, 2"
    )
    erased = 0
    for table, column in [*((str(row["table"]), str(row["column"])) for row in tables), *ALSO]:
        if (table, column) not in KEPT:
            erased += await db.execute(
                f"DELETE FROM {table} WHERE ctid IN (SELECT ctid FROM {table} WHERE {column} = $1 LIMIT $2)",
                account_id,
                limit,
            )
    return erased


async def person(account_id: int) -> None:
    """Erase who it was: what the account said of itself, and the login. Name and id stay taken."""
    for sql in (
        "DELETE FROM authorization_codes WHERE user_id = $1",
        "DELETE FROM users WHERE id = $1",
        "UPDATE accounts SET display_name = '', note = '', note_source = '', fields = '[]', emojis = '[]',"
        " avatar = '', avatar_description = '', header = '', header_description = '',"
        " attribution_domains = '[]', also_known_as = '[]', version = version + 1 WHERE id = $1",
        "UPDATE account_stats SET followers = 0, following = 0, posts = 0, last_post_on = NULL,"
        " told_followers = NULL, told_following = NULL, told_posts = NULL"
        " WHERE account_id = $1",
    ):
        await db.execute(sql, account_id)
