"""Groups: communities of other servers, to which posts are addressed."""

from __future__ import annotations

from echo import db


async def addressed_by(post_id: int) -> list[int]:
    """The groups that a post is addressed to by its author, named in its text or not."""
    rows = await db.fetch(
        "SELECT m.account_id FROM mentions m JOIN accounts a ON a.id = m.account_id"
        " WHERE m.post_id = $1 AND a.kind = 'group' AND a.host <> '' AND a.deleted_at IS NULL ORDER BY m.id",
        post_id,
    )
    return [row["account_id"] for row in rows]


async def is_addressed(account_id: int) -> bool:
    """Whether somebody here has written to a group."""
    return bool(
        await db.fetch_value(
            "SELECT EXISTS (SELECT 1 FROM mentions m JOIN posts p ON p.id = m.post_id"
            " WHERE m.account_id = $1 AND p.local AND p.deleted_at IS NULL)",
            account_id,
        )
    )


async def shows(account_id: int, post_id: int) -> bool:
    """Whether a group has boosted a post, or one in the thread of which it stands."""
    return bool(
        await db.fetch_value(
            "SELECT EXISTS (SELECT 1 FROM posts p JOIN posts top ON top.thread_id = p.thread_id"
            " JOIN posts boost ON boost.boost_of_id = top.id AND boost.deleted_at IS NULL"
            " WHERE p.id = $2 AND boost.author_id = $1)",
            account_id,
            post_id,
        )
    )
