"""People to discover: suggestions for somebody, and the directory of those who want to be found."""

from __future__ import annotations

from collections.abc import Sequence

from echo import db
from echo.db import Row
from echo.policy.avoidance import avoided_by, estranged_from
from echo.policy.viewer import Viewer
from echo.replica import late

# Who may be shown to people who do not know them: `a` wants to be found, and is somebody.
_FINDABLE = """(a.discoverable AND a.deleted_at IS NULL AND a.suspended_at IS NULL AND a.silenced_at IS NULL
    AND a.moved_to_uri = '' AND NOT a.memorial AND a.kind <> 'application'
    AND NOT EXISTS (SELECT 1 FROM users nu WHERE nu.id = a.id
        AND (nu.confirmed_at IS NULL OR nu.approved_at IS NULL OR nu.disabled_at IS NOT NULL) OFFSET 0))"""
_UNWANTED = f"({avoided_by('$1')} OR {estranged_from('$1')})"

# However much is going on, only the newest of it is looked at.
_SUGGESTED = f"""
    WITH friends AS (
        SELECT theirs.followee_id AS id, count(*) AS weight
        FROM (SELECT f.followee_id FROM follows f WHERE f.follower_id = $1 AND f.state = 'accepted'
            ORDER BY f.id DESC LIMIT 200) mine
        JOIN accounts friend ON friend.id = mine.followee_id AND friend.hide_collections IS NOT TRUE
        JOIN LATERAL (SELECT f.followee_id FROM follows f WHERE f.follower_id = mine.followee_id
            AND f.state = 'accepted' ORDER BY f.id DESC LIMIT 200) theirs ON true
        GROUP BY 1 ORDER BY 2 DESC, 1 LIMIT 500),
    followed AS (
        SELECT f.followee_id AS id, count(*) AS weight
        FROM (SELECT followee_id FROM follows WHERE state = 'accepted' ORDER BY id DESC LIMIT 5000) f
        GROUP BY 1 ORDER BY 2 DESC, 1 LIMIT 500),
    liked AS (
        SELECT p.author_id AS id, count(*) AS weight
        FROM (SELECT post_id FROM likes ORDER BY id DESC LIMIT 5000) l JOIN posts p ON p.id = l.post_id
        WHERE p.visibility = 'public' AND p.deleted_at IS NULL GROUP BY 1 ORDER BY 2 DESC, 1 LIMIT 500),
    candidates AS (
        SELECT 1 AS rank, 'featured' AS source, id, 0 AS weight FROM unnest($2::bigint[]) AS t(id)
        UNION ALL SELECT 2, 'friends_of_friends', id, weight FROM friends
        UNION ALL SELECT 3, 'most_followed', id, weight FROM followed
        UNION ALL SELECT 4, 'most_interactions', id, weight FROM liked)
    SELECT c.id, array_agg(c.source ORDER BY c.rank) AS sources
    FROM candidates c JOIN LATERAL (SELECT * FROM accounts q WHERE q.id = c.id OFFSET 0) a ON true
    WHERE a.id <> $1 AND {_FINDABLE} AND NOT {_UNWANTED}
        AND NOT EXISTS (SELECT 1 FROM follows f WHERE f.follower_id = $1 AND f.followee_id = a.id OFFSET 0)
        AND NOT EXISTS (SELECT 1 FROM dismissed_suggestions d
            WHERE d.account_id = $1 AND d.target_id = a.id OFFSET 0)
    GROUP BY c.id ORDER BY min(c.rank), max(c.weight) DESC, c.id LIMIT $3
"""


async def suggested(account_id: int, featured_ids: Sequence[int], limit: int) -> list[Row]:
    """Rows (id, sources) of people whom somebody may want to follow, the best first.

    Never those they follow or asked, block, mute, avoid or dismissed, nor who blocks them.
    """
    return await db.fetch(_SUGGESTED, account_id, list(featured_ids), limit)


_ACTIVE = f"""
    SELECT a.id FROM account_stats s
    JOIN LATERAL (SELECT * FROM accounts q WHERE q.id = s.account_id OFFSET 0) a ON true
    WHERE {_FINDABLE} AND (NOT $2 OR a.domain = '') AND ($1::bigint IS NULL OR NOT {_UNWANTED})
    ORDER BY s.last_post_on DESC NULLS LAST, s.account_id DESC LIMIT $3 OFFSET $4
"""
_NEW = f"""
    SELECT a.id FROM accounts a
    WHERE {_FINDABLE} AND (NOT $2 OR a.domain = '') AND ($1::bigint IS NULL OR NOT {_UNWANTED})
    ORDER BY a.id DESC LIMIT $3 OFFSET $4
"""


@late
async def directory(viewer: Viewer, *, newest: bool, local: bool, limit: int, offset: int) -> list[int]:
    """People who want to be found: the last to post first, or the newest first."""
    statement = _NEW if newest else _ACTIVE
    rows = await db.fetch(statement, viewer.account_id, local, limit, offset)
    return [row["id"] for row in rows]
