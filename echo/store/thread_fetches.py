"""How far the search for missing posts of threads is."""

from __future__ import annotations

from datetime import datetime

from echo import db
from echo.db import Row

_COLUMNS = "id, thread_id, post_id, found, started_at, finished_at"


async def of_thread(thread_id: int) -> Row | None:
    """The last search for more of this thread: id, thread_id, post_id, found, started_at, finished_at."""
    return await db.fetch_one(f"SELECT {_COLUMNS} FROM thread_fetches WHERE thread_id = $1", thread_id)


async def find(fetch_id: int) -> Row | None:
    """The same by its id, with the plan as JSON."""
    return await db.fetch_one(f"SELECT {_COLUMNS}, plan FROM thread_fetches WHERE id = $1", fetch_id)


async def begin(fetch_id: int, thread_id: int, post_id: int, at: datetime, *, unless_since: datetime) -> bool:
    """Write that a search begins; False when another one began after `unless_since`."""
    return bool(
        await db.execute(
            "INSERT INTO thread_fetches AS t (id, thread_id, post_id, started_at) VALUES ($1, $2, $3, $4)"
            " ON CONFLICT (thread_id) DO UPDATE SET id = $1, post_id = $3, started_at = $4, plan = NULL,"
            " found = 0, finished_at = NULL WHERE t.started_at <= $5",
            fetch_id,
            thread_id,
            post_id,
            at,
            unless_since,
        )
    )


async def save(fetch_id: int, plan: bytes, found: int) -> None:
    """Write how far it is."""
    await db.execute(
        "UPDATE thread_fetches SET plan = $2::jsonb, found = $3 WHERE id = $1", fetch_id, plan.decode(), found
    )


async def finish(fetch_id: int, found: int, at: datetime) -> None:
    """Write that nothing is left to be asked."""
    await db.execute(
        "UPDATE thread_fetches SET plan = NULL, found = $2, finished_at = $3 WHERE id = $1",
        fetch_id,
        found,
        at,
    )


async def count_posts(post_id: int) -> int:
    """How many posts the thread of a post has here."""
    found = await db.fetch_value(
        "SELECT count(*) FROM posts WHERE thread_id = (SELECT thread_id FROM posts WHERE id = $1)", post_id
    )
    return int(found)


async def open_elsewhere(thread_id: int, limit: int) -> list[str]:
    """Ids of open posts of a thread that other servers have written, the newest first."""
    rows = await db.fetch(
        "SELECT uri FROM posts WHERE thread_id = $1 AND NOT local AND deleted_at IS NULL"
        " AND boost_of_id IS NULL AND visibility IN ('public', 'unlisted') ORDER BY id DESC LIMIT $2",
        thread_id,
        limit,
    )
    return [row["uri"] for row in rows]


async def top_of(post_id: int, depth: int) -> Row:
    """The first post above that is known: uri, local, in_reply_to_uri. The post itself where none is."""
    row = await db.fetch_one(
        "WITH RECURSIVE up(id, depth) AS (SELECT $1::bigint, 0 UNION ALL"
        " SELECT p.in_reply_to_id, up.depth + 1 FROM posts p JOIN up ON p.id = up.id"
        " WHERE p.in_reply_to_id IS NOT NULL AND up.depth < $2) CYCLE id SET is_cycle USING path"
        " SELECT p.uri, p.local, p.in_reply_to_uri FROM up JOIN posts p ON p.id = up.id"
        " WHERE NOT up.is_cycle ORDER BY up.depth DESC LIMIT 1",
        post_id,
        depth,
    )
    assert row is not None
    return row
