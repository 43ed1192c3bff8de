"""Erasing what a deleted account left behind."""

from __future__ import annotations

from echo import db
from echo.models import Account
from echo.store import conversations, jobs


async def erase(account_id: int) -> bool:
    """Erase posts, marks and relations of a deleted account; False when it is too early.

    The row itself stays: a local name stays taken, and a remote id stays known as gone. The goodbye to other
    servers needs the relations, so it goes first.
    """
    account = await Account.get_or_none(id=account_id)
    if account is None or account.deleted_at is None:
        return True
    if await jobs.is_waiting("federation.send_goodbye", "account_id", account_id):
        return False
    async with db.unit_of_work():
        await _recount(account_id)
        await _leave_conversations(account_id)
        for sql in (
            "DELETE FROM posts WHERE author_id = $1",
            "DELETE FROM likes WHERE account_id = $1",
            "DELETE FROM bookmarks WHERE account_id = $1",
            "DELETE FROM mentions WHERE account_id = $1",
            "DELETE FROM follows WHERE follower_id = $1 OR followee_id = $1",
            "DELETE FROM blocks WHERE blocker_id = $1 OR blocked_id = $1",
            "DELETE FROM mutes WHERE muter_id = $1 OR muted_id = $1",
            "DELETE FROM notifications WHERE account_id = $1 OR from_id = $1",
            "DELETE FROM conversations WHERE account_id = $1",
            "UPDATE tokens SET revoked_at = now() WHERE user_id = $1 AND revoked_at IS NULL",
            "DELETE FROM sessions WHERE user_id = $1",
        ):
            await db.execute(sql, account_id)
    return True


async def _leave_conversations(account_id: int) -> None:
    """The conversations of others are as new as what is left in them."""
    posts = await db.fetch("SELECT id FROM posts WHERE author_id = $1 AND visibility = 'direct'", account_id)
    await conversations.take_out([row["id"] for row in posts])


async def _recount(account_id: int) -> None:
    """Count back what the account added to the counters of others."""
    for sql in (
        "UPDATE account_stats s SET followers = greatest(s.followers - 1, 0) FROM follows f"
        " WHERE f.follower_id = $1 AND f.followee_id = s.account_id AND f.state = 'accepted'",
        "UPDATE account_stats s SET following = greatest(s.following - 1, 0) FROM follows f"
        " WHERE f.followee_id = $1 AND f.follower_id = s.account_id AND f.state = 'accepted'",
        "UPDATE post_stats s SET likes = greatest(s.likes - 1, 0) FROM likes l"
        " WHERE l.account_id = $1 AND l.post_id = s.post_id",
        "UPDATE post_stats s SET boosts = greatest(s.boosts - 1, 0) FROM posts p"
        " WHERE p.author_id = $1 AND p.boost_of_id = s.post_id AND p.deleted_at IS NULL",
        "UPDATE post_stats s SET replies = greatest(s.replies - n.count, 0) FROM (SELECT in_reply_to_id,"
        " count(*) FROM posts WHERE author_id = $1 AND in_reply_to_id IS NOT NULL AND deleted_at IS NULL"
        " GROUP BY 1) n WHERE n.in_reply_to_id = s.post_id",
        "UPDATE posts SET in_reply_to_id = NULL, version = version + 1 WHERE in_reply_to_id IN"
        " (SELECT id FROM posts WHERE author_id = $1)",
    ):
        await db.execute(sql, account_id)
