"""What people are to each other."""

from __future__ import annotations

from collections.abc import Sequence

from echo import db
from echo.db import Row
from echo.models import Follow
from echo.policy.avoidance import avoided_by, estranged_from
from echo.policy.viewer import Viewer
from echo.store import loading
from echo.store.cursor import Cursor
from echo.store.together import Together

# The most that are told in one go, where all are asked for.
MOST_ENDORSED = 1000

_RELATIONSHIPS = """
    SELECT a.id,
        f.state AS follow_state, f.boosts, f.notify, f.languages,
        back.state AS back_state,
        b.id IS NOT NULL AS blocking, bb.id IS NOT NULL AS blocked_by,
        m.id IS NOT NULL AS muting, m.notifications AS muting_notifications, m.expires_at AS mute_expires_at,
        n.comment, en.id IS NOT NULL AS endorsed, av.id IS NOT NULL AS domain_blocking
    FROM unnest($2::bigint[]) WITH ORDINALITY AS wanted(id, position)
    JOIN accounts a ON a.id = wanted.id AND a.deleted_at IS NULL
    LEFT JOIN follows f ON f.follower_id = $1 AND f.followee_id = a.id
    LEFT JOIN follows back ON back.follower_id = a.id AND back.followee_id = $1
    LEFT JOIN blocks b ON b.blocker_id = $1 AND b.blocked_id = a.id
    LEFT JOIN blocks bb ON bb.blocker_id = a.id AND bb.blocked_id = $1
    LEFT JOIN mutes m ON m.muter_id = $1 AND m.muted_id = a.id
        AND (m.expires_at IS NULL OR m.expires_at > now())
    LEFT JOIN account_notes n ON n.owner_id = $1 AND n.target_id = a.id
    LEFT JOIN endorsements en ON en.account_id = $1 AND en.target_id = a.id
    LEFT JOIN avoided_domains av ON av.account_id = $1 AND a.domain <> '' AND av.domain = a.domain
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


async def addressed(account_id: int, uris: Sequence[str]) -> tuple[dict[str, int], set[int]]:
    """The ids of those of these people who are known, by ActivityPub id; and those of them who block this
    account or are blocked by it.
    """
    rows = (await _ADDRESSED.ask((account_id, tuple(uris))) if uris else None) or []
    return {row["uri"]: row["id"] for row in rows}, {row["id"] for row in rows if row["is_apart"]}


# Who addresses, and whom.
_Addressing = tuple[int, tuple[str, ...]]


async def _addressed(asked: Sequence[_Addressing]) -> dict[_Addressing, list[Row]]:
    wanted = [(place, account_id, uri) for place, (account_id, uris) in enumerate(asked) for uri in uris]
    rows = await db.fetch(
        "SELECT w.place, a.id, a.uri, EXISTS (SELECT 1 FROM blocks b"
        " WHERE (b.blocker_id = a.id AND b.blocked_id = w.account_id)"
        " OR (b.blocker_id = w.account_id AND b.blocked_id = a.id)) AS is_apart"
        " FROM unnest($1::int[], $2::bigint[], $3::text[]) AS w(place, account_id, uri)"
        " JOIN accounts a ON a.uri = w.uri",
        *(list(column) for column in zip(*wanted, strict=True)),
    )
    found: dict[_Addressing, list[Row]] = {}
    for row in rows:
        found.setdefault(asked[row["place"]], []).append(row)
    return found


_ADDRESSED = Together(_addressed)


async def familiar_followers(account_id: int, target_ids: Sequence[int], limit: int) -> list[Row]:
    """Rows (id, follower_ids): of each target those whom `account_id` follows and who follow it.

    Nobody is told where the target, or the follower, hides whom they are connected with. Unknown targets
    are left out.
    """
    return await db.fetch(
        "SELECT t.id, ARRAY(SELECT theirs.follower_id FROM follows theirs"
        " JOIN follows mine ON mine.followee_id = theirs.follower_id AND mine.follower_id = $1"
        " AND mine.state = 'accepted'"
        " JOIN accounts f ON f.id = theirs.follower_id AND f.hide_collections IS NOT TRUE"
        " AND f.suspended_at IS NULL AND f.deleted_at IS NULL"
        " WHERE theirs.followee_id = t.id AND theirs.state = 'accepted' AND t.hide_collections IS NOT TRUE"
        " ORDER BY theirs.id DESC LIMIT $3) AS follower_ids"
        " FROM unnest($2::bigint[]) WITH ORDINALITY AS wanted(id, position)"
        " JOIN accounts t ON t.id = wanted.id AND t.suspended_at IS NULL AND t.deleted_at IS NULL"
        " ORDER BY wanted.position",
        account_id,
        list(target_ids),
        limit,
    )


async def endorsed(viewer: Viewer, account_id: int, cursor: Cursor | None) -> list[Row]:
    """Rows (id of the endorsement, account_id) of those somebody shows, newest first; without a cursor all.

    A viewer is not shown whom they avoid, or who blocks them or is blocked.
    """
    page = cursor or Cursor(limit=MOST_ENDORSED)
    rows = await db.fetch(
        "SELECT en.id, en.target_id AS account_id FROM endorsements en JOIN accounts a ON a.id = en.target_id"
        " WHERE en.account_id = $1 AND a.deleted_at IS NULL AND a.suspended_at IS NULL"
        f" AND ($2::bigint IS NULL OR $2 = $1 OR NOT ({avoided_by('$2')} OR {estranged_from('$2')}))"
        f" AND {page.condition('en.id')} {page.order('en.id')}",
        account_id,
        viewer.account_id,
    )
    return page.newest_first(rows)


async def follows_of_people_here(follower_id: int, limit: int) -> list[Follow]:
    """Some follows and requests of somebody elsewhere, of people of this server."""
    rows = await db.fetch(
        f"SELECT {loading.columns(Follow, 'f')} FROM follows f JOIN accounts a ON a.id = f.followee_id"
        " WHERE f.follower_id = $1 AND a.domain = '' LIMIT $2",
        follower_id,
        limit,
    )
    return [loading.read(Follow, row) for row in rows]
