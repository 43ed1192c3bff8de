"""What people here have to do with an account that moves. `$1` is the old account, `$2` the new one."""

from __future__ import annotations

from collections.abc import Sequence

from echo import db
from echo.db import Row
from echo.models import Follow
from echo.store import loading


async def followers_left(account_id: int, target_id: int, limit: int) -> list[Follow]:
    """Follows of the old account by people here, the oldest first, but for the new account itself."""
    rows = await db.fetch(
        f"SELECT {loading.columns(Follow, 'f')} FROM follows f"
        " JOIN LATERAL (SELECT u.id FROM users u WHERE u.id = f.follower_id OFFSET 0) u ON true"
        " WHERE f.followee_id = $1 AND f.follower_id <> $2 ORDER BY f.id LIMIT $3",
        account_id,
        target_id,
        limit,
    )
    return [loading.read(Follow, row) for row in rows]


async def handles(uris: Sequence[str]) -> list[Row]:
    """Rows (uri, username, domain) of the accounts among these that are known."""
    return await db.fetch("SELECT uri, username, domain FROM accounts WHERE uri = ANY($1)", list(uris))


async def blockers_left(account_id: int, target_id: int, limit: int) -> list[int]:
    """People here who block the old account, and neither block nor follow the new one."""
    rows = await db.fetch(
        "SELECT b.blocker_id FROM blocks b JOIN users u ON u.id = b.blocker_id"
        " WHERE b.blocked_id = $1 AND b.blocker_id <> $2"
        " AND NOT EXISTS (SELECT 1 FROM blocks o WHERE o.blocker_id = u.id AND o.blocked_id = $2)"
        " AND NOT EXISTS (SELECT 1 FROM follows f WHERE f.follower_id = u.id AND f.followee_id = $2)"
        " ORDER BY b.id LIMIT $3",
        account_id,
        target_id,
        limit,
    )
    return [row["blocker_id"] for row in rows]


async def copy_mutes(account_id: int, target_id: int) -> list[int]:
    """Mute the new account as the old; who does now."""
    rows = await db.fetch(
        "INSERT INTO mutes (muter_id, muted_id, notifications, expires_at, created_at)"
        " SELECT m.muter_id, $2, m.notifications, m.expires_at, now() FROM mutes m"
        " WHERE m.muted_id = $1 AND m.muter_id <> $2 AND (m.expires_at IS NULL OR m.expires_at > now())"
        " AND NOT EXISTS (SELECT 1 FROM follows f WHERE f.follower_id = m.muter_id AND f.followee_id = $2)"
        " ON CONFLICT (muter_id, muted_id) DO NOTHING RETURNING muter_id",
        account_id,
        target_id,
    )
    return [row["muter_id"] for row in rows]


async def copy_lists(owner_id: int, account_id: int, target_id: int) -> None:
    """Put the new account on those lists of somebody on which the old one is."""
    await db.execute(
        "INSERT INTO list_members (list_id, owner_id, account_id, created_at)"
        " SELECT m.list_id, m.owner_id, $3, now() FROM list_members m"
        " WHERE m.account_id = $2 AND m.owner_id = $1 ON CONFLICT (list_id, account_id) DO NOTHING",
        owner_id,
        account_id,
        target_id,
    )


async def copy_notes(account_id: int, target_id: int) -> None:
    """Note about the new account what was noted about the old, below what was noted already."""
    await db.execute(
        "INSERT INTO account_notes (owner_id, target_id, comment)"
        " SELECT n.owner_id, $2, n.comment FROM account_notes n"
        " WHERE n.target_id = $1 AND n.comment <> '' AND n.owner_id <> $2"
        " ON CONFLICT (owner_id, target_id) DO UPDATE"
        " SET comment = left(account_notes.comment || E'\\n' || excluded.comment, 2000)"
        " WHERE position(excluded.comment IN account_notes.comment) = 0",
        account_id,
        target_id,
    )
