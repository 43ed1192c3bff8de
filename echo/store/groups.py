"""Groups: communities of other servers, to which posts are addressed."""

from __future__ import annotations

from echo import db


async def addressed_by(post_id: int) -> list[int]:
    """The groups that a post is addressed to by its author, named in its text or not."""
    rows = await db.fetch(
        "SELECT m.account_id FROM mentions m JOIN accounts a ON a.id = m.account_id"
        " WHERE m.post_id = $1 AND a.kind = 'group' AND a.host <> '' AND a.deleted_at IS NULL ORDER BY m.id",
        post_id,
    )
    return [row["account_id"] for row in rows]
