"""Counters of accounts and posts, changed in the transaction of what they count."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal, cast

from echo import cache, db
from echo.db import Row
from echo.store.polls import POLL_OF_POST


@dataclass(slots=True)
class _Counts:
    """What a unit of work counts, by row. It is written when all else is: accounts, then posts, each in order
    of their ids, so that units which count the same wait for each other, and never in a circle.

    A new post alone is counted for its author where it is written: that is one row, and the first.
    """

    accounts: dict[int, Counter[str]] = field(default_factory=dict)
    posts: dict[int, Counter[str]] = field(default_factory=dict)

    async def write(self) -> None:
        await _add(_TO_ACCOUNTS, _OF_ACCOUNTS, self.accounts)
        await _add(_TO_POSTS, _OF_POSTS, self.posts)


_OF_ACCOUNTS = ("posts", "following", "followers")
_OF_POSTS = ("replies", "boosts", "likes", "quotes", "reactions")
_ROWS = 100


# Rows are taken in order of their ids; what is gone is not counted any more.
_TO_ACCOUNTS = """
    INSERT INTO account_stats AS s (account_id, posts, following, followers)
    SELECT d.id, greatest(d.posts, 0), greatest(d.following, 0), greatest(d.followers, 0)
    FROM unnest($1::bigint[], $2::int[], $3::int[], $4::int[]) AS d(id, posts, following, followers)
    JOIN accounts a ON a.id = d.id ORDER BY d.id
    ON CONFLICT (account_id) DO UPDATE SET (posts, following, followers) = (
        SELECT greatest(s.posts + d.posts, 0), greatest(s.following + d.following, 0),
            greatest(s.followers + d.followers, 0)
        FROM unnest($1::bigint[], $2::int[], $3::int[], $4::int[]) AS d(id, posts, following, followers)
        WHERE d.id = s.account_id)
"""
_TO_POSTS = """
    INSERT INTO post_stats AS s (post_id, replies, boosts, likes, quotes, reactions)
    SELECT d.id, greatest(d.replies, 0), greatest(d.boosts, 0), greatest(d.likes, 0), greatest(d.quotes, 0),
        greatest(d.reactions, 0)
    FROM unnest($1::bigint[], $2::int[], $3::int[], $4::int[], $5::int[], $6::int[])
        AS d(id, replies, boosts, likes, quotes, reactions)
    JOIN posts p ON p.id = d.id ORDER BY d.id
    ON CONFLICT (post_id) DO UPDATE SET (replies, boosts, likes, quotes, reactions) = (
        SELECT greatest(s.replies + d.replies, 0), greatest(s.boosts + d.boosts, 0),
            greatest(s.likes + d.likes, 0), greatest(s.quotes + d.quotes, 0),
            greatest(s.reactions + d.reactions, 0)
        FROM unnest($1::bigint[], $2::int[], $3::int[], $4::int[], $5::int[], $6::int[])
            AS d(id, replies, boosts, likes, quotes, reactions)
        WHERE d.id = s.post_id)
"""


async def _add(statement: str, columns: Sequence[str], counts: dict[int, Counter[str]]) -> None:
    """Shapes:  statement: $1 ids, then one list of numbers for each column"""
    ids = sorted(row_id for row_id, count in counts.items() if any(count.values()))
    for start in range(0, len(ids), _ROWS):
        some = ids[start : start + _ROWS]
        numbers = ([counts[row_id][column] for row_id in some] for column in columns)
        await db.execute(statement, some, *numbers)


async def _count(of: Literal["accounts", "posts"], row_id: int, **by: int) -> None:
    """Count at the end of the unit of work; at once outside of one."""
    unit = db.current_unit()
    counts = _Counts() if unit is None or unit.ending is None else cast(_Counts, unit.ending)
    getattr(counts, of).setdefault(row_id, Counter()).update(by)
    if unit is None:
        await counts.write()
    else:
        unit.ending = counts


async def count_post(author_id: int, by: int) -> None:
    """One post more (or fewer) by this author."""
    await _count("accounts", author_id, posts=by)


async def count_follow(follower_id: int, followee_id: int, by: int) -> None:
    """One follow more (or fewer)."""
    await _count("accounts", follower_id, following=by)
    await _count("accounts", followee_id, followers=by)


async def count_post_use(column: str, post_id: int, by: int) -> None:
    """Change `replies`, `boosts`, `likes`, `quotes` or `reactions` of a post."""
    if column not in _OF_POSTS:
        raise ValueError(column)
    await _count("posts", post_id, **{column: by})


async def uncount(post_ids: Sequence[int]) -> None:
    """These posts go for good: take back what they count under others."""
    rows = await db.fetch(
        "SELECT boost_of_id, in_reply_to_id, held,"
        " CASE WHEN quote_state = 'accepted' THEN quote_of_id END AS quoted_id"
        " FROM posts WHERE id = ANY($1) AND deleted_at IS NULL",
        list(post_ids),
    )
    for row in rows:
        if row["quoted_id"] is not None:
            await count_post_use("quotes", row["quoted_id"], -1)
        for column, name in (("boosts", "boost_of_id"), ("replies", "in_reply_to_id")):
            if row[name] is not None and not row["held"]:
                await count_post_use(column, row[name], -1)


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
