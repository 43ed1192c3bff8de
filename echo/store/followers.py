"""Who follows somebody across two servers: what one side thinks, to be compared with the other."""

from __future__ import annotations

from echo import db
from echo.db import Row


async def elsewhere(account_id: int, *, at_most: int) -> list[Row]:
    """Rows (uri, host) of the followers of somebody here that are of other servers."""
    return await db.fetch(
        "SELECT a.uri, a.host FROM follows f JOIN accounts a ON a.id = f.follower_id"
        " WHERE f.followee_id = $1 AND f.state = 'accepted' AND a.host <> ''"
        " AND a.deleted_at IS NULL LIMIT $2",
        account_id,
        at_most,
    )


async def uris_of_host(account_id: int, host: str, *, at_most: int) -> list[str]:
    """Those of one server, the first to follow first."""
    rows = await db.fetch(
        "SELECT a.uri FROM follows f JOIN accounts a ON a.id = f.follower_id"
        " WHERE f.followee_id = $1 AND f.state = 'accepted' AND a.host = $2 AND a.deleted_at IS NULL"
        " ORDER BY f.id LIMIT $3",
        account_id,
        host,
        at_most,
    )
    return [row["uri"] for row in rows]


async def here(account_id: int) -> list[Row]:
    """Rows (follower_id, uri, state, created_at) of people here who follow somebody, or have asked to."""
    return await db.fetch(
        "SELECT f.follower_id, a.uri, f.state, f.created_at FROM follows f"
        " JOIN users u ON u.id = f.follower_id JOIN accounts a ON a.id = f.follower_id"
        " WHERE f.followee_id = $1 AND a.deleted_at IS NULL",
        account_id,
    )
