"""Threads that turn out to be one: what belonged to the old ones is moved to the one that is left."""

from __future__ import annotations

from collections.abc import Sequence

from echo import db
from echo.db import Row
from echo.models import Post
from echo.store.posts import THEIRS

# Of those that become one the oldest is kept, and one that is in the right thread already before all.
_TWINS = """
    SELECT id, account_id, first_value(id) OVER (PARTITION BY account_id, participants_key
        ORDER BY (thread_id = $1) DESC, id) AS kept_id
    FROM conversations WHERE thread_id = ANY($2) OR (thread_id = $1
        AND (account_id, participants_key) IN
            (SELECT o.account_id, o.participants_key FROM conversations o WHERE o.thread_id = ANY($2)))
    ORDER BY id
"""


async def foretold(uri: str, author_id: int) -> Row:
    """What is known of a post that is to be stored: whether it lives (see `posts.lives`), whether there
    are answers to it that came before it, and posts that quote it.

    Returns: row (lives, is_answered, is_quoted)
    """
    row = await db.fetch_one(
        "SELECT (SELECT bool_or(known.lives) FROM ("
        " SELECT deleted_at IS NULL AS lives FROM posts WHERE uri = $1"
        f" UNION ALL SELECT false FROM tombstones WHERE uri = $1 AND {THEIRS}"
        ") known) AS lives,"
        # The conditions on the empty text are the indexes'.
        " EXISTS (SELECT 1 FROM posts WHERE in_reply_to_uri = $1 AND in_reply_to_uri <> ''"
        " AND deleted_at IS NULL) AS is_answered, EXISTS (SELECT 1 FROM posts WHERE quote_uri = $1"
        " AND quote_uri <> '' AND quote_of_id IS NULL AND deleted_at IS NULL) AS is_quoted",
        uri,
        author_id,
    )
    assert row is not None
    return row


async def hang(post: Post) -> list[Row]:
    """Make those that wait for this post its replies; not those that it answers itself, however far above.

    Returns: rows (id, thread_id) of them
    """
    return await db.fetch(
        "WITH RECURSIVE up(id) AS (SELECT $4::bigint UNION"
        " SELECT p.in_reply_to_id FROM posts p JOIN up ON p.id = up.id WHERE p.in_reply_to_id IS NOT NULL)"
        " UPDATE posts SET in_reply_to_id = $1, in_reply_to_account_id = $2, in_reply_to_uri = '',"
        " version = version + 1"
        # The second condition is the index's: without it every post is looked at.
        " WHERE in_reply_to_uri = $3 AND in_reply_to_uri <> '' AND id <> $1 AND deleted_at IS NULL"
        " AND id NOT IN (SELECT up.id FROM up WHERE up.id IS NOT NULL)"
        " RETURNING id, thread_id",
        post.id,
        post.author_id,
        post.uri,
        post.in_reply_to_id,
    )


async def move_posts(thread_id: int, old_ids: Sequence[int]) -> None:
    """All posts of the old threads, however far below."""
    await db.execute("UPDATE posts SET thread_id = $1 WHERE thread_id = ANY($2)", thread_id, list(old_ids))


async def move_mutes(thread_id: int, old_ids: Sequence[int]) -> None:
    """Who did not want to hear of an old thread does not want to hear of the whole."""
    await db.execute(
        "INSERT INTO thread_mutes (account_id, thread_id, created_at)"
        " SELECT account_id, $1, min(created_at) FROM thread_mutes WHERE thread_id = ANY($2)"
        " GROUP BY account_id ON CONFLICT DO NOTHING",
        thread_id,
        list(old_ids),
    )
    await db.execute("DELETE FROM thread_mutes WHERE thread_id = ANY($1)", list(old_ids))


async def move_conversations(thread_id: int, old_ids: Sequence[int]) -> list[Row]:
    """Conversations of the old threads; those between the same people become one.

    Returns: rows (id, account_id) of those that are left
    """
    twins = await db.fetch(_TWINS, thread_id, list(old_ids))
    if not twins:
        return []
    ids, kept = [row["id"] for row in twins], [row["kept_id"] for row in twins]
    await db.execute("SELECT 1 FROM conversations WHERE id = ANY($1) ORDER BY id FOR UPDATE", ids)
    await db.execute(
        "INSERT INTO conversation_posts (conversation_id, post_id)"
        " SELECT DISTINCT t.kept, q.post_id FROM unnest($1::bigint[], $2::bigint[]) AS t(id, kept)"
        " JOIN conversation_posts q ON q.conversation_id = t.id WHERE t.id <> t.kept ON CONFLICT DO NOTHING",
        ids,
        kept,
    )
    left = await db.fetch(
        "UPDATE conversations c SET last_post_id = n.last_post_id, unread = n.unread FROM ("
        " SELECT t.kept, max(o.last_post_id) AS last_post_id, bool_or(o.unread) AS unread"
        " FROM unnest($1::bigint[], $2::bigint[]) AS t(id, kept) JOIN conversations o ON o.id = t.id"
        " GROUP BY t.kept) n WHERE c.id = n.kept RETURNING c.id, c.account_id",
        ids,
        kept,
    )
    gone = [row["id"] for row in twins if row["id"] != row["kept_id"]]
    await db.execute("DELETE FROM conversation_posts WHERE conversation_id = ANY($1)", gone)
    await db.execute("DELETE FROM conversations WHERE id = ANY($1)", gone)
    await db.execute("UPDATE conversations SET thread_id = $1 WHERE id = ANY($2)", thread_id, kept)
    return left
