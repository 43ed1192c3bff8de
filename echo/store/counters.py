"""Counters of accounts and posts, changed in the transaction of what they count."""

from __future__ import annotations

from datetime import date

from echo import db


async def count_post(author_id: int, by: int, day: date | None = None) -> None:
    """One post more (or fewer) by this author; `day` is when."""
    await db.execute(
        "INSERT INTO account_stats (account_id, posts, last_post_on) VALUES ($1, greatest($2, 0), $3)"
        " ON CONFLICT (account_id) DO UPDATE SET posts = greatest(account_stats.posts + $2, 0),"
        " last_post_on = greatest(account_stats.last_post_on, $3)",
        author_id,
        by,
        day,
    )


async def count_follow(follower_id: int, followee_id: int, by: int) -> None:
    """One follow more (or fewer). Rows are locked in order of ids: two of these cannot deadlock."""
    for account_id, following, followers in sorted([(follower_id, by, 0), (followee_id, 0, by)]):
        await db.execute(
            "INSERT INTO account_stats (account_id, following, followers)"
            " VALUES ($1, greatest($2, 0), greatest($3, 0))"
            " ON CONFLICT (account_id) DO UPDATE SET following = greatest(account_stats.following + $2, 0),"
            " followers = greatest(account_stats.followers + $3, 0)",
            account_id,
            following,
            followers,
        )


async def count_post_use(column: str, post_id: int, by: int) -> None:
    """Change `replies`, `boosts`, `likes`, `quotes` or `reactions` of a post."""
    if column not in {"replies", "boosts", "likes", "quotes", "reactions"}:
        raise ValueError(column)
    await db.execute(
        f"INSERT INTO post_stats (post_id, {column}) VALUES ($1, greatest($2, 0))"
        f" ON CONFLICT (post_id) DO UPDATE SET {column} = greatest(post_stats.{column} + $2, 0)",
        post_id,
        by,
    )
