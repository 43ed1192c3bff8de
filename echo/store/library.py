"""What somebody has to do with: posts they wrote, liked, bookmarked, boosted, voted in, or are named
in. They may search these, whoever wrote them."""

from __future__ import annotations

from echo import db

# For a row `s` with post_id and author_id. OFFSET 0 keeps each look-up a look-up.
HAS_TO_DO = """(s.author_id = $1
    OR EXISTS (SELECT 1 FROM likes x WHERE x.post_id = s.post_id AND x.account_id = $1 OFFSET 0)
    OR EXISTS (SELECT 1 FROM bookmarks x WHERE x.post_id = s.post_id AND x.account_id = $1 OFFSET 0)
    OR EXISTS (SELECT 1 FROM mentions x WHERE x.post_id = s.post_id AND x.account_id = $1 OFFSET 0)
    OR EXISTS (SELECT 1 FROM posts x WHERE x.boost_of_id = s.post_id AND x.author_id = $1
        AND x.deleted_at IS NULL OFFSET 0)
    OR EXISTS (SELECT 1 FROM polls x JOIN poll_votes v ON v.poll_id = x.id AND v.account_id = $1
        WHERE x.post_id = s.post_id OFFSET 0))"""
# All of them, as rows with post_id.
LIBRARY = """(SELECT id AS post_id FROM posts
        WHERE author_id = $1 AND boost_of_id IS NULL AND deleted_at IS NULL
    UNION SELECT boost_of_id FROM posts
        WHERE author_id = $1 AND boost_of_id IS NOT NULL AND deleted_at IS NULL
    UNION SELECT post_id FROM likes WHERE account_id = $1
    UNION SELECT post_id FROM bookmarks WHERE account_id = $1
    UNION SELECT post_id FROM mentions WHERE account_id = $1
    UNION SELECT x.post_id FROM poll_votes v JOIN polls x ON x.id = v.poll_id WHERE v.account_id = $1)"""


async def ids(account_id: int, *, from_id: int, below_id: int, limit: int) -> list[int]:
    """The newest posts that somebody has to do with, in a stretch of ids."""
    rows = await db.fetch(
        f"SELECT l.post_id FROM {LIBRARY} l WHERE l.post_id >= $2 AND l.post_id < $3"
        " ORDER BY l.post_id DESC LIMIT $4",
        account_id,
        from_id,
        below_id,
        limit,
    )
    return [row["post_id"] for row in rows]
