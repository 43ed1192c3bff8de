"""What collections for other servers hold, and counts of this server."""

from __future__ import annotations

from echo import db
from echo.db import Row
from echo.policy.viewer import NOBODY
from echo.policy.visibility import visible_to


async def outbox_ids(author_id: int, *, before: int | None, limit: int) -> list[int]:
    """Public and unlisted posts and boosts of somebody, newest first."""
    rows = await db.fetch(
        "SELECT p.id FROM posts p JOIN accounts a ON a.id = p.author_id"
        " LEFT JOIN posts o ON o.id = p.boost_of_id LEFT JOIN accounts oa ON oa.id = o.author_id"
        f" WHERE p.author_id = $2 AND {visible_to('$1')}"
        f" AND (o.id IS NULL OR {visible_to('$1', 'o', 'oa')}) AND ($3::bigint IS NULL OR p.id < $3)"
        " ORDER BY p.id DESC LIMIT $4",
        NOBODY.account_id,
        author_id,
        before,
        limit,
    )
    return [row["id"] for row in rows]


async def reply_uris(
    post_id: int, author_id: int, *, by_others: bool, after: int, limit: int
) -> list[tuple[int, str]]:
    """(id, uri) of the open replies to a post, oldest first: the author's own, or the others."""
    rows = await db.fetch(
        "SELECT p.id, p.uri FROM posts p JOIN accounts a ON a.id = p.author_id"
        " WHERE p.in_reply_to_id = $2 AND (p.author_id <> $3) = $4 AND p.id > $5"
        f" AND {visible_to('$1')} ORDER BY p.id LIMIT $6",
        NOBODY.account_id,
        post_id,
        author_id,
        by_others,
        after,
        limit,
    )
    return [(row["id"], row["uri"]) for row in rows]


async def has_open_post(thread_id: int) -> bool:
    """Whether a thread began here and has a post that everybody may read."""
    return bool(
        await db.fetch_value(
            "SELECT EXISTS (SELECT 1 FROM posts r WHERE r.id = $2 AND r.local AND r.thread_id = r.id)"
            " AND EXISTS (SELECT 1 FROM posts p JOIN accounts a ON a.id = p.author_id"
            f" WHERE p.thread_id = $2 AND p.boost_of_id IS NULL AND {visible_to('$1')})",
            NOBODY.account_id,
            thread_id,
        )
    )


async def thread_uris(thread_id: int, *, after: int, limit: int) -> list[tuple[int, str]]:
    """(id, uri) of the public and unlisted posts of a thread, oldest first."""
    rows = await db.fetch(
        "SELECT p.id, p.uri FROM posts p JOIN accounts a ON a.id = p.author_id"
        " WHERE p.thread_id = $2 AND p.boost_of_id IS NULL AND p.id > $3"
        f" AND {visible_to('$1')} ORDER BY p.id LIMIT $4",
        NOBODY.account_id,
        thread_id,
        after,
        limit,
    )
    return [(row["id"], row["uri"]) for row in rows]


async def related_uris(
    account_id: int, relation: str, *, before: int | None, limit: int
) -> list[tuple[int, str]]:
    """(id of the follow, uri) of the `followers` of somebody, or of those somebody is `following`."""
    known, wanted = {
        "followers": ("followee_id", "follower_id"),
        "following": ("follower_id", "followee_id"),
    }[relation]
    rows = await db.fetch(
        f"SELECT f.id, a.uri FROM follows f JOIN accounts a ON a.id = f.{wanted}"
        f" WHERE f.{known} = $1 AND f.state = 'accepted' AND a.deleted_at IS NULL AND a.suspended_at IS NULL"
        " AND ($2::bigint IS NULL OR f.id < $2) ORDER BY f.id DESC LIMIT $3",
        account_id,
        before,
        limit,
    )
    return [(row["id"], row["uri"]) for row in rows]


async def usage() -> Row:
    """Counts of this server for NodeInfo: users, active_month, active_halfyear, posts, comments."""
    row = await db.fetch_one(
        "SELECT (SELECT count(*) FROM users u JOIN accounts a ON a.id = u.id WHERE a.deleted_at IS NULL)"
        " AS users,"
        " (SELECT count(*) FROM users WHERE last_active_at > now() - interval '30 days') AS active_month,"
        " (SELECT count(*) FROM users WHERE last_active_at > now() - interval '180 days')"
        " AS active_halfyear,"
        " (SELECT coalesce(sum(s.posts), 0)::bigint FROM account_stats s JOIN users u ON u.id = s.account_id)"
        " AS posts"
    )
    assert row is not None
    return row
