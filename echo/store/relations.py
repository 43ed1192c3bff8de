"""What people are to each other."""

from __future__ import annotations

from collections.abc import Sequence

from echo import db
from echo.db import Row
from echo.models import Follow
from echo.store import loading

_RELATIONSHIPS = """
    SELECT a.id,
        f.state AS follow_state, f.boosts, f.notify, f.languages,
        back.state AS back_state,
        b.id IS NOT NULL AS blocking, bb.id IS NOT NULL AS blocked_by,
        m.id IS NOT NULL AS muting, m.notifications AS muting_notifications, m.expires_at AS mute_expires_at,
        n.comment
    FROM unnest($2::bigint[]) WITH ORDINALITY AS wanted(id, position)
    JOIN accounts a ON a.id = wanted.id AND a.deleted_at IS NULL
    LEFT JOIN follows f ON f.follower_id = $1 AND f.followee_id = a.id
    LEFT JOIN follows back ON back.follower_id = a.id AND back.followee_id = $1
    LEFT JOIN blocks b ON b.blocker_id = $1 AND b.blocked_id = a.id
    LEFT JOIN blocks bb ON bb.blocker_id = a.id AND bb.blocked_id = $1
    LEFT JOIN mutes m ON m.muter_id = $1 AND m.muted_id = a.id
        AND (m.expires_at IS NULL OR m.expires_at > now())
    LEFT JOIN account_notes n ON n.owner_id = $1 AND n.target_id = a.id
    ORDER BY wanted.position
"""


async def relationships(account_id: int, target_ids: Sequence[int]) -> list[Row]:
    """What `account_id` is to each target, one row each, in the order asked; unknown ids are left out."""
    return await db.fetch(_RELATIONSHIPS, account_id, list(target_ids))


async def find_follow(follower_id: int, followee_id: int) -> Follow | None:
    """The follow, asked for or accepted, or None."""
    return await loading.first(Follow, "follower_id = $1 AND followee_id = $2", follower_id, followee_id)


async def find_follow_by_id(follow_id: int) -> Follow | None:
    """The same, by the id of its row."""
    return await loading.first(Follow, "id = $1", follow_id)


async def is_following(follower_id: int, followee_id: int) -> bool:
    """Whether somebody follows, and was let."""
    found = await db.fetch_value(
        "SELECT 1 FROM follows WHERE follower_id = $1 AND followee_id = $2 AND state = 'accepted'",
        follower_id,
        followee_id,
    )
    return found is not None


async def is_blocked_either_way(one_id: int, other_id: int) -> bool:
    """Whether one blocks the other."""
    return other_id in await estranged(one_id, [other_id])


async def estranged(account_id: int, other_ids: Sequence[int]) -> set[int]:
    """Those of the others who block this account or are blocked by it."""
    if not other_ids:
        return set()
    found = await db.fetch(
        "SELECT blocker_id AS id FROM blocks WHERE blocked_id = $1 AND blocker_id = ANY($2)"
        " UNION SELECT blocked_id FROM blocks WHERE blocker_id = $1 AND blocked_id = ANY($2)",
        account_id,
        list(other_ids),
    )
    return {row["id"] for row in found}


async def familiar_follower_ids(account_id: int, target_id: int) -> list[int]:
    """Those whom `account_id` follows and who follow `target_id`."""
    rows = await db.fetch(
        "SELECT theirs.follower_id FROM follows theirs"
        " JOIN follows mine ON mine.followee_id = theirs.follower_id AND mine.follower_id = $1"
        " JOIN accounts t ON t.id = $2 AND t.hide_collections IS NOT TRUE"
        " WHERE theirs.followee_id = $2 AND theirs.state = 'accepted' AND mine.state = 'accepted'"
        " ORDER BY theirs.id DESC LIMIT 40",
        account_id,
        target_id,
    )
    return [row["follower_id"] for row in rows]
