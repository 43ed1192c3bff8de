"""Whether somebody here cares about what comes from elsewhere."""

from __future__ import annotations

from collections.abc import Sequence

from echo import db
from echo.store.together import Together


async def is_followed(account_id: int) -> bool:
    """Whether somebody here follows this account."""
    return bool(
        await db.fetch_value(
            "SELECT EXISTS (SELECT 1 FROM follows f JOIN users u ON u.id = f.follower_id"
            " WHERE f.followee_id = $1 AND f.state = 'accepted')",
            account_id,
        )
    )


async def local_among(account_ids: Sequence[int]) -> set[int]:
    """Those of these accounts that are people of this server."""
    return (await _LOCAL.ask(tuple(account_ids)) or set()) if account_ids else set()


async def _local(groups: Sequence[tuple[int, ...]]) -> dict[tuple[int, ...], set[int]]:
    rows = await db.fetch("SELECT id FROM users WHERE id = ANY($1)", list(set().union(*groups)))
    here = {row["id"] for row in rows}
    return {group: here.intersection(group) for group in groups}


_LOCAL = Together(_local)


async def is_thread_wanted(post_id: int) -> bool:
    """Whether a reply to this post matters here: its author is here, or somebody here follows its author."""
    return bool(
        await db.fetch_value(
            "SELECT EXISTS (SELECT 1 FROM posts p WHERE p.id = $1 AND p.deleted_at IS NULL AND (p.local OR"
            " EXISTS (SELECT 1 FROM follows f JOIN users u ON u.id = f.follower_id"
            " WHERE f.followee_id = p.author_id AND f.state = 'accepted')))",
            post_id,
        )
    )
