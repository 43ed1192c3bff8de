"""Posts that somebody brought along, by their ids on the server where they were written."""

from __future__ import annotations

from echo import clock, db


async def find(account_id: int, uri: str) -> int | None:
    """The post of ours that came of one, also when it was deleted since."""
    found = await db.fetch_value(
        "SELECT post_id FROM past_posts WHERE account_id = $1 AND uri = $2", account_id, uri
    )
    return None if found is None else int(found)


async def insert(account_id: int, uri: str, post_id: int) -> None:
    """Remember where a post comes from."""
    await db.execute(
        "INSERT INTO past_posts (account_id, uri, post_id, created_at) VALUES ($1, $2, $3, $4)",
        account_id,
        uri,
        post_id,
        clock.now(),
    )


async def lock(account_id: int) -> None:
    """Let nobody else bring posts of this person, until the end of the unit of work."""
    await db.execute("SELECT 1 FROM users WHERE id = $1 FOR UPDATE", account_id)
