"""Counters of accounts and posts, changed in the transaction of what they count."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from echo import cache, db
from echo.db import Row
from echo.store.polls import POLL_OF_POST


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


async def keep_told(
    account_id: int, *, followers: int | None, following: int | None, posts: int | None
) -> None:
    """Keep how much somebody elsewhere has, as their server says; what it does not say stays as it was."""
    await db.execute(
        "INSERT INTO account_stats (account_id, told_followers, told_following, told_posts)"
        " VALUES ($1, $2, $3, $4) ON CONFLICT (account_id) DO UPDATE SET"
        " told_followers = coalesce($2, account_stats.told_followers),"
        " told_following = coalesce($3, account_stats.told_following),"
        " told_posts = coalesce($4, account_stats.told_posts)",
        account_id,
        followers,
        following,
        posts,
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


async def of_posts(post_ids: Sequence[int]) -> list[Row]:
    """Counters of posts that are there, whoever may see them.

    Returns: rows (post_id, visibility, replies, boosts, likes, quotes, reactions, reactions_mark, poll): the
             mark is a number that is another one whenever the emojis are others, 0 without any; the poll is
             JSON for `echo.store.polls.PollPart`, or null
    """
    return await db.fetch(
        "SELECT p.id AS post_id, p.visibility, coalesce(s.replies, 0) AS replies,"
        " coalesce(s.boosts, 0) AS boosts, coalesce(s.likes, 0) AS likes, coalesce(s.quotes, 0) AS quotes,"
        " coalesce(s.reactions, 0) AS reactions, CASE WHEN s.reactions > 0 THEN"
        " (SELECT coalesce(bit_xor(hashint8extended(r.id, 0)), 0) FROM reactions r WHERE r.post_id = p.id)"
        f" ELSE 0 END AS reactions_mark, {POLL_OF_POST} AS poll"
        " FROM unnest($1::bigint[]) AS wanted(id) JOIN posts p ON p.id = wanted.id"
        " LEFT JOIN post_stats s ON s.post_id = p.id WHERE p.deleted_at IS NULL",
        list(post_ids),
    )


# What the counters of a post should be.
_COUNTED = """
    (SELECT count(*) FROM posts r WHERE r.in_reply_to_id = s.post_id AND r.deleted_at IS NULL
        AND r.held = ''),
    (SELECT count(*) FROM posts b WHERE b.boost_of_id = s.post_id AND b.deleted_at IS NULL AND b.held = ''),
    (SELECT count(*) FROM likes l WHERE l.post_id = s.post_id),
    (SELECT count(*) FROM posts q WHERE q.quote_of_id = s.post_id AND q.deleted_at IS NULL
        AND q.quote_state = 'accepted'),
    (SELECT count(*) FROM reactions e WHERE e.post_id = s.post_id)
"""
_WRONG = f"""
    SELECT s.post_id,
        (s.replies, s.boosts, s.likes, s.quotes, s.reactions) IS DISTINCT FROM ({_COUNTED}) AS wrong
    FROM (SELECT * FROM post_stats WHERE post_id > $1 ORDER BY post_id LIMIT $2) s ORDER BY s.post_id
"""
_RECOUNT = f"""
    UPDATE post_stats s SET (replies, boosts, likes, quotes, reactions) = ({_COUNTED}) WHERE s.post_id = $1
"""


async def recount(limit: int) -> int:
    """Count some posts anew, each time the next ones, and correct what is wrong.

    Whoever changes a counter holds its row until the end, so a row that is locked here is right when it is
    counted.
    Returns: how many were wrong
    Raises:  Unavailable; what Redis raises, which remembers how far it got
    """
    place = cache.key("recounted")
    after = int(await cache.client().get(place) or 0)
    rows = await db.fetch(_WRONG, after, limit)
    wrong = [row["post_id"] for row in rows if row["wrong"]]
    for post_id in wrong:
        async with db.unit_of_work():
            await db.execute("SELECT 1 FROM post_stats WHERE post_id = $1 FOR UPDATE", post_id)
            await db.execute(_RECOUNT, post_id)
    await cache.client().set(place, rows[-1]["post_id"] if len(rows) == limit else 0)
    return len(wrong)
