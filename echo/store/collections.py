"""Collections, with those of their members that a viewer may see."""

from __future__ import annotations

from collections.abc import Sequence

from echo import db
from echo.db import Row
from echo.models import Collection
from echo.policy.viewer import Viewer

_STAMP = """'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'"""
_AT_PEACE = """NOT EXISTS (SELECT 1 FROM blocks b WHERE (b.blocker_id = $1 AND b.blocked_id = i.account_id)
    OR (b.blocker_id = i.account_id AND b.blocked_id = $1))"""

# Not those of people who are gone, or who block the viewer.
_ROWS = f"""
    SELECT c.*,
        (SELECT count(*) FROM collection_items n
            WHERE n.collection_id = c.id AND n.state IN ('pending', 'accepted')) AS item_count,
        (SELECT json_agg(json_build_object('id', i.id, 'account_id', i.account_id, 'state', i.state,
                'created_at', to_char(i.created_at AT TIME ZONE 'UTC', {_STAMP})) ORDER BY i.id)
            FROM collection_items i JOIN accounts m ON m.id = i.account_id
            WHERE i.collection_id = c.id AND m.deleted_at IS NULL AND m.suspended_at IS NULL
              AND (i.state = 'accepted' OR (i.state = 'pending' AND c.account_id = $1)) AND {_AT_PEACE})
            AS items
    FROM collections c JOIN accounts a ON a.id = c.account_id
    WHERE a.deleted_at IS NULL AND a.suspended_at IS NULL
      AND NOT EXISTS (SELECT 1 FROM blocks b WHERE b.blocker_id = a.id AND b.blocked_id = $1)
"""


async def find(viewer: Viewer, collection_id: int) -> Row | None:
    """One collection, or None when it is unknown or not for this viewer."""
    return await db.fetch_one(f"{_ROWS} AND c.id = $2", viewer.account_id, collection_id)


async def rows(viewer: Viewer, collection_ids: Sequence[int]) -> dict[int, Row]:
    """Collections by id, those that the viewer may see."""
    found = await db.fetch(f"{_ROWS} AND c.id = ANY($2)", viewer.account_id, list(collection_ids))
    return {row["id"]: row for row in found}


async def page_of(viewer: Viewer, account_id: int, *, limit: int, offset: int) -> list[Row]:
    """The collections of somebody, newest first; to others only those that shall be found."""
    return await db.fetch(
        f"{_ROWS} AND c.account_id = $2 AND (c.discoverable OR c.account_id = $1)"
        " ORDER BY c.id DESC LIMIT $3 OFFSET $4",
        viewer.account_id,
        account_id,
        limit,
        offset,
    )


async def page_with(viewer: Viewer, account_id: int, *, limit: int, offset: int) -> list[Row]:
    """The collections in which somebody is, newest first."""
    return await db.fetch(
        f"{_ROWS} AND c.id IN (SELECT i.collection_id FROM collection_items i"
        " WHERE i.account_id = $2 AND i.state = 'accepted') ORDER BY c.id DESC LIMIT $3 OFFSET $4",
        viewer.account_id,
        account_id,
        limit,
        offset,
    )


async def count_of(account_id: int) -> int:
    """How many collections somebody has."""
    return await Collection.filter(account_id=account_id).count()


async def member_ids(collection_id: int) -> list[int]:
    """Those who are in a collection."""
    found = await db.fetch(
        "SELECT account_id FROM collection_items WHERE collection_id = $1 AND state = 'accepted' ORDER BY id",
        collection_id,
    )
    return [row["account_id"] for row in found]


async def lock(collection_id: int) -> Collection | None:
    """The collection; nobody else changes it until the end of the unit of work."""
    found = await db.fetch("SELECT id FROM collections WHERE id = $1 FOR UPDATE", collection_id)
    return await Collection.get(id=collection_id) if found else None
