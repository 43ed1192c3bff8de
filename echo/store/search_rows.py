"""What posts are found by, read for a whole batch at once; who may find one is not asked here."""

from __future__ import annotations

from collections.abc import Sequence

from echo import db
from echo.db import Row
from echo.models import SearchFill
from echo.policy.avoidance import avoided_by
from echo.policy.visibility import visible_to
from echo.store.library import HAS_TO_DO

_ROWS = """
    SELECT p.id, p.author_id, p.html, p.spoiler, p.sensitive, p.language,
        (p.in_reply_to_id IS NOT NULL OR p.in_reply_to_uri <> '') AS is_reply,
        p.visibility = 'public' AND a.indexable AND a.deleted_at IS NULL AS is_open,
        (SELECT json_agg(json_build_object('kind', m.kind, 'description', m.description) ORDER BY m.id)
            FROM media m WHERE m.post_id = p.id) AS media,
        p.quote_uri <> '' OR p.quote_of_id IS NOT NULL AS is_quote,
        (SELECT c.kind FROM cards c WHERE c.id = p.card_id) AS card,
        ARRAY(SELECT o.title FROM poll_options o WHERE o.poll_id = p.poll_id ORDER BY o.position) AS options,
        ARRAY(SELECT m.account_id FROM mentions m WHERE m.post_id = p.id AND NOT m.silent) AS mentioned,
        ARRAY(SELECT h.name FROM post_hashtags ph JOIN hashtags h ON h.id = ph.hashtag_id
            WHERE ph.post_id = p.id) AS hashtags
    FROM posts p JOIN accounts a ON a.id = p.author_id
    WHERE p.id = ANY($1) AND p.boost_of_id IS NULL AND p.deleted_at IS NULL
"""

# What a person does not want to meet, and what is shown to followers only. Blocks are part of visibility.
_WELCOME = f"""(p.author_id = $1
    OR (NOT {avoided_by("$1")}
        AND (a.silenced_at IS NULL OR EXISTS (SELECT 1 FROM follows f WHERE f.follower_id = $1
            AND f.followee_id = p.author_id AND f.state = 'accepted' OFFSET 0))))"""
_READABLE = f"""
    SELECT p.id FROM posts p JOIN accounts a ON a.id = p.author_id
    JOIN LATERAL (SELECT p.id AS post_id, p.author_id) s ON true
    WHERE p.id = ANY($2) AND p.boost_of_id IS NULL AND {visible_to("$1")} AND {_WELCOME}
        AND ((p.visibility = 'public' AND a.indexable) OR {HAS_TO_DO})
    ORDER BY p.id DESC
"""


async def rows(post_ids: Sequence[int]) -> list[Row]:
    """What is in these posts; boosts and deleted posts are left out."""
    return await db.fetch(_ROWS, list(post_ids))


async def readable(viewer_id: int, post_ids: Sequence[int]) -> list[int]:
    """Those of these posts that this person may find, may read and may want to meet, newest first."""
    found = await db.fetch(_READABLE, viewer_id, list(post_ids))
    return [row["id"] for row in found]


async def ids_of_author(author_id: int, below_id: int, limit: int) -> list[int]:
    """The newest posts of somebody below an id, boosts left out."""
    found = await db.fetch(
        "SELECT id FROM posts WHERE author_id = $1 AND id < $2 AND deleted_at IS NULL AND boost_of_id IS NULL"
        " ORDER BY id DESC LIMIT $3",
        author_id,
        below_id,
        limit,
    )
    return [row["id"] for row in found]


async def ids_below(below_id: int, limit: int) -> list[int]:
    """The newest posts of everybody below an id, boosts and deleted ones too: a step of a walk over all."""
    found = await db.fetch("SELECT id FROM posts WHERE id < $1 ORDER BY id DESC LIMIT $2", below_id, limit)
    return [row["id"] for row in found]


async def fill(kind: str) -> SearchFill | None:
    """How far the index is filled with what was there before it; None before the first step."""
    return await SearchFill.get_or_none(kind=kind)


async def save_fill(kind: str, *, below_id: int, done: int, is_finished: bool) -> None:
    """Remember how far it is filled."""
    await db.execute(
        "INSERT INTO search_fills AS f (kind, below_id, done, finished_at)"
        " VALUES ($1, $2, $3, CASE WHEN $4 THEN now() END) ON CONFLICT (kind) DO UPDATE"
        " SET below_id = excluded.below_id, done = excluded.done, finished_at = excluded.finished_at",
        kind,
        below_id,
        done,
        is_finished,
    )


async def missing(sample: int) -> int:
    """How many of the newest posts are not in the index of PostgreSQL."""
    return int(
        await db.fetch_value(
            "SELECT count(*) FROM (SELECT id FROM posts WHERE boost_of_id IS NULL AND deleted_at IS NULL"
            " ORDER BY id DESC LIMIT $1) p WHERE NOT EXISTS"
            " (SELECT 1 FROM search_posts s WHERE s.post_id = p.id)",
            sample,
        )
    )
